"""Plugin ``kielce_digest``: one letter a day to each owner whose sets turned, and none when nothing did."""

from __future__ import annotations

import click
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.config.middleware.flask_app import csrf
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.digest import (
    cli,  # noqa: F401  registers the commands
    jobs,  # noqa: F401  books the rounds
    model,  # noqa: F401  the tables belong to CKAN's metadata
    views,
)
from flask import Blueprint


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.config_declarations
class KielceDigestPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IBlueprint)
    p.implements(p.IClick)
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        # The signed word in the address is the proof; nothing in it acts for a logged-in user.
        csrf.exempt(views.kielce_digest)
        return [views.kielce_digest]

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
