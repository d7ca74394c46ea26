"""Corrections and flags: the data table ``data/rules.yaml`` applied to the values read. Nothing is repaired without a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from .printed import Printed
from .vocabulary import CardText, Text, rule_file, text


@dataclass(frozen=True)
class Reason:
    """Why a value is flagged, corrected or explained: the rule's code and a sentence in both languages."""

    code: str
    text: Text


@dataclass(frozen=True)
class Value:
    """One value of the store: an indicator, an area and a period ('' when the print gives no year).

    ``status`` is A (normal), O (no data) or U (doubtful); ``as_printed`` is the cell to the letter; ``printed_value`` its plain
    reading, which differs from ``value`` only where a rule of action ``correct`` says so.
    """

    indicator: str
    area: str
    period: str
    value: Decimal | None
    unit: str
    status: str
    as_printed: str
    printed_value: Decimal | None
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def corrected(self) -> bool:
        """Whether the published value differs from the printed one."""
        return self.value != self.printed_value

    def reason(self, lang: str) -> str:
        """All reasons as one text in ``lang`` ('pl' or 'en')."""
        return " ".join(reason.text.get(lang) for reason in self.reasons)


def _decimal(value: Decimal, lang: str) -> str:
    plain = f"{value:f}"
    return plain.replace(".", ",") if lang == "pl" else plain


def _reading(code: str, **values: tuple[str, str]) -> Reason:
    pl, en = rule_file()["readings"][code]
    return Reason(
        code,
        Text(
            pl.format(**{key: pair[0] for key, pair in values.items()}),
            en.format(**{key: pair[1] for key, pair in values.items()}),
        ),
    )


def interpret(card: CardText, area: str, cell: Printed) -> Value:
    """A value from a cell, with the reasons that reading the cell alone gives (unit, year, decimal sign, no data)."""
    unit = card.unit
    if cell.missing:
        gap = next(
            (g for g in rule_file()["gaps"] if g["indicator"] == card.code and g["area"] == area), None
        )
        reason = (
            Reason("gap", text(gap["reason"])) if gap else _reading("no_data", printed=(cell.text, cell.text))
        )
        return Value(card.code, area, "", None, unit.key, "O", cell.text, None, (reason,))
    reasons = []
    status = "A"
    names = (unit.name.pl, unit.name.en)
    if cell.unit and cell.unit != unit.printed:
        status = "U"
        reasons.append(_reading("unit_differs", printed=(cell.unit, cell.unit), unit=names))
    elif unit.printed and not cell.unit:
        reasons.append(_reading("unit_added", unit=names))
    if cell.point_decimal and cell.value is not None:
        reasons.append(
            _reading("point_decimal", value=(_decimal(cell.value, "pl"), _decimal(cell.value, "en")))
        )
    if cell.year is None:
        reasons.append(_reading("year_missing"))
    period = str(cell.year) if cell.year is not None else ""
    return Value(card.code, area, period, cell.value, unit.key, status, cell.text, cell.value, tuple(reasons))


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _holds(
    rule: dict[str, Any], value: Value, table: dict[tuple[str, str], Value]
) -> dict[str, Decimal] | None:
    """Whether the rule's test holds for the value: what its sentence may name, or None when it doesn't hold."""
    (test, limit), *_ = rule["test"].items()
    number = value.value
    if number is None:
        return None
    if test == "above":
        return {} if number > Decimal(str(limit)) else None
    if test == "below":
        return {} if number < Decimal(str(limit)) else None
    if test == "printed":
        return {} if value.as_printed == limit else None
    if test == "sum_above":
        parts = [
            table[key].value for key in ((code, value.area) for code in rule["indicator"]) if key in table
        ]
        total = sum((part for part in parts if part is not None), Decimal(0))
        return {"sum": total} if total > Decimal(str(limit)) else None
    if test == "same_as":
        others = [table.get((value.indicator, area)) for area in limit if area != value.area]
    elif test == "equals_indicator":
        others = [table.get((code, value.area)) for code in limit if code != value.indicator]
    else:
        raise ValueError(f"rule {rule['id']}: unknown test '{test}'")
    same = any(other and other.printed_value == number and other.period == value.period for other in others)
    return {} if same else None


def _applies(rule: dict[str, Any], value: Value, card: CardText) -> bool:
    if rule.get("whole_only") and not card.whole:
        return False
    if "indicator" in rule and value.indicator not in _as_list(rule["indicator"]):
        return False
    return "area" not in rule or value.area in _as_list(rule["area"])


def apply_rules(values: Iterable[Value], cards: dict[str, CardText]) -> list[Value]:
    """The values with every rule of data/rules.yaml applied: flags set, corrections made, reasons added."""
    listed = list(values)
    table = {(value.indicator, value.area): value for value in listed}
    result = []
    for original in listed:
        value = original
        for rule in rule_file()["rules"]:
            if not _applies(rule, original, cards[original.indicator]):
                continue
            found = _holds(rule, original, table)
            if found is None:
                continue
            pl, en = rule["reason"]
            sentence = Text(
                pl.format(**{key: _decimal(number, "pl") for key, number in found.items()}),
                en.format(**{key: _decimal(number, "en") for key, number in found.items()}),
            )
            reasons = (*value.reasons, Reason(rule["id"], sentence))
            if rule["action"] == "correct":
                value = replace(value, value=Decimal(str(rule["value"])), reasons=reasons)
            else:
                value = replace(value, status="U", reasons=reasons)
        result.append(value)
    return result
