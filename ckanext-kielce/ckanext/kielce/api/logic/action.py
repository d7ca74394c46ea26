"""Actions of the API room: changes that may break applications, announced and observed."""

from __future__ import annotations

from typing import Any

from ckan import model as ckan_model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.api import changes
from ckanext.kielce.api.logic import schema
from ckanext.kielce.api.model import Announcement
from ckanext.kielce.common import changes as told
from ckanext.kielce.common.columns import utc_now


@validate(schema.announce)
def kielce_api_announce(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Announce a change of a dataset before it comes, so that applications can be made ready.

    :param id: id or name of the dataset
    :param resource_id: the file that it is about (default: the whole dataset)
    :param kind: ``columns``, ``address``, ``content`` or ``end`` (no longer published)
    :param text: what will change and what to do, in Polish
    :param text_en: the same in English (optional)
    :param effective: the day from which it holds, such as ``2027-01-15``; today or later
    :returns: the announcement as ``kielce_api_changes`` gives it
    """
    tk.check_access("kielce_api_announce", context, data_dict)
    package = ckan_model.Package.get(data_dict["id"])
    resource_id = data_dict.get("resource_id") or None
    if resource_id and resource_id not in {resource.id for resource in package.resources}:
        raise tk.ValidationError({"resource_id": [tk._("No such file in this dataset")]})
    user = ckan_model.User.get(context.get("user"))
    row = Announcement(
        package_id=package.id,
        resource_id=resource_id,
        kind=data_dict["kind"],
        text=data_dict["text"].strip(),
        text_en=(data_dict.get("text_en") or "").strip() or None,
        effective=data_dict["effective"],
        announced_at=utc_now(),
        user_id=user.id if user else None,
    )
    ckan_model.Session.add(row)
    ckan_model.Session.commit()
    told.tell([package.id])  # its page shows the announcement, and no edit of the dataset says so
    return changes.announced(row, package, "pl")


@validate(schema.withdraw)
def kielce_api_announcement_withdraw(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Call an announced change off. It stays in the feed and says so.

    :param id: id of the announcement
    :returns: the announcement as ``kielce_api_changes`` gives it
    """
    row = ckan_model.Session.get(Announcement, data_dict["id"])
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such announcement."))
    tk.check_access("kielce_api_announcement_withdraw", context, data_dict)
    row.withdrawn_at = row.withdrawn_at or utc_now()
    ckan_model.Session.commit()
    told.tell([row.package_id])
    return changes.announced(row, ckan_model.Package.get(row.package_id), "pl")


@tk.side_effect_free
@validate(schema.changes)
def kielce_api_changes(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return changes that may break applications: announced ones, and changes of columns that were observed.

    :param id: id or name of a dataset (default: all public ones)
    :param limit: number of changes (default 50)
    :type limit: int
    :param lang: language of the sentences: ``pl`` or ``en``
    :returns: ``results``, the newest first: ``what`` (``announced`` or ``observed``), ``kind``, ``title``, ``text``, ``at``,
        ``effective`` (the day from which an announced change holds), ``withdrawn``, ``dataset``, ``resource_id``, ``link``
    """
    tk.check_access("kielce_api_changes", context, data_dict)
    package_id = None
    if data_dict.get("id"):
        package_id = tk.get_action("package_show")(tk.fresh_context(context), {"id": data_dict["id"]})["id"]
    return {"results": changes.read(data_dict["limit"], data_dict["lang"], package_id)}
