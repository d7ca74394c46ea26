"""Commands of the digest room."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Digests to owners of datasets")
def digest() -> None:
    """What owners are told of their sets: once, in one letter a day."""


@digest.command()
@click.option("--check", is_flag=True, help="Only print what would be told.")
def run(check: bool) -> None:
    """Look for what turned since the last round and write the letters, whatever the hour."""
    from ckan.plugins import toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    found = tk.get_action("kielce_digest_run")({"user": user}, {"check": check})
    for row in found.pop("told", ()):
        click.echo(f"{row['dataset']}  {row['kind']}  {row['text']}")
    click.echo(", ".join(f"{name}: {number}" for name, number in found.items()))


@digest.command("list")
@click.option("--unit", help="Name or id of an organisation.")
@click.option("--waiting", is_flag=True, help="Only what nobody answered and nobody mended.")
@click.option("--limit", default=20, show_default=True, help="So many, newest first.")
def list_news(unit: str | None, waiting: bool, limit: int) -> None:
    """Print what owners were told, and their answer."""
    from ckan import model
    from ckan.plugins import toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    wanted = {"unit": unit or "", "waiting": waiting, "limit": limit}
    found = tk.get_action("kielce_digest_list")({"user": user}, wanted)
    for row in found["results"]:
        package = model.Package.get(row["package_id"])
        answer = "mended" if row["ended_at"] else "acknowledged" if row["acknowledged_at"] else ""
        answer = answer or (
            f"put off until {row['snoozed_until'][:10]}" if row["snoozed_until"] else "waiting"
        )
        name = package.name if package else row["package_id"]
        click.echo(
            f"{row['told_at'][:16]}  {row['kind']:<11} {row['code']:<18} {name}  {row['address']}  {answer}"
        )
    if not found["results"]:
        click.echo("Nobody was told anything.")
