"""Stations of GIOŚ and their air quality index in the city's schema."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from .api import Sensor, Station

DOCUMENTATION = "https://powietrze.gios.gov.pl/pjp/content/api"
PUBLISHER = {
    "name": "Główny Inspektorat Ochrony Środowiska",
    "url": "https://powietrze.gios.gov.pl",
    "email": "api@gios.gov.pl",
}
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/HOURLY"
ENVIRONMENT = "http://publications.europa.eu/resource/authority/data-theme/ENVI"
#: Columns of GIOŚ's measurements as served.
_TIME = {
    "name": "Data",
    "type": "datetime",
    "title": "Godzina pomiaru",
    "description": "Czas lokalny (Europe/Warsaw)",
}
_POST = {"name": "Kod stanowiska", "type": "string", "title": "Kod stanowiska pomiarowego"}


def station_content(station: Station) -> dict[str, Any]:
    """A station as plain JSON data, sensors in the order of their numbers."""
    row = asdict(station)
    row.pop("problems")
    row["sensors"] = sorted(row["sensors"], key=lambda sensor: sensor["id"])
    return row


def station_from(row: dict[str, Any]) -> Station:
    """The inverse of `station_content`."""
    sensors = [Sensor(**sensor) for sensor in row["sensors"]]
    return Station(**{**row, "sensors": sensors, "problems": []})


def _sensor_resource(base: str, sensor: Sensor) -> dict[str, Any]:
    value = {"name": "Wartość", "type": "number", "title": sensor.name, "unit": sensor.unit}
    unit = f", {sensor.unit}" if sensor.unit else ""
    return {
        "url": f"{base}/data/getData/{sensor.id}",
        "name": f"{sensor.code}: {sensor.name}{unit}",
        "name_en": f"{sensor.code}: {sensor.name_en}{unit}" if sensor.name_en else "",
        "description": "Godzinowe wyniki z ostatnich trzech dni; strony liczone od 0 (?page=0&size=100).",
        "format": "JSON",
        "mimetype": "application/json",
        "encoding": "utf-8",
        "columns": [_POST, _TIME, {key: text for key, text in value.items() if text}],
    }


def _shared() -> dict[str, Any]:
    return {
        "type": "live_feed",
        "domain": "srodowisko",
        "theme": [ENVIRONMENT],
        "frequency": FREQUENCY,
        "update_interval_seconds": 3600,
        "protocol": "JSON",
        "publisher": [PUBLISHER],
        "documentation": [DOCUMENTATION],
        "provenance": "Państwowy Monitoring Środowiska; dane bieżące, niezweryfikowane.",
        "url": "https://powietrze.gios.gov.pl/pjp/current",
    }


def station_dataset(base: str, station: Station) -> dict[str, Any]:
    """A station as a live feed: a resource for each of its automatic posts, its place as a point (WGS 84)."""
    codes = list(dict.fromkeys(sensor.code for sensor in station.sensors))
    place = ", ".join(filter(None, (station.city, station.street)))
    data = {
        **_shared(),
        "title": f"Jakość powietrza: {station.name}",
        "title_en": f"Air quality: {station.name}",
        "notes": (
            f"Bieżące wyniki godzinowe stacji GIOŚ {station.code} ({place}). Mierzone wskaźniki: {', '.join(codes)}. "
            "Dane niezweryfikowane; godzina 24 oznacza północ następnego dnia."
        ),
        "notes_en": (
            f"Current hourly results of GIOŚ station {station.code} ({place}). Measured: {', '.join(codes)}. "
            "Not verified; hour 24 means midnight of the next day."
        ),
        "identifier": station.code,
        "tags": [{"name": name} for name in ("jakość powietrza", "GIOŚ", *codes)],
        "feed_url": f"{base}/station/sensors/{station.id}",
        "resources": [
            {key: value for key, value in _sensor_resource(base, sensor).items() if value}
            for sensor in station.sensors
        ],
    }
    if station.lat is not None and station.lon is not None:
        data["spatial"] = json.dumps({"type": "Point", "coordinates": [station.lon, station.lat]})
    return data


def index_dataset(base: str, city: str, stations: list[Station]) -> dict[str, Any]:
    """The air quality index of all stations of the city as one live feed: a resource for each station."""
    names = "; ".join(station.name for station in stations)
    columns = [
        {
            "name": "Wartość indeksu",
            "type": "integer",
            "title": "Wartość indeksu (0 bardzo dobry – 5 bardzo zły)",
        },
        {"name": "Nazwa kategorii indeksu", "type": "string", "title": "Kategoria indeksu"},
        {"name": "Data wykonania obliczeń indeksu", "type": "datetime", "title": "Kiedy policzono"},
    ]
    data = {
        **_shared(),
        "title": f"Polski indeks jakości powietrza: {city}",
        "title_en": f"Polish air quality index: {city}",
        "notes": (f"Bieżący indeks jakości powietrza stacji GIOŚ w mieście {city}: {names}."),
        "notes_en": (f"Current air quality index of GIOŚ stations in {city}: {names}."),
        "tags": [{"name": name} for name in ("jakość powietrza", "GIOŚ", "indeks jakości powietrza")],
        "feed_url": f"{base}/aqindex/getIndex/{stations[0].id}",
        "resources": [
            {
                "url": f"{base}/aqindex/getIndex/{station.id}",
                "name": f"Indeks: {station.name}",
                "name_en": f"Index: {station.name}",
                "format": "JSON",
                "mimetype": "application/json",
                "encoding": "utf-8",
                "columns": columns,
            }
            for station in stations
        ],
    }
    points = [[station.lon, station.lat] for station in stations if station.lon is not None]
    if points:
        data["spatial"] = json.dumps({"type": "MultiPoint", "coordinates": points})
    return data
