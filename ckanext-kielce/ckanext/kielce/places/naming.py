"""How people write addresses, parcels and coordinates, and the keys by which layers are looked up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from ckanext.kielce.common.periods import fold
from ckanext.kielce.places.plane import POLAND

#: Words before a street's name that people leave out, folded.
_BEFORE = re.compile(r"^(?:(?:ulica|ul|aleja|aleje|al|plac|pl|osiedle|os|rondo|skwer|bulwar|bulw)\b\.?\s*)+")
_POSTCODE = re.compile(r"\b\d{2}-\d{3}\b")
_CITY = re.compile(r"[,\s]+(?:w\s+)?(?:kielce|kielcach)\s*$")
_HOUSE = re.compile(
    r"[,\s](?:nr\.?\s?)?(?P<number>\d{1,4}\s?[a-z]?(?:\s?/\s?\d{1,4}[a-z]?)?)(?:\s?(?:m|lok|lokal|mieszkanie)\.?\s?\d+)?$"
)
_FULL_PARCEL = re.compile(r"(?P<unit>\d{6}_\d)\.(?P<precinct>\d{1,4})\.(?:ar_\d+\.)?(?P<number>\d+(?:/\d+)?)")
_NUMBER = r"(?P<number>\d{1,6}(?:/\d{1,4})?)"
_PRECINCT = r"(?P<precinct>\d{1,4})"
_PARCELS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:obr(?:eb)?\.?\s*(?:nr\s*)?){_PRECINCT}[\s,;.]+(?:dz(?:ialka)?\.?\s*)?(?:nr\.?\s*)?{_NUMBER}",
        rf"dz(?:ialka)?\.?\s*(?:nr\.?\s*)?{_NUMBER}[\s,;]*(?:z?\s*obr(?:ebu|eb)?\.?\s*(?:nr\s*)?){_PRECINCT}",
        rf"{_PRECINCT}\s*[-.]\s*{_NUMBER}",
        rf"dz(?:ialka)?\.?\s*(?:nr\.?\s*)?{_NUMBER}",
        r"(?P<number>\d{1,6}/\d{1,4})",
    )
)
_DEGREE = r"(\d{1,3}[.,]\d{1,20})\s*°?\s*[nsewNSEW]?"
_PAIR = re.compile(
    rf"{_DEGREE}(?:\s*[;/]\s*|,\s+|\s+){_DEGREE}|(\d{{1,3}}\.\d{{1,12}}),(\d{{1,3}}\.\d{{1,12}})"
)
#: Part of letters that a mistyped street shares with the one that is meant.
ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as it was asked for; ``unit`` and ``precinct`` are "" where they were not given."""

    number: str
    precinct: str = ""
    unit: str = ""


def street_key(text: str) -> str:
    """A street's name as it is looked up: folded, without "ul." and marks: "ul. ks. Ściegiennego" is "ks sciegiennego"."""
    bare = _BEFORE.sub("", fold(text).strip())
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def number_key(text: str) -> str:
    """A house or parcel number as it is looked up: "5 A" is "5a"."""
    return re.sub(r"\s+", "", fold(text))


def precinct_key(text: str) -> str:
    """A precinct as it is looked up: "0012" and "12" are one."""
    digits = re.search(r"\d+", text)
    return digits[0].lstrip("0") or "0" if digits else street_key(text)


def address(text: str) -> tuple[str, list[str]] | None:
    """Street key and the number keys to try, most exact first; no number gives (street, []). None for what is no address."""
    bare = " ".join(_CITY.sub("", _POSTCODE.sub(" ", fold(text))).strip(" ,.").split())
    # A name may hold digits itself (1 Maja, IX Wieków Kielc): the last number counts.
    found = _HOUSE.search(bare)
    street = street_key(bare[: found.start()]) if found else ""
    if found and re.search(r"[a-z]", street):
        number = number_key(found["number"])
        return street, list(dict.fromkeys((number, number.split("/")[0])))
    key = street_key(bare)
    return (key, []) if re.search(r"[a-z]", key) else None


def parcel(text: str) -> Parcel | None:
    """A parcel from its full identifier or from precinct and number; None for what is none."""
    bare = fold(text).strip().rstrip(".")
    if found := _FULL_PARCEL.fullmatch(bare):
        return Parcel(found["number"], precinct_key(found["precinct"]), found["unit"])
    for pattern in _PARCELS:
        if found := pattern.fullmatch(bare):
            named = found.groupdict()
            return Parcel(named["number"], precinct_key(named["precinct"]) if named.get("precinct") else "")
    return None


def coordinates(text: str) -> tuple[float, float] | None:
    """Longitude and latitude from two numbers in either order, with points or decimal commas; None for what is none."""
    found = _PAIR.fullmatch(text.strip())
    if not found:
        return None
    one, two = (float(part.replace(",", ".")) for part in found.groups() if part)
    west, south, east, north = POLAND
    if south <= one <= north and west <= two <= east:
        return two, one
    if south <= two <= north and west <= one <= east:
        return one, two
    return None


def streets_like(key: str, known: Iterable[str]) -> tuple[list[str], bool]:
    """Known streets that were meant, and whether they hold the words that were typed (else they only look alike)."""
    names = sorted(set(known))
    if key in names:
        return [key], True
    words = set(key.split())
    holding = [name for name in names if words and words <= set(name.split())]
    if holding:
        return holding, True
    starting = [
        name for name in names if all(any(part.startswith(word) for part in name.split()) for word in words)
    ]
    if words and starting and len(key) >= 3:
        return starting, True
    close = get_close_matches(key, names, n=8, cutoff=ALIKE)
    by_last = {name.split()[-1]: name for name in names if name}
    close += [by_last[last] for last in get_close_matches(key, list(by_last), n=8, cutoff=ALIKE)]
    return list(dict.fromkeys(close)), False


def order(number: str) -> tuple[int, str]:
    """Numbers sort as people count: 2, 10, 10a."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 0, number)
