"""What the actions of the usage room take."""

from __future__ import annotations

from typing import Any

from ckan.logic.schema import validator_args
from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory
from ckanext.kielce.usage.purposes import purposes

_LONGEST = 3660


@validator_args
def usage_show(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    is_positive_integer: Validator,
) -> Schema:
    """Schema of ``kielce_usage_show``."""
    return {
        "id": [not_empty, unicode_safe],
        "days": [default(30), is_positive_integer, _at_most],
    }


@validator_args
def usage_say(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """Schema of ``kielce_usage_say``."""
    return {"id": [not_empty, unicode_safe], "purpose": [not_empty, _purpose]}


def _purpose(value: str) -> str:
    if value not in purposes():
        raise tk.Invalid(tk._("Choose one of: {codes}").format(codes=", ".join(purposes())))
    return value


@validator_args
def usage_actions(default: ValidatorFactory, is_positive_integer: Validator) -> Schema:
    """Schema of ``kielce_usage_actions``."""
    return {"days": [default(30), is_positive_integer, _at_most]}


def _at_most(value: Any) -> Any:
    # CKAN goes on to the next validator after one that has refused the value.
    return min(value, _LONGEST) if isinstance(value, int) else value
