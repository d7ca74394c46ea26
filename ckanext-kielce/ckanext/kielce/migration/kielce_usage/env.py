"""Alembic environment of plugin ``kielce_usage``."""

from ckanext.kielce.common.migrations import run

run(__file__)
