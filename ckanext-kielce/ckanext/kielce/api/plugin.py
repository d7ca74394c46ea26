"""Plugin ``kielce_api``: tables and datasets by cursor, OpenAPI, limits, errors that explain themselves."""

from __future__ import annotations

from typing import Any

from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.datastore.interfaces import IDatastore
from ckanext.kielce.api import (
    answers,
    keyset,
    model,  # noqa: F401  the table belongs to CKAN's metadata
    pages,  # noqa: F401  adds its addresses to the blueprint
    rate,
)
from ckanext.kielce.api.announcing import kielce_announcing
from ckanext.kielce.api.views import kielce_api
from ckanext.kielce.common import options
from ckanext.kielce.common.translation import KielceTranslation
from flask import Blueprint


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.helpers
class KielceApiPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only."""

    p.implements(p.IBlueprint)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurer)
    p.implements(p.ISignal)
    p.implements(p.ITranslation)
    p.implements(IDatastore, inherit=True)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        """Our addresses; the blueprint also looks at every request before its view."""
        return [kielce_api, kielce_announcing]

    # IConfigDeclaration
    def declare_config_options(self, declaration: Any, key: Any) -> None:
        """Our own options, and how many proxies stand before the portal."""
        options.declare(declaration, __file__)

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        """Templates of the developers' page and of what dataset pages show."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "kielce_api")

    # ISignal
    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """Every finished answer passes by."""
        return {tk.signals.request_finished: [rate.tell, answers.finish]}

    # IDatastore
    def datastore_search(
        self,
        context: Any,
        data_dict: dict[str, Any],
        fields_types: dict[str, str],
        query_dict: dict[str, Any],
    ) -> dict[str, Any]:
        """Read on after a row, where our own view asks for it."""
        after = context.get(keyset.CONTEXT)
        if isinstance(after, keyset.After):
            query_dict["where"].append(keyset.condition(data_dict["resource_id"], after))
        return query_dict
