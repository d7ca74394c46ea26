"""What a table holds: columns, values, and above all which time it covers, as a whole and for each series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import polars as pl
from ckanext.kielce.common.periods import (
    TIME_COLUMN_MINIMUM,
    Grain,
    Period,
    is_sentinel,
    name_words,
    parse_period,
    time_column_score,
)
from ckanext.kielce.common.things import REGISTER_MINIMUM, is_grid, is_identity, several_years
from ckanext.kielce.tables.hashing import schema_fingerprint, value_hash
from ckanext.kielce.tables.table import ColumnType, Table

MAX_SERIES = 500
"""Members of a set of series beyond which the columns are taken for free text, not categories."""
_SAMPLE = 300
_MEASURE_WORDS = frozenset(
    ("liczba", "ilosc", "kwota", "wartosc", "suma", "cena", "koszt", "wplywy", "powierzchnia", "dlugosc",
     "szerokosc", "stan", "srednia", "udzial", "procent", "count", "amount", "value", "price", "total")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: counts of rows, and the least and greatest value of numbers and dates.

    ``last_period`` is the last day of the newest period in which this column has a value (dated tables only).
    """

    name: str
    type: ColumnType
    unit: str | None
    nulls: int
    distinct: int
    minimum: Any = None
    maximum: Any = None
    format: str | None = None
    last_period: dt.date | None = None


