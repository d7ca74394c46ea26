"""Alembic environment of plugin ``kielce_desk``."""

from ckanext.kielce.common.migrations import run

run(__file__)
