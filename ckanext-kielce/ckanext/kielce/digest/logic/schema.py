"""What the actions take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory


@validator_args
def list_(
    ignore_missing: Validator,
    unicode_safe: Validator,
    boolean_validator: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    """Filters and page of ``kielce_digest_list``."""
    return {
        "unit": [ignore_missing, unicode_safe],
        "package_id": [ignore_missing, unicode_safe],
        "waiting": [ignore_missing, boolean_validator],
        "limit": [
            default(50),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def answer(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_missing: Validator,
    one_of: ValidatorFactory,
    natural_number_validator: Validator,
) -> Schema:
    """package_id: dataset; act: acknowledge or snooze; days: for a snooze; note: a word to the coordinator."""
    return {
        "package_id": [not_empty, unicode_safe],
        "act": [not_empty, one_of(["acknowledge", "snooze"])],
        "days": [ignore_missing, natural_number_validator],
        "note": [ignore_missing, unicode_safe],
    }


@validator_args
def run(ignore_missing: Validator, boolean_validator: Validator) -> Schema:
    """check: only say what would be told."""
    return {"check": [ignore_missing, boolean_validator]}
