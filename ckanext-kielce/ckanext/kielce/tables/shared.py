"""The public face of the tables room: other rooms import from here and from nowhere else in it.

Everything but `load` is pure and works without CKAN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckanext.kielce.tables.hashing import row_keys, schema_fingerprint, value_hash
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError
from ckanext.kielce.tables.profile import ColumnProfile, Profile, find_time_column, profile
from ckanext.kielce.tables.read import read
from ckanext.kielce.tables.sniff import Sniff, sniff
from ckanext.kielce.tables.table import Column, Table

if TYPE_CHECKING:
    from ckanext.kielce.tables.load import LoadReport

__all__ = [
    "LIMITS",
    "Column",
    "ColumnProfile",
    "Limits",
    "Problem",
    "Profile",
    "Sniff",
    "Table",
    "TableError",
    "find_time_column",
    "load",
    "profile",
    "read",
    "row_keys",
    "schema_fingerprint",
    "sniff",
    "value_hash",
]


def load(resource_id: str, table: Table, **options: Any) -> LoadReport:
    """Replace the DataStore table of a resource (needs CKAN); see `ckanext.kielce.tables.load.load`."""
    from ckanext.kielce.tables.load import load as load_table

    return load_table(resource_id, table, **options)
