"""Alembic environment of plugin ``kielce_register``."""

from ckanext.kielce.common.migrations import run

run(__file__)
