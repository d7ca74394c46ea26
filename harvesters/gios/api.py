"""Answers of GIOŚ pjp-api v1, bytes to facts: Polish keys with spaces, pages from 0, error bodies, coordinates as strings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from ckanext.kielce.harvesters.said import Said, SaidError

WARSAW = ZoneInfo("Europe/Warsaw")
STATIONS = "Lista stacji pomiarowych"
SENSORS = "Lista stanowisk pomiarowych dla podanej stacji"
MEASUREMENTS = "Lista danych pomiarowych"
INDEX = "AqIndex"
#: "Manual post, data come after 4-8 weeks": no fault of ours and no outage.
MANUAL_POST = "API-ERR-100003"
_CODE = re.compile(r"^[A-Za-z0-9]{4,40}$")


class ApiError(SaidError):
    """The answer is an error body or not of this API; ``code`` is GIOŚ's error_code, '' if there is none."""

    def __init__(self, pl: str, en: str, code: str = "") -> None:
        super().__init__(pl, en)
        self.code = code


@dataclass(frozen=True)
class Page:
    """One page: its rows and how many pages there are (GIOŚ's ``links.next`` points past the end, so it isn't used)."""

    rows: list[dict[str, Any]]
    total_pages: int


@dataclass(frozen=True)
class Sensor:
    """A measuring post of a station: one parameter. ``code`` such as ``PM2.5``; ``unit`` is '' when it isn't known."""

    id: int
    code: str
    name: str
    unit: str
    name_en: str


@dataclass
class Station:
    """A station. ``key`` is its code after renamings, the name under which it is known to us; ``lat``/``lon`` WGS 84 degrees."""

    id: int
    code: str
    key: str
    name: str
    city: str
    street: str
    lat: float | None
    lon: float | None
    problems: list[Said] = field(default_factory=list)
    sensors: list[Sensor] = field(default_factory=list)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(Path(__file__).with_name("parameters.yaml").read_text(encoding="utf-8"))


def document(body: bytes) -> dict[str, Any]:
    """The answer's JSON object.

    :raises ApiError: for an error body (with its code), for anything that is no JSON object.
    """
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ApiError(
            "Odpowiedź nie jest JSON-em; sprawdź adres API",
            "The answer is no JSON; check the address of the API",
        ) from error
    if not isinstance(found, dict):
        raise ApiError(
            "Odpowiedź nie jest obiektem JSON; sprawdź adres API",
            "The answer is no JSON object; check the address of the API",
        )
    code = found.get("error_code")
    if code or found.get("error_reason"):
        reason = found.get("error_reason") or found.get("error_result") or ""
        raise ApiError(
            f"GIOŚ: {reason} ({code or '-'})", f"GIOŚ answers: {reason} ({code or '-'})", str(code or "")
        )
    return found


def parse_page(body: bytes, key: str) -> Page:
    """The rows under ``key`` (one of the constants) and the number of pages.

    :raises ApiError: for an error body or an answer without that list.
    """
    found = document(body)
    rows = found.get(key)
    if not isinstance(rows, list):
        raise ApiError(f"W odpowiedzi brak listy „{key}”", f"The answer lacks the list '{key}'")
    pages = found.get("totalPages")
    total = pages if isinstance(pages, int) and not isinstance(pages, bool) and pages > 0 else 1
    return Page([row for row in rows if isinstance(row, dict)], total)


def _degrees(value: Any, low: float, high: float) -> float | None:
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return number if low <= number <= high and number != 0 else None


def canonical_code(code: str, aliases: dict[str, str] | None = None) -> str:
    """The code under which a station is known to us: former codes lead to the present one."""
    table = {**_tables()["aliases"], **(aliases or {})}
    seen = set()
    while code in table and code not in seen:
        seen.add(code)
        code = table[code]
    return code


def parse_station(row: dict[str, Any], aliases: dict[str, str] | None = None) -> Station:
    """A station from a row of the list.

    :raises ApiError: when it has no usable code or number, which nothing can be keyed by.
    """
    code, number = str(row.get("Kod stacji") or "").strip(), row.get("Identyfikator stacji")
    if not _CODE.match(code) or not isinstance(number, int):
        name = row.get("Nazwa stacji") or number
        raise ApiError(f"Stacja bez kodu lub numeru: {name}", f"A station without code or number: {name}")
    station = Station(
        id=number,
        code=code,
        key=canonical_code(code, aliases),
        name=str(row.get("Nazwa stacji") or code).strip(),
        city=str(row.get("Nazwa miasta") or "").strip(),
        street=str(row.get("Ulica") or "").strip(),
        lat=_degrees(row.get("WGS84 φ N"), -90, 90),
        lon=_degrees(row.get("WGS84 λ E"), -180, 180),
    )
    if station.lat is None or station.lon is None:
        station.lat = station.lon = None
        station.problems.append(
            Said(f"brak poprawnych współrzędnych: {code}", f"no valid coordinates: {code}")
        )
    return station


def parse_sensor(row: dict[str, Any]) -> Sensor:
    """A measuring post from a row of the list of a station's posts.

    :raises ApiError: when it has no number or parameter code.
    """
    number, code = row.get("Identyfikator stanowiska"), str(row.get("Wskaźnik - kod") or "").strip()
    if not isinstance(number, int) or not code:
        raise ApiError(
            f"Stanowisko bez numeru lub kodu wskaźnika: {row}", f"A post without number or parameter: {row}"
        )
    known = _tables()["units"].get(code, {})
    name = str(row.get("Wskaźnik") or known.get("pl") or code).strip()
    return Sensor(number, code, name, known.get("unit", ""), known.get("en", ""))


def moment(text: str) -> datetime | None:
    """An aware time from ``2025-07-04 15:00:00`` (Polish local time); hour 24 is 00:00 of the next day; None if unreadable.

    Of the doubled hour in autumn the first is taken: the answer doesn't tell which is meant.
    """
    text = text.strip()
    next_day = bool(re.match(r"^\d{4}-\d{2}-\d{2}[ T]24:00(:00)?$", text))
    try:
        naive = datetime.fromisoformat(text.replace("24:00", "00:00", 1) if next_day else text)
    except ValueError:
        return None
    aware = naive if naive.tzinfo else naive.replace(tzinfo=WARSAW)
    return aware + timedelta(days=1) if next_day else aware


def parse_measurements(page: Page) -> list[tuple[datetime, float | None]]:
    """(time, value) of a page of measurements, newest first as served; a value that isn't there yet is None."""
    result = []
    for row in page.rows:
        time, value = moment(str(row.get("Data") or "")), row.get("Wartość")
        if time:
            result.append((time, float(value) if isinstance(value, int | float) else None))
    return result


def parse_index(body: bytes) -> tuple[str, datetime | None]:
    """The category of a station's air quality index ('' if there is none now) and the time it was computed.

    :raises ApiError: for an error body or another answer.
    """
    row = document(body).get(INDEX)
    if not isinstance(row, dict):
        raise ApiError(f"W odpowiedzi brak „{INDEX}”", f"The answer lacks '{INDEX}'")
    return str(row.get("Nazwa kategorii indeksu") or ""), moment(
        str(row.get("Data wykonania obliczeń indeksu") or "")
    )
