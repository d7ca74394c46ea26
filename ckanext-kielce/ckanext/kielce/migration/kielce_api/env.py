"""Alembic environment of plugin ``kielce_api``."""

from ckanext.kielce.common.migrations import run

run(__file__)
