"""What runs did, read from the engine's tables as plain data: counts, times, changes, errors by cause, progress."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest import runs
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.harvest.settings import ConfigError

# The kinds of change in the order of a report; "unchanged" has a count only, no items.
ACTIONS = ("create", "change", "return", "missing", "archive", "link", "fail", "note")
COUNTS = ("create", "change", "unchanged", "return", "missing", "archive", "linked", "failed", "stopped")
EXAMPLES = 10  # records shown of each cause of error
LEAST_FOR_ETA = dt.timedelta(seconds=3)  # an estimate from a shorter time is noise


def iso(moment: dt.datetime | None) -> str | None:
    """A moment as ISO text in UTC, to the second."""
    return moment.astimezone(dt.timezone.utc).isoformat(timespec="seconds") if moment else None


def run_of(run_id: str) -> HarvestRun | None:
    """The run with this id."""
    return model.Session.get(HarvestRun, run_id)


def last_runs(source_id: str, limit: int = 10) -> list[HarvestRun]:
    """The newest runs of a source, newest first."""
    query = (
        sa.select(HarvestRun)
        .where(HarvestRun.source_id == source_id)
        .order_by(HarvestRun.created_at.desc(), HarvestRun.id)
        .limit(limit)
    )
    return list(model.Session.scalars(query))


def describe(run: HarvestRun, now: dt.datetime | None = None) -> dict[str, Any]:
    """A run as plain data; times are ISO in UTC. ``progress`` is None when the run is not under way."""
    now = now or utc_now()
    end = run.finished_at or (now if run.state in runs.OPEN_STATES else run.read_at)
    begun = run.started_at
    reason = run.reason or None
    return {
        "id": run.id,
        "source_id": run.source_id,
        "kind": run.kind,
        "state": run.state,
        "outcome": run.outcome,
        "status": status(run),
        "created_at": iso(run.created_at),
        "started_at": iso(begun),
        "read_at": iso(run.read_at),
        "finished_at": iso(run.finished_at),
        "duration_seconds": round((end - begun).total_seconds(), 1) if begun and end else None,
        "expected": run.expected,
        "read": run.read,
        "counts": {name: int((run.counts or {}).get(name, 0)) for name in COUNTS},
        "total": run.total,
        "done": run.done,
        "requests": run.requests,
        "bytes": run.bytes,
        "reason": reason,
        "accepted_by": run.accepted_by,
        "accepted_at": iso(run.accepted_at),
        "progress": progress(run, now),
    }


def status(run: HarvestRun) -> str:
    """How a run stands, in one code: its outcome when it is finished, ``stopping``, else its state."""
    if run.state == "finished":
        return run.outcome or run.state
    return "stopping" if run.outcome == "stopped" else run.state


def progress(run: HarvestRun, now: dt.datetime) -> dict[str, Any] | None:
    """How far a run is: ``phase`` queued, reading, writing or stopping, ``done`` of ``total`` (None: not known), share, ETA.

    ``eta_seconds`` goes by the pace of the phase so far; None until there is a pace to go by.
    """
    if run.state not in runs.OPEN_STATES:
        return None
    done, total, begun = 0, None, None
    if run.state == "reading":
        done, total, begun = run.read, run.expected, run.started_at
    elif run.state == "writing":
        starts = [moment for moment in (run.accepted_at, run.read_at, run.started_at) if moment]
        done, total, begun = run.total - _left(run.id), run.total, max(starts, default=None)
    share = min(done / total, 1.0) if total else None
    eta = None
    if share and begun and now - begun >= LEAST_FOR_ETA:
        eta = round((now - begun).total_seconds() * (1 - share) / share)
    return {"phase": status(run), "done": done, "total": total, "share": share, "eta_seconds": eta}


def _left(run_id: str) -> int:
    """How many items of a run the writers have still to do."""
    query = (
        sa.select(sa.func.count())
        .select_from(HarvestItem)
        .where(HarvestItem.run_id == run_id, HarvestItem.state.in_(("ready", "written")))
    )
    return model.Session.scalar(query) or 0


def items(
    run_id: str, action: str | None = None, offset: int = 0, limit: int = 50
) -> tuple[int, list[dict[str, Any]]]:
    """(how many, one page of) what the run found out about records, in the order they were read."""
    conditions = [HarvestItem.run_id == run_id]
    if action:
        conditions.append(HarvestItem.action == action)
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(HarvestItem).where(*conditions)) or 0
    # an item that waits to be written does not name its dataset yet; its record does
    package_id = sa.func.coalesce(HarvestItem.package_id, HarvestRecord.package_id)
    query = (
        sa.select(
            HarvestItem.guid,
            HarvestItem.title,
            HarvestItem.action,
            HarvestItem.state,
            HarvestItem.changes,
            HarvestItem.error,
            package_id.label("package_id"),
            model.Package.name,
            model.Package.type,
            model.Package.title.label("package_title"),
        )
        .outerjoin(HarvestRecord, _same_record(HarvestItem))
        .outerjoin(model.Package, sa.and_(model.Package.id == package_id, model.Package.state == "active"))
        .where(*conditions)
        .order_by(HarvestItem.id)
        .offset(offset)
        .limit(limit)
    )
    run = run_of(run_id)
    original = originals(run.source_id if run else "")
    return total, [
        {**_item(row._mapping), "original_url": original(row.guid)} for row in model.Session.execute(query)
    ]


def originals(source_id: str) -> Callable[[str], str | None]:
    """Gives for a guid of the source the address at which a person can read the record there; None where there is none."""
    row = model.Session.get(HarvestSource, source_id)
    harvester = runs.harvester_of(row.type) if row else None
    if row is None or harvester is None:
        return lambda _guid: None
    try:
        source = runs.source_of(row)
    except ConfigError:
        return lambda _guid: None

    def address(guid: str) -> str | None:
        found = safe_url(harvester.original_url(guid, source) or "")
        return found if found.startswith(("http://", "https://")) else None

    return address


def _same_record(table: Any) -> Any:
    return sa.and_(HarvestRecord.source_id == table.source_id, HarvestRecord.guid == table.guid)


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "guid": row["guid"],
        "title": row["title"] or row["package_title"] or row["guid"],
        "action": row["action"],
        "state": row["state"],
        "changes": row["changes"] or [],
        "error": with_remedy(row["error"]) if row["error"] else None,
        "dataset": {"id": row["package_id"], "name": row["name"], "type": row["type"]}
        if row["name"]
        else None,
    }


def by_action(run_id: str) -> dict[str, int]:
    """How many items of each action the run has, in the order of a report, without those that are not there."""
    query = (
        sa.select(HarvestItem.action, sa.func.count())
        .where(HarvestItem.run_id == run_id)
        .group_by(HarvestItem.action)
    )
    found = dict(model.Session.execute(query).tuples().all())
    return {action: found[action] for action in ACTIONS if action in found}


def run_errors(run_id: str) -> list[dict[str, Any]]:
    """Errors of a run by cause, the most frequent first; each with heading, remedy, count and examples."""
    run = run_of(run_id)
    return _grouped(HarvestItem, HarvestItem.run_id == run_id, HarvestItem.id, run.source_id if run else "")


def record_errors(source_id: str) -> list[dict[str, Any]]:
    """The known records of a source that have an error now, by cause, as `run_errors`."""
    condition = sa.and_(HarvestRecord.source_id == source_id, HarvestRecord.state.in_(("active", "missing")))
    return _grouped(HarvestRecord, condition, HarvestRecord.guid, source_id)


def _grouped(table: Any, condition: Any, order: Any, source_id: str) -> list[dict[str, Any]]:
    cause = sa.func.coalesce(table.error["cause"].astext, "other")
    title = table.title if hasattr(table, "title") else table.draft["title"].astext
    ranked = (
        sa.select(
            table.source_id,
            table.guid,
            title.label("title"),
            table.error,
            table.package_id,
            cause.label("cause"),
            sa.func.count().over(partition_by=cause).label("count"),
            sa.func.row_number().over(partition_by=cause, order_by=order).label("rank"),
        )
        .where(condition, table.error.isnot(None))
        .subquery()
    )
    package_id = sa.func.coalesce(ranked.c.package_id, HarvestRecord.package_id)
    query = (
        sa.select(ranked, model.Package.name, model.Package.type, model.Package.title.label("package_title"))
        .outerjoin(HarvestRecord, _same_record(ranked.c))
        .outerjoin(model.Package, sa.and_(model.Package.id == package_id, model.Package.state == "active"))
        .where(ranked.c.rank <= EXAMPLES)
        .order_by(ranked.c["count"].desc(), ranked.c.cause, ranked.c.rank)
    )
    groups: dict[str, dict[str, Any]] = {}
    original = originals(source_id)
    for row in model.Session.execute(query):
        values = row._mapping
        group = groups.setdefault(
            values["cause"], {"cause": values["cause"], "count": values["count"], **heading(values["cause"])}
        )
        group.setdefault("records", []).append(
            {
                "guid": values["guid"],
                "title": values["title"] or values["package_title"] or values["guid"],
                "dataset": {"id": values["package_id"], "name": values["name"], "type": values["type"]}
                if values["name"]
                else None,
                "original_url": original(values["guid"]),
                **with_remedy(values["error"]),
            }
        )
    return list(groups.values())


def unmapped(source_id: str) -> list[dict[str, Any]]:
    """What the records say and the schema has no place for, by kind: ``[{kind, count}]``, the most frequent first."""
    notes = sa.func.jsonb_array_elements_text(HarvestRecord.notes).table_valued("value")
    kind = sa.func.split_part(notes.c.value, ":", 1)
    query = (
        sa.select(kind, sa.func.count())
        .select_from(HarvestRecord)
        .join(notes, sa.true())
        .where(HarvestRecord.source_id == source_id, HarvestRecord.state == "active")
        .group_by(kind)
        .order_by(sa.func.count().desc(), kind)
        .limit(30)
    )
    return [{"kind": row[0], "count": row[1]} for row in model.Session.execute(query)]


def tally(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts that are not zero, in the order of a report."""
    found = Counter(counts)
    return {name: found[name] for name in COUNTS if found[name]}


@cache
def _causes() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("causes.yaml").read_text(encoding="utf-8"))


def heading(cause: str | None) -> dict[str, str]:
    """``pl`` and ``en`` heading of a cause with ``remedy_pl`` and ``remedy_en``; variants go by what stands before ":"."""
    known = _causes()
    plain = (cause or "").partition(":")[0]
    return dict(known.get(cause or "") or known.get(plain) or known["other"])


def with_remedy(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error with its sentences in both languages and, where it has none of its own, the remedy of its cause."""
    general = heading(error.get("cause"))
    english = error.get("en") or error.get("pl") or general["en"]
    return {
        "cause": error.get("cause") or "other",
        "pl": error.get("pl") or english,
        "en": english,
        "remedy_pl": error.get("remedy_pl") or general["remedy_pl"],
        "remedy_en": error.get("remedy_en") or general["remedy_en"],
    }
