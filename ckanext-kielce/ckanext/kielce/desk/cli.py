"""``ckan kielce desk …``"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckanext.kielce.common.cli import kielce

ROLE = click.argument("role", type=click.Choice(["coordinator", "auditor"]))


@kielce.group()
def desk() -> None:
    """The coordinator's desk: who sits at it, and files that wait."""


def _call(action: str, data: dict[str, Any]) -> Any:
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    try:
        return tk.get_action(action)({"user": site, "ignore_auth": True}, data)
    except tk.ValidationError as error:
        raise click.ClickException(" ".join(error.error_summary.values())) from error


@desk.command()
@click.argument("user")
@ROLE
def grant(user: str, role: str) -> None:
    """Give a user a role."""
    made = _call("kielce_role_grant", {"user": user, "role": role})
    click.echo(f"{made['user']} is {role}" + ("" if made["changed"] else " already"))


@desk.command()
@click.argument("user")
@ROLE
def revoke(user: str, role: str) -> None:
    """Take a role back."""
    made = _call("kielce_role_revoke", {"user": user, "role": role})
    click.echo(f"{made['user']} is no longer {role}" if made["changed"] else f"{made['user']} was not {role}")


@desk.command("roles")
def roles_() -> None:
    """List who has which role."""
    rows = _call("kielce_role_list", {})
    for row in rows:
        click.echo(f"{row['role']:12} {row['user']}")
    if not rows:
        click.echo("No roles are granted: coordinators are the sysadmins.")


@desk.command()
def expire() -> None:
    """Delete checked files that nobody published in time."""
    from .staging import expire as delete

    click.echo(f"Deleted: {delete()}")
