"""Reading a history folder (quality model, section 5) without any service.

Raises `HistoryFolderError` with the place and the remedy; looks later than `as_of` are left out, as are looks that the
source answered with an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

TIMELINE = "timeline.json"


class HistoryFolderError(Exception):
    """The folder isn't a history; the message says where and what would mend it."""


@dataclass(frozen=True, slots=True)
class Look:
    """One observation: what the source said and how the set was described then."""

    at: datetime
    file: str
    last_modified: datetime | None = None
    metadata_modified: datetime | None = None
    declared: str = ""
    declared_days: float | None = None
    description: str = ""
    temporal_coverage: Any = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class FrequencyChange:
    """A declared change of rhythm with what was said of it."""

    at: datetime
    to: str
    public_reason: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class TwinDeclaration:
    """Where the same numbers are to be found, and how the columns of both correspond."""

    other: str
    keys: tuple[tuple[str, str], ...]
    """(column here, column there)."""
    value: tuple[str, str]
    unit: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Folder:
    """A history as read, files unopened."""

    path: Path
    title: str
    as_of: datetime
    looks: tuple[Look, ...]
    changes: tuple[FrequencyChange, ...] = ()
    twin: TwinDeclaration | None = None
    ended_members: frozenset[str] = frozenset()
    """Members of the series that were declared ended, beside what the description says."""
    raw: Mapping[str, Any] = field(default_factory=dict)


def _moment(value: Any, where: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise HistoryFolderError(
            f"{where}: {value!r} is no ISO time; write it like 2026-10-31T06:00:00Z"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _maybe(value: Any) -> datetime | None:
    """A time that may be missing or unreadable: headers raise a suspicion at most."""
    if not value:
        return None
    try:
        return _moment(value, "")
    except HistoryFolderError:
        pass
    try:
        found = parsedate_to_datetime(str(value))
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _days(value: Any) -> float | None:
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _look(item: Any, number: int, folder: Path) -> Look | None:
    where = f"{TIMELINE}: observation {number}"
    if not isinstance(item, Mapping) or not item.get("observed_at"):
        raise HistoryFolderError(f"{where} has no “observed_at”; state when the file was seen")
    at = _moment(item["observed_at"], where)
    answer = item.get("http")
    http: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    status = http.get("status")
    failed = isinstance(status, int) and status >= 400
    name = item.get("file")
    if not name:
        if failed:
            return None
        raise HistoryFolderError(f"{where} has no “file”; name the version that was seen (v001.csv)")
    if failed:
        return None
    if Path(str(name)).name != str(name) or not (folder / str(name)).is_file():
        raise HistoryFolderError(
            f"{where} names {name}, which is not in the folder; add it or correct the name"
        )
    return Look(
        at=at,
        file=str(name),
        last_modified=_maybe(http.get("last_modified")),
        metadata_modified=_maybe(item.get("metadata_modified")),
        declared=_text(item.get("declared_frequency")),
        declared_days=_days(item.get("declared_days")),
        description=_text(item.get("description")),
        temporal_coverage=item.get("temporal_coverage"),
        archived=bool(item.get("archived")),
    )


def _pair(value: Any) -> tuple[str, str]:
    if isinstance(value, Mapping):
        return _text(value.get("this")), _text(value.get("other"))
    return _text(value), _text(value)


def _twin(value: Any) -> TwinDeclaration | None:
    if not isinstance(value, Mapping) or not value.get("other"):
        return None
    key = value.get("key")
    this, other = (key.get("this"), key.get("other")) if isinstance(key, Mapping) else (key, key)
    this, other = ([item] if isinstance(item, str) else list(item or ()) for item in (this, other))
    if len(this) != len(other):
        raise HistoryFolderError(
            f"{TIMELINE}: “twin.key” names {len(this)} columns here and {len(other)} there"
        )
    return TwinDeclaration(
        Path(str(value["other"])).name,
        tuple((str(a), str(b)) for a, b in zip(this, other, strict=True)),
        _pair(value.get("value")),
        _pair(value.get("unit")),
    )


def _changes(value: Any) -> tuple[FrequencyChange, ...]:
    found = []
    for item in value if isinstance(value, Sequence) and not isinstance(value, str) else ():
        if isinstance(item, Mapping) and item.get("at"):
            at = _moment(item["at"], f"{TIMELINE}: frequency_changes")
            reason, who = _text(item.get("public_reason")), _text(item.get("approved_by"))
            found.append(FrequencyChange(at, _text(item.get("to")), reason, who))
    return tuple(sorted(found, key=lambda change: change.at))


def read_folder(path: Path) -> Folder:
    """Read a folder's timeline and check that its files are there."""
    try:
        data = json.loads((path / TIMELINE).read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise HistoryFolderError(
            f"no {TIMELINE}; a history folder holds {TIMELINE} beside v001.csv, v002.csv …"
        ) from error
    except (ValueError, OSError) as error:
        raise HistoryFolderError(
            f"{TIMELINE} can't be read ({error}); write it again as JSON in UTF-8"
        ) from error
    items = data.get("observations") if isinstance(data, Mapping) else None
    if not isinstance(items, list) or not items:
        raise HistoryFolderError(
            f"{TIMELINE} has no list “observations”; add one entry for each look at the file"
        )
    looks = [look for number, item in enumerate(items, 1) if (look := _look(item, number, path)) is not None]
    if not looks:
        raise HistoryFolderError(
            "every observation failed, so there is no content to judge; add one that worked"
        )
    looks.sort(key=lambda look: look.at)
    as_of = _moment(data["as_of"], f"{TIMELINE}: as_of") if data.get("as_of") else looks[-1].at
    seen = tuple(look for look in looks if look.at <= as_of)
    if not seen:
        raise HistoryFolderError(f"{TIMELINE}: every observation is later than “as_of”; correct one of them")
    twin, changes = _twin(data.get("twin")), _changes(data.get("frequency_changes"))
    changes = tuple(change for change in changes if change.at <= as_of)
    return Folder(path, _text(data.get("title")) or path.name, as_of, seen, changes, twin, raw=data)
