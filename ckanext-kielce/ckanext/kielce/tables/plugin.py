"""Plugin ``kielce_tables``: keeps the DataStore in step with the files of the catalogue."""

from __future__ import annotations

from typing import Any

import click
from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import options
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.common.translation import KielceTranslation
from ckanext.kielce.tables import (
    cli,  # noqa: F401  registers the commands
    jobs,
)


@tk.blanket.actions
@tk.blanket.auth_functions
class KielceTablesPlugin(KielceTranslation, p.SingletonPlugin):
    """Wiring only; the work is in `service` and `load`."""

    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurable)
    p.implements(p.IDomainObjectModification)
    p.implements(p.IClick)
    p.implements(p.ITranslation)

    # IConfigDeclaration
    def declare_config_options(self, declaration: Any, key: Any) -> None:
        """Our own options, and those of the HTTP client that fetches the files."""
        options.declare(declaration, __file__)

    # IConfigurable
    def configure(self, config: CKANConfig) -> None:
        """Listen for commits, after which loads are queued."""
        jobs.listen()

    # IDomainObjectModification
    def notify(self, entity: Any, operation: str) -> None:
        """Note new and changed resources."""
        jobs.note_change(entity, operation)

    # IClick
    def get_commands(self) -> list[click.Command]:
        """The one group of all rooms."""
        return [kielce]
