"""Reading a source and planning what to do about each of its records. Nothing is written to the catalogue here.

The records stream through: a record is compared by its fingerprint with what is known, and only the new and the changed
leave a line in the plan (`HarvestItem`). When the source is read to its end, `verdict` decides whether the answer may be
believed; then the lines are given free for the writers, all in one transaction.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import missing, runs, store
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.harvest.records import (
    Client,
    Record,
    Source,
    SourceError,
    SourceUnchangedError,
    digest,
)
from ckanext.kielce.harvest.runs import LeaseLostError
from ckanext.kielce.harvest.verdict import Reading, refusal
from ckanext.kielce.harvest.words import both, reason, record_reason

if TYPE_CHECKING:
    from ckanext.kielce.harvest.base import SourceHarvester

log = logging.getLogger(__name__)

BATCH = 100  # lines written at a time
BATCH_SECONDS = 2.0  # and at least so often, so that progress is seen
FINGERPRINT = 16  # bytes of it that are kept in memory: 100,000 records take some 25 MB


class ReadTooLongError(SourceError):
    """The source was still talking when the time for a reading was up."""


@dataclass
class Known:
    """What is known of a source's records, small enough for a hundred thousand of them."""

    fingerprints: dict[str, bytes]
    odd: dict[str, str]  # guid -> state, where it is not active
    total: int
    alive: int


@dataclass
class Progress:
    """A reading under way."""

    run: HarvestRun
    known: Known
    counts: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    lines: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    flushed_at: float = field(default_factory=time.monotonic)


