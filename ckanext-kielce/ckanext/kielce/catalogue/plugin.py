"""Plugin ``kielce``: the catalogue itself (schemas, vocabularies, search, theme, pages)."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckanext.kielce import schemas
from ckanext.kielce.catalogue import cli as cli_module
from ckanext.kielce.catalogue import find_helpers, fresh, helpers, solr, views, ways, words
from ckanext.kielce.catalogue.index import with_facet_fields
from ckanext.kielce.catalogue.search import SearchHooks
from ckanext.kielce.common.translation import KielceTranslation


def _named(module: ModuleType) -> dict[str, Any]:
    return {name: getattr(module, name) for name in module.__all__}


@tk.blanket.config_declarations
@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.validators
@tk.blanket.helpers(lambda: _named(helpers) | _named(find_helpers))
@tk.blanket.blueprints(lambda: [views.kielce, ways.kielce_ways])
@tk.blanket.cli(cli_module.get_commands)
class KielcePlugin(SearchHooks, KielceTranslation, p.SingletonPlugin):
    """Thin: everything a reader looks for is in the module that the blanket names.

    The dataset schemas are registered through the defaults of ``scheming.dataset_schemas`` and ``scheming.presets``
    in ``config_declaration.yaml``: declared defaults are there before any plugin is configured, so the order of
    ``kielce`` and ``scheming_datasets`` in ``ckan.plugins`` does not matter.
    """

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IPackageController, inherit=True)

    # IConfigurer
    def update_config(self, config: CKANConfig) -> None:
        """Register templates, public files, the asset bundle ``kielce`` and the licences of the portal."""
        solr.keep_connections()
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "kielce")
        # CKAN's licence register reads a file by its absolute address, which a declared default can't hold.
        if not config.get("licenses_group_url"):
            config["licenses_group_url"] = f"file://{schemas.FOLDER / 'vocabularies' / 'licences.json'}"

    def update_config_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Let the portal's own synonyms be edited in the running portal."""
        schema[words.OPTION] = [
            tk.get_validator(name) for name in ("ignore_missing", "unicode_safe", "kielce_synonym_lines")
        ]
        return schema

    # IPackageController
    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Keep what is being prepared for the index: the activity stream asks for it next."""
        fresh.keep(context, pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Add the facet fields, then whatever the search of the portal wants besides."""
        return super().before_dataset_index(with_facet_fields(pkg_dict))
