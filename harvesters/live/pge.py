"""PGE's planned outages: what the interface answers, judged by its structure, never by today's outages. Pure.

The shape was seen in public clients of the service: an array over GET /api/power-outage?startAtTo=…&stopAtFrom=….
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.answers import json_document
from ckanext.kielce.harvesters.said import Said

WARSAW = ZoneInfo("Europe/Warsaw")
#: How far ahead outages are asked for.
DAYS = 14
#: Parameters of the time span, which every reader of the feed chooses anew.
VARYING = ("startAtTo", "stopAtFrom")
#: The fields seen: name, type, title, title_en, description.
COLUMNS = (
    ("id", "integer", "Identyfikator", "Identifier", ""),
    ("uuid", "string", "Identyfikator UUID", "UUID", ""),
    ("type", "string", "Rodzaj: planowane lub awaria", "Kind: planned or failure", ""),
    ("description", "string", "Opis", "Description", ""),
    ("startAt", "datetime", "Początek", "Start", "Czas lokalny (Europe/Warsaw), bez strefy"),
    ("stopAt", "datetime", "Koniec", "End", "Czas lokalny (Europe/Warsaw), bez strefy"),
    ("revoked", "boolean", "Czy odwołane", "Called off", ""),
    ("addresses", "array", "Adresy", "Addresses", "Lista: numery i nazwy z rejestru TERYT"),
)  # fmt: skip
#: Without these an answer is of no use to anybody.
NEEDED = ("startAt", "stopAt", "addresses")


def asked(url: str, now: datetime) -> str:
    """The address with a span from ``now`` (aware) on, unless it has one of its own."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    local = now.astimezone(WARSAW).replace(tzinfo=None, microsecond=0)
    span = {"startAtTo": (local + timedelta(days=DAYS)).isoformat(), "stopAtFrom": local.isoformat()}
    given = {name for name, _value in query}
    query += [(name, value) for name, value in span.items() if name not in given]
    return urlunsplit(parts._replace(query=urlencode(query)))


def lasting(url: str) -> str:
    """The address without the time span."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in VARYING]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _is_local(value: Any) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is None
    except ValueError:
        return False


def judged(body: bytes, url: str) -> list[Said]:
    """Sentences on what is odd in an answer that has the known structure. An empty list of outages is a good answer.

    Raises SourceError when the answer is no list of outages.
    """
    found, where = json_document(body, url), safe_url(lasting(url))
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    lacking = [name for name in NEEDED if rows and not any(name in row for row in rows)]
    if not isinstance(found, list) or (found and not rows) or lacking:
        which = ", ".join(lacking) or "[…]"
        raise SourceError(
            f"{where} no longer answers as a list of outages (missing: {which}). PGE has changed its interface: the "
            "harvester and the page of the feed must be looked at.",
            f"{where} nie odpowiada już listą wyłączeń (brak: {which}). PGE zmieniło interfejs: trzeba przejrzeć "
            "pobieranie i opis zbioru.",
        )
    problems = []
    known = {column[0] for column in COLUMNS}
    if new := sorted({key for row in rows for key in row} - known):
        names = ", ".join(new)
        problems.append(Said(f"nieopisane pola: {names}", f"fields without a description: {names}"))
    odd = sum(not (_is_local(row.get("startAt")) and _is_local(row.get("stopAt"))) for row in rows)
    if odd:
        problems.append(
            Said(
                f"czas inny niż lokalny RRRR-MM-DDTGG:MM:SS: {odd} wyłączeń",
                f"times that are not local YYYY-MM-DDTHH:MM:SS: {odd} outages",
            )
        )
    return problems


def dataset(url: str) -> dict[str, Any]:
    """The feed as a dataset of the city's schema; ``url`` is its lasting address."""
    columns = [
        {
            key: value
            for key, value in zip(("name", "type", "title", "title_en", "description"), row, strict=True)
            if value
        }
        for row in COLUMNS
    ]
    how = (
        "Zapytanie przyjmuje parametry `startAtTo` (zaczyna się do) i `stopAtFrom` (kończy się od), oba jako czas lokalny "
        "RRRR-MM-DDTGG:MM:SS."
    )
    return {
        "type": "live_feed",
        "title": "Wyłączenia prądu: planowane i awaryjne",
        "title_en": "Power outages: planned and failures",
        "notes": (
            "Bieżąca lista planowych i awaryjnych wyłączeń prądu z serwisu PGE Dystrybucja: kiedy, gdzie (ulice i numery, "
            f"nazwy z rejestru TERYT) i dlaczego. {how}"
        ),
        "notes_en": (
            "Current list of planned and failure power outages of PGE Dystrybucja: when, where (streets and numbers, "
            "names of the TERYT register) and why. Parameters `startAtTo` and `stopAtFrom` are local times."
        ),
        "domain": "energia",
        "theme": vocabularies.themes_of_domain("energia"),
        "frequency": str(vocabularies.load("frequencies").index["update_cont"].value),
        "tags": [{"name": name} for name in ("prąd", "wyłączenia", "awarie", "PGE")],
        "publisher": [{"name": "PGE Dystrybucja S.A.", "url": "https://pgedystrybucja.pl"}],
        "protocol": "JSON",
        "feed_url": url,
        "update_interval_seconds": 900,
        "resources": [
            {
                "url": url,
                "name": "Wyłączenia prądu (JSON)",
                "name_en": "Power outages (JSON)",
                "description": how,
                "format": "JSON",
                "mimetype": "application/json",
                "encoding": "utf-8",
                "columns": columns,
            }
        ],
    }
