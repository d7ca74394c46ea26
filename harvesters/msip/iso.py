"""An ISO 19139 record as plain data: what it says, in its own codes. Pure."""

from __future__ import annotations

import re
from typing import Any

from ckanext.kielce.harvesters.msip.xml import NS, Element, local, text_of

EPSG = re.compile(r"(?:EPSG|epsg)\D{0,12}?(?:/0/|::|:|/|\s)?(\d{4,5})\b|^\s*(\d{4,5})\s*$")
IDENTIFICATION = "gmd:identificationInfo/*"
DATE = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?")


def read(record: Element) -> dict[str, Any]:
    """The record as JSON data; a part that the record lacks is left out or empty.

    Dates are as written, cut to the day; the box is west, south, east, north in degrees.
    """
    identification = _first(record, IDENTIFICATION)
    if identification is None:
        identification = record
    found: dict[str, Any] = {
        "id": guid(record),
        "level": level(record),
        "title": _plain(identification, "gmd:citation/*/gmd:title"),
        "title_en": _english(record, identification, "gmd:citation/*/gmd:title"),
        "abstract": _plain(identification, "gmd:abstract"),
        "abstract_en": _english(record, identification, "gmd:abstract"),
        "identifiers": _texts(identification, "gmd:citation/*/gmd:identifier/*/gmd:code"),
        "dates": _dates(identification),
        "stamp": _day(text_of(_first(record, "gmd:dateStamp"))),
        "keywords": _keywords(identification),
        "topics": _texts(identification, "gmd:topicCategory/*"),
        "languages": _codes(identification, "gmd:language/*"),
        "maintenance": _code(identification, "gmd:resourceMaintenance//gmd:MD_MaintenanceFrequencyCode"),
        "parties": _parties(record, identification),
        "constraints": _constraints(identification),
        "representation": _code(identification, "gmd:spatialRepresentationType/*"),
        "scales": _numbers(identification, "gmd:spatialResolution//gmd:denominator"),
        "distances": _distances(identification),
        "box": _box(identification),
        "period": _period(identification),
        "crs": [_epsg(node) for node in _all(record, "gmd:referenceSystemInfo//gmd:RS_Identifier")],
        "lineage": _plain(record, "gmd:dataQualityInfo//gmd:lineage//gmd:statement"),
        "onlines": onlines(record),
        "formats": _texts(record, "gmd:distributionInfo//gmd:distributionFormat//gmd:name"),
    }
    return {key: value for key, value in found.items() if value not in ("", [], {}, None)}


def guid(record: Element) -> str:
    """The record's identifier, or ""."""
    return text_of(_first(record, "gmd:fileIdentifier"))


def level(record: Element) -> str:
    """What the record describes: dataset, series, service …"""
    return _code(record, "gmd:hierarchyLevel/gmd:MD_ScopeCode") or "dataset"


def _all(node: Element, path: str) -> list[Element]:
    return node.findall(path if not path.startswith("//") else f".{path}", NS)


def _first(node: Element, path: str) -> Element | None:
    return node.find(path, NS)


def _plain(node: Element, path: str) -> str:
    """The text in the record's own language (a PT_FreeText beside it holds the translations)."""
    found = _first(node, path)
    if found is None:
        return ""
    own = [child for child in found if local(child) in {"CharacterString", "Anchor"}]
    return text_of(own[0]) if own else text_of(found)


def _english(record: Element, node: Element, path: str) -> str:
    names = {
        locale.get("id")
        for locale in _all(record, "gmd:locale/gmd:PT_Locale")
        if _code(locale, "gmd:languageCode/*") in {"eng", "en"}
    }
    found = _first(node, path)
    if found is None:
        return ""
    for text in found.iterfind(".//gmd:LocalisedCharacterString", NS):
        if (text.get("locale") or "").lstrip("#") in names:
            return text_of(text)
    return ""


def _texts(node: Element, path: str) -> list[str]:
    return [text for text in (text_of(found) for found in _all(node, path)) if text]


def _numbers(node: Element, path: str) -> list[float]:
    numbers = []
    for text in _texts(node, path):
        try:
            numbers.append(float(text.replace(",", ".")))
        except ValueError:
            continue
    return numbers


def _codes(node: Element, path: str) -> list[str]:
    return [
        code
        for code in ((found.get("codeListValue") or text_of(found)) for found in _all(node, path))
        if code
    ]


def _code(node: Element, path: str) -> str:
    found = _codes(node, path)
    return found[0].strip() if found else ""


def _day(text: str) -> str:
    match = DATE.match(text)
    return match.group() if match else ""


