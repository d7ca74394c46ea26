"""Facts of a GTFS feed in the city's schema."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ckanext.kielce.common import formatting, vocabularies

from .feed import ROUTE_TYPES, Feed

#: How many lines are named before "and others".
NAMED_LINES = 60


def facts(feed: Feed) -> dict[str, Any]:
    """The feed as plain JSON data, without the day's judgement, so that it changes only when the feed does."""
    return {
        "publisher": feed.publisher,
        "publisher_url": feed.publisher_url,
        "contact_email": feed.contact_email,
        "contact_url": feed.contact_url,
        "language": feed.language,
        "version": feed.version,
        "agencies": [row["agency_name"] for row in feed.agencies],
        "timezone": feed.agencies[0].get("agency_timezone", "") if feed.agencies else "",
        "lines": feed.lines,
        "line_types": dict(sorted(feed.line_types.items())),
        "stops": feed.stops,
        "trips": feed.trips,
        "bbox": feed.bbox,
        "valid_from": feed.valid_from.isoformat() if feed.valid_from else None,
        "valid_to": feed.valid_to.isoformat() if feed.valid_to else None,
        "service_from": feed.service_from.isoformat() if feed.service_from else None,
        "service_to": feed.service_to.isoformat() if feed.service_to else None,
        "tables": feed.tables,
    }


def _polygon(bbox: list[float]) -> str:
    west, south, east, north = (round(number, 6) for number in bbox)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _day(text: str | None, lang: str) -> str:
    return formatting.date(date.fromisoformat(text), lang) if text else "?"


def description(given: dict[str, Any], lang: str) -> str:
    """What the timetable holds, in plain words: operator, lines, stops, validity."""
    kinds = [ROUTE_TYPES[kind][lang == "en"] for kind in given["line_types"] if kind in ROUTE_TYPES]
    lines = given["lines"]
    count, stops, trips = (
        formatting.number(value, lang) for value in (len(lines), given["stops"], given["trips"])
    )
    who = ", ".join(given["agencies"]) or given["publisher"]
    span = (_day(given["valid_from"], lang), _day(given["valid_to"], lang))
    named = ", ".join(lines[:NAMED_LINES])
    if lang == "en":
        more = f" and {len(lines) - NAMED_LINES} more" if len(lines) > NAMED_LINES else ""
        parts = [
            f"Public transport timetable in the GTFS format. Operator: {who}.",
            f"Lines: {count} ({', '.join(kinds) or 'other'}), stops: {stops}, trips: {trips}.",
            f"Valid from {span[0]} to {span[1]}.",
            f"Line names: {named}{more}." if named else "",
        ]
    else:
        more = f" i {len(lines) - NAMED_LINES} innych" if len(lines) > NAMED_LINES else ""
        parts = [
            f"Rozkład jazdy komunikacji miejskiej w formacie GTFS. Przewoźnik: {who}.",
            f"Linie: {count} ({', '.join(kinds) or 'inne'}), przystanki: {stops}, kursy: {trips}.",
            f"Ważny od {span[0]} do {span[1]}.",
            f"Numery linii: {named}{more}." if named else "",
        ]
    return " ".join(filter(None, parts))


def dataset(given: dict[str, Any], url: str, delivery: dict[str, Any], title: str) -> dict[str, Any]:
    """The timetable as a dataset of the city's schema.

    :param given: as made by `facts`
    :param url: address of the zip
    :param delivery: size, sha256 and modified day of the file fetched
    :param title: its title, for a feed has none of its own
    """
    span = {"start": given["valid_from"], "end": given["valid_to"]}
    span = {key: value for key, value in span.items() if value}
    contact = {"name": given["publisher"], "email": given["contact_email"], "url": given["contact_url"]}
    zip_file = {
        "url": url,
        "name": "Rozkład jazdy (GTFS)",
        "name_en": "Timetable (GTFS)",
        "description": f"Tabele: {', '.join(given['tables'])}.",
        "format": "GTFS",
        "mimetype": "application/zip",
        "size": delivery.get("size"),
        "hash": delivery.get("sha256"),
        "hash_algorithm": "sha256" if delivery.get("sha256") else None,
        "modified": delivery.get("modified"),
        "temporal_start": span.get("start"),
        "temporal_end": span.get("end"),
        "conforms_to": ["https://gtfs.org/documentation/schedule/reference/"],
    }
    data = {
        "type": "dataset",
        "title": title,
        "title_en": "Public transport timetable (GTFS)",
        "notes": description(given, "pl"),
        "notes_en": description(given, "en"),
        "domain": "transport",
        "theme": vocabularies.themes_of_domain("transport"),
        "tags": [{"name": name} for name in ("GTFS", "rozkład jazdy", "komunikacja miejska", "przystanki")],
        "url": given["publisher_url"] if given["publisher_url"].startswith(("http://", "https://")) else None,
        "contact": [{key: text for key, text in contact.items() if text}]
        if contact["email"] or contact["url"]
        else None,
        "publisher": [{"name": given["publisher"]}] if given["publisher"] else None,
        "spatial": _polygon(given["bbox"]) if given["bbox"] else None,
        "temporal_coverage": [span] if span else None,
        "version_notes": f"Wersja rozkładu: {given['version']}" if given["version"] else None,
        "conforms_to": ["https://gtfs.org/documentation/schedule/reference/"],
        "resources": [{key: value for key, value in zip_file.items() if value not in (None, "")}],
    }
    return {key: value for key, value in data.items() if value not in (None, "", [])}
