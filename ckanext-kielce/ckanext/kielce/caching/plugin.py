"""Plugin ``kielce_cache``: lets caches keep what is the same for everybody, and tells them when it is not true any more."""

from __future__ import annotations

from typing import Any

import click
from ckan import model
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.kielce.caching import answers, changes, cli, seen  # noqa: F401  cli registers the commands
from ckanext.kielce.common import changes as told
from ckanext.kielce.common.cli import kielce


@tk.blanket.config_declarations
class KielceCachePlugin(p.SingletonPlugin):
    """Wiring only. In ``ckan.plugins`` it comes after ``kielce_quality``, whose mark on withheld files it reads."""

    p.implements(p.IConfigurable)
    p.implements(p.ISignal)
    p.implements(p.IClick)
    p.implements(p.IDomainObjectModification)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IGroupController, inherit=True)

    # IConfigurable
    def configure(self, config: CKANConfig) -> None:
        changes.listen()

    # ISignal
    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """The end of each request; changes that are no edits; what an answer shows; tables that were written."""
        return {
            tk.signals.request_finished: [answers.finish],
            told.changed: [changes.committed],
            told.shown: [seen.told],
            tk.signals.action_succeeded: [
                {"receiver": changes.table_written, "sender": name} for name in changes.TABLE_ACTIONS
            ],
        }

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]

    # IDomainObjectModification
    def notify(self, entity: Any, operation: Any) -> None:
        """A dataset or a resource is about to be committed."""
        if entity is None:  # CKAN 2.12 asks a row whose dataset is not loaded for it, and passes nothing on
            return
        package_id = getattr(entity, "package_id", None) or entity.id
        changes.dataset(package_id)

    # IPackageController
    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        seen.package(pkg_dict)
        seen.hold(context.get("package"))

    def after_dataset_search(
        self, search_results: dict[str, Any], search_params: dict[str, Any]
    ) -> dict[str, Any]:
        seen.packages(search_results.get("results", ()))
        return search_results

    # IOrganizationController and IGroupController; IPackageController has methods of the same names
    def create(self, entity: Any) -> None:
        if isinstance(entity, model.Group):
            changes.everything()

    def edit(self, entity: Any) -> None:
        self.create(entity)

    def delete(self, entity: Any) -> None:
        self.create(entity)
