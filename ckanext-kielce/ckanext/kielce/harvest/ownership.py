"""Which of several records of one thing writes its dataset.

The record of the source with the highest *precedence* owns the dataset: a catalogue of metadata says more than a map
service, the city's own systems more than another portal's copy. Among equals the first one does. A source's setting
``precedence`` replaces its protocol's.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestObject, HarvestSource
from ckanext.kielce.harvest import runs, store
from ckanext.kielce.harvest.model import HarvestRecord
from ckanext.kielce.harvest.records import Source


def precedence(harvester: Any, source: Source) -> float:
    """The source's weight against other sources of the same thing."""
    own = source.config.get("precedence")
    return float(harvester.precedence if own is None else own)


def _of_record(record: HarvestRecord) -> float:
    row = model.Session.get(HarvestSource, record.source_id)
    harvester = runs.harvester_of(row.type) if row else None
    return precedence(harvester, runs.source_of(row)) if row and harvester else 0


def settle(record: HarvestRecord, keys: list[str], weight: float, *, lock: bool = True) -> bool:
    """Decide whether ``record``, new or a second source so far, owns its dataset (not committed).

    When it outranks the present owner it takes over dataset and base of the merge, so that curated fields survive.
    Returns True when it took a dataset over.
    """
    other = store.owner_of(keys, record.source_id, locked=lock)
    if other is None:
        if record.role == "also" and model.Package.get(record.package_id or "") is None:
            record.role, record.package_id = "owner", None  # the other source's dataset was purged
        return False
    if weight <= _of_record(other):
        record.role, record.package_id = "also", other.package_id
        return False
    record.role, record.package_id = "owner", other.package_id
    record.draft, record.stored = dict(other.draft), dict(other.stored)
    other.role = "also"
    model.Session.execute(
        sa.update(HarvestObject)
        .where(HarvestObject.id == other.id)
        .values(current=False)
        .execution_options(synchronize_session=False)
    )
    return True
