"""What the portal holds, in numbers, read through the same actions that anybody may call."""

from __future__ import annotations

from typing import Any, TypedDict

from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk


class Summary(TypedDict):
    """``sources``: rows of name, type, datasets, last run, errors; ``totals``: rows of name and number."""

    sources: list[list[str | int]]
    totals: list[list[str | int]]


def summary(context: Any) -> Summary:
    """Sources, datasets by type, resources, loaded tables and rows, grades, and datasets without a grade."""
    return {"sources": sources(context) if plugin_loaded("harvest") else [], "totals": totals(context)}


def sources(context: Any) -> list[list[str | int]]:
    """One row a harvest source, with its last job's outcome."""
    rows: list[list[str | int]] = []
    for source in tk.get_action("harvest_source_list")({**context}, {}):
        status = tk.get_action("harvest_source_show_status")({**context}, {"id": source["id"]})
        job = status.get("last_job") or {}
        stats = job.get("stats") or {}
        rows.append(
            [
                source["title"],
                source["type"],
                status.get("total_datasets", 0),
                f"{job.get('status', 'never run')} {str(job.get('finished') or '')[:16]}".strip(),
                int(stats.get("errored", 0)) + len(job.get("gather_error_summary") or []),
            ]
        )
    return sorted(rows, key=lambda row: str(row[0]))


def totals(context: Any) -> list[list[str | int]]:
    """Datasets by type and grade, resources, tables and rows."""
    facets = ["dataset_type", "quality_grade", "quality_status"]
    query = {"q": "*:*", "fq": "state:active", "rows": 1000, "facet.field": facets, "facet.limit": -1}
    found = tk.get_action("package_search")({**context}, query)
    rows: list[list[str | int]] = [["datasets", found["count"]]]
    for field in facets:
        items = found["search_facets"].get(field, {"items": []})["items"]
        label = {"dataset_type": "of type", "quality_grade": "grade", "quality_status": "status"}[field]
        rows += [
            [f"  {label} {item['name']}", item["count"]]
            for item in sorted(items, key=lambda item: item["name"])
        ]
    resources = [resource for package in found["results"] for resource in package["resources"]]
    tables = [resource["id"] for resource in resources if resource.get("datastore_active")]
    rows += [
        ["resources", len(resources)],
        ["tables loaded", len(tables)],
        ["rows loaded", row_count(context, tables)],
    ]
    return rows


def row_count(context: Any, tables: list[str]) -> int:
    """Rows of the DataStore tables together."""
    total = 0
    for resource_id in tables:
        request = {"resource_id": resource_id, "limit": 0, "include_total": True}
        total += int(tk.get_action("datastore_search")({**context}, request)["total"])
    return total
