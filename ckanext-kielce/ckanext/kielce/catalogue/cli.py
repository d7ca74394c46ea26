"""``ckan kielce catalogue …``: what an operator does to the catalogue from the shell."""

from __future__ import annotations

import json

import click
from ckanext.kielce.catalogue.summary import summary
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Units, domains and vocabularies")
def catalogue() -> None:
    """Units, domains and vocabularies of the catalogue."""


@catalogue.command("summary")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_summary(as_json: bool) -> None:
    """Show what the portal holds: sources, datasets, tables, grades."""
    found = summary({"ignore_auth": True})
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in [*found["sources"], [], *found["totals"]]:
        click.echo("  ".join(str(cell) for cell in row))


def get_commands() -> list[click.Command]:
    """Return the one click group of the portal; importing this module has added ``catalogue`` to it."""
    return [kielce]
