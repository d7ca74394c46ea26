"""Alembic environment of plugin ``kielce_notify``."""

from ckanext.kielce.common.migrations import run

run(__file__)
