"""Commands of the usage room."""

from __future__ import annotations

import click
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Use of the data: counts by day")
def usage() -> None:
    """How the data are used."""


@usage.command()
@click.option("--days", default=30, show_default=True, help="So many days back.")
@click.option("--limit", default=20, show_default=True, help="So many datasets.")
def top(days: int, limit: int) -> None:
    """Print the datasets that people use most, with downloads and API calls."""
    from ckanext.kielce.usage import shared, waiting

    waiting.write_down()
    rows = shared.busiest(days, limit)
    counts = shared.totals([package_id for package_id, _n in rows], days)
    for package_id, number in rows:
        package = model.Package.get(package_id)
        kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(counts.get(package_id, {}).items()))
        click.echo(f"{number:>8}  {package.title if package else package_id}  ({kinds})")
    if not rows:
        click.echo("Nothing has been counted yet.")


@usage.command("close-days")
def close_days() -> None:
    """Write down how many different callers past days had; the worker does it every night."""
    from ckanext.kielce.usage import callers

    click.echo(f"{callers.close_days()} numbers written down")


@usage.command()
def publish() -> None:
    """Make or refresh the open dataset of use (option open_dataset names its owner)."""
    try:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        done = tk.get_action("kielce_usage_publish")({"ignore_auth": True, "user": user}, {})
    except tk.ValidationError as error:
        raise click.ClickException(" ".join(error.error_dict["open_dataset"])) from error
    click.echo(f"{'Made' if done['created'] else 'Refreshed'} {done['name']}: {done['rows']} rows")


@usage.command("read-log")
def read_log() -> None:
    """Count what a cache in front answered by itself since the last reading; the worker does it every five minutes."""
    from ckanext.kielce.usage import log_reader

    # What an address of the log means is known to the application.
    with click.get_current_context().meta["flask_app"].test_request_context():
        click.echo(f"{log_reader.read()} uses counted")
