"""What the actions of the export room take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator


@validator_args
def export_list(not_empty: Validator, unicode_safe: Validator) -> Schema:
    """Schema of ``kielce_export_list``."""
    return {"id": [not_empty, unicode_safe]}
