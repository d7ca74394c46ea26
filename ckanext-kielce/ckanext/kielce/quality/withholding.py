"""Keep files in which personal data are suspected from the public until a coordinator has decided.

The resource stays listed, with a note; its address is left out and its download, DataStore table and views are refused to
everyone who may neither edit the dataset nor decide about it.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model as ckan_model

from . import store
from .model import Score

#: Keys of a resource that lead to its content.
ADDRESSES = ("url", "access_url", "download_url", "original_url")
#: Key that tells a reader (and a template) that a file is withheld.
FLAG = "kielce_withheld"


def is_withheld(resource_id: str) -> bool:
    """Whether this resource is withheld at the moment."""
    resource = ckan_model.Resource.get(resource_id)
    return resource is not None and resource.id in withheld_of(resource.package_id)


def withheld_of(package_id: str | None) -> frozenset[str]:
    """Ids of the withheld resources of a dataset."""
    score = store.score_of(package_id) if package_id else None
    return frozenset(score.withheld_resources) if score is not None else frozenset()


def all_withheld() -> frozenset[str]:
    """Ids of all withheld resources of the portal."""
    column = Score.withheld_resources
    rows = ckan_model.Session.scalars(sa.select(column).where(sa.func.jsonb_array_length(column) > 0))
    return frozenset(resource_id for ids in rows for resource_id in ids)


def hide(package: dict[str, Any], withheld: frozenset[str]) -> None:
    """Leave the addresses of withheld resources out of a dataset's dict."""
    for resource in package.get("resources") or ():
        if resource.get("id") in withheld:
            for key in ADDRESSES:
                if resource.get(key):
                    resource[key] = ""
            resource[FLAG] = True


def hide_from_reader(context: Any, package: dict[str, Any]) -> None:
    """The same for a dataset that is being shown, unless the reader may edit it."""
    if context.get("ignore_auth") or context.get("for_update"):
        return
    withheld = withheld_of(package.get("id"))
    if withheld and not may_open(context, package["id"]):
        hide(package, withheld)


def may_open(context: Any, package_id: str) -> bool:
    """Whether the reader may open files that are withheld: he may edit the dataset, or has to decide about them."""
    user = {"user": context.get("user"), "auth_user_obj": context.get("auth_user_obj")}
    try:
        tk.check_access("kielce_quality_withheld_show", user, {"id": package_id})  # type: ignore[arg-type]
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True
