"""The data tables of the store: themes, units, card texts and rules, each loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent.parent / "data"

#: The domain of a theme that several domains of the vocabulary claim.
_CHOSEN_DOMAIN = {"GV": "administracja"}

STANDARD = "ISO 37120:2014"

#: Observation status after SDMX's code list CL_OBS_STATUS: code -> (Polish, English).
STATUSES: dict[str, tuple[str, str]] = {
    "A": ("zwykła", "normal"),
    "O": ("brak danych", "no data"),
    "U": ("wątpliwa", "doubtful"),
}

#: What a higher value means: code -> (Polish, English).
DIRECTIONS: dict[str, tuple[str, str]] = {
    "up": ("im więcej, tym lepiej", "more is better"),
    "down": ("im mniej, tym lepiej", "less is better"),
    "none": ("bez oceny", "no judgement"),
}

#: core/supporting as the standard and the city's report call them: code -> (Polish, English).
KINDS: dict[str, tuple[str, str]] = {
    "core": ("podstawowy", "core"),
    "supporting": ("pomocniczy", "supporting"),
}


@dataclass(frozen=True)
class Text:
    """A sentence in both languages."""

    pl: str = ""
    en: str = ""

    def get(self, lang: str) -> str:
        """The sentence in ``lang``, in the other language when it is missing there."""
        return (self.en or self.pl) if lang == "en" else (self.pl or self.en)

    def __bool__(self) -> bool:
        return bool(self.pl or self.en)


@dataclass(frozen=True)
class Theme:
    """A theme of the standard and the city's domain it belongs to."""

    code: str
    clause: int
    name: Text
    domain: str


@dataclass(frozen=True)
class Unit:
    """A unit: ``symbol`` stands behind a number, ``printed`` is how the report prints it in a cell ('' if it never does)."""

    key: str
    symbol: str
    name: Text
    printed: str = ""
    factor: int | None = None


@dataclass(frozen=True)
class CardText:
    """What is known of an indicator beyond the printed table; see data/cards.yaml for each field."""

    code: str
    name_en: str
    unit: Unit
    unit_from: str
    direction: str
    whole: bool
    numerator: Text
    denominator: Text
    note: Text


def _load(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _vocabulary(name: str) -> list[dict[str, Any]]:
    path = files("ckanext.kielce.schemas").joinpath("vocabularies", f"{name}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]


def text(pair: list[str] | None) -> Text:
    """A ``[Polish, English]`` pair of the data files."""
    return Text(*pair) if pair else Text()


@cache
def themes() -> dict[str, Theme]:
    """The 17 themes by code, in the standard's order, from the portal's vocabularies."""
    domains = {
        code: row["code"] for row in _vocabulary("domains") for code in row["iso37120"]
    } | _CHOSEN_DOMAIN
    return {
        row["code"]: Theme(row["code"], row["section"], Text(row["pl"], row["en"]), domains[row["code"]])
        for row in _vocabulary("iso37120")
    }


@cache
def units() -> dict[str, Unit]:
    """All units by key."""
    return {
        key: Unit(key, row["symbol"], Text(row["pl"], row["en"]), row.get("printed", ""), row.get("factor"))
        for key, row in _load("units.yaml")["units"].items()
    }


@cache
def card_texts() -> dict[str, CardText]:
    """The card texts of the 100 indicators by code, in the standard's order."""
    denominators = _load("units.yaml")["denominators"]
    cards = {}
    for code, row in _load("cards.yaml").items():
        den = row.get("den")
        cards[code] = CardText(
            code=code,
            name_en=row["en"],
            unit=units()[row["unit"]],
            unit_from=row["unit_from"],
            direction=row["direction"],
            whole=bool(row.get("whole")),
            numerator=text(row.get("num")),
            denominator=text(denominators[den] if isinstance(den, str) else den),
            note=text(row.get("note")),
        )
    return cards


@cache
def rule_file() -> dict[str, Any]:
    """The raw rules, readings and gaps of data/rules.yaml."""
    return _load("rules.yaml")
