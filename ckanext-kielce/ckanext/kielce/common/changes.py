"""How rooms tell that what the public sees of a dataset is another now, where no edit of the dataset says so.

Edits of datasets are known to CKAN. A score, a loaded table and the like change pages too, without an edit. Whoever keeps copies
of pages subscribes to the signal; nobody has to.
"""

from __future__ import annotations

from collections.abc import Iterable

from ckan.lib.signals import ckanext

#: Sent with ``package_ids``, a list of dataset ids, after the change is committed.
changed = ckanext.signal("kielce_changed")


def tell(package_ids: Iterable[str]) -> None:
    """Say that pages and API answers about these datasets are out of date."""
    ids = list(package_ids)
    if ids:
        changed.send(package_ids=ids)
