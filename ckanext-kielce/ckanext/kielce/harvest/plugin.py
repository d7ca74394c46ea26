"""Plugin ``kielce_harvest``: the sync engine's actions, pages, commands and housekeeping around ckanext-harvest."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import ckan.plugins as p
import click
import sqlalchemy as sa
from ckan import model as ckan_model
from ckanext.kielce.common import options
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.harvest import cli, helpers, housekeeping, model, views
from ckanext.kielce.harvest.logic import action, auth, chained
from flask import Blueprint

__all__ = ["KielceHarvestPlugin", "cli", "model"]


class KielceHarvestPlugin(p.SingletonPlugin, KielceTranslation):
    """Needs ``harvest`` before it in ckan.plugins."""

    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.IClick)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ITemplateHelpers)
    p.implements(p.ITranslation)

    def get_actions(self) -> dict[str, Any]:
        return {**_own(action, "kielce_harvest_"), **_own(chained, ("harvest_", "package_"))}

    def get_auth_functions(self) -> dict[str, Any]:
        return _own(auth, ("kielce_harvest_", "harvest_"))

    def get_blueprint(self) -> list[Blueprint]:
        return [views.kielce_harvest]

    def get_commands(self) -> list[click.Command]:
        return [kielce]

    def get_helpers(self) -> dict[str, Any]:
        return {name: getattr(helpers, name) for name in helpers.__all__}

    def declare_config_options(self, declaration: Any, key: Any) -> None:
        options.declare(declaration, __file__)

    def update_config(self, config: Any) -> None:
        p.toolkit.add_template_directory(config, "templates")
        p.toolkit.add_resource("assets", "kielce-harvest")

    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        self._book(pkg_dict)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        self._book(pkg_dict)
        if pkg_dict.get("type") == "harvest":
            self._follow_frequency(pkg_dict["id"])

    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == "harvest" and pkg_dict.get("url"):
            pkg_dict["url"] = safe_url(pkg_dict["url"])

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """The index is open to everybody's search: a source's errors stay out of it."""
        if pkg_dict.get("dataset_type") == "harvest" and pkg_dict.get("validated_data_dict"):
            pkg_dict.pop("status", None)
            shown = json.loads(pkg_dict["validated_data_dict"])
            shown.pop("status", None)
            pkg_dict["validated_data_dict"] = json.dumps(shown)
        return pkg_dict

    def _follow_frequency(self, source_id: str) -> None:
        """A source without a schedule of its own goes by its frequency, which may have been edited (not committed)."""
        state = model.HarvestSourceState
        ckan_model.Session.execute(
            sa.update(state)
            .where(state.source_id == source_id, state.schedule.is_(None))
            .values(next_due=None)
            .execution_options(synchronize_session=False)
        )

    def _book(self, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == "harvest":  # a source was made or edited: see that it will be looked after
            housekeeping.ensure_tick()


def _own(module: ModuleType, begins: str | tuple[str, ...]) -> dict[str, Any]:
    """The public functions of a module whose names begin so."""
    return {name: each for name, each in vars(module).items() if name.startswith(begins) and callable(each)}
