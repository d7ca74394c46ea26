"""What the actions of the tables room take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory


@validator_args
def table_load(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
) -> Schema:
    """Schema of ``kielce_table_load``."""
    return {
        "resource_id": [not_empty, unicode_safe],
        "force": [default(False), boolean_validator],
        "background": [default(False), boolean_validator],
    }
