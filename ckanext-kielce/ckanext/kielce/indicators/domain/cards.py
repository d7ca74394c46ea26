"""Indicator cards after the SDMX/SDG metadata concepts, with only what the table, the name and the standard state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .codes import theme_of
from .rules import Value
from .vocabulary import STANDARD, CardText, Text, card_texts

COMPILER = "Urząd Miasta Kielce"
SOURCE = Text(
    "Raport Urzędu Miasta Kielce, tabela wskaźników ISO 37120 z 2018 r.",
    "Report of the City Hall of Kielce, table of ISO 37120 indicators, 2018",
)
_UNIT_FROM: dict[str, Text] = {
    "name": Text("Jednostkę podaje nazwa wskaźnika.", "The indicator's name states the unit."),
    "print": Text("Jednostkę podają komórki tabeli.", "The table's cells state the unit."),
    "note": Text("Jednostkę podaje uwaga w tabeli.", "A note in the table states the unit."),
    "standard": Text(
        "Tabela nie podaje jednostki; przyjęto jednostkę z normy.",
        "The table gives no unit; the standard's is used.",
    ),
}


@dataclass(frozen=True)
class Card:
    """An indicator's card. Texts are pairs in Polish and English; an empty text means: not stated anywhere."""

    code: str
    standard: str
    theme: str
    kind: str
    name_pl: str
    name_en: str
    unit: str
    direction: str
    definition_pl: str
    definition_en: str
    numerator_pl: str
    numerator_en: str
    denominator_pl: str
    denominator_en: str
    method_pl: str
    method_en: str
    method_version: str
    comparability_pl: str
    comparability_en: str
    limits_pl: str
    limits_en: str
    source_pl: str
    source_en: str
    compiler: str

    def as_dict(self) -> dict[str, Any]:
        """The card as plain data."""
        return asdict(self)


def _method(card: CardText) -> Text:
    """How the value is computed, where the name states numerator and denominator and the unit tells the factor."""
    num, den, factor = card.numerator, card.denominator, card.unit.factor
    if not (num and den and factor):
        return Text()
    if factor > 100:  # such a denominator already names its thousands
        pl, en = f"{num.pl} w przeliczeniu na {den.pl}", f"{num.en} per {den.en}"
        return Text(pl[:1].upper() + pl[1:], en[:1].upper() + en[1:])
    times = Text(" × 100 %", " × 100%") if factor == 100 else Text()
    return Text(f"({num.pl}) / ({den.pl}){times.pl}", f"({num.en}) / ({den.en}){times.en}")


def _definition(card: CardText, name_pl: str) -> Text:
    clause = card.code.split(" ", 1)[1]
    return Text(
        f"{name_pl}. Pełną definicję podaje norma {STANDARD}, punkt {clause}.",
        f"{card.name_en}. The full definition is in {STANDARD}, clause {clause}.",
    )


def _comparability(values: Sequence[Value]) -> Text:
    """What the printed years tell about comparing the areas."""
    given = [value for value in values if value.value is not None]
    years = sorted({value.period for value in given if value.period})
    without = [value.area for value in given if not value.period]
    parts_pl, parts_en = [], []
    if len(years) > 1:
        parts_pl.append(
            f"Lata pomiaru miast różnią się ({years[0]}–{years[-1]}), więc porównanie jest przybliżone."
        )
        parts_en.append(
            f"The cities' years differ ({years[0]}–{years[-1]}), so the comparison is approximate."
        )
    elif len(years) == 1 and not without and len(given) > 1:
        parts_pl.append(f"Wszystkie podane wartości są z roku {years[0]}.")
        parts_en.append(f"All values given are of {years[0]}.")
    if without:
        parts_pl.append(f"Bez podanego roku: {', '.join(without)}.")
        parts_en.append(f"Without a stated year: {', '.join(without)}.")
    return Text(" ".join(parts_pl), " ".join(parts_en))


def _limits(card: CardText, values: Sequence[Value]) -> Text:
    """Gaps, doubtful values and what the city's papers add."""
    pl, en = [_UNIT_FROM[card.unit_from].pl], [_UNIT_FROM[card.unit_from].en]
    missing = [value.area for value in values if value.value is None]
    doubtful = [value.area for value in values if value.status == "U"]
    if missing:
        pl.append(f"Brak danych: {', '.join(missing)}.")
        en.append(f"No data: {', '.join(missing)}.")
    if doubtful:
        pl.append(f"Wartości wątpliwe: {', '.join(doubtful)}.")
        en.append(f"Doubtful values: {', '.join(doubtful)}.")
    if card.note:
        pl.append(card.note.pl)
        en.append(card.note.en)
    return Text(" ".join(pl), " ".join(en))


def build(code: str, name_pl: str, kind: str, values: Sequence[Value]) -> Card:
    """The card of one indicator from its printed name and kind, the data tables and its values."""
    known = card_texts()[code]
    definition, method = _definition(known, name_pl), _method(known)
    comparability, limits = _comparability(values), _limits(known, values)
    return Card(
        code=code,
        standard=STANDARD,
        theme=theme_of(code),
        kind=kind,
        name_pl=name_pl,
        name_en=known.name_en,
        unit=known.unit.key,
        direction=known.direction,
        definition_pl=definition.pl,
        definition_en=definition.en,
        numerator_pl=known.numerator.pl,
        numerator_en=known.numerator.en,
        denominator_pl=known.denominator.pl,
        denominator_en=known.denominator.en,
        method_pl=method.pl,
        method_en=method.en,
        method_version=STANDARD,
        comparability_pl=comparability.pl,
        comparability_en=comparability.en,
        limits_pl=limits.pl,
        limits_en=limits.en,
        source_pl=SOURCE.pl,
        source_en=SOURCE.en,
        compiler=COMPILER,
    )
