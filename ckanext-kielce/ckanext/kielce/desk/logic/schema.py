"""What the actions take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ..acts import NAMES
from ..lists import LISTS
from ..roles import ROLES


@validator_args
def list_(
    default: ValidatorFactory,
    ignore_missing: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    """list: which; filters; limit, offset, lang."""
    text = [ignore_missing, unicode_safe]
    return {
        "list": [default("tasks"), one_of(list(LISTS))],
        **dict.fromkeys(
            ("unit", "domain", "status", "kind", "grade", "state", "q", "mine", "days", "sort"), text
        ),
        "dataset": text,
        "limit": [
            default(25),
            natural_number_validator,
            limit_to_configured_maximum("ckan.search.rows_max", 1000),
        ],
        "offset": [default(0), natural_number_validator],
        "lang": [ignore_missing, one_of(["pl", "en"])],
    }


@validator_args
def act(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory
) -> Schema:
    """act, items, and what the act wants: until, user, reason, end, resource_ids, subject."""
    return {
        "act": [not_empty, one_of(list(NAMES))],
        "items": [ignore_missing],
        "until": [ignore_missing, unicode_safe],
        "user": [ignore_missing, unicode_safe],
        "reason": [ignore_missing, unicode_safe],
        "end": [ignore_missing, unicode_safe],
        "resource_ids": [ignore_missing],
        "subject": [ignore_missing, unicode_safe],
    }


@validator_args
def stage(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """id: dataset; resource_id: the file to replace; upload: the new one."""
    return {"id": [not_empty, unicode_safe], "resource_id": [not_empty, unicode_safe], "upload": [not_empty]}


@validator_args
def one(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """id: the checked file."""
    return {"id": [not_empty, unicode_safe]}


@validator_args
def role(not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    """user: name or id; role: coordinator or auditor."""
    return {"user": [not_empty, unicode_safe], "role": [not_empty, one_of(list(ROLES))]}