def _dates(identification: Element) -> dict[str, str]:
    """Kind of date (creation, publication, revision) -> the latest such day."""
    dates: dict[str, str] = {}
    for node in _all(identification, "gmd:citation/*/gmd:date/gmd:CI_Date"):
        kind, day = _code(node, "gmd:dateType/*"), _day(text_of(_first(node, "gmd:date")))
        if kind and day:
            dates[kind] = max(day, dates.get(kind, ""))
    return dates


def _keywords(identification: Element) -> list[dict[str, Any]]:
    groups = []
    for node in _all(identification, "gmd:descriptiveKeywords/gmd:MD_Keywords"):
        words = [text for found in _all(node, "gmd:keyword") if (text := _own_text(found))]
        thesaurus = _plain(node, "gmd:thesaurusName/*/gmd:title")
        if words:
            groups.append({"words": words, **({"thesaurus": thesaurus} if thesaurus else {})})
    return groups


def _own_text(node: Element) -> str:
    own = [child for child in node if local(child) in {"CharacterString", "Anchor"}]
    return text_of(own[0]) if own else text_of(node)


def _parties(record: Element, identification: Element) -> list[dict[str, str]]:
    parties = []
    for node in (
        *_all(identification, "gmd:pointOfContact/gmd:CI_ResponsibleParty"),
        *_all(record, "gmd:contact/gmd:CI_ResponsibleParty"),
    ):
        party = {
            "name": _plain(node, "gmd:organisationName"),
            "person": _plain(node, "gmd:individualName"),
            "email": text_of(_first(node, ".//gmd:electronicMailAddress")),
            "url": text_of(_first(node, "gmd:contactInfo//gmd:onlineResource//gmd:URL")),
            "role": _code(node, "gmd:role/*"),
        }
        parties.append({key: value for key, value in party.items() if value})
    return [party for party in parties if set(party) - {"role"}]


def _constraints(identification: Element) -> list[dict[str, Any]]:
    """Each group of constraints: limits (texts), access and use (codes), other ({text, url})."""
    groups = []
    for node in _all(identification, "gmd:resourceConstraints/*"):
        other = []
        for found in _all(node, "gmd:otherConstraints"):
            anchor = found.find("gmx:Anchor", NS)
            link = anchor.get(f"{{{NS['xlink']}}}href", "") if anchor is not None else ""
            other.append({"text": _own_text(found), **({"url": link} if link else {})})
        group = {
            "limits": _texts(node, "gmd:useLimitation"),
            "access": _codes(node, "gmd:accessConstraints/*"),
            "use": _codes(node, "gmd:useConstraints/*"),
            "other": other,
        }
        groups.append({key: value for key, value in group.items() if value})
    return [group for group in groups if group]


def _distances(identification: Element) -> list[dict[str, Any]]:
    found = []
    for node in identification.iterfind("gmd:spatialResolution//gmd:distance/gco:Distance", NS):
        try:
            found.append({"value": float(text_of(node)), "unit": (node.get("uom") or "m").rpartition("#")[2]})
        except ValueError:
            continue
    return found


def _box(identification: Element) -> list[float]:
    for node in identification.iterfind(".//gmd:EX_GeographicBoundingBox", NS):
        sides = [
            _numbers(node, f"gmd:{side}")
            for side in (
                "westBoundLongitude",
                "southBoundLatitude",
                "eastBoundLongitude",
                "northBoundLatitude",
            )
        ]
        if all(sides):
            return [side[0] for side in sides]
    return []


def _period(identification: Element) -> dict[str, str]:
    for node in identification.iterfind(".//gmd:EX_TemporalExtent", NS):
        period = {}
        for key, name in (("start", "beginPosition"), ("end", "endPosition")):
            found = next(node.iter(f"{{*}}{name}"), None)
            day = _day(text_of(found)) if found is not None else ""
            if day:
                period[key] = day
        if period:
            return period
    return {}


def _epsg(identifier: Element) -> str:
    """EPSG:code of a reference system, or its name as written."""
    code, space = text_of(_first(identifier, "gmd:code")), text_of(_first(identifier, "gmd:codeSpace"))
    match = EPSG.search(code)
    if match and (match.group(1) or "EPSG" in space.upper() or match.group(2)):
        return f"EPSG:{match.group(1) or match.group(2)}"
    return code


def onlines(record: Element) -> list[dict[str, str]]:
    """The addresses that the record names: url, protocol, name, description, function, as far as given."""
    found = []
    for node in record.iterfind("gmd:distributionInfo//gmd:CI_OnlineResource", NS):
        online = {
            "url": text_of(_first(node, "gmd:linkage")),
            "protocol": _plain(node, "gmd:protocol"),
            "name": _plain(node, "gmd:name"),
            "description": _plain(node, "gmd:description"),
            "function": _code(node, "gmd:function/*"),
        }
        if online["url"]:
            found.append({key: value for key, value in online.items() if value})
    return found
