"""Plugin ``kielce_harvest``: commands, report and housekeeping around ckanext-harvest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins as p
import click
import yaml
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.http_settings import declare_options
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.harvest import cli, helpers, jobs, model
from ckanext.kielce.harvest.logic import action, auth

__all__ = ["KielceHarvestPlugin", "cli", "model"]


class KielceHarvestPlugin(p.SingletonPlugin, KielceTranslation):
    """Needs ``harvest`` before it in ckan.plugins."""

    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IClick)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ITemplateHelpers)
    p.implements(p.ITranslation)

    def get_actions(self) -> dict[str, Any]:
        return {
            "harvest_job_create": action.harvest_job_create,
            "kielce_harvest_report": action.kielce_harvest_report,
        }

    def get_auth_functions(self) -> dict[str, Any]:
        return {"kielce_harvest_report": auth.kielce_harvest_report}

    def get_commands(self) -> list[click.Command]:
        return [kielce]

    def get_helpers(self) -> dict[str, Any]:
        return {"kielce_harvest_settings": helpers.kielce_harvest_settings}

    def declare_config_options(self, declaration: Any, key: Any) -> None:
        declare_options(declaration)
        declared = Path(__file__).with_name("config_declaration.yaml").read_text(encoding="utf-8")
        declaration.load_dict(yaml.safe_load(declared))

    def update_config(self, config: Any) -> None:
        p.toolkit.add_template_directory(config, "templates")

    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        self._book(pkg_dict)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        self._book(pkg_dict)

    def _book(self, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == "harvest":  # a source was made or edited: see that it will be looked after
            jobs.ensure_tick()
