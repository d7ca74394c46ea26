"""Harvester ``iso37120``: tables of indicators into the indicator store, and a dataset for each indicator of the store.

A table's successor adds values and revises others; nothing is ever taken away, so an indicator that a later table leaves out
keeps its dataset.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import ckan.plugins.toolkit as tk
from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceError,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.utilities.index import parse_index
from ckanext.kielce.harvesters.utilities.series import read_name, stem_of
from ckanext.kielce.indicators.shared import STATUSES, IndicatorTable, TableError, read_table, slug

from .mapping import OWN_AREA, content, dataset
from .revisions import Row, Store, from_store, newest

#: The table that comes with the portal, read when the source is ``bundled``.
OWN_TABLE = Path(__file__).with_name("data") / "iso37120_kielce_2018.csv"
MAX_TABLE = 10 * 1024 * 1024
#: Tables read at most; an index with more is no list of these.
MAX_TABLES = 50
#: How many faults of a bad table are told at once.
MAX_FAULTS = 10
#: Rows asked of the store at a time.
PAGE = 10_000


class Iso37120Harvester(SourceHarvester):
    """The source's address is a table's, or that of an index of tables; with ``bundled`` the portal's own table is read."""

    about: ClassVar[dict[str, str]] = {
        "name": "iso37120",
        "title": "Wskaźniki ISO 37120",
        "description": "Tabele wskaźników ISO 37120 (CSV) do magazynu wskaźników i katalogu",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "bundled": ConfigField(
            "Read the table of 2018 that comes with the portal instead of the address.",
            "flag",
            description_pl="true: zamiast adresu czytaj tabelę z 2018 r., która jest w portalu.",
        ),
        "tables": ConfigField(
            "Which files of an index are tables, a pattern (default *.csv).",
            description_pl="Które pliki indeksu są tabelami, wzorzec (domyślnie *.csv).",
        ),
    }
    mapping_version: ClassVar[int] = 2

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        lang = language()
        tables = [(name, body, _parsed(body, name)) for name, body in self._tables(source, client)]
        _check_store()
        store = Store(_rows())
        cards = {card["code"]: card for card in _cards()}
        for name, body, table in tables:
            if store.knows(table, name):
                continue
            if client.dry_run:
                store.add(table, name)
                cards.update({card.code: card.as_dict() for card in table.cards})
            else:
                _import(body, name)
        if not client.dry_run:
            store = Store(_rows())
            cards = {card["code"]: card for card in _cards()}
        for code, card in cards.items():
            rows = store.of(code)
            made = content(card, rows)
            problems = [
                f"{STATUSES[row['status']][lang == 'en']}: {code}, {row['area']}, {row['as_printed']}: {row[f'reason_{lang}']}"
                for row in rows
                if row["status"] == "U" or _is_gap(row, rows)
            ]
            yield Record(code, digest(made), made, problems, keys=(f"indicator:{code}",))

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return DatasetDraft(dataset(record.content, str(tk.config["ckan.site_url"])))

    def original_url(self, guid: str, source: Source) -> str | None:
        return f"{str(tk.config['ckan.site_url']).rstrip('/')}/wskaznik/{slug(guid)}"

    def _tables(self, source: Source, client: Client) -> list[tuple[str, bytes]]:
        """(file name, bytes) of the tables, the oldest first, so that later ones revise earlier ones."""
        if source.config.get("bundled"):
            return [(OWN_TABLE.name, OWN_TABLE.read_bytes())]
        with client.fetch(source.url, conditional=True, max_bytes=MAX_TABLE) as answer:
            body, base = answer.body, answer.url
            html = "html" in answer.headers.get("content-type", "").lower() or body.lstrip()[:1] == b"<"
        if not html:
            return [(_file_name(source.url), body)]
        pattern = str(source.config.get("tables") or "*.csv")
        entries = [
            entry
            for entry in parse_index(body, base)
            if not entry.folder and fnmatchcase(entry.name, pattern)
        ]
        if not entries or len(entries) > MAX_TABLES:
            raise SourceError(
                f"The index lists {len(entries)} tables of the form {pattern}; 1 to {MAX_TABLES} are expected.",
                f"Indeks wymienia {len(entries)} tabel pasujących do {pattern}; oczekiwano od 1 do {MAX_TABLES}.",
            )
        entries.sort(key=lambda entry: (str(read_name(stem_of(entry.name)).end or ""), entry.name))
        tables = []
        for entry in entries:
            with client.fetch(entry.url, conditional=True, max_bytes=MAX_TABLE) as answer:
                tables.append((entry.name, answer.body))
        return tables


def _file_name(url: str) -> str:
    return Path(unquote(urlsplit(url).path)).name or "table.csv"


def _is_gap(row: Row, rows: list[Row]) -> bool:
    """Whether the own city has no value at all, and this row says so."""
    if row["value"] is not None or row["area"] != OWN_AREA:
        return False
    return newest([each for each in rows if each["area"] == OWN_AREA]) is row


def _parsed(body: bytes, name: str) -> IndicatorTable:
    try:
        return read_table(body, name)
    except TableError as error:
        faults = "; ".join(str(problem) for problem in error.problems[:MAX_FAULTS])
        raise SourceError(
            f"The table has {len(error.problems)} faults, so nothing of it is taken. {faults}",
            f"Tabela ma błędy ({len(error.problems)}), więc niczego z niej nie wzięto. {faults}",
        ) from error


# The store


def _check_store() -> None:
    """:raises SourceError: when the store isn't switched on."""
    if "kielce_indicators" not in tk.aslist(tk.config.get("ckan.plugins") or ""):
        remedy = "ckan db upgrade -p kielce_indicators"
        raise SourceError(
            f"The indicator store is off; add kielce_indicators to ckan.plugins and run {remedy}.",
            f"Magazyn wskaźników jest wyłączony; dodaj kielce_indicators do ckan.plugins i wykonaj {remedy}.",
        )


def _rows() -> Iterator[Row]:
    """All revisions of all values."""
    offset, count = 0, 1
    while offset < count:
        asked = {"revisions": True, "offset": offset, "limit": PAGE}
        found = tk.get_action("kielce_indicator_values")({"ignore_auth": True}, asked)
        yield from map(from_store, found["results"])
        offset, count = offset + PAGE, found["count"]


def _cards() -> list[dict[str, Any]]:
    return tk.get_action("kielce_indicator_list")({"ignore_auth": True}, {})["results"]


def _import(body: bytes, name: str) -> None:
    """Write the table into the store through its action, as the site user. Raises SourceError when the store refuses it."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    data: dict[str, Any] = {"content": body.decode("utf-8-sig"), "filename": name}
    try:
        tk.get_action("kielce_indicator_import")({"user": user["name"]}, data)
    except tk.ValidationError as error:
        raise SourceError(f"The indicator store refuses the table: {error.error_summary}") from error
