"""Alembic environment of plugin ``kielce_indicators``."""

from ckanext.kielce.common.migrations import run

run(__file__)
