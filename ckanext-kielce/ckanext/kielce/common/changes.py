"""How rooms tell that what the public sees of a dataset is another now, where no edit of the dataset says so.

Edits of datasets are known to CKAN. A score, a loaded table and the like change pages too, without an edit. Whoever keeps copies
of pages subscribes to the signal; nobody has to.
"""

from __future__ import annotations

from collections.abc import Iterable

from ckan.lib.signals import ckanext

#: Sent with ``package_ids``, a list of dataset ids, after the change is committed.
changed = ckanext.signal("kielce_changed")

#: Sent with ``package_ids``, a list of dataset ids, while an answer is made that shows something of them.
shown = ckanext.signal("kielce_shown")


def tell(package_ids: Iterable[str]) -> None:
    """Say that pages and API answers about these datasets are out of date."""
    ids = list(package_ids)
    if ids:
        changed.send(package_ids=ids)


def show(package_ids: Iterable[str]) -> None:
    """Say that the answer which is being made shows something of these datasets.

    Needed where it is not CKAN's ``package_show`` or ``package_search`` that brings them: kept copies go with their changes.
    """
    ids = list(package_ids)
    if ids:
        shown.send(package_ids=ids)
