"""From stored rows and a dataset's dict to the evidence that the domain judges."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ckan import model as ckan_model
from ckanext.kielce.common.periods import fold
from sqlalchemy import select

from . import findings, model
from .domain import model as domain
from .gather.codec import from_row
from .gather.declare import field_value
from .gather.dictionary import dictionary_of
from .gather.fetching import format_of, kind_of
from .gather.observe import is_passing
from .rows import Rows, load_rows
from .settings import Settings

#: ISO 8601 periods in common use, as EU codes.
ISO_PERIODS: Mapping[str, str] = {
    "PT1H": "HOURLY",
    "P1D": "DAILY",
    "P0.5W": "WEEKLY_2",
    "P1W": "WEEKLY",
    "P7D": "WEEKLY",
    "P2W": "BIWEEKLY",
    "P0.5M": "MONTHLY_2",
    "P1M": "MONTHLY",
    "P2M": "BIMONTHLY",
    "P3M": "QUARTERLY",
    "P4M": "ANNUAL_3",
    "P6M": "ANNUAL_2",
    "P1Y": "ANNUAL",
    "P2Y": "BIENNIAL",
    "P3Y": "TRIENNIAL",
}
ISO_PERIOD = re.compile(r"^(?:R\d*/)?(P(?:[\d.]+[YMWD])?(?:T[\d.]+[HMS])?)$")
DAYS = re.compile(r"^\d+(?:\.\d+)?$")
#: Formats that accompany data and are not held against a dataset that also has data.
SIDE_FORMATS = frozenset(
    ["PDF", "DOC", "DOCX", "ODT", "RTF", "TXT", "HTML", "XHTML", "JPEG", "JPG", "PNG", "SVG", "MD"]
)
SIDE_WORDS = re.compile(
    r"\b(opis|metadane|metadata|dokumentacja|instrukcja|readme|slownik|legenda|regulamin)\b"
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def frequency_code(value: str | None) -> tuple[str, float | None]:
    """A declared frequency as (EU code, days): EU codes and URIs, ISO 8601 periods, a number of days.

    Days are None where the code says it all; ("UNKNOWN", None) where nothing is declared.
    """
    text = (value or "").strip()
    if not text:
        return "UNKNOWN", None
    if DAYS.match(text):
        return "OTHER", float(text)
    if match := ISO_PERIOD.match(text.upper()):
        return ISO_PERIODS.get(match.group(1), "UNKNOWN"), None
    return text.rstrip("/").rsplit("/", 1)[-1].upper(), None


def build_evidence(
    package: dict[str, Any],
    options: Settings,
    mqa: domain.MqaResult | None = None,
    rows: Rows | None = None,
) -> domain.DatasetEvidence:
    """Everything known of a dataset, for ``assess``.

    :param package: dataset dict as ``package_show`` gives it
    :param mqa: points of its metadata; None where they are not measured
    :param rows: its stored rows; read when they aren't given
    """
    package_id = package["id"]
    rows = rows or load_rows([package])[package_id]
    decisions = rows.decisions
    standing = findings.counted(rows.found, decisions, (item["id"] for item in package["resources"]))
    level = max((row.profile.get("sample_level", 0) for row in rows.observations), default=0)
    seen: dict[str, list[domain.Observation]] = defaultdict(list)
    own: set[str] = set()
    for row in rows.observations:
        seen[row.resource_id].append(from_row(row, level))
        if row.package_id == package_id:
            own.add(row.resource_id)
    cleared = _cleared_columns(decisions, seen)
    keys = series_keys(package["resources"])
    has_data = any(not _is_side(resource) for resource in package["resources"])
    resources = tuple(
        domain.ResourceEvidence(
            resource_id=resource["id"],
            name=resource.get("name") or format_of(resource) or resource["id"],
            format=format_of(resource),
            promised=not (has_data and _is_side(resource)),
            observations=_described(
                _without_cleared(seen.get(resource["id"], []), cleared.get(resource["id"], set())),
                resource,
                options,
            ),
            series_key=keys.get(resource["id"]),
            checked=rows.found.checked.get(resource["id"], frozenset()),
            ended_members=frozenset(
                decision.subject.split("/", 1)[1]
                for decision in decisions
                if decision.kind == "ended_member"
                and decision.subject
                and decision.subject.startswith(f"{resource['id']}/")
            ),
            **_link_state(resource, rows.links.get(resource["id"])),
        )
        for resource in package["resources"]
    )
    present = {resource["id"] for resource in package["resources"]}
    removed = tuple(
        domain.ResourceEvidence(resource_id=key, name=key, format="", observations=tuple(items))
        for key, items in seen.items()
        if key not in present or key not in own
    )
    return domain.DatasetEvidence(
        dataset_id=package_id,
        title=package.get("title") or package["name"],
        declarations=declarations(rows.declarations),
        resources=resources,
        mqa=mqa,
        closed=_closed(package, decisions, options),
        # A live feed is not late because we look at it more seldom than it changes.
        check_interval_days=max(options.check_min.total_seconds(), options.sweep_interval) / 86400,
        reviewed_at=max((item.decided_at for item in decisions if item.kind == "reviewed"), default=None),
        stated_start=_stated_start(package, seen),
        published_since=min(
            (
                moment
                for moment in (
                    _moment(package.get("metadata_created")),
                    *(items[0].observed_at for items in seen.values()),
                )
                if moment
            ),
            default=None,
        ),
        removed=removed,
        findings=tuple(findings.as_domain(row) for row in standing),
        twin_declared=any("twin_disagreement" in codes for codes in rows.found.checked.values()),
    )


def active_decisions(package_id: str) -> list[model.Decision]:
    """Decisions on a dataset that were not taken back, oldest first."""
    return list(
        ckan_model.Session.scalars(
            select(model.Decision)
            .where(model.Decision.package_id == package_id, model.Decision.revoked_at.is_(None))
            .order_by(model.Decision.decided_at)
        )
    )


def declarations(rows: Iterable[model.Declaration]) -> tuple[domain.FrequencyDeclaration, ...]:
    """Declared frequencies as the domain takes them, in the order of the rows."""
    result = []
    for row in rows:
        code, days = frequency_code(row.frequency)
        result.append(
            domain.FrequencyDeclaration(
                at=row.declared_at,
                code=code,
                days=days,
                approved_by=row.approved_by,
                public_reason=row.public_reason,
                approved_at=row.approved_at,
            )
        )
    return tuple(result)


def _link_state(resource: dict[str, Any], check: model.LinkCheck | None) -> dict[str, Any]:
    if check is None or (kind_of(resource) in {"upload", "datastore"} and check.ok):
        served = kind_of(resource) in {"upload", "datastore"}  # the portal itself serves it
        return {"link": "up" if served else "unchecked", "link_status": 200 if served else None}
    if check.url != resource.get("url"):
        return {"link": "unchecked"}
    state = "up" if check.ok else "down"
    if state == "down" and is_passing(check) and check.checks < 2:
        state = "unchecked"  # one time-out may be the network's; the next look decides
    return {"link": state, "link_status": check.http_status, "link_checked_at": check.last_checked_at}


def _described(
    observations: list[domain.Observation], resource: dict[str, Any], options: Settings
) -> tuple[domain.Observation, ...]:
    """Put the present data dictionary beside the newest content: it changes without the file changing."""
    if not observations or not observations[-1].columns:
        return tuple(observations)
    entries = dictionary_of(resource, options.columns_field)
    newest = observations[-1]
    described = sum(
        1
        for name in newest.columns
        if any(
            (entries.get(name) or {}).get(key) for key in ("description", "title", "label", "notes", "info")
        )
    )
    return (*observations[:-1], replace(newest, described_columns=described))


def _without_cleared(
    observations: list[domain.Observation], columns: set[str | None]
) -> list[domain.Observation]:
    if not columns:
        return observations
    return [
        replace(item, pii=tuple(find for find in item.pii if find.column not in columns))
        if item.pii
        else item
        for item in observations
    ]


def _cleared_columns(
    decisions: list[model.Decision], seen: Mapping[str, list[domain.Observation]]
) -> dict[str, set[str | None]]:
    """Columns that a coordinator has looked at and found to hold no personal data, by resource."""
    cleared: dict[str, set[str | None]] = defaultdict(set)
    for decision in decisions:
        if decision.kind != "no_personal_data":
            continue
        for resource_id, observations in seen.items():
            if decision.subject not in (None, resource_id):
                continue
            for item in observations:
                if item.observed_at <= decision.decided_at:
                    cleared[resource_id].update(find.column for find in item.pii or ())
    return cleared


def _closed(
    package: dict[str, Any], decisions: list[model.Decision], options: Settings
) -> domain.ClosedDeclaration | None:
    found = [item for item in decisions if item.kind in {"closed_series", "archival"}]
    if not found:
        return None
    decision = found[-1]
    end = decision.valid_until.date() if decision.valid_until else coverage_end(package, options)
    return domain.ClosedDeclaration(
        reason=decision.reason, end=end, approved_by=decision.user_id, at=decision.decided_at
    )


def coverage_end(package: dict[str, Any], options: Settings) -> dt.date | None:
    """End of the declared temporal coverage; None when it is open or not declared."""
    coverage = field_value(package, options.temporal_field)
    ends = (
        [part.get("end") for part in coverage if isinstance(part, dict)] if isinstance(coverage, list) else []
    )
    ends = ends or [field_value(package, "temporal_end")]
    if not ends or not all(ends):
        return None
    try:
        return max(dt.date.fromisoformat(str(end)[:10]) for end in ends)
    except ValueError:
        return None


def _stated_start(
    package: dict[str, Any], seen: Mapping[str, list[domain.Observation]]
) -> dt.datetime | None:
    """Oldest date that the source states for its content: ``modified`` fields and the first Last-Modified.

    A mere date says nothing about the time of that day: on the day of the first look, the look tells more (a live feed
    found at noon is not late since midnight).
    """
    stated = [_moment(field_value(package, "modified"))]
    stated += [_moment(resource.get("modified")) for resource in package["resources"]]
    stated += [items[0].last_modified for items in seen.values() if items]
    start = min((moment for moment in stated if moment), default=None)
    first = min((items[0].observed_at for items in seen.values() if items), default=None)
    if start and first and start.time() == dt.time() and start.date() == first.date():
        return first
    return start


def _moment(value: Any) -> dt.datetime | None:
    """CKAN's naive UTC text, or any ISO date, as a moment."""
    try:
        moment = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)


def _is_side(resource: dict[str, Any]) -> bool:
    """Documentation, a service or a page beside the data."""
    if kind_of(resource) in {"service", "page", "none"} or resource.get("resource_type") == "documentation":
        return True
    return format_of(resource) in SIDE_FORMATS or bool(SIDE_WORDS.search(fold(resource.get("name") or "")))


def series_keys(resources: list[dict[str, Any]]) -> dict[str, str]:
    """Resources whose names differ only in the year are files of one series: resource id -> common key."""
    groups: dict[str, list[str]] = defaultdict(list)
    for resource in resources:
        name = resource.get("name") or ""
        if YEAR.search(name):
            groups[f"{YEAR.sub('#', fold(name)).strip()}|{format_of(resource)}"].append(resource["id"])
    return {member: key for key, members in groups.items() if len(members) > 1 for member in members}
