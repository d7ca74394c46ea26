"""Air quality in the shape of GIOŚ's ``pjp-api`` v1: Polish keys with spaces, pages from 0, errors with ``error_code``.

Stations are Kielce's rows of the public register; values come from a model of day and season and are sample data.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from demo.city import SAMPLE_NOTE
from demo.city.live import noise

HOURS_BACK = 72
STATIONS: tuple[tuple[int, str, str, str, str, str], ...] = (
    (10121, "SkKielTargow", "Kielce, ul. Targowa", "50.878998", "20.633692", "ul. Targowa 3"),
    (10814, "SkKielJurajs", "Kielce, ul. Jurajska", "50.887606", "20.579965", "ul. Jurajska 7"),
    (10815, "SkKielWarsz1", "Kielce, ul. Warszawska 108", "50.886014", "20.642858", "ul. Warszawska 108"),
    (9180, "SkKielWarsza", "Kielce, ul. Warszawska 210", "50.894374", "20.657988", "ul. Warszawska 210"),
)
"""Id, code, name, latitude, longitude (strings, as the service gives them), street. The last station is manual only."""

POLLUTANTS: dict[str, tuple[str, int, float, float, float]] = {
    "NO2": ("dwutlenek azotu", 6, 19.0, 0.35, 0.5),
    "PM10": ("pył zawieszony PM10", 3, 27.0, 0.55, 0.3),
    "PM2.5": ("pył zawieszony PM2.5", 69, 18.0, 0.6, 0.3),
    "O3": ("ozon", 5, 55.0, -0.45, -0.5),
    "SO2": ("dwutlenek siarki", 1, 5.0, 0.6, 0.2),
    "CO": ("tlenek węgla", 8, 380.0, 0.5, 0.3),
    "C6H6": ("benzen", 10, 1.1, 0.6, 0.3),
}
"""Code → name, GIOŚ's id, mean in µg/m³, share of the season (winter up), share of rush hours."""

AT: dict[int, tuple[str, ...]] = {
    10121: ("NO2", "PM10", "PM2.5", "O3", "SO2", "CO", "C6H6"),
    10814: ("NO2", "PM10", "PM2.5", "O3", "SO2"),
    10815: ("NO2", "PM10", "PM2.5", "CO"),
    9180: ("PM10",),
}
MANUAL = (9180,)
LIMITS = {
    "PM10": (20, 50, 80, 110, 150),
    "PM2.5": (13, 35, 55, 75, 110),
    "O3": (70, 120, 150, 180, 240),
    "NO2": (40, 100, 150, 230, 400),
    "SO2": (50, 100, 200, 350, 500),
}
"""Upper limits of the index's categories 0-4, µg/m³."""

CATEGORIES = ("Bardzo dobry", "Dobry", "Umiarkowany", "Dostateczny", "Zły", "Bardzo zły")


def sensors() -> dict[int, tuple[int, str]]:
    """Sensor id → (station id, pollutant); ids are stable because stations and pollutants are only appended."""
    found = {}
    for index, (station, *_) in enumerate(STATIONS):
        for number, code in enumerate(POLLUTANTS):
            if code in AT[station]:
                found[20000 + index * 20 + number] = (station, code)
    return found


def value(station: int, code: str, hour: dt.datetime) -> float | None:
    """The mean of the hour that begins at ``hour`` (Warsaw time); some hours are missing."""
    if noise("gap", station, code, hour) > 0.96:
        return None
    _, _, mean, winter, rush = POLLUTANTS[code]
    season = math.cos(2 * math.pi * (hour.timetuple().tm_yday - 15) / 365.25)
    traffic = math.exp(-(((hour.hour - 8) / 2.2) ** 2)) + math.exp(-(((hour.hour - 19) / 3) ** 2))
    weather = 0.35 * noise(code in ("O3",), hour.date()) + 0.10 * noise(station, code, hour)
    return round(max(0.3, mean * (1 + winter * season + rush * (traffic - 0.5) + weather)), 1)


