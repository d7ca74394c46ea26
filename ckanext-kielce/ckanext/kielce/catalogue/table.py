"""A page of a table as it is drawn: a view of it that an address asks for, with the words of the page's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue import labels, preview
from ckanext.kielce.common import formatting
from ckanext.kielce.tables.shared import (
    COMPARISONS,
    WITHOUT_VALUE,
    Condition,
    Field,
    Misread,
    View,
    asked,
    rows,
)
from ckanext.kielce.tables.view import first

ROWS = 20
Args = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Column:
    """A column of the table on the page."""

    id: str
    title: str
    unit: str
    note: str
    numeric: bool


@dataclass
class TablePage:
    """One page of a table: texts ready in the page's language.

    ``problem`` says why there are no rows, ``notes`` what of the address was left out.
    """

    resource_id: str
    view: View
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    ids: Sequence[int] = ()
    first: int = 0
    total: int = 0
    more_than_total: bool = False
    has_before: bool = False
    has_after: bool = False
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    chips: list[dict[str, str]] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the view."""
        return self.view.pairs()

    def query(self, **changes: Any) -> str:
        """The part after "?" of this view's address; ``changes``: ``sort`` and ``desc``, or a place (``after``, ``row`` …)."""
        view = self.view
        if "sort" in changes:
            view = View(view.q, view.conditions, changes.pop("sort"), bool(changes.pop("desc", False)))
        place = [(name, str(value)) for name, value in changes.items() if value]
        return urlencode([("file", self.resource_id), *view.pairs(), *place])

    def without(self, at: int) -> str:
        """The same without one condition."""
        kept = tuple(one for number, one in enumerate(self.view.conditions) if number != at)
        view = View(self.view.q, kept, self.view.sort, self.view.descending)
        return urlencode([("file", self.resource_id), *view.pairs()])


def table(resource: Mapping[str, Any], args: Args, lang: str) -> TablePage | None:
    """Return the page of a table that an address asks for; None when the file has no table or is not the reader's to see.

    Besides the view the address holds the place: ``after`` or ``before`` (the number of a row), ``end``, and ``row``, the
    place of the page's first row in the view.
    """
    if not resource.get("datastore_active"):
        return None
    try:
        tk.check_access("resource_show", {}, {"id": resource["id"]})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    view = View()
    try:
        with rows.reading() as cursor:
            fields = rows.fields(cursor, resource["id"])
            wanted = asked(args, fields)
            view = wanted.view
            page = rows.read_page(
                cursor, resource["id"], fields, view, ROWS,
                after=_number(args, "after"), before=_number(args, "before"), end=bool(first(args, "end")),
            )  # fmt: skip
    except rows.ViewError as err:
        if err.code == "missing":
            return None
        return _slow(resource, view, fields, lang)
    return _drawn(
        resource, page, wanted.view, [note(problem, lang) for problem in wanted.misread], args, lang
    )


def _number(args: Args, name: str) -> int | None:
    text = first(args, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _slow(resource: Mapping[str, Any], view: View, fields: Sequence[Field], lang: str) -> TablePage:
    problem = tk._(
        "The database took too long over so large a table. Take fewer conditions, sort by nothing, or download the whole table."
    )
    columns = _columns(resource, fields, lang)
    return TablePage(resource["id"], view, columns, problem=problem, chips=_chips(view, columns))


def _drawn(
    resource: Mapping[str, Any], page: rows.Page, view: View, notes: list[str], args: Args, lang: str
) -> TablePage:
    values = list(zip(*page.rows, strict=True)) if page.rows else [()] * len(page.fields)
    plain = [
        entry.kind == "number" and preview.names_something(entry.id, column)
        for entry, column in zip(page.fields, values, strict=True)
    ]
    columns = _columns(resource, page.fields, lang)
    start = _number(args, "row") or 1 if page.has_before else 1
    if page.rows and not page.has_after and page.has_before and not page.more_than_total:
        start = page.total - len(page.rows) + 1
    return TablePage(
        resource["id"],
        view,
        columns,
        rows=[
            [
                preview.cell(value, entry, lang, names)
                for value, entry, names in zip(row, page.fields, plain, strict=True)
            ]
            for row in page.rows
        ],
        ids=page.ids,
        first=start if page.rows else 0,
        total=page.total,
        more_than_total=page.more_than_total,
        has_before=page.has_before,
        has_after=page.has_after,
        notes=notes,
        chips=_chips(view, columns),
    )


def _columns(resource: Mapping[str, Any], fields: Sequence[Field], lang: str) -> list[Column]:
    described = preview.described(resource)
    found = []
    for entry in fields:
        said = described.get(entry.id, {})
        found.append(
            Column(
                id=entry.id,
                title=preview.spoken(said, "title", lang) or entry.label or entry.id,
                unit=str(said.get("unit") or entry.unit or ""),
                note=preview.spoken(said, "description", lang) or entry.notes,
                numeric=entry.kind == "number",
            )
        )
    return found


def _chips(view: View, columns: Sequence[Column]) -> list[dict[str, str]]:
    titles = {column.id: column.title for column in columns}
    return [
        {"text": condition_text(condition, titles.get(condition.column, condition.column))}
        for condition in view.conditions
    ]


def condition_text(condition: Condition, title: str) -> str:
    """A condition as people say it: "Rok od 2020"."""
    words = tk._(labels.COMPARISONS[condition.comparison])
    return " ".join(part for part in (title, words, condition.value) if part)


def note(problem: Misread, lang: str) -> str:
    """What is told of a part of an address that was left out."""
    known = {"column": problem.column, "value": problem.value}
    if problem.code == "many":
        known["value"] = formatting.number(problem.value, lang)
    return str(tk._(labels.MISREAD[problem.code])).format(**known)


def comparisons() -> list[dict[str, str]]:
    """The comparisons of the form: code and words."""
    return [
        {"code": code, "title": tk._(labels.COMPARISONS[code]), "bare": "1" if code in WITHOUT_VALUE else ""}
        for code in COMPARISONS
    ]
