"""Alembic environment of plugin ``kielce_participation``."""

from ckanext.kielce.common.migrations import run

run(__file__)