def _error(result: str, reason: str, code: str) -> dict[str, Any]:
    return {
        "error_result": result,
        "error_reason": reason,
        "error_solution": "Prosimy o podanie wartości parametrów zgodnych z dokumentacją.",
        "error_help": "https://powietrze.gios.gov.pl/pjp/content/api",
        "error_code": code,
    }


def _meta(title: str, period: str) -> dict[str, Any]:
    return {
        "dc:title": title,
        "dc:description": SAMPLE_NOTE,
        "dc:language": "pol (ISO 639-2 / ISO 639-3)",
        "schema:contentType": "application/ld+json",
        "schema:provider": {
            "@context": "https://schema.org",
            "@type": "Organization",
            "name": "Dane przykładowe w układzie API GIOŚ",
        },
        "sy:updatePeriod": period,
        "sy:updateFrequency": "1",
    }


def _paged(
    rows: list[dict[str, Any]],
    key: str,
    address: str,
    path: str,
    page: int,
    size: int,
    title: str,
    period: str,
) -> dict[str, Any]:
    total = max(1, math.ceil(len(rows) / size))
    here = f"{address}/{path}"
    return {
        "@context": {
            key: {"@id": here},
            "links": "https://schema.org/relatedLink",
            "totalPages": "https://schema.org/numberOfPages",
        },
        key: rows[page * size : (page + 1) * size],
        "meta": _meta(title, period),
        "links": {
            "first": f"{here}?page=0&size={size}",
            "prev": f"{here}?page={max(0, page - 1)}&size={size}",
            "self": f"{here}?page={page}&size={size}",
            "next": f"{here}?page={page + 1}&size={size}",
            "last": f"{here}?page={total - 1}&size={size}",
        },
        "totalPages": total,
    }


def stations() -> list[dict[str, Any]]:
    """All stations, as ``station/findAll`` lists them."""
    return [
        {
            "Identyfikator stacji": i,
            "Kod stacji": code,
            "Nazwa stacji": name,
            "WGS84 φ N": lat,
            "WGS84 λ E": lon,
            "Identyfikator miasta": 376,
            "Nazwa miasta": "Kielce",
            "Gmina": "Kielce",
            "Powiat": "Kielce",
            "Województwo": "ŚWIĘTOKRZYSKIE",
            "Ulica": street,
        }
        for i, code, name, lat, lon, street in STATIONS
    ]


def station_sensors(station: int) -> list[dict[str, Any]]:
    """The sensors of a station."""
    return [
        {
            "Identyfikator stanowiska": key,
            "Identyfikator stacji": where,
            "Wskaźnik": POLLUTANTS[code][0],
            "Wskaźnik - wzór": code,
            "Wskaźnik - kod": code,
            "Id wskaźnika": POLLUTANTS[code][1],
        }
        for key, (where, code) in sensors().items()
        if where == station
    ]


def readings(sensor: int, now: dt.datetime) -> list[dict[str, Any]]:
    """Hourly means of the last three days, newest first; the newest hour is often not there yet (null)."""
    station, code = sensors()[sensor]
    name = next(s[1] for s in STATIONS if s[0] == station)
    newest = now.replace(minute=0, second=0, microsecond=0)
    rows = []
    for back in range(HOURS_BACK):
        hour = newest - dt.timedelta(hours=back)
        missing = back == 0 and now.minute < 20
        rows.append(
            {
                "Kod stanowiska": f"{name}-{code}-1g",
                "Data": hour.strftime("%Y-%m-%d %H:%M:%S"),
                "Wartość": None if missing else value(station, code, hour),
            }
        )
    return rows


