"""Counts of people so small, and places so exact, that they point at someone."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from ckanext.kielce.tables.shared import Table

from ..domain.model import Finding
from .base import ContentCheck, Subject, has_word, plain, register, row_number


@register
class SmallCells(ContentCheck):
    """Counts of 1 to 4 people by building, address, block or cell of a grid."""

    code = "small_cells"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a column of counts."""
        for table in subject.tables:
            place = self._place(table)
            if place is None or table.frame.height < self.rules["rows_least"]:
                continue
            for column in table.columns:
                title = plain(column.title)
                counts = column.type == "integer" and has_word(title, self.rules["count"])
                about = has_word(f"{title} {subject.words}", self.rules["people"])
                if not counts or not about or column.name == place:
                    continue
                values = table.frame[column.name]
                filled = int((values > 0).sum())
                small = (values > 0) & (values < self.rules["smaller_than"])
                count = int(small.sum())
                if count >= self.rules["cells_least"] and count >= self.rules["share_least"] * filled:
                    yield self.found(
                        subject,
                        count=count,
                        share=count / max(1, filled),
                        column=column.name,
                        place=place,
                        limit=self.rules["smaller_than"],
                        row=row_number(table, int(small.fill_null(False).arg_true()[0])),
                        certainty=0.8,
                    )

    def _place(self, table: Table) -> str | None:
        """The column that names a building or block; None when places are coarser."""
        titles = {column.name: plain(column.title) for column in table.columns}
        least = max(2, 0.5 * table.frame.height**0.5)
        for name, title in titles.items():
            if has_word(title, self.rules["count"]):
                continue
            if has_word(title, self.rules["place"]) and table.frame[name].n_unique() >= least:
                return name
        street = [n for n, title in titles.items() if has_word(title, self.rules["street"])]
        number = [
            n
            for n, title in titles.items()
            if n not in street
            and has_word(title, self.rules["number"])
            and self._house_numbers(table.frame[n])
        ]
        return number[0] if street and number else None

    def _house_numbers(self, values: pl.Series) -> bool:
        texts = values.drop_nulls().cast(pl.String)
        return len(texts) > 0 and bool(
            texts.str.contains(r"^\d{1,4} ?[A-Za-z]?(?:[/-]\d+)?$").mean() or 0 > 0.8
        )
