"""Pure checks of single values: each returns the value as it is stored, or raises ``BadValueError`` with a remedy.

No CKAN here: ``validators.py`` turns these into CKAN validators and the sentences into the reader's language. A
sentence is an English msgid plus its arguments, so that it can be translated after the check.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ckanext.kielce.common import vocabularies

#: Checksum algorithms that SPDX 2 names (DCAT's spdx:algorithm), with the number of hex digits of each.
HASH_ALGORITHMS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}

#: Single characters that separate columns, with the words by which people give them.
DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "semicolon": ";",
    "comma": ",",
    "pipe": "|",
    "średnik": ";",
    "przecinek": ",",
}

EMAIL = re.compile(r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}$")
ISO_DATE = re.compile(
    r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$"
)
POLISH_DATE = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
MEDIA_TYPE = re.compile(r"^[a-z]+/[a-z0-9][a-z0-9.+_-]*$")


def N_(msgid: str) -> str:  # noqa: N802  (the name that translation tools look for)
    """Mark a sentence for translation; it is translated when the reader's language is known."""
    return msgid


class BadValueError(ValueError):
    """A value that can't be stored; ``msgid`` is an English sentence with ``%(name)s`` places for ``args``."""

    def __init__(self, msgid: str, **arguments: str) -> None:
        self.msgid = msgid
        self.arguments = arguments
        super().__init__(msgid % arguments)


def one_of_vocabulary(name: str, value: str) -> str:
    """Return the stored form of a code, URI or alias of the vocabulary ``name``."""
    entry = vocabularies.file_format(value) if name == "formats" else vocabularies.load(name).get(value)
    if entry is None:
        raise BadValueError(
            N_(
                "“%(value)s” is not in the vocabulary “%(vocabulary)s”. Use one of its codes or URIs: %(listed)s"
            ),
            value=str(value),
            vocabulary=vocabularies.load(name).title,
            listed=", ".join(vocabularies.load(name).codes()),
        )
    return entry.value


def as_list(value: Any) -> list[str]:
    """Return a list of texts from a list, a JSON list, or one text per line; blanks and repeats are dropped."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                value = json.loads(text)
            except ValueError as error:
                raise BadValueError(
                    N_('“%(value)s” is not a JSON list. Write ["a", "b"]'), value=text[:80]
                ) from error
        else:
            value = text.splitlines()
    if not isinstance(value, Iterable) or isinstance(value, (dict, bytes)):
        raise BadValueError(N_("Give a list of texts, not “%(value)s”"), value=str(value)[:80])
    out: list[str] = []
    for item in value:
        if item is None or (isinstance(item, str) and not item.strip()):
            continue
        if not isinstance(item, str):
            raise BadValueError(N_("Give a list of texts; “%(value)s” is not a text"), value=str(item)[:80])
        if item.strip() not in out:
            out.append(item.strip())
    return out


def web_address(value: str) -> str:
    """An absolute http(s) address (or urn/ELI URI) without spaces."""
    text = value.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if re.search(r"\s", text) or not (parts.scheme in ("http", "https") and parts.netloc):
        raise BadValueError(
            N_("“%(value)s” is not a web address. Begin with https:// and leave no spaces"), value=text[:120]
        )
    return text


def email(value: str) -> str:
    """A mail address, with or without ``mailto:``."""
    text = value.strip().removeprefix("mailto:")
    if not EMAIL.match(text):
        raise BadValueError(
            N_("“%(value)s” is not an e-mail address. Write it as unit@example.pl"), value=text[:120]
        )
    return text


def date(value: str) -> str:
    """A year, month, day or moment in ISO form; ``31.12.2024`` is turned into it."""
    text = value.strip()
    polish = POLISH_DATE.match(text)
    if polish:
        text = f"{polish[3]}-{int(polish[2]):02d}-{int(polish[1]):02d}"
    text = text.replace(" ", "T", 1)
    if not ISO_DATE.match(text):
        raise BadValueError(
            N_("“%(value)s” is not a date. Write 2024, 2024-03, 2024-03-31 or 31.03.2024"), value=value[:60]
        )
    return text


def number(value: Any, least: float | None = None) -> int | float:
    """A finite number, at least ``least``; a decimal comma is accepted; whole numbers become int."""
    try:
        result = float(str(value).replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        result = math.nan
    if not math.isfinite(result):
        raise BadValueError(N_("“%(value)s” is not a number"), value=str(value)[:60])
    if least is not None and result < least:
        raise BadValueError(
            N_("%(value)s is too small; the least is %(least)s"), value=str(value), least=f"{least:g}"
        )
    return int(result) if result.is_integer() else result


def teryt(value: Any) -> str:
    """A TERYT code of a voivodeship, county or commune."""
    text = str(value).strip()
    if text.upper() == "PL":
        return "PL"
    if not vocabularies.is_teryt(text):
        raise BadValueError(
            N_(
                "“%(value)s” is not a TERYT code. Give 7 digits of a commune (Kielce: 2661011), 4 of a county or 2 of a "
                "voivodeship"
            ),
            value=text[:40],
        )
    return text


def crs(value: str) -> str:
    """A coordinate reference system as ``EPSG:2178``; OGC URNs and URIs and bare numbers are accepted."""
    match = re.fullmatch(
        r"(?:.*(?:EPSG|CRS)\D*?[:/#](?:[\d.]*[:/])?)?(\d{4,6})", value.strip(), re.IGNORECASE
    )
    if value.strip().upper() in ("CRS:84", "CRS84", "OGC:CRS84") or value.strip().endswith("/CRS84"):
        return "EPSG:4326"
    if not match:
        raise BadValueError(N_("“%(value)s” is not an EPSG code. Write it as EPSG:2178"), value=value[:80])
    return f"EPSG:{int(match[1])}"


def geojson(value: Any) -> str:
    """A GeoJSON geometry in degrees (longitude first), returned as compact JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadValueError(
                N_("The geometry is not valid JSON: %(reason)s"), reason=str(error)
            ) from error
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    kinds = {
        "Point": 0,
        "MultiPoint": 1,
        "LineString": 1,
        "MultiLineString": 2,
        "Polygon": 2,
        "MultiPolygon": 3,
    }
    if not isinstance(value, dict) or value.get("type") not in kinds:
        raise BadValueError(
            N_(
                'The geometry must be a GeoJSON geometry such as {"type": "Polygon", "coordinates": [[[20.5, 50.8], …]]}'
            )
        )
    _check_positions(value.get("coordinates"), kinds[value["type"]], closed=value["type"].endswith("Polygon"))
    return json.dumps({"type": value["type"], "coordinates": value["coordinates"]}, separators=(",", ":"))


