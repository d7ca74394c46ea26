"""Actions of the indicator store: a schema, a check of authorisation, a call into the room, a dict."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from .. import presentation, store
from ..domain.codes import CodeError, normalise
from ..domain.table import TableError, read_table
from ..domain.vocabulary import themes
from . import schema

__all__ = [
    "kielce_indicator_import",
    "kielce_indicator_list",
    "kielce_indicator_show",
    "kielce_indicator_values",
]


def _own_area() -> str:
    return str(tk.config.get("ckanext.kielce.indicators.own_area"))


def _code(text: str) -> str:
    try:
        return normalise(text)
    except CodeError as error:
        raise tk.ObjectNotFound(str(error)) from error


@tk.side_effect_free
@validate(schema.show)
def kielce_indicator_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return an indicator's card and its values in force.

    :param id: the indicator's code in any form: ``EC 5.1``, ``EC-5.1``, ``EV.8.4``
    :param revisions: with all earlier revisions of the values too (default false)
    :returns: the card with the words for its codes, ``values`` (own city first) and ``statuses``, the words for theirs
    """
    tk.check_access("kielce_indicator_show", context, data_dict)
    code = _code(data_dict["id"])
    card = store.card(code)
    if card is None:
        raise tk.ObjectNotFound(tk._("Indicator {code} has not been imported yet.").format(code=code))
    rows = [
        presentation.value_dict(row)
        for row in store.values([code], revisions=bool(data_dict.get("revisions")))
    ]
    return {
        **presentation.card_dict(card),
        "values": presentation.own_first(rows, _own_area()),
        "statuses": presentation.status_words(),
    }


@tk.side_effect_free
@validate(schema.listing)
def kielce_indicator_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the indicators of the store with the own city's newest value.

    :param q: words of the name or code
    :param theme: a theme's code, such as EC
    :param kind: ``core`` or ``supporting``
    :param offset: how many to skip (default 0)
    :param limit: how many to return at most (default 1000)
    :returns: ``count`` of all found, ``present``: how many of them have a value of the own city, ``area``: that city's name,
        ``results``: cards, each with ``value`` (the own city's newest value, or its gap with the reason, or None)
    """
    tk.check_access("kielce_indicator_list", context, data_dict)
    theme = str(data_dict.get("theme") or "").upper()
    if theme and theme not in themes():
        raise tk.ValidationError({"theme": [f"unknown theme {theme}; use one of {', '.join(themes())}"]})
    found = store.cards(theme or None, data_dict.get("kind"), data_dict.get("q"))
    area = _own_area()
    own: dict[str, list[dict[str, Any]]] = {}
    for row in store.values([card.code for card in found], area=area):
        own.setdefault(row.indicator, []).append(presentation.value_dict(row))
    newest = {code: presentation.latest(rows)[0] for code, rows in own.items()}
    start = data_dict["offset"]
    return {
        "count": len(found),
        "area": area,
        "present": sum(1 for value in newest.values() if value["value"] is not None),
        "results": [
            {**presentation.card_dict(card), "value": newest.get(card.code)}
            for card in found[start : start + data_dict["limit"]]
        ],
    }


@tk.side_effect_free
@validate(schema.values)
def kielce_indicator_values(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return values of the store as flat rows.

    :param indicator: code of one indicator (default: all)
    :param area: name of one city
    :param period: a year; an empty one is not told apart from none
    :param status: A (normal), O (no data) or U (doubtful)
    :param revisions: with all earlier revisions (default false: the ones in force)
    :param offset: how many to skip (default 0)
    :param limit: how many to return at most (default 10000)
    :returns: ``count`` of all found and ``results``: rows as published, see docs/reference/indicators.md
    """
    tk.check_access("kielce_indicator_values", context, data_dict)
    codes = [_code(data_dict["indicator"])] if data_dict.get("indicator") else None
    rows = store.values(
        codes, data_dict.get("area"), data_dict.get("period"), data_dict.get("status"), data_dict["revisions"]
    )
    start = data_dict["offset"]
    return {
        "count": len(rows),
        "results": [presentation.value_dict(row) for row in rows[start : start + data_dict["limit"]]],
    }


@validate(schema.import_table)
def kielce_indicator_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Import the report's table: cards and values are added or revised, never removed. All rows, or none.

    :param content: the table as CSV text: ``code,name_pl,kind,unit_note`` and a column for each city
    :param filename: the file's name, kept with the values and used in messages
    :param dry_run: check and report without writing (default false)
    :returns: counts of cards and values added, changed and unchanged, ``present`` by city, ``gaps`` and ``doubtful`` with reasons
    :raises ValidationError: with a line for each fault: file, row, column, remedy; nothing is imported then
    """
    tk.check_access("kielce_indicator_import", context, data_dict)
    try:
        table = read_table(data_dict["content"].encode(), data_dict["filename"])
    except TableError as error:
        raise tk.ValidationError({"content": [str(problem) for problem in error.problems]}) from error
    report = store.write(table, data_dict["filename"], dt.datetime.now(dt.timezone.utc))
    if data_dict["dry_run"]:
        model.Session.rollback()
    else:
        model.Session.commit()
    return {**report.as_dict(), "dry_run": data_dict["dry_run"]}
