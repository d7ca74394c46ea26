"""What the checks found: written down with its beginning and end, and given to the domain as evidence.

A finding that a later check doesn't find any more is ended, not deleted; one that is found again begins anew. What a
coordinator has cleared stays written down and counts no more.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ckan import model as ckan_model
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from . import checks, content
from .domain.model import Finding
from .model import Decision, FindingRow, Judgement

Kind = Literal["history", "content", "profile"]

#: Labels that cost points in a part of C that has no judgement of its own for them -> what is left of the part.
LABEL_PARTS: Mapping[str, Mapping[str, float]] = {"bad_dates": {"parses": 0.8}}
#: Codes about people, which one decision ("no personal data") clears.
PERSONAL = frozenset({"pii", "persons", "private_contacts", "small_cells", "photo_location"})
#: Kind of decision -> codes of findings that it clears.
CLEARS: Mapping[str, frozenset[str]] = {
    "no_personal_data": PERSONAL,
    "infrastructure_allowed": frozenset({"sensitive_infrastructure"}),
}
#: What the code of a label says of who may see it and whether it withholds the file.
PII_TRAITS: Mapping[str, Any] = {"private": True, "withholds": True}


def traits(code: str) -> Mapping[str, Any]:
    """Whether findings of a code are private, and whether they withhold the file."""
    return PII_TRAITS if code == "pii" else content.traits(code)


def sentence(finding: Finding, lang: str) -> tuple[str, str]:
    """What was seen and what mends it, whichever set of checks found it."""
    made_by = content if content.traits(finding.code) else checks
    return made_by.sentence(finding, lang)


@dataclass
class Found:
    """Findings of one dataset as they are stored.

    :ivar standing: those that stand, the surest first
    :ivar checked: resource -> codes of the checks that were made on its present content
    """

    standing: list[FindingRow] = field(default_factory=list)
    checked: dict[str, frozenset[str]] = field(default_factory=dict)


def load(package_ids: Iterable[str]) -> dict[str, Found]:
    """Standing findings by dataset, in two queries."""
    ids = list(package_ids)
    found: dict[str, Found] = defaultdict(Found)
    rows = ckan_model.Session.scalars(
        select(FindingRow)
        .where(FindingRow.package_id.in_(ids), FindingRow.ended_at.is_(None))
        .order_by(FindingRow.certainty.desc(), FindingRow.code, FindingRow.place)
    )
    for row in rows:
        found[row.package_id].standing.append(row)
    for judged in ckan_model.Session.scalars(select(Judgement).where(Judgement.package_id.in_(ids))):
        known = found[judged.package_id].checked
        known[judged.resource_id] = known.get(judged.resource_id, frozenset()) | frozenset(judged.checked)
    return found


def record(
    package_id: str,
    resource_id: str,
    kind: Kind,
    found: Sequence[Finding],
    checked: Iterable[str],
    now: dt.datetime,
    rules_version: str,
) -> list[FindingRow]:
    """Write down what a set of checks found on a resource; the caller commits.

    :param checked: codes of the checks that were made: standing findings of these that weren't found again are ended
    :returns: the findings that are new
    """
    codes = frozenset(checked)
    standing = {
        (row.code, row.place): row
        for row in ckan_model.Session.scalars(
            select(FindingRow).where(
                FindingRow.resource_id == resource_id,
                FindingRow.kind == kind,
                FindingRow.ended_at.is_(None),
            )
        )
    }
    new = []
    for item in found:
        key = (item.code, place_of(item))
        row = standing.pop(key, None)
        if row is None:
            row = FindingRow(
                package_id=package_id,
                resource_id=resource_id,
                kind=kind,
                code=item.code,
                place=key[1],
                found_at=now,
            )
            ckan_model.Session.add(row)
            new.append(row)
        row.since, row.share = item.since, item.share
        row.certainty = float(item.params.get("certainty", 1.0))
        row.params = dict(item.params)
        row.rules_version = rules_version
        row.confirmed_at = now
    for (code, _place), row in standing.items():
        if code in codes:
            row.ended_at = now
    values = {
        "package_id": package_id,
        "judged_at": now,
        "rules_version": rules_version,
        "checked": sorted(codes),
    }
    statement = insert(Judgement).values(resource_id=resource_id, kind=kind, **values)
    ckan_model.Session.execute(
        statement.on_conflict_do_update(index_elements=["resource_id", "kind"], set_=values)
    )
    ckan_model.Session.flush()
    return new


def listed(
    package_id: str, resource_id: str | None = None, code: str | None = None, *, ended: bool = False
) -> list[FindingRow]:
    """Findings of a dataset, those that stand first and the newest of them first."""
    query = select(FindingRow).where(FindingRow.package_id == package_id)
    if resource_id:
        query = query.where(FindingRow.resource_id == resource_id)
    if code:
        query = query.where(FindingRow.code == code)
    if not ended:
        query = query.where(FindingRow.ended_at.is_(None))
    order = (FindingRow.ended_at.desc().nulls_first(), FindingRow.found_at.desc(), FindingRow.code)
    return list(ckan_model.Session.scalars(query.order_by(*order)))


def end_all(resource_id: str, now: dt.datetime) -> int:
    """End every finding on a resource that is gone. :returns: how many there were; the caller commits."""
    rows = ckan_model.Session.scalars(
        select(FindingRow).where(FindingRow.resource_id == resource_id, FindingRow.ended_at.is_(None))
    ).all()
    for row in rows:
        row.ended_at = now
    return len(rows)


def place_of(finding: Finding) -> str:
    """What tells two findings of one code on one file apart."""
    params = finding.params
    parts = [params.get(key) for key in ("variant", "column", "member", "twin_folder", "layer", "problem")]
    # Which member of a series stopped first may change while the finding is the same.
    if finding.code == "truncated":
        parts[2] = None
    return "|".join(str(part) for part in parts if part)[:300]


def as_domain(row: FindingRow) -> Finding:
    """The domain's finding of a stored row, with its sentences and what it counts for."""
    made = Finding(row.code, resource_id=row.resource_id, since=row.since, share=row.share, params=row.params)
    told = {lang: list(sentence(made, lang)) for lang in ("pl", "en")}
    extra: dict[str, Any] = {"told": told}
    part = LABEL_PARTS.get(row.code) or traits(row.code).get("part")
    if part:
        extra["part"] = dict(part)
    return Finding(
        row.code,
        resource_id=row.resource_id,
        since=row.since,
        share=row.share,
        params={**row.params, **extra},
    )


