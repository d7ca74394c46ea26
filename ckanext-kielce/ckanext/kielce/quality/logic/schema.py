"""What the actions take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

SORTS = ("index", "-index", "name", "-name", "overdue", "-overdue", "scored", "-scored")


@validator_args
def show(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory
) -> Schema:
    """id: dataset id or name; lang: pl, en or both."""
    return {
        "id": [not_empty, unicode_safe],
        "lang": [ignore_missing, one_of(["pl", "en", "both"])],
    }


@validator_args
def list_(
    default: ValidatorFactory,
    ignore_missing: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    boolean_validator: Validator,
) -> Schema:
    """Filters, order and page of ``kielce_quality_list``."""
    return {
        "status": [ignore_missing, unicode_safe],
        "grade": [ignore_missing, unicode_safe],
        "reason": [ignore_missing, unicode_safe],
        "label": [ignore_missing, unicode_safe],
        "organization": [ignore_missing, unicode_safe],
        "late": [ignore_missing, boolean_validator],
        "sort": [default("index"), one_of(list(SORTS))],
        "limit": [
            default(20),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
        "lang": [ignore_missing, one_of(["pl", "en", "both"])],
    }


@validator_args
def dataset(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    """id: dataset id or name; background: put it in the queue instead of waiting; full: fetch in full."""
    return {
        "id": [not_empty, unicode_safe],
        "background": [default(False), boolean_validator],
        "full": [default(False), boolean_validator],
    }


@validator_args
def observations(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    ignore_missing: Validator,
) -> Schema:
    """id: dataset; resource_id: one of its resources; newest first."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [ignore_missing, unicode_safe],
        "limit": [
            default(50),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def review(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """id: dataset; reason: what was looked at, shown to the public."""
    return {"id": [not_empty, unicode_safe], "reason": [not_empty, unicode_safe]}


@validator_args
def frequency(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator) -> Schema:
    """id, reason; declaration_id: the declaration that was looked at."""
    return {
        "id": [not_empty, unicode_safe],
        "reason": [not_empty, unicode_safe],
        "declaration_id": [ignore_missing, unicode_safe],
    }


@validator_args
def close_series(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_missing: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    kielce_quality_iso_date: Validator,
) -> Schema:
    """end: last day covered; kind: closed_series (ended) or archival (kept, can't be updated)."""
    return {
        "id": [not_empty, unicode_safe],
        "reason": [not_empty, unicode_safe],
        "end": [ignore_missing, kielce_quality_iso_date],
        "kind": [default("closed_series"), one_of(["closed_series", "archival"])],
    }


@validator_args
def end_member(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """A member of a series (a station, a line) that has ended on purpose."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [not_empty, unicode_safe],
        "member": [not_empty, unicode_safe],
        "reason": [not_empty, unicode_safe],
    }


@validator_args
def clear_personal_data(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """The suspected columns of a resource were looked at and hold no personal data."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [not_empty, unicode_safe],
        "reason": [not_empty, unicode_safe],
    }


@validator_args
def findings(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    ignore_missing: Validator,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """id: dataset; resource_id, code: only these; ended: past ones too."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [ignore_missing, unicode_safe],
        "code": [ignore_missing, unicode_safe],
        "ended": [default(False), boolean_validator],
        "lang": [ignore_missing, one_of(["pl", "en", "both"])],
        "limit": [
            default(50),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def declare_twin(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator) -> Schema:
    """Two files with the same figures; keys, value and unit may be pairs."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [not_empty, unicode_safe],
        "other_resource_id": [not_empty, unicode_safe],
        "keys": [not_empty],
        "value": [not_empty],
        "unit": [ignore_missing],
        "reason": [not_empty, unicode_safe],
    }


@validator_args
def revoke(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """decision_id: the decision to take back."""
    return {"decision_id": [not_empty, unicode_safe]}


@validator_args
def changes(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    ignore_missing: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """id: dataset; resource_id: one of its files; newest first."""
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [ignore_missing, unicode_safe],
        "limit": [
            default(50),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
        "lang": [ignore_missing, one_of(["pl", "en"])],
    }


@validator_args
def difference(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory
) -> Schema:
    """id: dataset; before, after: ids of two observations of one file."""
    return {
        "id": [not_empty, unicode_safe],
        "before": [not_empty, unicode_safe],
        "after": [not_empty, unicode_safe],
        "lang": [ignore_missing, one_of(["pl", "en"])],
    }


@validator_args
def events(
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    ignore_missing: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """scope and id: whose events; after: above which number."""
    return {
        "scope": [default("portal"), one_of(["dataset", "unit", "portal"])],
        "id": [ignore_missing, unicode_safe],
        "after": [ignore_missing, natural_number_validator],
        "limit": [
            default(50),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "lang": [ignore_missing, one_of(["pl", "en"])],
    }


@validator_args
def follow(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    ignore_missing: Validator,
    one_of: ValidatorFactory,
    list_of_strings: Validator,
) -> Schema:
    """channel, target, scope and id, kinds, lang."""
    return {
        "channel": [not_empty, one_of(["email", "webhook"])],
        "target": [not_empty, unicode_safe],
        "scope": [default("portal"), one_of(["dataset", "unit", "portal"])],
        "id": [ignore_missing, unicode_safe],
        "kinds": [ignore_missing, list_of_strings],
        "lang": [ignore_missing, one_of(["pl", "en"])],
    }