def index(station: int, now: dt.datetime) -> dict[str, Any]:
    """The air quality index of a station and of each pollutant that counts."""
    hour = now.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)
    done = hour + dt.timedelta(minutes=35)
    answer: dict[str, Any] = {
        "Identyfikator stacji pomiarowej": station,
        "Data wykonania obliczeń indeksu": done.strftime("%Y-%m-%d %H:%M:%S"),
    }
    levels = {}
    for code in LIMITS:
        known = value(station, code, hour) if code in AT[station] and station not in MANUAL else None
        if known is not None:
            levels[code] = sum(known > limit for limit in LIMITS[code])
    worst = max(levels.values(), default=-1)
    answer["Wartość indeksu"] = worst
    answer["Nazwa kategorii indeksu"] = CATEGORIES[worst] if levels else "Brak indeksu"
    answer["Data danych źródłowych, z których policzono wartość indeksu dla wskaźnika st"] = hour.strftime(
        "%Y-%m-%d %H:%M:%S"
    )
    for code in LIMITS:
        level = levels.get(code)
        answer[f"Data wykonania obliczeń indeksu dla wskaźnika {code}"] = done.strftime("%Y-%m-%d %H:%M:%S")
        answer[f"Wartość indeksu dla wskaźnika {code}"] = level
        answer[f"Nazwa kategorii indeksu dla wskażnika {code}"] = None if level is None else CATEGORIES[level]
        answer[f"Data danych źródłowych, z których policzono wartość indeksu dla wskaźnika {code}"] = (
            None if level is None else hour.strftime("%Y-%m-%d %H:%M:%S")
        )
    answer["Status indeksu ogólnego dla stacji pomiarowej"] = bool(levels)
    answer["Kod zanieczyszczenia krytycznego"] = max(levels, key=lambda c: levels[c]) if levels else None
    return answer


def answer(path: str, query: dict[str, str], address: str, now: dt.datetime) -> tuple[int, dict[str, Any]]:
    """Status and body of a request below ``/pjp-api/v1/rest/``; ``now`` in Warsaw time, ``address`` the API's own root."""
    try:
        page, size = max(0, int(query.get("page", 0))), min(500, max(1, int(query.get("size", 20))))
    except ValueError:
        return 400, _error("Błędne żądanie.", "Parametry page i size muszą być liczbami.", "API-ERR-100001")
    parts = path.strip("/").split("/")
    known = {s[0] for s in STATIONS}
    if path.strip("/") == "station/findAll":
        return 200, _paged(
            stations(),
            "Lista stacji pomiarowych",
            address,
            path.strip("/"),
            page,
            size,
            "Lista stacji pomiarowych",
            "year",
        )
    if len(parts) != 3 or not parts[2].isdigit():
        return 404, _error("Nie znaleziono zasobu.", "Nie ma takiej usługi.", "API-ERR-100404")
    number = int(parts[2])
    if parts[:2] == ["station", "sensors"] and number in known:
        key = "Lista stanowisk pomiarowych dla podanej stacji"
        return 200, _paged(
            station_sensors(number),
            key,
            address,
            path.strip("/"),
            page,
            size,
            "Lista stanowisk pomiarowych na stacji",
            "year",
        )
    if parts[:2] == ["data", "getData"] and number in sensors():
        if sensors()[number][0] in MANUAL:
            return 400, _error(
                "Przepraszamy, nie można zwrócić danych.",
                "Dla stanowiska typu manualnego wyniki pomiarów nie są dostępne na bieżąco.",
                "API-ERR-100003",
            )
        return 200, _paged(
            readings(number, now),
            "Lista danych pomiarowych",
            address,
            path.strip("/"),
            page,
            size,
            "Dane pomiarowe dla podanego stanowiska",
            "hourly",
        )
    if parts[:2] == ["aqindex", "getIndex"] and number in known:
        body = _paged(
            [],
            "AqIndex",
            address,
            path.strip("/"),
            0,
            size,
            "Bieżące wskazania Polskiego indeksu jakości powietrza",
            "hourly",
        )
        return 200, body | {"AqIndex": index(number, now)}
    return 404, _error(
        "Przepraszamy, nie można zwrócić danych.",
        "Nie ma obiektu o podanym identyfikatorze.",
        "API-ERR-100002",
    )
