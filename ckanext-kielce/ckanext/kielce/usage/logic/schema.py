"""What the actions of the usage room take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

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


def _at_most(value: int) -> int:
    return min(value, _LONGEST)
