"""Plugin ``kielce_usage``: counts how data are used, without knowing by whom."""

from __future__ import annotations

from typing import Any

import click
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.config.middleware.flask_app import csrf
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import options
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.usage import (
    cli,  # noqa: F401  registers the commands
    log_reader,  # noqa: F401  registers its work
    model,  # noqa: F401  the table belongs to CKAN's metadata
    requests,
)
from ckanext.kielce.usage.views import kielce_usage
from flask import Blueprint


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.helpers
class KielceUsagePlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IBlueprint)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurer)
    p.implements(p.ISignal)
    p.implements(p.IClick)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        """Nothing in it acts for a logged-in user, so it needs no token and no session."""
        csrf.exempt(kielce_usage)
        return [kielce_usage]

    # IConfigDeclaration
    def declare_config_options(self, declaration: Any, key: Any) -> None:
        """Our own options, and how many proxies stand before the portal."""
        options.declare(declaration, __file__)

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        """Templates of the room."""
        tk.add_template_directory(config, "templates")

    # ISignal
    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """Every finished request passes by."""
        return {tk.signals.request_finished: [requests.after_request]}

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]
