"""Commands of the sheets of places."""

from __future__ import annotations

import json

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Sheets of places")
def places() -> None:
    """Layers that the sheets of places are answered from."""


@places.command()
@click.option("--queue", is_flag=True, help="Leave it to the worker.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Look at the content of every layer, not only of those that are due.",
)
def take(queue: bool, everything: bool) -> None:
    """Take in layers of the catalogue that are new, changed or due."""
    from ckanext.kielce.places import jobs, taking

    if queue:
        jobs.enqueue()
        click.echo("queued")
        return
    click.echo(json.dumps(taking.sweep(everything).as_dict()))


@places.command(name="layers")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_layers(as_json: bool) -> None:
    """Print which layers take part, in what state."""
    from ckanext.kielce.places import layers

    # Addresses of datasets are made by the application.
    with click.get_current_context().meta["flask_app"].test_request_context():
        rows = layers.listed("pl")
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        name = row.get("dataset", "")
        click.echo(
            f"{row['part']:8} {row['code']:16} {row['state']:9} {row['features']:>7} {name} {row['problem']}".rstrip()
        )
