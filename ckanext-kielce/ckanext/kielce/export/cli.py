"""Commands of the export room."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Files made for download")
def export() -> None:
    """Files made for download and kept."""


@export.command()
def clear() -> None:
    """Delete all made files; they are made anew when somebody asks for them."""
    from ckanext.kielce.export import service

    click.echo(f"{service.store().clear()} files deleted.")
