"""Actions of the export room."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.export import offers
from ckanext.kielce.export.formats import FORMS, SYSTEMS
from ckanext.kielce.export.logic import schema


@tk.side_effect_free
@validate(schema.export_list)
def kielce_export_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Every table and layer of a dataset in every form, with its address.

    :param id: id or name of the dataset
    :returns: ``package`` (address of the zip, None without data), ``systems`` (EPSG codes that layers take as ``crs``) and
        ``files``: ``resource_id``, ``name``, ``kind`` ("table" or "layer"), ``form``, ``media_type``, ``url``
    """
    tk.check_access("kielce_export_list", context, data_dict)
    pkg = tk.get_action("package_show")(tk.fresh_context(context), {"id": data_dict["id"]})
    user = {"user": context.get("user"), "auth_user_obj": context.get("auth_user_obj")}
    files: list[dict[str, Any]] = []
    for kind, found in (("table", offers.tables_of(pkg, user)), ("layer", offers.layers_of(pkg, user))):
        for resource in found:
            files += [
                {
                    "resource_id": resource["id"],
                    "name": resource.get("name") or "",
                    "kind": kind,
                    "form": form.code,
                    "media_type": form.media_type,
                    "url": _address("kielce_export.download", resource_id=resource["id"], form=form.code),
                }
                for form in FORMS.values()
                if form.of == kind
            ]
    url = _address("kielce_export.package", package_id=pkg["name"]) if files else None
    return {"package": url, "systems": list(SYSTEMS), "files": files}


def _address(endpoint: str, **values: str) -> str:
    return str(tk.url_for(endpoint, _external=True, locale="default", **values))
