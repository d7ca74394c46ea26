"""People in a table: names with places of living, private addresses of e-mail. Only counts leave this module."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl
from ckanext.kielce.tables.shared import Table

from ..domain.model import Finding
from .base import ContentCheck, Subject, has_word, plain, register

_NAME = r"^\p{Lu}\p{Ll}+(?:[ -]\p{Lu}\p{Ll}+)*$"
_PHONE = r"^(?:\+?48)?[ -]?(?:\d[ -]?){9}$"


def _text(table: Table, name: str) -> pl.Series:
    return table.frame[name].cast(pl.String, strict=False).fill_null("").str.strip_chars()


@register
class Persons(ContentCheck):
    """Names of people beside the places where they live; officials and authors are no such people."""

    code = "persons"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a table."""
        for table in subject.tables:
            names, places = self._columns(table)
            if not names or not places:
                continue
            named = pl.Series([True] * table.frame.height, dtype=pl.Boolean)
            for name in names:
                named = named & _text(table, name).str.contains(_NAME)
            placed = pl.Series([False] * table.frame.height, dtype=pl.Boolean)
            for name in places:
                placed = placed | (_text(table, name) != "")
            count = int((named & placed).sum())
            if count >= self.rules["rows_least"] and count >= self.rules["share_least"] * table.frame.height:
                yield self.found(
                    subject,
                    count=count,
                    share=count / table.frame.height,
                    certainty=0.85,
                    columns=[*names, *places][:5],
                    column=names[0],
                )

    def _columns(self, table: Table) -> tuple[list[str], list[str]]:
        """Columns of names, and of places of living."""
        words = {
            column.name: plain(column.title)
            for column in table.columns
            if not has_word(plain(column.title), self.rules["roles"])
        }
        full = [name for name, title in words.items() if has_word(title, self.rules["full_name"])]
        first = [name for name, title in words.items() if has_word(title, self.rules["first_name"])]
        last = [name for name, title in words.items() if has_word(title, self.rules["last_name"])]
        names = full[:1] or ([first[0], last[0]] if first and last else [])
        places = [
            name
            for name, title in words.items()
            if name not in names and has_word(title, self.rules["place"]) and "mail" not in title
        ]
        strong = [name for name in places if not has_word(words[name], self.rules["place_weak"])]
        return names, places if strong else []


@register
class PrivateContacts(ContentCheck):
    """Mail boxes at hosts that people use privately, phones beside names: offices have addresses of their own."""

    code = "private_contacts"

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a column."""
        hosts = "|".join(re.escape(host) for host in self.rules["mail_hosts"])
        for table in subject.tables:
            names, _places = Persons()._columns(table)
            titles = {column.name: plain(column.title) for column in table.columns}
            people = [n for n, t in titles.items() if has_word(t, ["nazwisko", "nazwiska"])] or names
            for column in table.columns:
                texts = _text(table, column.name)
                filled = int((texts != "").sum())
                private = int(texts.str.to_lowercase().str.contains(rf"[\w.+-]+@(?:{hosts})\b").sum())
                if self._enough(private, filled):
                    yield self._one(subject, "mail", private, filled, column.name)
                elif people and has_word(titles[column.name], self.rules["phone"]):
                    phones = int(texts.str.contains(_PHONE).sum())
                    if self._enough(phones, filled):
                        yield self._one(subject, "phone", phones, filled, column.name)

    def _enough(self, count: int, filled: int) -> bool:
        return count >= self.rules["least"] and count >= self.rules["share_least"] * filled

    def _one(self, subject: Subject, variant: str, count: int, filled: int, column: str) -> Finding:
        return self.found(
            subject, variant, count=count, column=column, share=count / max(1, filled), certainty=0.7
        )
