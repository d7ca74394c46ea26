"""``ckan kielce catalogue …``: what an operator does to the catalogue from the shell."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Units, domains and vocabularies")
def catalogue() -> None:
    """Units, domains and vocabularies of the catalogue."""


def get_commands() -> list[click.Command]:
    """Return the one click group of the portal; importing this module has added ``catalogue`` to it."""
    return [kielce]
