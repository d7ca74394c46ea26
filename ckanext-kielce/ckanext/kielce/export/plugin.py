"""Plugin ``kielce_export``: tables, layers and whole datasets in the forms people ask for."""

from __future__ import annotations

import click
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.export import cli, previews, version_views, views  # cli: registers the commands
from flask import Blueprint

__all__ = ["KielceExportPlugin", "cli"]


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.config_declarations
@tk.blanket.helpers
class KielceExportPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IBlueprint)
    p.implements(p.IConfigurer)
    p.implements(p.IClick)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        return [views.kielce_export, version_views.kielce_versions, previews.kielce_previews]

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]
