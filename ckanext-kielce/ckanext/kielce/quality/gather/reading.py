"""From a file to what an observation says of its content.

Files are sniffed, read and profiled by the room ``tables``; here the result is turned into the evidence that the
domain asks for: hashes by period or by row, months with data, empty cells, suspected personal data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from ckanext.kielce.common.periods import Period, is_sentinel, parse_period
from ckanext.kielce.tables import shared as tables

from ..content import judge_content
from ..domain import model as domain
from .codec import http_date
from .fetching import Fetched, format_of
from .personal import find_personal_data
from .subject import subject
from .text import text_of

log = logging.getLogger(__name__)

#: Hashes by period are kept for so many of the newest periods.
KEPT_PERIODS = 40
#: Months with rows are kept for so many of the newest months.
KEPT_MONTHS = 36
#: Rows of a period beyond which its values are not hashed (a copy of so large a period is no honest mistake).
PERIOD_ROWS = 50_000
#: At most about so many row hashes are kept of an undated table; a larger one is sampled by its hashes.
KEPT_ROWS = 4096
#: Problems that say a file isn't a table, rather than a bad one (a PDF, a picture).
NO_TABLE = frozenset({"no_table"})
#: Members of a series kept at most.
KEPT_MEMBERS = 2000


@dataclass
class PeriodContent:
    """What a table holds for one period: filled cells, and a hash of its values without the period itself."""

    period: Period
    cells: int = 0
    digest: str | None = None


@dataclass
class Reading:
    """A file's content, before it is known when it was seen.

    :ivar values: fields of the domain's observation
    :ivar periods: content by the last day of the period
    :ivar sample_level: see ``codec.profile_json``
    :ivar hash_bytes: no table: the file's bytes stand for its values
    :ivar newest_moment: newest moment that the data themselves state (columns of date and time only)
    :ivar text: the table as text for later comparisons (a CSV file as it is); None: no table, several, or too large
    :ivar findings: what the checks on content found
    :ivar checked: codes of the checks on content that were made
    """

    values: dict[str, Any]
    problems: list[dict[str, Any]] = field(default_factory=list)
    periods: dict[dt.date, PeriodContent] = field(default_factory=dict)
    sample_level: int = 0
    hash_bytes: bool = False
    newest_moment: dt.datetime | None = None
    text: bytes | None = None
    findings: tuple[domain.Finding, ...] = ()
    checked: frozenset[str] = frozenset()

    @classmethod
    def too_large(cls, resource: dict[str, Any]) -> Reading:
        """A file above the limit: known by its headers only."""
        return cls(
            values={"format_declared": format_of(resource) or None, "problems": ("too_large",)},
            problems=[
                {
                    "code": "too_large",
                    "message_pl": "Plik jest większy, niż portal pobiera; podziel go na części, np. po latach.",
                    "message_en": "The file is larger than the portal fetches; split it, for instance by year.",
                }
            ],
        )

    def observation(self, fetched: Fetched, now: dt.datetime) -> domain.Observation:
        """The domain's observation of this content, seen at ``now``."""
        values = dict(self.values)
        if self.hash_bytes:
            values["value_hash"] = fetched.sha256
        if self.newest_moment is not None:
            values["newest_at"] = min(self.newest_moment, now)
        if self.periods:
            values["oldest_period"] = min(self.periods)
            values["announced_until"] = max(self.periods)
            values["period_hashes"] = {
                end: item.digest for end, item in sorted(self.periods.items())[-KEPT_PERIODS:] if item.digest
            }
        return domain.Observation(
            observed_at=now,
            method=fetched.method,  # type: ignore[arg-type]
            http_status=fetched.status,
            etag=fetched.etag,
            last_modified=http_date(fetched.last_modified),
            length=fetched.length,
            bytes_sha256=fetched.sha256,
            last_checked_at=now,
            **values,
        )


