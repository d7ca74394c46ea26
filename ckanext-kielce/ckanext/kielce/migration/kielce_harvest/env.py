"""Alembic environment of plugin ``kielce_harvest``."""

from ckanext.kielce.common.migrations import run

run(__file__)
