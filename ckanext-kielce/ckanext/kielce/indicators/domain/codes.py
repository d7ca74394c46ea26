"""Indicator codes: the report prints ``EC5.1``, ``EV.8.4``, ``HL.12.1``, ``WS21.01`` for EC 5.1, EV 8.4, HL 12.1, WS 21.1."""

from __future__ import annotations

import re

from .vocabulary import card_texts, themes

_CODE = re.compile(r"^\s*([A-Za-z]{2})[\s.\-_]*(\d{1,2})\.(\d{1,2})\s*$")


class CodeError(ValueError):
    """The text is no code of the standard; the message tells what to do."""


def normalise(printed: str) -> str:
    """The one form of a code, ``EV 8.4``, from any printed or addressed form (``EV.8.4``, ``WS21.06``, ``ev-8.4``).

    :raises CodeError: when it isn't a code of one of the 100 indicators of ISO 37120:2014.
    """
    match = _CODE.match(printed)
    if not match:
        raise CodeError(f"'{printed}' is not an indicator code; write it like EC 5.1")
    code = f"{match[1].upper()} {int(match[2])}.{int(match[3])}"
    if code not in card_texts():
        raise CodeError(
            f"'{printed}' is read as {code}, which ISO 37120:2014 does not have; check theme and number"
        )
    return code


def slug(code: str) -> str:
    """The form used in addresses: ``EV-8.4``."""
    return code.replace(" ", "-")


def theme_of(code: str) -> str:
    """The theme's code: ``EV`` of ``EV 8.4``."""
    return code.split(" ", 1)[0]


def sort_key(code: str) -> tuple[int, int]:
    """Order of the standard: clause, then number."""
    number = code.split(" ", 1)[1]
    return themes()[theme_of(code)].clause, int(number.split(".")[1])
