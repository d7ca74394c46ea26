"""Commands of the usage room."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Use of the data: counts by day")
def usage() -> None:
    """How the data are used."""


@usage.command()
@click.option("--days", default=30, show_default=True, help="So many days back.")
@click.option("--limit", default=20, show_default=True, help="So many datasets.")
def top(days: int, limit: int) -> None:
    """Print the datasets that people use most, with downloads and API calls."""
    from ckan import model
    from ckanext.kielce.usage import shared

    rows = shared.busiest(days, limit)
    counts = shared.totals([package_id for package_id, _n in rows], days)
    for package_id, number in rows:
        package = model.Package.get(package_id)
        kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(counts.get(package_id, {}).items()))
        click.echo(f"{number:>8}  {package.title if package else package_id}  ({kinds})")
    if not rows:
        click.echo("Nothing has been counted yet.")
