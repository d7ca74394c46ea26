"""Plugin ``kielce_places``: what the city's data say of a place."""

from __future__ import annotations

import click
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.places import (
    cli,  # noqa: F401  registers the commands
    jobs,  # noqa: F401  books the sweep
    model,  # noqa: F401  the tables belong to CKAN's metadata
)


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.config_declarations
class KielcePlacesPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IClick)
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "kielce-places")
