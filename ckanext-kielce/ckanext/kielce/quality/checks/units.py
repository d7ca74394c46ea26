"""Units by name: how many of a base unit each stands for ("tys. zł" is 1000 zł, "hl" is 0.1 m³)."""

from __future__ import annotations

import re

from ckanext.kielce.common.periods import fold

_MULTIPLES = {
    "tys": 1e3, "tysiac": 1e3, "tysiace": 1e3, "tysiecy": 1e3, "k": 1e3, "thousand": 1e3, "thous": 1e3, "tsd": 1e3,
    "mln": 1e6, "milion": 1e6, "miliony": 1e6, "milionow": 1e6, "million": 1e6, "m": 1e6,
    "mld": 1e9, "miliard": 1e9, "miliardy": 1e9, "miliardow": 1e9, "billion": 1e9, "bn": 1e9, "setki": 1e2,
}  # fmt: skip

_UNITS: dict[str, tuple[str, float]] = {
    # volume, in m³
    "m3": ("volume", 1.0), "l": ("volume", 1e-3), "litr": ("volume", 1e-3), "litry": ("volume", 1e-3),
    "litrow": ("volume", 1e-3), "hl": ("volume", 0.1), "dm3": ("volume", 1e-3), "dam3": ("volume", 1e3),
    "ml": ("volume", 1e-6), "hm3": ("volume", 1e6), "cm3": ("volume", 1e-6), "km3": ("volume", 1e9),
    "hektolitr": ("volume", 0.1), "hektolitry": ("volume", 0.1), "hektolitrow": ("volume", 0.1),
    # mass, in kg
    "kg": ("mass", 1.0), "g": ("mass", 1e-3), "t": ("mass", 1e3), "ton": ("mass", 1e3), "tona": ("mass", 1e3),
    "tony": ("mass", 1e3), "Mg": ("mass", 1e3), "dag": ("mass", 1e-2), "q": ("mass", 1e2), "kt": ("mass", 1e6),
    "Gg": ("mass", 1e6), "mg": ("mass", 1e-6), "kilogram": ("mass", 1.0), "kilogramow": ("mass", 1.0),
    # length and area
    "m": ("length", 1.0), "km": ("length", 1e3), "cm": ("length", 1e-2), "mm": ("length", 1e-3), "mb": ("length", 1.0),
    "m2": ("area", 1.0), "km2": ("area", 1e6), "ha": ("area", 1e4), "a": ("area", 1e2), "ar": ("area", 1e2),
    # money and counts
    "zl": ("money", 1.0), "pln": ("money", 1.0), "zlotych": ("money", 1.0), "gr": ("money", 0.01),
    "grosz": ("money", 0.01), "groszy": ("money", 0.01),
    "%": ("share", 0.01), "‰": ("share", 0.001), "procent": ("share", 0.01), "promil": ("share", 0.001),
    # time
    "s": ("time", 1.0), "sek": ("time", 1.0), "min": ("time", 60.0), "h": ("time", 3600.0), "godz": ("time", 3600.0),
    "godzin": ("time", 3600.0), "doba": ("time", 86400.0), "dni": ("time", 86400.0),
}  # fmt: skip
_PREFIXES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "h": 1e2, "m": 1e-3}
_ENERGY = re.compile(r"([kKMGTPhm]?)(Wh|J|W)")
_ENERGY_FOLDED = re.compile(r"([kmgtp]?)(wh|j)")
_SUPERSCRIPT = str.maketrans({"²": "2", "³": "3"})


def _one(word: str) -> tuple[str, float] | None:
    """The kind and factor of a single unit; case counts where it tells milligrams from megagrams."""
    if word in _UNITS:
        return _UNITS[word]
    if match := _ENERGY.fullmatch(word):
        factor = _PREFIXES[match.group(1)]
        return (
            ("power", factor)
            if match.group(2) == "W"
            else ("energy", factor * (3600.0 if match.group(2) == "Wh" else 1.0))
        )
    folded = fold(word)
    if match := _ENERGY_FOLDED.fullmatch(
        folded
    ):  # a unit in a column name is in lower case: mwh are megawatt-hours
        return "energy", _PREFIXES[match.group(1).upper().replace("K", "k")] * (
            3600.0 if match.group(2) == "wh" else 1.0
        )
    return _UNITS.get(folded)


def parse(unit: str) -> tuple[str, float]:
    """(kind, factor to its base) of a unit; an unknown one is its own kind with its multiple ("tys. osób": 1000)."""
    words = [
        word for word in re.split(r"[\s._\[\]()]+", unit.translate(_SUPERSCRIPT).replace("^", "")) if word
    ]
    factor = 1.0
    while len(words) > 1 and fold(words[0]) in _MULTIPLES and (len(words[0]) > 1 or _one(words[1]) is None):
        factor *= _MULTIPLES[fold(words.pop(0))]
    if len(words) == 1 and fold(words[0]) in _MULTIPLES and len(words[0]) > 1:
        return "", factor * _MULTIPLES[fold(words[0])]
    text = "".join(words)
    if not text:
        return "", factor
    if "/" in text:  # a rate: numerator and denominator each
        over, under = text.split("/", 1)
        top, bottom = _one(over), _one(under)
        if top and bottom:
            return f"{top[0]}/{bottom[0]}", factor * top[1] / bottom[1]
        if top:
            return f"{top[0]}/{fold(under)}", factor * top[1]
    known = _one(text)
    return (known[0], factor * known[1]) if known else (fold(text), factor)


def in_name(column: str) -> str:
    """The unit that ends a column's name: "wplywy_tys_zł" gives "tys zł", "pobor [MWh]" MWh; "" if none is known."""
    if match := re.search(r"[\[(]\s*([^\[\]()]{1,20})\s*[\])]\s*$", column):
        return match.group(1)
    words = [word for word in re.split(r"[\s_]+", column) if word]
    if not words:
        return ""
    tail = words[-1]
    if _one(tail.translate(_SUPERSCRIPT)) is None or len(words) < 2:
        return tail if fold(tail) in _MULTIPLES and len(tail) > 1 else ""
    if len(words) > 2 and fold(words[-2]).rstrip(".") in _MULTIPLES and len(words[-2]) > 1:
        return f"{words[-2]} {tail}"
    return tail


def ratio(this: str, other: str) -> float:
    """What a number in `this` has to be multiplied by to be in `other`; 1 where the units can't be converted."""
    one, two = parse(this), parse(other)
    known = {kind for kind, _ in _UNITS.values()} | {"energy", "power"}
    physical = [kind.split("/")[0] in known for kind in (one[0], two[0])]
    return 1.0 if all(physical) and one[0] != two[0] else one[1] / two[1]
