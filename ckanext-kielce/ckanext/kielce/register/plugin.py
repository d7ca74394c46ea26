"""Plugin ``kielce_register``: what the city holds, open or not, and when it will be opened."""

from __future__ import annotations

from typing import Any

import click
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.register import (
    cli,  # noqa: F401  registers the commands
    helpers,
    jobs,  # noqa: F401  books the filling
    model,  # noqa: F401  the tables belong to CKAN's metadata
)


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.config_declarations
class KielceRegisterPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IClick)
    p.implements(p.IConfigurer)
    p.implements(p.ITemplateHelpers)
    p.implements(p.ITranslation)

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "kielce-register")

    # ITemplateHelpers
    def get_helpers(self) -> dict[str, Any]:
        found = vars(helpers).items()
        return {name: each for name, each in found if name.startswith("kielce_register_")}
