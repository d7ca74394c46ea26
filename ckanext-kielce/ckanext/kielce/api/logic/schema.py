"""What the actions of the API room take."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from ckan.logic.schema import validator_args
from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

#: Kinds of changes that can be announced.
#: A list: CKAN's `one_of` formats its message with it, which a tuple breaks.
KINDS = ["columns", "address", "content", "end"]
LONGEST = 2000
#: Changes of one answer.
MOST = 200
#: Most days ahead that a change may be announced.
FURTHEST = 1100
_WARSAW = ZoneInfo("Europe/Warsaw")


@validator_args
def announce(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_missing: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """Schema of ``kielce_api_announce``."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [ignore_missing, unicode_safe],
        "kind": [not_empty, unicode_safe, one_of(KINDS)],
        "text": [not_empty, unicode_safe, _not_too_long],
        "text_en": [ignore_missing, unicode_safe, _not_too_long],
        "effective": [not_empty, _coming_day],
    }


@validator_args
def withdraw(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """Schema of ``kielce_api_announcement_withdraw``."""
    return {"id": [not_empty, unicode_safe]}


@validator_args
def changes(
    ignore_missing: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """Schema of ``kielce_api_changes``."""
    return {
        "id": [ignore_missing, unicode_safe],
        "limit": [default(50), natural_number_validator, _at_most],
        "lang": [default("pl"), unicode_safe, one_of(["pl", "en"])],
    }


def _at_most(value: Any) -> Any:
    # CKAN goes on to the next validator after one that has refused the value.
    return min(value, MOST) if isinstance(value, int) else value


def _not_too_long(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        raise tk.Invalid(tk._("is longer than {most} characters").format(most=LONGEST))
    return value


def _coming_day(value: Any) -> dt.date:
    try:
        day = dt.date.fromisoformat(str(value).strip())
    except ValueError as err:
        raise tk.Invalid(tk._("must be a day such as {example}").format(example="2027-01-15")) from err
    today = dt.datetime.now(_WARSAW).date()
    if day < today:
        raise tk.Invalid(tk._("lies in the past; what has changed already is found by the portal itself"))
    if (day - today).days > FURTHEST:
        raise tk.Invalid(tk._("lies more than three years ahead"))
    return day
