"""Filling the register from what the portal knows, for clerks don't fill in questionnaires.

A set that is not in the register gets an entry; of one that is, only fields that no person has touched follow. Run it as
often as you like: it is one transaction, and what it finds as it left it costs no write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckanext.kielce.common.columns import utc_now

from . import domain, store
from .model import Entry
from .proposals import Proposal, proposals

#: Key of the lock of one filling at a time.
LOCK = "kielce_register:prefill"


@dataclass
class Report:
    """How many entries were made, changed, left as they were, found gone, and how many sets a person had removed."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    removed: int = 0

    def count(self, changed: bool) -> None:
        """One entry that was compared."""
        if changed:
            self.changed += 1
        else:
            self.unchanged += 1

    def as_dict(self) -> dict[str, int]:
        """Plain data."""
        return asdict(self)


class Register:
    """The entries, found by origin, by dataset, or by unit and title."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_origin: dict[str, Entry] = {}
        self.by_dataset: dict[str, Entry] = {}
        self.by_title: dict[tuple[str, str], Entry] = {}
        for entry in entries:
            if entry.origin_key:
                self.by_origin[entry.origin_key] = entry
            if entry.removed_at is not None:
                continue
            if entry.dataset_id:
                self.by_dataset.setdefault(entry.dataset_id, entry)
            if not entry.origin_key:
                self.by_title.setdefault(domain.key(entry.title, entry.unit_id), entry)

    def find(self, proposal: Proposal) -> Entry | None:
        """The entry of the same set; one that a person wrote before the portal knew of the set is found by its title."""
        fields = proposal.fields
        keys = (proposal.key, *proposal.also)
        return (
            next((self.by_origin[key] for key in keys if key in self.by_origin), None)
            or self.by_dataset.get(fields.get("dataset_id") or "")
            or self.by_title.pop(domain.key(fields["title"], fields["unit_id"]), None)
        )


def prefill() -> Report:
    """Bring the register up to what the portal knows; commits."""
    session, report, now = ckan_model.Session, Report(), utc_now()
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(LOCK))))
    register = Register(session.scalars(sa.select(Entry).execution_options(populate_existing=True)))
    seen: set[str] = set()
    for proposal in proposals():
        seen.update((proposal.key, *proposal.also))
        entry = register.find(proposal)
        if entry is None:
            made, _changed = store.write(None, proposal.fields, actor=None, source=proposal.source, now=now)
            made.origin_key, made.prefilled, made.prefilled_at = proposal.key, proposal.fields, now
            report.created += 1
        elif entry.removed_at is not None:
            report.removed += 1
        else:
            entry.origin_key = proposal.key
            report.count(_follow(entry, proposal.fields, proposal.source))
    for key, entry in register.by_origin.items():
        if key not in seen and entry.removed_at is None and not entry.prefilled.get("gone"):
            _follow(entry, {**_GONE, "gone": True}, "catalogue")
            report.gone += 1
    session.commit()
    return report


#: What becomes of a set that left the portal: the city holds it still, and the public does not get it here.
_GONE: dict[str, Any] = {"tier": "internal", "dataset_id": None, "public": False}


def _follow(entry: Entry, fields: dict[str, Any], source: str) -> bool:
    """Set what no person has touched; returns whether that was anything."""
    now = utc_now()
    proposed = {name: value for name, value in fields.items() if name in domain.FIELDS}
    wanted = domain.merge(store.values(entry), entry.prefilled, proposed)
    _entry, changed = store.write(entry, wanted, actor=None, source=source, now=now)
    if entry.prefilled != fields:
        entry.prefilled = fields
    if changed or entry.prefilled_at is None:
        entry.prefilled_at = now
    return changed
