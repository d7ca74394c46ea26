"""Between the domain's observation (plain data) and a row of the table: lossless both ways.

What queries need has columns of its own; the rest is kept in the JSON column ``profile``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from .. import model
from ..domain import model as domain

#: Fields of the domain's observation that are dates, kept in JSON as ISO text.
DATES = ("oldest_period", "announced_until")
#: Fields kept in JSON as they are.
PLAIN = (
    "period_grain",
    "undated",
    "new_rows",
    "parsed",
    "format_true",
    "format_declared",
    "described_columns",
    "total_columns",
    "null_share",
)
#: Where a method of our rows differs from the domain's vocabulary.
METHODS: Mapping[str, domain.ObservationMethod] = {"import": "get"}


def http_date(text: str | None) -> dt.datetime | None:
    """A ``Last-Modified`` header as a moment; None when there is none or it is no date."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def profile_json(observation: domain.Observation, sample_level: int = 0) -> dict[str, Any]:
    """The parts of an observation that have no column of their own.

    :param sample_level: ``row_hashes`` holds the hashes divisible by ``2 ** sample_level`` (0: all)
    """
    stored: dict[str, Any] = {name: getattr(observation, name) for name in PLAIN}
    for name in DATES:
        value = getattr(observation, name)
        stored[name] = value.isoformat() if value else None
    stored["newest_at"] = observation.newest_at.isoformat() if observation.newest_at else None
    stored["columns"] = dict(observation.columns)
    stored["period_hashes"] = {end.isoformat(): value for end, value in observation.period_hashes.items()}
    stored["active_months"] = sorted(observation.active_months)
    stored["series"] = {member: end.isoformat() for member, end in observation.series.items()}
    stored["row_hashes"] = sorted(observation.row_hashes)
    stored["sample_level"] = sample_level
    stored["problems"] = list(observation.problems)
    stored["pii"] = (
        None
        if observation.pii is None
        else [{"code": item.code, "count": item.count, "column": item.column} for item in observation.pii]
    )
    empty = {key for key, value in stored.items() if value is None or (value in ([], {}) and key != "pii")}
    return {key: value for key, value in stored.items() if key not in empty}


def to_row(
    observation: domain.Observation,
    *,
    package_id: str,
    resource_id: str,
    method: str,
    url: str | None,
    problems: list[dict[str, Any]],
    sample_level: int = 0,
    description: str | None = None,
) -> model.Observation:
    """A new row for an observation; nothing is written."""
    return model.Observation(
        package_id=package_id,
        resource_id=resource_id,
        observed_at=observation.observed_at,
        last_seen_at=observation.last_checked_at or observation.observed_at,
        checks=observation.checks,
        method=method,
        url=url,
        http_status=observation.http_status,
        etag=observation.etag,
        last_modified=format_datetime(observation.last_modified.astimezone(dt.timezone.utc), usegmt=True)
        if observation.last_modified
        else None,
        content_length=observation.length,
        bytes_sha256=observation.bytes_sha256,
        value_hash=observation.value_hash,
        schema_fingerprint=observation.schema_fingerprint,
        row_count=observation.rows,
        newest_period=observation.newest_period,
        description=description,
        profile=profile_json(observation, sample_level),
        problems=problems,
    )


def from_row(row: model.Observation, sample_level: int = 0) -> domain.Observation:
    """The domain's observation of a stored row.

    :param sample_level: thin the row hashes out to those divisible by ``2 ** sample_level``, so that versions that
        were sampled differently can be compared
    """
    stored = row.profile or {}
    step = 1 << sample_level
    newest_at = stored.get("newest_at")
    pii = stored.get("pii")
    return domain.Observation(
        observed_at=row.observed_at,
        method=METHODS.get(row.method, row.method),  # type: ignore[arg-type]
        http_status=row.http_status,
        etag=row.etag,
        last_modified=http_date(row.last_modified),
        length=row.content_length,
        bytes_sha256=row.bytes_sha256,
        value_hash=row.value_hash,
        schema_fingerprint=row.schema_fingerprint,
        columns=stored.get("columns", {}),
        rows=row.row_count,
        newest_period=row.newest_period,
        oldest_period=_date(stored.get("oldest_period")),
        period_grain=stored.get("period_grain"),
        newest_at=dt.datetime.fromisoformat(newest_at) if newest_at else None,
        announced_until=_date(stored.get("announced_until")),
        period_hashes={
            dt.date.fromisoformat(end): value for end, value in stored.get("period_hashes", {}).items()
        },
        active_months=frozenset(stored.get("active_months", ())),
        series={member: dt.date.fromisoformat(end) for member, end in stored.get("series", {}).items()},
        undated=stored.get("undated", False),
        row_hashes=frozenset(value for value in stored.get("row_hashes", ()) if value % step == 0),
        new_rows=stored.get("new_rows"),
        problems=tuple(stored.get("problems", ())),
        parsed=stored.get("parsed"),
        format_true=stored.get("format_true"),
        format_declared=stored.get("format_declared"),
        described_columns=stored.get("described_columns"),
        total_columns=stored.get("total_columns"),
        null_share=stored.get("null_share"),
        pii=None if pii is None else tuple(domain.PiiFinding(**item) for item in pii),
        checks=row.checks,
        last_checked_at=row.last_seen_at,
    )
