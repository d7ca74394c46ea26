"""Schemas of the actions."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory


@validator_args
def show(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, boolean_validator: Validator
) -> Schema:
    """Of ``kielce_indicator_show``."""
    return {"id": [not_empty, unicode_safe], "revisions": [ignore_missing, boolean_validator]}


@validator_args
def listing(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """Of ``kielce_indicator_list``."""
    return {
        "q": [ignore_empty, unicode_safe],
        "theme": [ignore_empty, unicode_safe],
        "kind": [ignore_empty, one_of(["core", "supporting"])],
        "offset": [default(0), natural_number_validator],
        "limit": [default(1000), natural_number_validator],
    }


@validator_args
def values(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """Of ``kielce_indicator_values``."""
    return {
        "indicator": [ignore_empty, unicode_safe],
        "area": [ignore_empty, unicode_safe],
        "period": [ignore_empty, unicode_safe],
        "status": [ignore_empty, one_of(["A", "O", "U"])],
        "revisions": [default(False), boolean_validator],
        "offset": [default(0), natural_number_validator],
        "limit": [default(10000), natural_number_validator],
    }


@validator_args
def import_table(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    """Of ``kielce_indicator_import``."""
    return {
        "content": [not_empty, unicode_safe],
        "filename": [default("table.csv"), unicode_safe],
        "dry_run": [default(False), boolean_validator],
    }
