"""What the actions of the room take; lengths and codes are in ``kinds.yaml``."""

from __future__ import annotations

import re
from typing import Any

from ckan.logic.schema import validator_args
from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ..kinds import KINDS, REUSES, STATES, table

_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[A-Za-z0-9-]{2,}")


def _length(name: str) -> Any:
    least, most = table()["lengths"][name]

    def length(value: Any) -> str:
        text = str(value or "").replace("\x00", "").strip()
        if len(text) < least:
            raise tk.Invalid(tk._("Write a little more: at least {n} characters.").format(n=least))
        if len(text) > most:
            raise tk.Invalid(tk._("This is too long: at most {n} characters.").format(n=most))
        return text

    return length


def _one_of(codes: tuple[str, ...]) -> Any:
    def one_of(value: Any) -> str:
        if value not in codes:
            raise tk.Invalid(tk._("Choose one of: {codes}").format(codes=", ".join(codes)))
        return str(value)

    return one_of


def _web_address(value: Any) -> str:
    url = _length("url")(value)
    if not re.match(r"https?://[^\s/]+\.[^\s/]+", url) or any(char.isspace() for char in url):
        raise tk.Invalid(tk._("Give an address that begins with https://"))
    return url


def _email(value: Any) -> str:
    address = str(value).strip()
    if len(address) > 254 or not address.isascii() or not _EMAIL.fullmatch(address):
        raise tk.Invalid(tk._("This is not an e-mail address"))
    return address


def _name(given: str) -> str:
    """A dataset's name, also out of the address of its page as people copy it."""
    return re.split(r"[/?#]", given.rpartition("/dataset/")[2])[0]


def _names(value: Any) -> list[str]:
    found = value if isinstance(value, list) else re.split(r"[\s,]+", str(value or ""))
    names = [_name(str(name).strip()) for name in found if str(name).strip()]
    if len(names) > 20:
        raise tk.Invalid(tk._("Name at most 20 datasets."))
    return names


@validator_args
def submit(ignore_empty: Validator, default: ValidatorFactory, not_empty: Validator) -> Schema:
    """Schema of ``kielce_participation_submit``."""
    return {
        "kind": [not_empty, _one_of(KINDS)],
        "title": [default(""), _length("title")],
        "text": [default(""), _length("text")],
        "datasets": [default(""), _names],
        "unit": [ignore_empty],
        "url": [ignore_empty, _web_address],
        "what": [ignore_empty, _one_of(REUSES)],
        "author": [ignore_empty, _length("author")],
        "email": [ignore_empty, _email],
        "lang": [default("pl"), _one_of(("pl", "en"))],
    }


@validator_args
def find(ignore_empty: Validator, default: ValidatorFactory, natural_number_validator: Validator) -> Schema:
    """Schema of ``kielce_participation_list``."""
    return {
        "kind": [ignore_empty, _one_of(KINDS)],
        "state": [ignore_empty, _one_of((*STATES, "open"))],
        "dataset": [ignore_empty],
        "unit": [ignore_empty],
        "limit": [default(20), natural_number_validator, lambda value: min(value, 100)],
        "offset": [default(0), natural_number_validator, lambda value: min(value, 1_000_000)],
        "lang": [default("pl"), _one_of(("pl", "en"))],
    }


@validator_args
def show(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory) -> Schema:
    """Schema of ``kielce_participation_show``."""
    return {"id": [not_empty, unicode_safe], "lang": [default("pl"), _one_of(("pl", "en"))]}


@validator_args
def decide(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_missing: Validator,
    ignore_empty: Validator,
    boolean_validator: Validator,
    default: ValidatorFactory,
) -> Schema:
    """Schema of ``kielce_participation_decide``."""
    return {
        "id": [not_empty, unicode_safe],
        "state": [ignore_empty, _one_of(STATES)],
        "public": [ignore_missing, boolean_validator],
        "answer": [ignore_missing, _length("answer")],
        "lang": [default("pl"), _one_of(("pl", "en"))],
    }