def cleared(row: Any, decisions: Iterable[Decision]) -> bool:
    """Whether a coordinator has looked at this finding and found nothing against publishing.

    :param row: a finding's row, or as much of it as ``code``, ``resource_id`` and ``found_at``
    """
    return any(
        row.code in CLEARS.get(decision.kind, ())
        and decision.subject in (None, row.resource_id)
        and row.found_at <= decision.decided_at
        for decision in decisions
    )


def cleared_people(resource_id: str) -> bool:
    """Whether a coordinator has found that a file which looks so holds no personal data."""
    query = select(Decision.id).where(
        Decision.kind == "no_personal_data", Decision.subject == resource_id, Decision.revoked_at.is_(None)
    )
    return ckan_model.Session.scalar(query.limit(1)) is not None


def counted(found: Found, decisions: Sequence[Decision], resource_ids: Iterable[str]) -> list[FindingRow]:
    """Standing findings on the files that are there, those cleared left out."""
    present = set(resource_ids)
    return [row for row in found.standing if row.resource_id in present and not cleared(row, decisions)]


def withholding(findings: Iterable[Finding | FindingRow]) -> frozenset[str]:
    """Ids of the resources that findings keep from the public."""
    return frozenset(
        item.resource_id for item in findings if item.resource_id and traits(item.code).get("withholds")
    )
