"""The one home of the portal's vocabularies: typed look-ups over the data files in ``schemas/vocabularies``.

No CKAN import, so pure code and tests may use it. Every look-up takes a code (``MONTHLY``), a URI
(``http://publications.europa.eu/…/MONTHLY``) or one of the aliases that the file lists, in any case, and answers with
the entry or None; turning None into an error with a remedy is the caller's business (see ``catalogue.logic``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ckanext.kielce import schemas

#: Every vocabulary: the name used in code, schemas and validators → its file.
NAMES = (
    "access_rights",
    "availability",
    "crs",
    "domains",
    "formats",
    "frequencies",
    "hvd_categories",
    "iso37120",
    "languages",
    "licences",
    "localities",
    "places",
    "publisher_types",
    "statuses",
    "themes",
    "units",
)

#: A TERYT code of the TERC register: voivodeship (02-32, even), county, commune, kind of commune.
TERYT = re.compile(r"^(0[2468]|[12][02468]|3[02])(\d{2}(\d{2}[1-589])?)?$")


@dataclass(frozen=True)
class Entry:
    """One entry: code, URI (None where the vocabulary has none), both labels; all else of the file in ``data``."""

    code: str
    uri: str | None
    #: What datasets store: the URI or, where the file says so, the code.
    value: str
    pl: str
    en: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def label(self, lang: str) -> str:
        """Return the label in ``lang``: Polish for ``pl``, English for every other language."""
        return self.pl if lang[:2] == "pl" else self.en


@dataclass(frozen=True)
class Vocabulary:
    """The entries of one file in their order, with the file's own statement of source and version."""

    name: str
    title: str
    source: str
    licence: str
    version: str
    retrieved: str
    header: Mapping[str, Any]
    entries: tuple[Entry, ...]
    index: Mapping[str, Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, value: str | None) -> Entry | None:
        """Find an entry by code, URI or alias, in any case; None when there is none."""
        return self.index.get(_key(value)) if value else None

    @property
    def scheme(self) -> str | None:
        """URI of the concept scheme that the entries belong to; None for vocabularies without URIs."""
        base = self.header.get("scheme") or self.header.get("base_uri")
        return str(base).rstrip("/") if base else None

    def codes(self) -> list[str]:
        """All codes, in the order of the file."""
        return [entry.code for entry in self.entries]


def _key(value: str) -> str:
    key = str(value).strip().lower().rstrip("/")
    return "http://" + key[8:] if key.startswith("https://") else key


@cache
def load(name: str) -> Vocabulary:
    """Read ``schemas/vocabularies/<name>.yaml`` (once per process); KeyError for a name not in ``NAMES``."""
    if name not in NAMES:
        raise KeyError(f"no vocabulary {name!r}; there are: {', '.join(NAMES)}")
    header, raw = schemas.vocabulary(name)
    own = {"code", "uri", "value", "pl", "en"}
    entries = tuple(
        Entry(
            code=item["code"],
            uri=item["uri"],
            value=item["value"],
            pl=item["pl"],
            en=item["en"],
            data={key: value for key, value in item.items() if key not in own},
        )
        for item in raw
    )
    index: dict[str, Entry] = {}
    # Codes first, then URIs and the rest, so that an alias or an extension never hides another entry's code.
    for names in (_codes, _uris, _aliases, _media_types):
        for entry in entries:
            for key in names(entry):
                index.setdefault(_key(key), entry)
    return Vocabulary(
        name=name,
        title=header["title"],
        source=header["source"],
        licence=header["licence"],
        version=str(header["version"]),
        retrieved=str(header["retrieved"]),
        header=header,
        entries=entries,
        index=index,
    )


def _codes(entry: Entry) -> list[str]:
    return [entry.code]


def _uris(entry: Entry) -> list[str]:
    return [uri for uri in (entry.uri, entry.data.get("url")) if uri]


