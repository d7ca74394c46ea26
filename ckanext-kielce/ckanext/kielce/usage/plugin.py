"""Plugin ``kielce_usage``: counts how data are used, without knowing by whom."""

from __future__ import annotations

from typing import Any

import click
from ckan import plugins as p
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.usage import (
    cli,  # noqa: F401  registers the commands
    model,  # noqa: F401  the table belongs to CKAN's metadata
    requests,
)


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.config_declarations
class KielceUsagePlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.ISignal)
    p.implements(p.IClick)
    p.implements(p.ITranslation)

    # ISignal
    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """Every finished request passes by."""
        return {tk.signals.request_finished: [requests.after_request]}

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]
