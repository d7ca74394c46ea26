"""A Jupyter notebook (nbformat 4.5) to start from, for one dataset. Pure.

It needs Python's own library and pandas, reads this portal and nothing else, and runs from top to bottom as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

WORDS: Mapping[str, Mapping[str, str]] = {
    "pl": {
        "intro": "# {title}\n\n{notes}\n\nŹródło: [{portal}]({page}), kto publikuje: {publisher}. Licencja: {licence}.",
        "setup": "## Przygotowanie\n\nPotrzebne jest tylko `pandas`. Dane przychodzą prosto z portalu, bez klucza.",
        "tables": "## Tabele\n\nTe pliki zbioru są tabelami:",
        "meaning": "### {name}: co znaczą kolumny",
        "rows": (
            "### Wiersze\n\n`rows` czyta stronę za stroną, aż do `most` wierszy; warunki i kolejność jak w API "
            "(`filters`, `sort`, `q`)."
        ),
        "look": "### Pierwsze spojrzenie",
        "files": "## Pliki zbioru\n\nPortal nie ma z nich tabeli; adresy prowadzą do źródła.",
        "next": (
            "## Dalej\n\n* Wszystkie adresy: [{portal}/developers]({developers})\n* Opis tabel zbioru jako OpenAPI: <{openapi}>\n"
            "* Zmiany, o których warto wiedzieć: <{changes}>"
        ),
    },
    "en": {
        "intro": "# {title}\n\n{notes}\n\nSource: [{portal}]({page}), published by: {publisher}. Licence: {licence}.",
        "setup": "## Before\n\nOnly `pandas` is needed. The data come straight from the portal, without a key.",
        "tables": "## Tables\n\nThese files of the dataset are tables:",
        "meaning": "### {name}: what the columns mean",
        "rows": (
            "### Rows\n\n`rows` reads page after page, up to `most` rows; conditions and order as in the API "
            "(`filters`, `sort`, `q`)."
        ),
        "look": "### A first look",
        "files": "## Files of the dataset\n\nThe portal has no table of them; the addresses lead to the source.",
        "next": (
            "## On\n\n* All addresses: [{portal}/developers]({developers})\n* The dataset's tables as OpenAPI: <{openapi}>\n"
            "* Changes worth knowing of: <{changes}>"
        ),
    },
}
SETUP = '''import json
import urllib.parse
import urllib.request

import pandas as pd

PORTAL = {portal!r}


def get(address):
    """Read JSON from an address of the portal."""
    if address.startswith("/"):
        address = PORTAL + address
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


def rows(table, most=10_000, **question):
    """Rows of a table, page after page, as a DataFrame with real dates."""
    address = f"/api/tables/{{table}}/rows?" + urllib.parse.urlencode({{"limit": min(most, 5_000), **question}})
    found, columns = [], []
    while address and len(found) < most:
        page = get(address)
        found += page["rows"]
        columns = page["columns"]
        address = page["next"]
    frame = pd.DataFrame(found[:most], columns=["_id", *(column["name"] for column in columns)])
    frame = frame.set_index("_id")
    for column in columns:
        if column.get("format") == "date" or "pattern" in column:
            frame[column["name"]] = pd.to_datetime(frame[column["name"]], errors="coerce")
    return frame'''


def build(
    *,
    portal: str,
    lang: str,
    about: Mapping[str, str],
    tables: Sequence[tuple[str, str]],
    files: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The notebook as a dict.

    :param about: ``title``, ``notes``, ``page``, ``publisher``, ``licence``, ``developers``, ``openapi``, ``changes``
    :param tables: (id, name) of each table
    :param files: ``name``, ``format``, ``url`` of files without a table
    """
    say = {
        key: text.format_map({**about, "portal": portal, "name": "{name}"})
        for key, text in WORDS[lang].items()
    }
    cells = [_text(say["intro"]), _text(say["setup"]), _code(SETUP.format(portal=portal))]
    if tables:
        listed = "{\n" + "".join(f"    {name!r}: {id_!r},\n" for name, id_ in _named(tables)) + "}"
        cells += [_text(say["tables"]), _code(f"TABLES = {listed}\npd.Series(TABLES, name='id')")]
        name = _named(tables)[0][0]
        cells += [
            _text(say["meaning"].format(name=name)),
            _code(
                f"table = TABLES[{name!r}]\nabout = get(f\"/api/tables/{{table}}\")\npd.DataFrame(about['columns'])"
            ),
            _text(say["rows"]),
            _code("frame = rows(table, most=10_000)\nprint(len(frame))\nframe.head()"),
            _text(say["look"]),
            _code("frame.describe(include='all').transpose()"),
        ]
    if files:
        listed = "[\n" + "".join(f"    {dict(file)!r},\n" for file in files) + "]"
        cells += [_text(say["files"]), _code(f"files = pd.DataFrame({listed})\nfiles")]
    cells.append(_text(say["next"]))
    for number, cell in enumerate(cells):
        # Ids stay the same from day to day, so that a copy kept in git shows what changed.
        cell["id"] = hashlib.sha256(f"{number}{cell['source']}".encode()).hexdigest()[:12]
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _named(tables: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(name, id) with names made different."""
    found: list[tuple[str, str]] = []
    for id_, name in tables:
        used = {known for known, _id in found}
        found.append((name if name not in used else f"{name} ({id_[:8]})", id_))
    return found


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
