"""Plugin ``kielce_quality``: observes what datasets really hold, scores them, and says why."""

from __future__ import annotations

from typing import Any

from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.config.middleware.flask_app import csrf
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import options
from ckanext.kielce.common.translation import KielceTranslation
from flask import Blueprint

from . import indexing, tracking, withholding
from .logic.registry import actions as all_actions
from .publish.views import kielce_quality_publish


@tk.blanket.actions(all_actions)
@tk.blanket.auth_functions
@tk.blanket.helpers
@tk.blanket.validators
@tk.blanket.cli
class KielceQualityPlugin(KielceTranslation, p.SingletonPlugin):
    """Blankets bring actions, authorisation, helpers, validators and commands; the rest is wiring."""

    p.implements(p.IBlueprint)
    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.ITranslation)

    # IBlueprint
    def get_blueprint(self) -> list[Blueprint]:
        # Nothing in it acts for a logged-in user, and a mail program that ends a subscription has no token to show.
        csrf.exempt(kielce_quality_publish)
        return [kielce_quality_publish]

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "kielce_quality")
        wish = config.get("ckanext.kielce.quality.stock_templates") or "auto"
        own_pages = "kielce" in tk.aslist(config.get("ckan.plugins"))
        if wish == "yes" or (wish == "auto" and not own_pages):
            tk.add_template_directory(config, "templates_stock")

    # IConfigDeclaration
    def declare_config_options(self, declaration: Any, key: Any) -> None:
        options.declare(declaration, __file__)

    # IConfigurable
    def configure(self, config: CKANConfig) -> None:
        tracking.listen()

    # IPackageController
    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        tracking.note_dataset(context, pkg_dict)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        tracking.note_dataset(context, pkg_dict)

    def after_dataset_delete(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        tracking.forget_score(pkg_dict["id"])

    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        withholding.hide_from_reader(context, pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return indexing.add_fields(pkg_dict)

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return indexing.widen_query(search_params)

    def after_dataset_search(
        self, search_results: dict[str, Any], search_params: dict[str, Any]
    ) -> dict[str, Any]:
        return indexing.add_to_results(search_results)

    # IFacets
    def dataset_facets(self, facets_dict: dict[str, Any], package_type: str) -> dict[str, Any]:
        facets_dict["quality_status"] = tk._("Freshness")
        facets_dict["quality_grade"] = tk._("Quality grade")
        return facets_dict

    def organization_facets(
        self, facets_dict: dict[str, Any], organization_type: str, package_type: str | None
    ) -> dict[str, Any]:
        return self.dataset_facets(facets_dict, package_type or "dataset")
