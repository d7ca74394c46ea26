"""Plugin ``kielce_charts``: tables as charts, drawn by the server."""

from __future__ import annotations

from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.kielce.charts import views
from ckanext.kielce.common.translation import KielceTranslation
from flask import Blueprint


@tk.blanket.helpers
class KielceChartsPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IBlueprint)
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        return [views.kielce_charts]

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