def known_records(source_id: str) -> Known:
    """What is known of the source. A dataset deleted by hand keeps its record from being written; a purged one does not."""
    rows = model.Session.execute(
        sa.select(
            HarvestRecord.guid,
            HarvestRecord.fingerprint,
            HarvestRecord.state,
            HarvestRecord.role,
            model.Package.state,
        )
        .outerjoin(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(HarvestRecord.source_id == source_id)
        .execution_options(yield_per=5000)
    )
    known = Known({}, {}, 0, 0)
    for guid, fingerprint, state, role, package_state in rows:
        known.total += 1
        if state == "active" and (package_state == "active" or (package_state and role == "also")):
            known.alive += 1
        if package_state == "deleted" and role == "owner":
            state = "deleted"
        elif package_state is None:
            state, fingerprint = "purged", None  # made again; nothing to miss while it is not
        elif state == "deleted":
            state, fingerprint = "active", None  # restored in the portal
        known.fingerprints[guid] = bytes.fromhex(fingerprint)[:FINGERPRINT] if fingerprint else b""
        if state != "active":
            known.odd[guid] = state
    return known


def basis_of(harvester: SourceHarvester, source: Source) -> str:
    """Digest of all that shapes a dataset besides its record."""
    return digest([harvester.info()["name"], harvester.mapping_version, source.config])


def read(
    run: HarvestRun, harvester: SourceHarvester, source: Source, *, minimum_share: float, seconds: float
) -> None:
    """Read the source for ``run`` and leave the run held, writing, or finished. Raises LeaseLostError.

    Whatever else goes wrong is written down in the run; nothing of a reading that was broken off before is left.
    """
    from ckanext.kielce.harvest import closing, preview

    model.Session.execute(sa.delete(HarvestItem).where(HarvestItem.run_id == run.id))
    run.basis, run.read, run.counts, run.total, run.done = basis_of(harvester, source), 0, {}, 0, 0
    model.Session.commit()
    try:
        store.owner_id(source)
        client = runs.client(source, run)
    except SourceError as error:  # no such organisation or secret: the source is not even asked
        closing.fail(
            run, {"cause": "settings", "pl": error.text("pl"), "en": error.text("en"), "numbers": {}}
        )
        return
    model.Session.commit()  # a source that takes its time must not keep the run and its state locked
    progress = Progress(run, known_records(source.id))
    broken: SourceError | FetchError | None = None
    try:
        _read_all(progress, harvester, source, client, time.monotonic() + seconds)
    except SourceUnchangedError:
        _note_client(run, client)
        closing.unchanged(run, progress.known.alive)
        return
    except (SourceError, FetchError) as error:
        broken = error
    except LeaseLostError:
        raise
    except sa.exc.SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("Reading %s failed", source.url)
        broken = SourceError(*both("unexpected", error=type(error).__name__))
    _note_client(run, client)
    _flush(progress)
    if run.kind == "dry_run":
        preview.fill(run, harvester, source)
    _conclude(progress, broken, harvester, source, minimum_share)


def _note_client(run: HarvestRun, client: Client) -> None:
    run.requests, run.bytes, run.expected = client.requests, client.bytes, client.expected


def _read_all(
    progress: Progress, harvester: SourceHarvester, source: Source, client: Client, until: float
) -> None:
    records: Iterator[Record] = iter(harvester.records(source, client))
    for record in records:
        progress.read += 1
        _consider(progress, record)
        if len(progress.lines) >= BATCH or time.monotonic() - progress.flushed_at > BATCH_SECONDS:
            progress.run.expected = client.expected
            progress.run.requests, progress.run.bytes = client.requests, client.bytes
            _flush(progress)
            if time.monotonic() > until:
                raise ReadTooLongError(*both("too_long", url=source.url, read=progress.read))


def _consider(progress: Progress, record: Record) -> None:
    """Compare one record with what is known and note what is to be done."""
    guid = record.guid.strip()
    if not guid:
        title = "?" if callable(record.content) else record.content.get("title", "?")
        why = reason("no_guid", title=title)
        if record.error:
            why |= {"pl": record.error, "en": record.error}
        _line(progress, f"?{progress.read}", "fail", error=why)
        return
    if guid in progress.seen:
        _line(progress, guid, "note", error=reason("double", guid=guid))
        return
    progress.seen.add(guid)
    if record.error:
        _line(progress, guid, "fail", error=reason("record", guid=guid, reason=record.error))
        return
    state = progress.known.odd.get(guid, "active")
    was = progress.known.fingerprints.get(guid)
    if was is not None and record.incomplete and was:
        _line(progress, guid, "note", error=reason("incomplete", guid=guid, reason=record.incomplete))
        return
    try:
        fingerprint = digest(
            [
                progress.run.basis,
                record.revision if record.revision is not None else record.loaded(),
                # never that of the complete record, which has to be written when it comes
                bool(record.incomplete),
            ]
        )
        if state == "deleted":
            progress.counts["unchanged"] += 1
            return
        if was and state == "active" and was == bytes.fromhex(fingerprint)[:FINGERPRINT]:
            progress.counts["unchanged"] += 1
            return
        content = record.loaded()
    except (SourceError, FetchError) as error:
        cause = "fetch" if isinstance(error, FetchError) else "unusable"
        _line(progress, guid, "fail", error=record_reason(error, guid, cause))
        return
    except Exception as error:
        log.exception("Record %s could not be read", guid)
        _line(progress, guid, "fail", error=reason("unmappable", guid=guid, error=type(error).__name__))
        return
    returns = state in ("missing", "archived")
    action = "create" if was is None else "return" if returns else "change"
    _line(
        progress,
        guid,
        action,
        content=json.dumps({"content": content, "problems": record.problems}, ensure_ascii=False),
        fingerprint=fingerprint,
        keys=list(record.keys),
        error=reason("incomplete", guid=guid, reason=record.incomplete) if record.incomplete else None,
    )


def _line(progress: Progress, guid: str, action: str, **values: Any) -> None:
    progress.counts["failed" if action == "fail" else action] += action != "note"
    progress.lines.append(
        {
            "run_id": progress.run.id,
            "source_id": progress.run.source_id,
            "guid": guid,
            "action": action,
            "state": "planned",
            "content": None,
            "fingerprint": None,
            "keys": [],
            "changes": [],
            "error": None,
            **values,
        }
    )


def _flush(progress: Progress) -> None:
    """Write the lines and how far we are; gives up when the run is no longer ours."""
    run = progress.run
    if progress.lines:
        model.Session.execute(sa.insert(HarvestItem), progress.lines)
        progress.lines = []
    runs.keep(run)
    run.read, run.counts = progress.read, dict(progress.counts)
    model.Session.commit()
    progress.flushed_at = time.monotonic()


def _conclude(
    progress: Progress,
    broken: SourceError | FetchError | None,
    harvester: SourceHarvester,
    source: Source,
    minimum_share: float,
) -> None:
    """Decide about the reading and let the writers begin, or not."""
    from ckanext.kielce.harvest import closing, preview

    run, known = progress.run, progress.known
    gone = [guid for guid in known.fingerprints if guid not in progress.seen]
    alive_gone = [guid for guid in gone if known.odd.get(guid, "active") == "active"]
    if broken is not None:
        why = _broken_reason(broken, progress.read)
        if progress.read == 0 or not progress.seen:
            # An answer that is not what was asked for waits for a decision; no answer is tried again.
            refused = not isinstance(broken, FetchError) and known.total > 0
            if refused and run.kind != "dry_run":
                missing.note(run, alive_gone)
                progress.counts["missing"] = len(alive_gone)
            run.counts = dict(progress.counts)
            closing.refuse(run, why) if refused else closing.fail(run, why)
            return
        run.reason, run.complete = why, False
    else:
        reading = Reading(
            progress.read, run.expected, known.alive, len(alive_gone), minimum_share, known.total
        )
        refused_by = refusal(reading)
        missing.note(run, alive_gone)
        progress.counts["missing"] = len(alive_gone)
        run.complete = True
        if refused_by:
            run.counts = dict(progress.counts)
            if run.kind != "dry_run":
                preview.fill(run, harvester, source)
            closing.refuse(run, refused_by.as_json(url=source.url))
            return
    run.counts = dict(progress.counts)
    closing.release(run)


def _broken_reason(error: SourceError | FetchError, read: int) -> dict[str, Any]:
    cause = error.kind if isinstance(error, FetchError) else "not_the_source"
    if isinstance(error, ReadTooLongError):
        cause = "too_long"
    if read:
        english = both("broken_off", read=read, reason=error.text("en"))[0]
        polish = both("broken_off", read=read, reason=error.text("pl"))[1]
    else:
        english, polish = error.text("en"), error.text("pl")
    return {"cause": cause, "pl": polish, "en": english, "numbers": {"read": read}}
