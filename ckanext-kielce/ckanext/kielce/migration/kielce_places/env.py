"""Alembic environment of plugin ``kielce_places``."""

from ckanext.kielce.common.migrations import run

run(__file__)
