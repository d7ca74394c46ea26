"""Columns and rows: empty, doubled, out of range, undescribed, formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from ckanext.kielce.tables.shared import Column, Table

from ..domain.model import Finding
from .base import ContentCheck, Subject, has_word, plain, register, row_number

#: Keys of a data dictionary's entry under which something is said of a column.
DESCRIBED = ("description", "title", "label", "notes", "info")
#: What a spreadsheet takes for a formula, and what is none: "-5", "+48 41 …", "=" alone, "-brak-", "@handle".
FORMULA = r"^\s*(?:=\s*[^\s=].*|[+\-@]\s*[A-Za-z_.]+\s*\(.*|[=+\-@]\s*\w+\|.*!.*|[+\-@].*\|'.*'![A-Z]+\d+.*)$"
FORMULA_SOUND = r"^\s*=+\s*\d*[.,]?\d*\s*$"


@register
class EmptyColumn(ContentCheck):
    """Completeness by column: half of the cells or more are empty where nothing in the name says that they may be."""

    code = "empty_column"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a column; a few columns at most, the emptiest first."""
        for table in subject.tables:
            rows = table.frame.height
            if rows < self.rules["rows_least"]:
                continue
            empty = []
            for column in table.columns:
                entry = subject.dictionary.get(column.name) or {}
                share = table.frame[column.name].null_count() / rows
                limit = 0.0 if entry.get("required") in (True, "true") else self.rules["share_least"]
                if share > limit and not (limit and has_word(plain(column.title), self.rules["sound"])):
                    empty.append((share, column.name))
            for share, name in sorted(empty, reverse=True)[:5]:
                nulls = table.frame[name].is_null().arg_true()
                yield self.found(
                    subject,
                    column=name,
                    share=share,
                    count=len(nulls),
                    rows=rows,
                    row=row_number(table, int(nulls[0])),
                )