def _aliases(entry: Entry) -> list[str]:
    names = [entry.data.get("short"), entry.data.get("dane_gov_pl")]
    return [
        *entry.data.get("aliases", ()),
        *entry.data.get("extensions", ()),
        *(name for name in names if name),
    ]


def _media_types(entry: Entry) -> list[str]:
    # A service or a feed answers in a general type, which says nothing about it: image/png is a picture, not a WMS.
    media_type = entry.data.get("media_type")
    return [media_type] if media_type and entry.data.get("kind") not in ("service", "feed") else []


def frequency(value: str | None) -> Entry | None:
    """Frequency by code or URI; ``data``: ``days`` (float or None), ``kind`` (regular, live, irregular …)."""
    return load("frequencies").get(value)


def frequency_days(value: str | None) -> float | None:
    """Days of one declared period (``MONTHLY`` → 30), None for irregular, never, unknown and unlisted ones."""
    entry = frequency(value)
    return entry.data["days"] if entry else None


def theme(value: str | None) -> Entry | None:
    """EU data theme by code (``TRAN``) or URI."""
    return load("themes").get(value)


def domain(value: str | None) -> Entry | None:
    """One of the city's 20 domains; ``data``: ``themes`` (EU codes), ``iso37120`` (codes), ``icon``."""
    return load("domains").get(value)


def domain_of_iso_theme(code: str) -> Entry | None:
    """The city's domain that an ISO 37120 theme (``EC``) belongs to; the first in order when several claim it."""
    return next((entry for entry in load("domains") if code.upper() in entry.data["iso37120"]), None)


def themes_of_domain(value: str | None) -> list[str]:
    """EU data theme URIs that a domain stands for; an empty list for an unknown domain."""
    entry = domain(value)
    return [str(load("themes").get(code).uri) for code in entry.data["themes"]] if entry else []  # type: ignore[union-attr]


def language(value: str | None) -> Entry | None:
    """Language by EU code (``POL``), URI or tag is in ``data['tag']``."""
    return load("languages").get(value) or next(
        (entry for entry in load("languages") if entry.data["tag"] == (value or "").lower()), None
    )


def licence(value: str | None) -> Entry | None:
    """Licence by SPDX id, EU or licence URL, or dane.gov.pl name; ``data`` has ``conditions_pl``, ``conditions_en``, ``url``."""
    return load("licences").get(value)


def file_format(value: str | None) -> Entry | None:
    """File type by code, extension (with or without a dot), media type or friendly name."""
    if not value:
        return None
    text = value.strip()
    return (
        load("formats").get(text)
        or load("formats").get(text.lstrip("."))
        or load("formats").get(text.split(";")[0])
    )


def file_type_uri(entry: Entry) -> str:
    """The EU file-type URI of a format (``GTFS_RT`` is published under ``GTFS``, which the EU table has)."""
    return str(load("formats").header["base_uri"]) + str(entry.data.get("file_type") or entry.code)


def media_type_uri(media_type: str) -> str:
    """The IANA URI of a media type without its parameters (``text/csv; charset=…`` → …/media-types/text/csv)."""
    return str(load("formats").header["media_type_base"]) + media_type.split(";")[0].strip().lower()


def crs(value: str | None) -> Entry | None:
    """Coordinate reference system by ``EPSG:2178``, ``2178``, an OGC URN or URI."""
    match = re.search(r"(\d{4,5})\D*$", value or "")
    return load("crs").get(match.group(1)) if match else None


def place(teryt: str | None) -> Entry | None:
    """Place by TERYT code; ``data``: ``geonames`` (id), ``bbox`` (west, south, east, north in degrees)."""
    return load("places").get(teryt)


def is_teryt(value: str) -> bool:
    """True for the form of a TERYT code: 2, 4 or 7 digits, voivodeship even and 02-32, a kind of commune that exists."""
    return bool(TERYT.match(value))


def unit(value: str | None) -> Entry | None:
    """Publishing unit by its name (slug); ``data``: ``kind``, ``email``, ``type`` (ADMS publisher type)."""
    return load("units").get(value)