def read_content(
    path: Path,
    resource: dict[str, Any],
    now: dt.datetime,
    *,
    package: dict[str, Any] | None = None,
    version_bytes: int = 0,
) -> Reading:
    """Read a local file as of ``now``; a file that can't be read is a reading too, and says why.

    :param package: the dataset, whose words tell what the content is about
    :param version_bytes: largest table whose text is wanted (see ``Reading.text``)
    """
    declared = format_of(resource) or None
    found_format = declared
    try:
        sniffed = tables.sniff(
            path, declared_format=declared, declared_encoding=resource.get("encoding") or None
        )
        found_format = sniffed.format
        found = tables.read(path, sniffed)
    except tables.TableError as error:
        codes = tuple(problem.code for problem in error.problems)
        # A PDF that says it is a PDF is no failure; a web page that says it is a table is one.
        no_table = codes[0] in NO_TABLE and "wrong_format" not in codes
        judged = judge_content(subject(path, found_format or "", (), package, resource, error.problems))
        return Reading(
            findings=judged.findings,
            checked=judged.checked,
            values={
                "parsed": None if no_table else False,
                "undated": True,
                "format_true": found_format,
                "format_declared": declared,
                "problems": () if no_table else codes,
            },
            problems=[] if no_table else [_problem(problem) for problem in error.problems],
            hash_bytes=True,
        )
    try:
        reading = _from_tables(found, sniffed, declared, now.date())
        told = [*sniffed.problems, *(warning for table in found for warning in table.warnings)]
        judged = judge_content(subject(path, sniffed.format, found, package, resource, told))
        reading.findings, reading.checked = judged.findings, judged.checked
        reading.text = text_of(path, sniffed.format, found, version_bytes)
        return reading
    except pl.exceptions.PolarsError as error:
        log.exception("Reading %s as a table failed", resource.get("url"))
        return _unread(declared, found_format, str(error))


def _unread(declared: str | None, found_format: str | None, detail: str) -> Reading:
    """A table that was parsed but could not be made sense of; one odd file must not stop the others."""
    return Reading(
        values={
            "parsed": False,
            "undated": True,
            "format_true": found_format,
            "format_declared": declared,
            "problems": ("unreadable",),
        },
        problems=[
            {
                "code": "unreadable",
                "message_pl": f"Nie można odczytać pliku: {detail}. Sprawdź plik i wgraj go ponownie.",
                "message_en": f"The file cannot be read: {detail}. Check the file and upload it again.",
            }
        ],
        hash_bytes=True,
    )


def _problem(problem: Any) -> dict[str, Any]:
    return {
        key: value
        for key in ("code", "message_pl", "message_en", "row", "column")
        if (value := getattr(problem, key, None)) is not None
    }


def _from_tables(found: list[Any], sniffed: Any, declared: str | None, today: dt.date) -> Reading:
    problems = [*sniffed.problems, *(warning for table in found for warning in table.warnings)]
    base = {
        "parsed": True,
        "format_true": sniffed.format,
        "format_declared": declared,
        "problems": tuple(dict.fromkeys(problem.code for problem in problems)),
    }
    shown = [_problem(problem) for problem in problems[:50]]
    if not found:
        return Reading({**base, "parsed": None, "undated": True}, shown, hash_bytes=True)
    profiled = [(table, tables.profile(table, today)) for table in found]
    # The largest dated table speaks for the file; the values of all of them make its hash.
    main, profile = max(profiled, key=lambda pair: (pair[1].time_layout is not None, pair[1].rows))
    cells = sum(table.frame.height * table.frame.width for table in found)
    empty = sum(sum(column.null_count() for column in table.frame.get_columns()) for table in found)
    values = {
        **base,
        "value_hash": _join(profile.value_hash for _, profile in profiled),
        "schema_fingerprint": _join(profile.schema_fingerprint for _, profile in profiled),
        "columns": {column.name: _type(column) for column in main.columns},
        "rows": sum(profile.rows for _, profile in profiled),
        "newest_period": profile.newest_period,
        "period_grain": profile.period_grain,
        "series": dict(list(profile.series.items())[:KEPT_MEMBERS]),
        "undated": profile.time_layout is None,
        "total_columns": len(main.columns),
        "null_share": round(empty / cells, 6) if cells else 0.0,
        "pii": tuple(find for table in found for find in find_personal_data(table.frame)),
    }
    reading = Reading(values, shown)
    if profile.time_layout is None:
        level, hashes = sampled(tables.row_keys(main))
        reading.sample_level = level
        values["row_hashes"] = hashes
    else:
        reading.periods = (
            content_by_period(main.frame, profile.time_column)
            if profile.time_column
            else content_by_header(main.frame)
        )
        values["active_months"] = active_months(reading.periods)
        if profile.time_column:
            reading.newest_moment = newest_moment(main.frame[profile.time_column])
    return reading


def newest_moment(column: pl.Series) -> dt.datetime | None:
    """Newest moment of a column of date and time (read as UTC); None for a column of days."""
    if column.dtype != pl.Datetime:
        return None
    newest = column.max()
    return newest.replace(tzinfo=dt.timezone.utc) if isinstance(newest, dt.datetime) else None


