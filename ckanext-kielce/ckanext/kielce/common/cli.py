"""The one click group ``ckan kielce``; each room adds its commands to it.

CKAN merges the commands of all plugins by name, so two plugins that each made a group ``kielce`` would silently
shadow one another. Every plugin's ``IClick.get_commands`` therefore returns this very object.
"""

from __future__ import annotations

import click


@click.group(short_help="Open data of the city of Kielce")
def kielce() -> None:
    """Commands of the Kielce open-data portal."""
