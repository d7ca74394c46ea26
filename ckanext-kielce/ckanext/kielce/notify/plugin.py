"""Plugin ``kielce_notify``: tells people things, and remembers that it did."""

from __future__ import annotations

import click
from ckan import plugins as p
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import periodic
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.notify import (
    cli,  # noqa: F401  registers the commands
    model,  # noqa: F401  the table belongs to CKAN's metadata
    sending,
)

#: Seconds between two looks for messages that wait.
AGAIN = 900
periodic.every("notify-again", "kielce_notify", lambda: AGAIN, sending.try_again)


@tk.blanket.config_declarations
class KielceNotifyPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IClick)
    p.implements(p.ITranslation)

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]
