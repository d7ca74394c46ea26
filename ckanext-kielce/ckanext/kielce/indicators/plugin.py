"""Plugin ``kielce_indicators``: cards and values of city indicators, published with revisions and reasons."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckanext.kielce.common.translation import KielceTranslation

from . import cli


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.cli(cli.get_commands)
@tk.blanket.config_declarations
@tk.blanket.helpers
class KielceIndicatorsPlugin(KielceTranslation, p.SingletonPlugin):
    """Blankets bring actions, authorisation, pages, commands, options and helpers."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