@dataclass(slots=True)
class Profile:
    """A table in figures. Periods are given by their last day; all of them had ended by ``today``.

    ``time_layout`` says where time is: in the rows of ``time_column``, in the header ("2019", "2020" …), or nowhere.
    ``series`` maps each series to its last period: members of the category columns ``series_columns`` ("Filia nr 1",
    several joined by " / "), or the numeric columns of a wide table.
    """

    rows: int
    columns: list[ColumnProfile]
    value_hash: str
    schema_fingerprint: str
    time_column: str | None = None
    time_layout: Literal["rows", "header"] | None = None
    period_grain: Grain | None = None
    newest_period: dt.date | None = None
    oldest_period: dt.date | None = None
    series_columns: list[str] = field(default_factory=list)
    series: dict[str, dt.date] = field(default_factory=dict)
    sentinels: int = 0
    future_rows: int = 0
    unreadable_periods: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain data with ISO dates, for JSON."""
        return _plain(asdict(self))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def profile(table: Table, today: dt.date | None = None) -> Profile:
    """Profile a table as of ``today`` (the present day in UTC when not given).

    Periods that have not ended by ``today`` and sentinels (1900-01-01, 9999-12-31 …) count for neither the newest
    nor the oldest period; rows that hold nothing but the time (placeholders) don't count either.
    """
    today = today or dt.datetime.now(dt.timezone.utc).date()
    result = Profile(
        rows=table.frame.height,
        columns=[],
        value_hash=value_hash(table),
        schema_fingerprint=schema_fingerprint(table),
    )
    last: dict[str, dt.date] = {}
    time_column = find_time_column(table)
    if time_column is not None:
        last = _by_rows(table, time_column, today, result)
    else:
        _by_header(table, today, result)
    result.columns = [_column(table, i, last) for i in range(len(table.columns))]
    return result


def _things_years(table: Table, years: str, values: list[Any]) -> bool:
    """Whether a column of years describes things: rows have names or ids of their own and make no series."""
    rows = len(table.frame)
    periods = [period for period in map(parse_period, values) if period]
    if rows < REGISTER_MINIMUM or not several_years(periods, rows):
        return False
    frame, others = table.frame, [column for column in table.columns if column.name != years]
    if not any(is_identity(column.title) and frame[column.name].n_unique() == rows for column in others):
        return False
    known = frame[years].n_unique()
    return not any(
        is_grid(
            rows, frame[column.name].n_unique(), known, frame.select(pl.struct(column.name, years)).n_unique()
        )
        for column in others
        if column.type == "text"
    )


def find_time_column(table: Table) -> str | None:
    """The column that says which time each row is about; the leftmost of those that say so equally well.

    Years in a table whose rows have names or ids of their own describe things (a cycle path's year), not observations.
    """
    best, best_score = None, TIME_COLUMN_MINIMUM
    for column in table.columns:
        series = table.frame[column.name]
        if column.type in ("number", "boolean") or series.null_count() == len(series):
            continue
        filled = series.drop_nulls()
        if series.null_count() > 0.5 * len(series):
            continue
        values: list[Any] = filled.head(5000).unique(maintain_order=True).head(_SAMPLE).to_list()
        score = time_column_score(column.title, values)
        if score and _things_years(table, column.name, values):
            continue
        if score > best_score or (best is None and score >= TIME_COLUMN_MINIMUM):
            best, best_score = column.name, score
    return best


def _periods(table: Table, column: str) -> pl.DataFrame:
    """Each distinct value of the time column with the first and last day of its period and its grain."""
    values = table.frame[column].drop_nulls().unique()
    if values.dtype == pl.Datetime:
        values = values.dt.date().unique()
    cells = values.to_list()
    read = [parse_period(cell) for cell in cells]
    return pl.DataFrame(
        {
            "value": values,
            "start": pl.Series([p.start if p else None for p in read], dtype=pl.Date),
            "end": pl.Series([p.end if p else None for p in read], dtype=pl.Date),
            "grain": pl.Series([p.grain if p else None for p in read], dtype=pl.String),
            "sentinel": pl.Series([bool(p) and is_sentinel(p) for p in read], dtype=pl.Boolean),
        }
    )


def _by_rows(table: Table, column: str, today: dt.date, result: Profile) -> dict[str, dt.date]:
    """Fill in the time part of ``result``; returns the last period of each column that has values."""
    periods = _periods(table, column)
    key = pl.col(column)
    if table.frame[column].dtype == pl.Datetime:
        key = key.dt.date()
    frame = table.frame.with_columns(key.alias("\x1evalue")).join(
        periods.rename(
            {"value": "\x1evalue", "end": "\x1eend", "grain": "\x1egrain", "sentinel": "\x1esentinel"}
        ),
        on="\x1evalue",
        how="left",
    )
    result.time_column, result.time_layout = column, "rows"
    result.sentinels = int(frame["\x1esentinel"].fill_null(False).sum())
    result.future_rows = int(((frame["\x1eend"] > today) & ~frame["\x1esentinel"]).fill_null(False).sum())
    result.unreadable_periods = int((frame["\x1evalue"].is_not_null() & frame["\x1eend"].is_null()).sum())
    others = [c.name for c in table.columns if c.name != column]
    sound = (pl.col("\x1eend") <= today) & ~pl.col("\x1esentinel")
    dated = frame.filter(sound)
    categories = _categories(table, column, dated)
    if measured := _measures(table, [name for name in others if name not in categories], dated):
        dated = dated.filter(pl.any_horizontal(pl.col(measured).is_not_null()))
    if dated.is_empty():
        return {}
    grains = dated["\x1egrain"].drop_nulls().value_counts(sort=True)
    result.period_grain = grains["\x1egrain"][0]
    result.newest_period = _as_date(dated["\x1eend"].max())
    result.oldest_period = _as_date(dated["\x1eend"].min())
    last = _last_by_column(dated, others)
    if categories:
        result.series_columns = categories
        label = pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("") for name in categories], separator=" / "
        )
        members = dated.group_by(label.alias("\x1eseries")).agg(pl.col("\x1eend").max()).sort("\x1eseries")
        result.series = dict(members.iter_rows())
    else:
        numeric = [c.name for c in table.columns if c.type in ("integer", "number") and c.name != column]
        result.series = {name: last[name] for name in numeric if name in last}
    return last


def _measures(table: Table, names: Sequence[str], dated: pl.DataFrame) -> list[str]:
    """The columns of which one must be filled, or the row is a mere placeholder: numbers that vary, else any."""
    kinds = {c.name: c.type for c in table.columns}
    varying = [n for n in names if kinds[n] in ("integer", "number") and dated[n].drop_nulls().n_unique() > 1]
    return varying or list(names)


def _as_date(value: Any) -> dt.date | None:
    return value if isinstance(value, dt.date) else None


def _last_by_column(dated: pl.DataFrame, names: Sequence[str]) -> dict[str, dt.date]:
    newest = dated.select(
        [pl.col("\x1eend").filter(pl.col(name).is_not_null()).max().alias(name) for name in names]
    )
    return {name: value for name, value in newest.row(0, named=True).items() if value is not None}


def _categories(table: Table, time_column: str, dated: pl.DataFrame) -> list[str]:
    """The fewest columns that, with time, tell rows apart; [] for a wide table or when there are none.

    Candidates repeat from period to period: text first, then codes written as whole numbers (a line's number).
    """
    rows = dated.height
    periods = dated["\x1evalue"].n_unique() if rows else 0
    if rows <= periods or periods < 2:
        return []
    candidates: list[tuple[str, int]] = []
    for column in table.columns:
        if column.name == time_column or column.type not in ("text", "integer", "boolean"):
            continue
        if column.type == "integer" and (column.unit or name_words(column.title) & _MEASURE_WORDS):
            continue
        distinct = dated[column.name].n_unique()
        if 1 < distinct <= MAX_SERIES and distinct * 2 <= rows:
            candidates.append((column.name, 0 if column.type == "text" else 1))
    chosen: list[str] = []
    unique = periods
    for rank in (0, 1):
        pool = [name for name, r in candidates if r == rank]
        while pool and unique < rows:
            counts = {name: dated.select([*chosen, name, "\x1evalue"]).n_unique() for name in pool}
            name = max(pool, key=lambda it: counts[it])
            if counts[name] <= unique or dated.select([*chosen, name]).n_unique() > MAX_SERIES:
                break
            chosen.append(name)
            pool.remove(name)
            unique = counts[name]
        if unique >= 0.98 * rows:
            break
    return sorted(chosen, key=dated.columns.index)


def _by_header(table: Table, today: dt.date, result: Profile) -> None:
    """Tables with a column a year: "wskaźnik; 2019; 2020; 2021"."""
    found: list[tuple[str, Period]] = []
    for column in table.columns:
        period = parse_period(column.title)
        if period and column.type in ("integer", "number", "text") and not is_sentinel(period):
            found.append((column.name, period))
    if len(found) < 2 or len({p.grain for _n, p in found}) > 1 or len(found) * 2 < len(table.columns):
        return
    ended = [(n, p) for n, p in found if p.end <= today and table.frame[n].null_count() < table.frame.height]
    if not ended:
        return
    result.time_layout, result.period_grain = "header", ended[0][1].grain
    result.newest_period = max(p.end for _n, p in ended)
    result.oldest_period = min(p.end for _n, p in ended)
    labels = [c.name for c in table.columns if c.type == "text" and c.name not in {n for n, _p in found}][:1]
    if (
        not labels
        or table.frame[labels[0]].n_unique() != table.frame.height
        or table.frame.height > MAX_SERIES
    ):
        return
    result.series_columns = labels
    for name, period in sorted(ended, key=lambda it: it[1]):
        for label in table.frame.filter(pl.col(name).is_not_null())[labels[0]].to_list():
            result.series[str(label)] = period.end


def _column(table: Table, index: int, last: dict[str, dt.date]) -> ColumnProfile:
    column = table.columns[index]
    series = table.frame[column.name]
    ordered = column.type not in ("text", "boolean")
    return ColumnProfile(
        name=column.name,
        type=column.type,
        unit=column.unit,
        nulls=series.null_count(),
        distinct=series.drop_nulls().n_unique(),
        minimum=series.min() if ordered else None,
        maximum=series.max() if ordered else None,
        format=column.format,
        last_period=last.get(column.name),
    )
