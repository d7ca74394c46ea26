"""Alembic environment of plugin ``kielce_digest``."""

from ckanext.kielce.common.migrations import run

run(__file__)
