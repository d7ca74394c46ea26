"""The one click group ``ckan kielce``; each room adds its commands to it.

CKAN merges the commands of all plugins by name, so two plugins that each made a group ``kielce`` would silently
shadow one another. Every plugin's ``IClick.get_commands`` therefore returns this very object.
"""

from __future__ import annotations

import click


@click.group(short_help="Open data of the city of Kielce")
def kielce() -> None:
    """Commands of the Kielce open-data portal."""


@kielce.command()
@click.argument("queues", nargs=-1)
@click.option("--burst", is_flag=True, help="End when the queues are empty.")
@click.option("--no-scheduler", is_flag=True, help="Leave scheduled jobs to another worker.")
@click.pass_context
def worker(context: click.Context, queues: tuple[str, ...], burst: bool, no_scheduler: bool) -> None:
    """Do background jobs, like `ckan jobs worker`, without loading CKAN anew for each job."""
    from ckanext.kielce.common.worker import work

    work(list(queues), burst=burst, scheduler=not no_scheduler, app=context.meta["flask_app"])