@register
class DuplicateRows(ContentCheck):
    """Whole rows that are there twice."""

    code = "duplicate_rows"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a table."""
        for table in subject.tables:
            frame = table.frame
            if frame.height < self.rules["rows_least"] or frame.width <= self.rules["dated_only_wide"]:
                continue
            if table.geometry is not None and len(table.geometry) == frame.height:
                frame = frame.with_columns(table.geometry.alias("\x1egeometry"))
            again = ~frame.select(pl.struct(pl.all()).is_first_distinct().alias("first"))["first"]
            count = int(again.sum())
            if count and count >= self.rules["share_least"] * frame.height:
                first = int(again.arg_true()[0])
                yield self.found(
                    subject,
                    count=count,
                    share=count / frame.height,
                    row=row_number(table, first),
                    certainty=0.9,
                )


@register
class DuplicateKeys(ContentCheck):
    """A column that is meant to tell rows apart and doesn't: declared as key, or an id that is nearly unique."""

    code = "duplicate_keys"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a column."""
        for table in subject.tables:
            for column in table.columns:
                entry = subject.dictionary.get(column.name) or {}
                declared = entry.get("key") in (True, "true") or entry.get("unique") in (True, "true")
                named = has_word(plain(column.title), [word for word in self.rules["key"] if len(word) > 3])
                named = named or plain(column.title) in self.rules["key"]
                if not declared and not (named and table.frame.height >= self.rules["rows_least"]):
                    continue
                values = table.frame[column.name]
                filled = values.drop_nulls()
                again = len(filled) - filled.n_unique()
                if not again or (
                    not declared and filled.n_unique() < self.rules["unique_least"] * len(filled)
                ):
                    continue
                doubled = (~values.is_first_distinct() & values.is_not_null()).arg_true()
                yield self.found(
                    subject,
                    count=again,
                    share=again / max(1, len(filled)),
                    column=column.name,
                    row=row_number(table, int(doubled[0])),
                    certainty=1.0 if declared else 0.85,
                )


@register
class OutOfRange(ContentCheck):
    """Numbers and words outside what the data dictionary, or the name of the column, allows."""

    code = "out_of_range"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a column."""
        for table in subject.tables:
            for column in table.columns:
                entry = subject.dictionary.get(column.name) or {}
                bounds, declared = self._bounds(column, entry)
                values = table.frame[column.name]
                if allowed := _allowed(entry):
                    odd = values.is_not_null() & ~values.cast(pl.String).is_in(allowed)
                    yield from self._one(subject, table, column, odd, "words", {"allowed": allowed[:5]}, True)
                elif bounds and values.dtype.is_numeric():
                    low, high = bounds
                    odd = pl.Series([False] * len(values), dtype=pl.Boolean)
                    odd = odd | (values < low) if low is not None else odd
                    odd = odd | (values > high) if high is not None else odd
                    said = {"minimum": low, "maximum": high}
                    variant = "below" if high is None else "above" if low is None else "range"
                    yield from self._one(subject, table, column, odd, variant, said, declared)

    def _one(
        self,
        subject: Subject,
        table: Table,
        column: Column,
        odd: pl.Series,
        variant: str,
        said: Mapping[str, Any],
        declared: bool,
    ) -> Iterator[Finding]:
        places = odd.fill_null(False).arg_true()
        if len(places):
            yield self.found(
                subject,
                variant,
                column=column.name,
                count=len(places),
                share=len(places) / max(1, table.frame.height),
                row=row_number(table, int(places[0])),
                value=str(table.frame[column.name][int(places[0])])[:40],
                certainty=1.0 if declared else 0.8,
                **said,
            )

    def _bounds(
        self, column: Column, entry: Mapping[str, Any]
    ) -> tuple[tuple[float | None, float | None] | None, bool]:
        constraints = entry.get("constraints") if isinstance(entry.get("constraints"), Mapping) else {}
        low = _number(entry.get("minimum", (constraints or {}).get("minimum")))
        high = _number(entry.get("maximum", (constraints or {}).get("maximum")))
        if low is not None or high is not None:
            return (low, high), True
        title = plain(column.title)
        for known in self.rules["ranges"]:
            unit = known.get("unit")
            if not has_word(title, known["name"]) or has_word(title, known.get("except", [])):
                continue
            if unit and column.unit not in unit:
                continue
            return (_number(known.get("minimum")), _number(known.get("maximum"))), False
        return None, False


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace(",", ".")) if value not in (None, "") else None
    except ValueError:
        return None


def _allowed(entry: Mapping[str, Any]) -> list[str]:
    constraints = entry.get("constraints") if isinstance(entry.get("constraints"), Mapping) else {}
    values = entry.get("enum") or (constraints or {}).get("enum") or []
    return [str(value) for value in values] if isinstance(values, list) else []


@register
class FormulaCells(ContentCheck):
    """Cells that a spreadsheet would run as formulas (CSV injection)."""

    code = "formula_cells"

    def applies(self, subject: Subject) -> bool:
        """In text files only: a workbook tells formulas from texts."""
        return bool(subject.tables) and subject.format in ("CSV", "TSV")

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a column."""
        for table in subject.tables:
            for column in table.columns:
                if table.frame[column.name].dtype != pl.String:
                    continue
                texts = table.frame[column.name].fill_null("")
                odd = texts.str.contains(FORMULA) & ~texts.str.contains(FORMULA_SOUND)
                places = odd.arg_true()
                if len(places):
                    yield self.found(
                        subject,
                        column=column.name,
                        count=len(places),
                        share=len(places) / max(1, len(texts)),
                        row=row_number(table, int(places[0])),
                        certainty=0.95,
                    )


def undescribed(columns: Mapping[str, str], dictionary: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Columns of which the data dictionary says nothing; it changes without the file, so it is looked at by itself."""
    return [name for name in columns if not any((dictionary.get(name) or {}).get(key) for key in DESCRIBED)]
