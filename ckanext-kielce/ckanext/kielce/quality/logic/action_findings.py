"""Actions on what the checks found: read it, allow it, remove the file for it, declare twins."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckan.logic import validate
from ckan.types import Context, DataDict

from .. import findings, presentation, store, versions
from . import schema
from .action import _allowed, _decide, _inside, _lang, _package_id


@tk.side_effect_free
@validate(schema.findings)
def kielce_quality_findings(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what the checks found in a dataset's files: what, where, since when, how sure, and what mends it.

    Suspected personal data and exact courses of networks are told to those who may edit the dataset.

    :param id: id or name of the dataset
    :param resource_id: only on this resource
    :param code: only this code, such as ``truncated`` or ``out_of_range``
    :param ended: findings that are past too (default: only those that stand)
    :param lang: language of the sentences: ``pl``, ``en`` or ``both``
    :param limit: number of findings (default 50)
    :param offset: number of findings to leave out
    :returns: ``count`` and ``results``; ``cleared`` marks those that a coordinator has looked at
    """
    tk.check_access("kielce_quality_findings", context, data_dict)
    package = tk.get_action("package_show")(_inside(context), {"id": data_dict["id"]})
    private = _allowed("kielce_quality_private", context, {"id": package["id"]})
    score = store.score_of(package["id"])
    if score is not None and score.withheld and not private:
        return {"count": 0, "results": []}
    rows = findings.listed(
        package["id"], data_dict.get("resource_id"), data_dict.get("code"), ended=data_dict["ended"]
    )
    shown = [row for row in rows if private or not findings.traits(row.code).get("private")]
    part = shown[data_dict["offset"] : data_dict["offset"] + data_dict["limit"]]
    decisions = presentation.decisions_of(package["id"])
    lang = _lang(data_dict)
    return {
        "count": len(shown),
        "results": [
            presentation.finding(row, lang, cleared=findings.cleared(row, decisions)) for row in part
        ],
    }


@validate(schema.clear_personal_data)
def kielce_quality_allow_infrastructure(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write down that a layer which shows the exact course of a network may be public; it is restored at once.

    :param id: id or name of the dataset
    :param resource_id: the resource
    :param reason: why it may be public; shown to the public
    """
    return _decide(context, data_dict, "infrastructure_allowed", subject=data_dict["resource_id"])


@validate(schema.clear_personal_data)
def kielce_quality_remove_file(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Remove a file that holds what must not be public: the resource, its DataStore table and its kept versions.

    What was seen of it (hashes and counts, no values) and the decision stay written down.

    :param id: id or name of the dataset
    :param resource_id: the resource
    :param reason: why; shown to the public
    """
    tk.check_access("kielce_quality_decide", context, data_dict)
    resource_id = data_dict["resource_id"]
    resource = ckan_model.Resource.get(resource_id)
    if resource is None or resource.package_id != _package_id(data_dict) or resource.state != "active":
        raise tk.ObjectNotFound(tk._("No such file in this dataset"))
    # The decision is the coordinator's right, also where he may not edit the dataset.
    tk.get_action("resource_delete")(
        {"user": context.get("user", ""), "ignore_auth": True},
        {"id": resource_id},  # type: ignore[typeddict-item]
    )
    versions.forget(resource_id)
    findings.end_all(resource_id, store.utc_now())
    return _decide(context, data_dict, "removed", subject=resource_id)


@validate(schema.declare_twin)
def kielce_quality_declare_twin(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that two files hold the same figures; from then on their newest versions are compared cell by cell.

    :param id: id or name of the dataset
    :param resource_id: the resource
    :param other_resource_id: the file with the same figures, in this dataset or another
    :param keys: names of the columns that say which cell is which: a list of names, or of pairs (here, there)
    :param value: name of the column with the figures: a name, or a pair
    :param unit: unit of the figures: a name, or a pair; left out where the names of the columns tell
    :param reason: why they are held to be the same; shown to the public
    """
    tk.check_access("kielce_quality_decide", context, data_dict)
    other = ckan_model.Resource.get(data_dict["other_resource_id"])
    if other is None or other.state != "active" or other.id == data_dict["resource_id"]:
        raise tk.ValidationError({"other_resource_id": [tk._("No such file to compare with")]})
    keys = [_pair(item) for item in _listed(data_dict["keys"])]
    if not keys:
        raise tk.ValidationError({"keys": [tk._("Name at least one column")]})
    subject = {
        "this": data_dict["resource_id"],
        "other": other.id,
        "keys": keys,
        "value": _pair(_maybe_json(data_dict["value"])),
        "unit": _pair(_maybe_json(data_dict.get("unit") or "")),
    }
    made = _decide(context, data_dict, "twin", subject=json.dumps(subject, ensure_ascii=False))
    from .. import jobs

    for package_id in {made["package_id"], other.package_id}:
        jobs.enqueue_observe(package_id)
    return made


def _maybe_json(value: Any) -> Any:
    """A value of an API call: JSON text where it is some."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _listed(value: Any) -> list[Any]:
    found = _maybe_json(value)
    return found if isinstance(found, list) else [found] if found else []


def _pair(value: Any) -> list[str]:
    if isinstance(value, list | tuple) and len(value) == 2:
        return [str(value[0]), str(value[1])]
    return [str(value), str(value)]


__all__ = [
    "kielce_quality_allow_infrastructure",
    "kielce_quality_declare_twin",
    "kielce_quality_findings",
    "kielce_quality_remove_file",
]
