"""Harvester ``iso37120``: the report's table into the indicator store, and a dataset for each of its indicators."""

from __future__ import annotations

from collections.abc import Iterator
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
from ckanext.kielce.indicators.shared import STATUSES, TableError, read_table, slug

from .mapping import OWN_AREA, content, dataset

#: The table that comes with the portal, read when the source is ``bundled``.
OWN_TABLE = Path(__file__).with_name("data") / "iso37120_kielce_2018.csv"
MAX_TABLE = 10 * 1024 * 1024
#: How many faults of a bad table are told at once.
MAX_FAULTS = 10


class Iso37120Harvester(SourceHarvester):
    """The source's address is the table's; with ``bundled`` the table that comes with the portal is read instead."""

    about: ClassVar[dict[str, str]] = {
        "name": "iso37120",
        "title": "Wskaźniki ISO 37120",
        "description": "Tabela wskaźników ISO 37120 (CSV) do magazynu wskaźników i katalogu",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "bundled": ConfigField(
            "Read the table of 2018 that comes with the portal instead of the address.", "flag"
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        lang = language()
        if source.config.get("bundled"):
            body, name = OWN_TABLE.read_bytes(), OWN_TABLE.name
        else:
            with client.fetch(source.url, max_bytes=MAX_TABLE) as answer:
                body, name = answer.body, Path(unquote(urlsplit(source.url).path)).name or "table.csv"
        try:
            table = read_table(body, name)
        except TableError as error:
            faults = "; ".join(str(problem) for problem in error.problems[:MAX_FAULTS])
            raise SourceError(
                f"The table has {len(error.problems)} faults, so nothing of it is taken. {faults}",
                f"Tabela ma błędy ({len(error.problems)}), więc niczego z niej nie wzięto. {faults}",
            ) from error
        _store(body, name)
        for card in table.cards:
            values = table.of(card.code)
            problems = [
                f"{STATUSES[value.status][lang == 'en']}: {card.code}, {value.area}, {value.as_printed}: {value.reason(lang)}"
                for value in values
                if value.status == "U" or (value.value is None and value.area == OWN_AREA)
            ]
            yield Record(card.code, None, content(card, values), problems)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return DatasetDraft(dataset(record.content, str(tk.config["ckan.site_url"])))

    def original_url(self, guid: str, source: Source) -> str | None:
        return f"{str(tk.config['ckan.site_url']).rstrip('/')}/wskaznik/{slug(guid)}"


def _store(body: bytes, name: str) -> None:
    """Write the table into the indicator store through its action, as the site user.

    :raises SourceError: when the store isn't switched on or refuses the table.
    """
    if not tk.config.get("ckan.plugins") or "kielce_indicators" not in tk.aslist(tk.config["ckan.plugins"]):
        remedy = "ckan db upgrade -p kielce_indicators"
        raise SourceError(
            f"The indicator store is off; add kielce_indicators to ckan.plugins and run {remedy}.",
            f"Magazyn wskaźników jest wyłączony; dodaj kielce_indicators do ckan.plugins i wykonaj {remedy}.",
        )
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    data: dict[str, Any] = {"content": body.decode("utf-8-sig"), "filename": name}
    try:
        tk.get_action("kielce_indicator_import")({"user": user["name"]}, data)
    except tk.ValidationError as error:
        raise SourceError(f"The indicator store refuses the table: {error.error_summary}") from error
