"""Alembic environment of plugin ``kielce_quality``."""

from ckanext.kielce.common.migrations import run

run(__file__)
