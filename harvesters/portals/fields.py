"""Values of other portals in the city's vocabularies, and sentences on what does not fit. Pure.

Every function takes ``unmapped``, to which it adds a sentence for what it could not place.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.periods import parse_period
from ckanext.kielce.harvest.merge import slug
from ckanext.kielce.harvesters.said import Said
from lxml import etree

#: Values longer than this are cut in the report.
SHOWN = 80
#: How far into a text an e-mail address is looked for, in characters.
MAX_ADDRESS = 500
#: What Creative Commons adds to the address of a licence.
_LICENCE_TAIL = re.compile(r"/(deed|legalcode)[^/]*/?$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}(?=$|[T ])")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*")
_HASHES = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_BREAKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"}


def said(pl: str, en: str, value: Any, more: tuple[str, str] = ("", "")) -> Said:
    """A sentence for the report, "what: value", with an explanation in both languages after it."""
    text = " ".join(str(value).split())
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    tails = [f" ({each})" if each else "" for each in more]
    return Said(f"{pl}: {text}{tails[0]}", f"{en}: {text}{tails[1]}")


def text(value: Any) -> str:
    """A text or number without surrounding space; "" for anything else."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def listed(value: Any) -> list[Any]:
    """A list from a list, from one written as JSON, or from a single value; empty for nothing."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    if value in (None, "", {}):
        return []
    return value if isinstance(value, list) else [value]


def address(value: Any) -> str | None:
    """An http(s) address, None for anything else."""
    given = text(value)
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    return given if parts.scheme in {"http", "https"} and parts.hostname and " " not in given else None


def day(value: Any) -> str | None:
    """An ISO day from a date or time; the first day of a month or year; None when it is no date."""
    given = text(value)
    if match := _DAY.match(given):
        try:
            return date.fromisoformat(match.group(0)).isoformat()
        except ValueError:
            return None
    period = parse_period(given) if given else None
    return period.start.isoformat() if period else None


def email(value: Any) -> str:
    """The first e-mail address in a text, "" when there is none."""
    match = re.search(r"[^\s@<>,;:()]+@[^\s@<>,;:()]+\.[A-Za-z0-9-]+", text(value)[:MAX_ADDRESS])
    return match.group(0) if match else ""


def dated(value: Any, what: str, unmapped: list[Said]) -> str | None:
    """As `day`; a value that is no date is reported under ``what``."""
    found = day(value)
    if found is None and text(value):
        unmapped.append(said(what, what, value, ("to nie jest data", "no date")))
    return found


def spans(values: Iterable[Any], unmapped: list[Said]) -> list[dict[str, str]]:
    """Periods {start, end} with ISO days, from dicts of the same keys."""
    found = []
    for value in values:
        given = value if isinstance(value, Mapping) else {}
        ends = {
            end: made
            for end in ("start", "end")
            if (made := dated(given.get(end), f"temporal.{end}", unmapped))
        }
        if ends and ends not in found:
            found.append(ends)
    return found


def licence(values: Iterable[Any], unmapped: list[Said]) -> str | None:
    """The portal's licence from the first id, title or address that is on its list."""
    given = [text(value) for value in values if text(value)]
    for value in given:
        entry = vocabularies.licence(value) or vocabularies.licence(_LICENCE_TAIL.sub("/", value))
        if entry:
            return entry.code
    if given:
        unmapped.append(
            said(
                "licencja", "licence", given[0], ("nie ma jej na liście portalu", "not on the portal's list")
            )
        )
    return None


@cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


def frequency(value: Any, unmapped: list[Said]) -> str | None:
    """The EU address of an update rhythm given as code, address or in words."""
    given = text(value)
    if not given:
        return None
    entry = vocabularies.frequency(given) or vocabularies.frequency(
        _words()["frequencies"].get(given.lower().rstrip("."))
    )
    if entry is None:
        unmapped.append(said("częstotliwość", "frequency", given, ("nieznana", "unknown")))
        return None
    return entry.value


def coded(vocabulary: str, value: Any, names: tuple[str, str], unmapped: list[Said]) -> str | None:
    """The stored value of an entry of a vocabulary; ``names`` say in Polish and English what it is."""
    given = text(value)
    entry = vocabularies.load(vocabulary).get(given) if given else None
    if entry is None and given and vocabulary == "languages":
        entry = vocabularies.language(given)
    if entry is None and given:
        unmapped.append(said(*names, given, ("nieznane portalowi", "unknown to the portal")))
    return entry.value if entry else None


