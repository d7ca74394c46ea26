"""From a resource to its table in the DataStore: fetch, recognise, read, load; always with a report."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import changes
from ckanext.kielce.tables import formats
from ckanext.kielce.tables.load import READER, LoadReport, load, loaded_source, set_active
from ckanext.kielce.tables.problems import TableError, problem
from ckanext.kielce.tables.read import read
from ckanext.kielce.tables.sniff import Sniff, sniff
from ckanext.kielce.tables.source import open_file
from ckanext.kielce.tables.table import Table

log = logging.getLogger(__name__)


def is_loadable(resource: Mapping[str, Any]) -> bool:
    """True for resources whose declared format may hold a table; DataStore-only resources are left to their owner."""
    if resource.get("url_type") in ("datastore", "tabledesigner"):
        return False
    declared = formats.canonical(resource.get("format"))
    if declared is None:
        last = str(resource.get("url") or "").split("?")[0].rsplit("/", 1)[-1]
        declared = formats.canonical(last.rsplit(".", 1)[-1]) if "." in last else None
    return declared in formats.TABULAR


def load_resource(resource: Mapping[str, Any], *, force: bool = False) -> LoadReport:
    """Bring the DataStore table of a resource up to date. Never raises on a bad file: see the report's status.

    An unchanged file (same bytes, same reader) is not loaded again unless ``force``.
    """
    resource_id = resource["id"]
    if not is_loadable(resource):
        return LoadReport(resource_id, "skipped")
    if not plugin_loaded("datastore"):
        return LoadReport(resource_id, "failed", problems=[problem("load_failed", detail="plugin datastore")])
    started = time.perf_counter()
    try:
        report = _load(resource, force)
    except TableError as err:
        failed = any(p.code in ("load_failed", "fetch_failed") for p in err.problems)
        report = LoadReport(resource_id, "failed" if failed else "no_table", problems=err.problems)
        log.info("No table loaded for resource %s: %s", resource_id, err)
    report.seconds = round(time.perf_counter() - started, 3)
    return report


def _load(resource: Mapping[str, Any], force: bool) -> LoadReport:
    resource_id = resource["id"]
    with open_file(resource) as file:
        if not force:
            known = loaded_source(resource_id)
            if known.get("sha256") == file.sha256 and known.get("reader") == READER:
                set_active(resource_id)
                return LoadReport(
                    resource_id, "unchanged", int(known.get("rows") or 0), table=known.get("table")
                )
        sniffed = sniff(file.path, resource.get("format"), resource.get("encoding"))
        tables = read(file.path, sniffed)
        table = choose(tables, sniffed)
        if len(tables) == 1:
            table.name = str(resource.get("name") or "") or table.name
        report = load(
            resource_id,
            table,
            dictionary=_columns(resource),
            source={
                "sha256": file.sha256,
                "rows": table.frame.height,
                "table": table.name,
                "format": sniffed.format,
            },
        )
    changes.tell([resource["package_id"]] if resource.get("package_id") else [])
    report.other_tables = [t.name for t in tables if t is not table]
    if table is not tables[0]:
        report.problems = [*tables[0].warnings, *report.problems]
    return report


def choose(tables: Sequence[Table], sniffed: Sniff) -> Table:
    """The one table of a file that goes into the DataStore: stops of a timetable, else the one with most rows."""
    if sniffed.format == "GTFS":
        stops = next((t for t in tables if t.name == "stops"), None)
        if stops is not None:
            return stops
    return max(tables, key=lambda t: t.frame.height)


def _columns(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The resource's data dictionary, whether it comes as a list or as JSON text."""
    value: Any = resource.get("columns") or []
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def load_by_id(resource_id: str, *, force: bool = False) -> LoadReport:
    """`load_resource` for an id, as the site user. Raises ``ObjectNotFound`` when there is no such resource."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    context: Any = {"ignore_auth": True, "user": site_user["name"]}
    return load_resource(tk.get_action("resource_show")(context, {"id": resource_id}), force=force)
