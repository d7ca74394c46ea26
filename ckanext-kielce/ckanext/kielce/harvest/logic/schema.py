"""What the actions of the harvest room take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory
from ckanext.kielce.harvest import schedule
from ckanext.kielce.harvest.logic import language
from ckanext.kielce.harvest.runlog import ACTIONS

PAGE, MOST = 50, 1000


@validator_args
def source_show(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
) -> Schema:
    """Schema of ``kielce_harvest_source_show``."""
    return {
        "id": [not_empty, unicode_safe],
        "runs": [default(10), natural_number_validator, _at_most],
    }


@validator_args
def run_show(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    """Schema of ``kielce_harvest_run_show``."""
    return {
        "id": [not_empty, unicode_safe],
        "action": [ignore_empty, one_of(list(ACTIONS))],
        "offset": [default(0), natural_number_validator],
        "limit": [default(PAGE), natural_number_validator, _at_most],
    }


@validator_args
def run_create(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    """Schema of ``kielce_harvest_run_create``."""
    return {"id": [not_empty, unicode_safe], "dry_run": [default(False), boolean_validator]}


@validator_args
def one(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """Schema of the actions that take an id only."""
    return {"id": [not_empty, unicode_safe]}


@validator_args
def source_pause(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, boolean_validator: Validator
) -> Schema:
    """Schema of ``kielce_harvest_source_pause``."""
    return {
        "id": [not_empty, unicode_safe],
        "paused": [default(True), boolean_validator],
        "reason": [default(""), unicode_safe, _short],
    }


@validator_args
def schedule_update(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory) -> Schema:
    """Schema of ``kielce_harvest_schedule_update``."""
    return {"id": [not_empty, unicode_safe], "schedule": [default(""), unicode_safe, _schedule]}


@validator_args
def field_restore(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    """Schema of ``kielce_harvest_field_restore``."""
    return {
        "id": [not_empty, unicode_safe],
        "field": [not_empty, unicode_safe],
        "resource_id": [ignore_empty, unicode_safe],
    }


def _at_most(value: int) -> int:
    return min(value, MOST)


def _short(value: str) -> str:
    return " ".join(value.split())[:500]


def _schedule(value: Any) -> str:
    if not value:
        return ""
    try:
        return schedule.normal(str(value))
    except schedule.ScheduleError as error:
        raise tk.Invalid(error.text(language.reader())) from error
