"""What the actions take. The fields of an entry are read by `ckanext.kielce.register.writing`, which forms and lists share."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from .. import store, vocabulary

PLANNED = ("year", "later", "none", "passed")


@validator_args
def list_(
    ignore_missing: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    boolean_validator: Validator,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    """Filters, order and page of ``kielce_register_list``."""
    return {
        "q": [ignore_missing, unicode_safe],
        "unit": [ignore_missing, unicode_safe],
        "tier": [ignore_missing, one_of(list(vocabulary.tiers()))],
        "obstacle": [ignore_missing, one_of(list(vocabulary.obstacles()))],
        "domain": [ignore_missing, unicode_safe],
        "planned": [ignore_missing, one_of(list(PLANNED))],
        "checked": [ignore_missing, boolean_validator],
        "public": [ignore_missing, boolean_validator],
        "sort": [default("opening"), one_of(list(store.SORTS))],
        "limit": [
            default(20),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
        "lang": [ignore_missing, one_of(["pl", "en"])],
    }


@validator_args
def show(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory
) -> Schema:
    """id: the entry; lang: pl or en."""
    return {"id": [not_empty, unicode_safe], "lang": [ignore_missing, one_of(["pl", "en"])]}


@validator_args
def delete(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """id: the entry."""
    return {"id": [not_empty, unicode_safe]}
