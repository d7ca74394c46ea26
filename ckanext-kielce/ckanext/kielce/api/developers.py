"""What the developers' page shows, gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import catalogue_of_tables, changes, codes, openapi, problems, samples

#: Changes shown on the page; the feed has more.
CHANGES = 5
#: The call that the page opens with.
FIRST = "rows"
#: Operation -> member of its answer that holds a list, for the code to copy.
LISTS: Mapping[str, str] = {
    "datasets": "datasets",
    "rows": "rows",
    "changes": "results",
    "package_search": "result.results",
    "datastore_search": "result.records",
    "package_list": "result",
    "kielce_quality_list": "result.results",
    "kielce_indicator_values": "result.results",
}
#: Parameters that a form needs not show: rare ones of CKAN's.
MOST_INPUTS = 12


def page(args: Mapping[str, str], lang: str) -> dict[str, Any]:
    """Everything that the template needs.

    :param args: of the address: ``call`` names an operation, every other one its parameters
    """
    tables, _number = catalogue_of_tables.listed(1)
    have = samples.of_portal(tables)
    operations = all_operations(lang, have)
    wanted = args.get("call", "")
    chosen = next((item for item in operations if item["id"] == wanted), None)
    chosen = chosen or next((item for item in operations if item["id"] == FIRST), operations[0])
    return {
        "site": str(tk.config["ckan.site_url"]).rstrip("/"),
        "operations": operations,
        "call": call(chosen, args if args.get("call") == chosen["id"] else {}),
        "problems": problem_rows(lang),
        "limits": limits(),
        "changes": changes.read(CHANGES, lang),
        "samples": have,
    }


def all_operations(lang: str, have: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every path of the portal's own document but those of single tables, in its order."""
    document = openapi.document(site="", title="", lang=lang, tables=(), all_tables=0, samples=have)
    return [
        {
            "id": entry["get"]["operationId"],
            "path": path,
            "summary": entry["get"]["summary"],
            "ours": "ours" in entry["get"]["tags"],
            "parameters": entry["get"]["parameters"],
        }
        for path, entry in document["paths"].items()
    ]


def call(operation: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """One operation with its inputs filled, the address they make, and the code to copy."""
    inputs = []
    for parameter in operation["parameters"]:
        example = parameter.get("example", "")
        # What a form was sent with counts, also where it was emptied.
        value = str(given.get(parameter["name"], "") if given else example)[:500].replace("\x00", "")
        inputs.append({**parameter, "value": value, "choices": parameter["schema"].get("enum", ())})
    filled = {item["name"]: item["value"] for item in inputs}
    missing = [item["name"] for item in inputs if item.get("required") and not item["value"]]
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    url = codes.address(site, operation["path"], filled)
    shown = [item for item in inputs if item.get("required") or item["value"]]
    more = [item for item in inputs if item not in shown]
    return {
        **operation,
        "inputs": shown,
        "more_inputs": more[:MOST_INPUTS],
        "missing": missing,
        "url": url,
        "codes": codes.all_of(url, LISTS.get(operation["id"], "")),
    }


def problem_rows(lang: str) -> list[dict[str, Any]]:
    """Kinds of problems with their addresses on the page."""
    table = problems.kinds()
    rows = [
        {"name": entry["name"], "status": status, "title": entry[lang]}
        for status, entry in table["statuses"].items()
    ]
    own = [
        {"name": name, "status": entry["status"], "title": entry[lang]}
        for name, entry in table["names"].items()
    ]
    return sorted(rows + own, key=lambda row: (row["status"], row["name"]))


def limits() -> dict[str, int]:
    """The limits in force; empty where there are none."""
    if not tk.config["ckanext.kielce.api.rate_limits"]:
        return {}
    keys = ("rate_anonymous", "rate_with_token", "rate_window")
    return {key: int(tk.config[f"ckanext.kielce.api.{key}"]) for key in keys}