def _type(column: Any) -> str:
    """A column's type; a date's with its format, whose change breaks what others have built on it."""
    dated = column.type in ("date", "datetime") and column.format
    return f"{column.type}:{column.format}" if dated else column.type


def _join(hashes: Iterable[str]) -> str:
    """One hash of several: of one it is the hash itself, of more it doesn't depend on their order."""
    items = sorted(hashes)
    return items[0] if len(items) == 1 else hashlib.sha256("\n".join(items).encode()).hexdigest()


def _canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns by name and cells as text, so that 12 and 12.0 are the same and the order of columns is nothing."""
    columns = []
    for name in sorted(frame.columns):
        column = frame[name]
        if column.dtype.is_float():
            whole = column.cast(pl.Int64, strict=False)
            same = (whole.cast(pl.Float64) == column).fill_null(False)
            text = pl.select(
                pl.when(same).then(whole.cast(pl.String)).otherwise(column.round(9).cast(pl.String))
            ).to_series()
        else:
            text = column.cast(pl.String, strict=False)
        columns.append(text.fill_null("").str.strip_chars().alias(name))
    return pl.DataFrame(columns)


def _row_texts(frame: pl.DataFrame) -> list[str]:
    if not frame.width:
        return []
    return _canonical(frame).select(pl.concat_str(pl.all(), separator="\x1f")).to_series().to_list()


def sampled(keys: list[int]) -> tuple[int, frozenset[int]]:
    """Keys of rows, thinned out consistently when there are many.

    :returns: (level, keys divisible by ``2 ** level``)
    """
    level = max(0, math.ceil(math.log2(len(keys) / KEPT_ROWS))) if len(keys) > KEPT_ROWS else 0
    step = 1 << level
    return level, frozenset(key for key in keys if key % step == 0)


def content_by_period(frame: pl.DataFrame, time_column: str) -> dict[dt.date, PeriodContent]:
    """Filled cells and a hash of values for each period of a table, sentinels left out."""
    others = frame.drop(time_column)
    measured = [name for name in others.columns if others[name].dtype.is_numeric()] or others.columns
    keyed = (
        frame.with_row_index("__row")
        .group_by(frame[time_column].alias("__time"), maintain_order=True)
        .agg(
            pl.col("__row"),
            pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in measured)
            .sum()
            .alias("__cells")
            if measured
            else pl.len().cast(pl.Int64).alias("__cells"),
        )
    )
    content: dict[dt.date, PeriodContent] = {}
    rows: dict[dt.date, list[int]] = {}
    for value, indexes, cells in keyed.iter_rows():
        period = parse_period(value)
        if period is None or is_sentinel(period):
            continue
        item = content.setdefault(period.end, PeriodContent(period))
        item.cells += int(cells or 0)
        rows.setdefault(period.end, []).extend(indexes)
    kept = [end for end in sorted(content)[-KEPT_PERIODS:] if len(rows[end]) <= PERIOD_ROWS]
    texts = (
        iter(_row_texts(others[[index for end in kept for index in rows[end]]])) if others.width else iter(())
    )
    for end in kept:
        lines = sorted(itertools.islice(texts, len(rows[end])))
        content[end].digest = hashlib.blake2b("\n".join(lines).encode(), digest_size=12).hexdigest()
    return content


def content_by_header(frame: pl.DataFrame) -> dict[dt.date, PeriodContent]:
    """The same of a table with a column a period ("wskaźnik; 2019; 2020")."""
    content: dict[dt.date, PeriodContent] = {}
    for name in frame.columns:
        period = parse_period(name)
        if period is None or is_sentinel(period):
            continue
        texts = _row_texts(frame.select(pl.col(name).alias("value")))
        content[period.end] = PeriodContent(
            period,
            cells=frame.height - frame[name].null_count(),
            digest=hashlib.blake2b("\n".join(texts).encode(), digest_size=12).hexdigest(),
        )
    return content


def active_months(periods: dict[dt.date, PeriodContent]) -> frozenset[str]:
    """Months (``YYYY-MM``) that have rows, of periods no longer than a month."""
    ends = [end for end, item in periods.items() if item.period.days <= 31 and item.cells]
    return frozenset(sorted({f"{end:%Y-%m}" for end in ends})[-KEPT_MONTHS:])