def _check_positions(coordinates: Any, depth: int, *, closed: bool) -> None:
    if not isinstance(coordinates, list) or not coordinates:
        raise BadValueError(N_("The geometry has no coordinates"))
    if depth == 0:
        if len(coordinates) < 2 or not all(isinstance(number, (int, float)) for number in coordinates):
            raise BadValueError(N_("A position must be [longitude, latitude], two numbers"))
        if not (-180 <= coordinates[0] <= 180 and -90 <= coordinates[1] <= 90):
            raise BadValueError(
                N_(
                    "Position %(position)s is not in degrees. Convert the geometry to EPSG:4326 (longitude, latitude)"
                ),
                position=str(coordinates[:2]),
            )
        return
    if depth == 1 and closed and (len(coordinates) < 4 or coordinates[0] != coordinates[-1]):
        raise BadValueError(N_("A ring of a polygon needs at least 4 positions and must end where it begins"))
    for part in coordinates:
        _check_positions(part, depth - 1, closed=closed)


def encoding(value: str) -> str:
    """A character encoding that Python (and IANA) knows, in its usual spelling."""
    usual = {
        "utf-8": "UTF-8",
        "cp1250": "windows-1250",
        "iso8859-2": "ISO-8859-2",
        "ascii": "US-ASCII",
        "utf-16": "UTF-16",
    }
    try:
        name = codecs.lookup(value.strip()).name
        "".encode(name)  # refuses codecs that are no character encodings, such as base64
    except (LookupError, ValueError) as error:
        raise BadValueError(
            N_("“%(value)s” is not a known encoding. Usual ones: UTF-8, windows-1250"), value=value[:40]
        ) from error
    return usual.get(name, name)


def delimiter(value: str) -> str:
    """One character between columns; words such as ``tab`` or ``średnik`` are understood."""
    text = DELIMITERS.get(value.strip().lower(), value)
    if len(text) != 1:
        raise BadValueError(N_("“%(value)s” is not one character. Give ; or , or | or tab"), value=value[:20])
    return text


def media_type(value: str) -> str:
    """A media type as ``text/csv``, without parameters; IANA URIs are accepted."""
    text = value.split(";")[0].strip().lower().rsplit("media-types/", 1)[-1]
    if not MEDIA_TYPE.match(text):
        raise BadValueError(N_("“%(value)s” is not a media type. Write it as text/csv"), value=value[:80])
    return text


def hash_algorithm(value: str) -> str:
    """A checksum algorithm by name or SPDX URI, in lower case without separators."""
    text = re.sub(r"[^a-z0-9]", "", value.lower().rsplit("_", 1)[-1])
    if text not in HASH_ALGORITHMS:
        raise BadValueError(
            N_("“%(value)s” is not a checksum algorithm. Use one of: %(listed)s"),
            value=value[:60],
            listed=", ".join(HASH_ALGORITHMS),
        )
    return text
