"""Plugin ``kielce_participation``: reports of mistakes, requests for data, a gallery of reuses."""

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
from flask import Blueprint

from . import (
    cli,  # noqa: F401  registers the commands
    model,  # noqa: F401  the table belongs to CKAN's metadata
)
from .views import answering, sending


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.helpers
class KielceParticipationPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IBlueprint)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IClick)
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        """Forms for everyone act for no logged-in user, so they need no token and no session; answering does."""
        csrf.exempt(sending)
        return [sending, answering]

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]

    # IConfigDeclaration
    def declare_config_options(self, declaration: Any, key: Any) -> None:
        """Our own options, and how many proxies stand before the portal."""
        options.declare(declaration, __file__)

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        """Templates and styles of the room."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "kielce_participation")