def codes(vocabulary: str, values: Iterable[Any], names: tuple[str, str], unmapped: list[Said]) -> list[str]:
    """As `coded` for several values, each once."""
    found = (coded(vocabulary, value, names, unmapped) for value in values)
    return list(dict.fromkeys(value for value in found if value))


@cache
def _domains() -> dict[str, str]:
    index: dict[str, str] = {}
    for entry in vocabularies.load("domains"):
        for name in (entry.code, entry.pl, entry.en):
            index.setdefault(slug(name), entry.value)
    return index


def domain(words: Iterable[Any], themes: Iterable[str], chosen: Mapping[str, Any] | None) -> str | None:
    """The city's domain of a record by its groups, categories or keywords, else by its EU themes.

    ``chosen`` is the source's own table {word or theme code: domain}, which comes first.
    """
    given = [text(word) for word in words if text(word)]
    codes_of = {value: entry.code for value in themes if (entry := vocabularies.theme(value))}
    own = {key.lower(): text(value) for key, value in (chosen or {}).items()}
    for word in [*given, *codes_of.values()]:
        entry = vocabularies.domain(own.get(word.lower()))
        if entry:
            return entry.value
    for word in given:
        if slug(word) in _domains():
            return _domains()[slug(word)]
    for code in codes_of.values():
        for entry in vocabularies.load("domains"):
            if entry.data["themes"][0] == code:
                return entry.value
    return None


def checksum(value: Any, algorithm: Any = "") -> tuple[str, str] | None:
    """(hexadecimal checksum, algorithm) from "sha256:…", a bare checksum, or a checksum with its algorithm's name."""
    given = text(value).lower()
    name, colon, rest = given.partition(":")
    name, given = (name, rest) if colon else (text(algorithm).lower(), given)
    if not re.fullmatch(r"[0-9a-f]+", given) or len(given) not in _HASHES:
        return None
    known = _HASHES[len(given)]
    # SPDX writes …#checksumAlgorithm_sha256; a name that contradicts the length is worth nothing
    return (given, known) if not name or name.replace("-", "").endswith(known) else None


def number(value: Any, names: tuple[str, str], unmapped: list[Said]) -> int | float | None:
    """A positive number; what is none is reported."""
    try:
        found = float(text(value).replace(",", "."))
    except ValueError:
        found = 0.0
    if found > 0:
        return int(found) if found == int(found) else found
    if text(value):
        unmapped.append(said(*names, value, ("to nie liczba", "no number")))
    return None


def media_type(value: Any) -> str:
    """The name of a media type from itself or its IANA address; "" for anything else."""
    found = text(value).rpartition("media-types/")[2].split(";")[0].strip().lower()
    return found if _MEDIA_TYPE.fullmatch(found) else ""


def _closed(rings: Any) -> bool:
    return isinstance(rings, list) and all(
        isinstance(ring, list) and len(ring) >= 4 and ring[0] == ring[-1] for ring in rings
    )


def geojson(value: Any) -> str | None:
    """A GeoJSON geometry as text; None for anything else, open rings among it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, dict) or not (value.get("coordinates") or value.get("geometries")):
        return None
    kind, places = value.get("type"), value.get("coordinates")
    if kind == "Polygon" and not _closed(places):
        return None
    if kind == "MultiPolygon" and not (isinstance(places, list) and all(map(_closed, places))):
        return None
    return json.dumps(value)


class _Markdown:
    """Text with line breaks and links out of HTML, fed by the parser; everything else of the markup is dropped."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.link: tuple[str, int] | None = None
        self.silent = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in {"script", "style"}:
            self.silent += 1
        elif tag == "a" and (target := address(attributes.get("href"))):
            self.link = (target, len(self.parts))
        elif tag in _BREAKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def end(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.link:
            target, start = self.link
            inner = " ".join("".join(self.parts[start:]).split())
            self.parts[start:] = [inner if inner == target else f"[{inner or target}]({target})"]
            self.link = None
        elif tag in _BREAKS - {"br"}:
            self.parts.append("\n")

    def data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)

    def close(self) -> list[str]:
        return self.parts


def plain(value: Any) -> str:
    """A description as Markdown: HTML markup is turned into lines and links; plain text stays as it is."""
    given = text(value).replace("\r\n", "\n")
    if not re.search(r"<[a-zA-Z/!][^<>]*>|&[a-z]+;|&#\d+;", given):
        return given
    reader = _Markdown()
    # libxml2's parser, for the standard library's takes minutes over a few kilobytes of "<a <a <a"
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True)
    with contextlib.suppress(etree.LxmlError):  # nothing like HTML: what was found so far is good
        etree.fromstring(given.encode("utf-8", "replace"), parser)
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
