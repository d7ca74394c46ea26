"""Plugin ``kielce_desk``: the page that a coordinator opens every morning, and an owner when asked."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import click
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from flask import Blueprint

from . import cli, model, views  # noqa: F401  commands are registered, tables belong to CKAN's metadata


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.helpers
@tk.blanket.config_declarations
class KielceDeskPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only. Needs ``kielce`` (the frame of its pages) and ``kielce_quality``."""

    p.implements(p.IBlueprint)
    p.implements(p.IClick)
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        return [views.kielce_desk]

    # IClick
    def get_commands(self) -> list[click.Command]:
        return [kielce]

    # IConfigurer
    def update_config(self, config: Any) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "kielce-desk")
