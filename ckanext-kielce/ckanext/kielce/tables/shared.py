"""The public face of the tables room: other rooms import from here and from nowhere else in it.

Everything but `load`, `open_file` and the module `rows` (tables of the DataStore) is pure and works without CKAN.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ckanext.kielce.tables.hashing import row_keys, schema_fingerprint, value_hash
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError
from ckanext.kielce.tables.profile import ColumnProfile, Profile, find_time_column, profile
from ckanext.kielce.tables.read import read
from ckanext.kielce.tables.sniff import Sniff, sniff
from ckanext.kielce.tables.table import Column, Table
from ckanext.kielce.tables.view import COMPARISONS, WITHOUT_VALUE, Condition, Field, Misread, View, asked

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ckanext.kielce.tables import rows
    from ckanext.kielce.tables.load import LoadReport
    from ckanext.kielce.tables.source import File

__all__ = [
    "COMPARISONS",
    "LIMITS",
    "WITHOUT_VALUE",
    "Column",
    "ColumnProfile",
    "Condition",
    "Field",
    "Limits",
    "Misread",
    "Problem",
    "Profile",
    "Sniff",
    "Table",
    "TableError",
    "View",
    "asked",
    "find_time_column",
    "load",
    "open_file",
    "profile",
    "read",
    "row_keys",
    "rows",
    "schema_fingerprint",
    "sniff",
    "value_hash",
]


def load(resource_id: str, table: Table, **options: Any) -> LoadReport:
    """Replace the DataStore table of a resource (needs CKAN); see `ckanext.kielce.tables.load.load`."""
    from ckanext.kielce.tables.load import load as load_table

    return load_table(resource_id, table, **options)


def open_file(resource: Mapping[str, Any]) -> AbstractContextManager[File]:
    """A local copy of a resource's file with its SHA-256 (needs CKAN); see `ckanext.kielce.tables.source.open_file`."""
    from ckanext.kielce.tables.source import open_file as open_source

    return open_source(resource)


def __getattr__(name: str) -> Any:
    """The module `rows` is imported when it is asked for: it needs CKAN."""
    if name == "rows":
        return importlib.import_module("ckanext.kielce.tables.rows")
    raise AttributeError(name)
