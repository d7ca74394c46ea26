"""``ckan kielce participation``."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce

from . import jobs


@kielce.group()
def participation() -> None:
    """What visitors sent: reports, requests, reuses."""


@participation.command("round")
def daily_round() -> None:
    """Remind of what is late and erase addresses no longer needed, now; the worker does it every morning."""
    done = jobs.daily_round()
    click.echo(f"late: {done['late']}, addresses erased: {done['erased']}")
