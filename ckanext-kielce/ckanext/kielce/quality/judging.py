"""The checks on past versions, run on the portal's own observations, and their findings written down."""

from __future__ import annotations

import csv
import datetime as dt
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from sqlalchemy import select

from . import checks, content, findings, model, versions
from .checks.folder import Folder, FrequencyChange, Look, TwinDeclaration
from .checks.kept import KeptHistory, SeenVersion, kept_history
from .domain.frequency import frequency
from .domain.model import Finding
from .evidence import frequency_code, series_keys
from .gather.codec import http_date
from .gather.declare import field_value
from .gather.dictionary import dictionary_of
from .rows import Rows, load_rows
from .settings import Settings
from .versions import Fresh

log = logging.getLogger(__name__)

Texts = Mapping[str, tuple[str | None, bytes]]

#: Labels about how a series goes on: a file of a past year in a series of files isn't asked to.
GOING_ON = frozenset({"touched_only", "truncated", "freq_gaming"})
#: Labels that make sense for data of the present moment only (live feeds, lists of what is going on now).
TIMELESS = frozenset({"schema_break", "bad_dates", "pii"})
#: What a file that looks like a table may make the checks stumble over.
ODDITIES = (OSError, ValueError, ArithmeticError, LookupError, csv.Error)


def labels() -> frozenset[str]:
    """Codes of all checks on past versions."""
    return frozenset(check.code for check in checks.registered())


def judge_package(
    package: dict[str, Any],
    options: Settings,
    now: dt.datetime,
    fresh: Mapping[str, Fresh] | None = None,
) -> list[model.FindingRow]:
    """Judge every table of a dataset by its past, write the findings down and commit.

    :param package: dataset dict
    :param fresh: resource -> content that was just read
    :returns: findings that are new
    """
    fresh = fresh or {}
    rows = load_rows([package])[package["id"]]
    new: list[model.FindingRow] = []
    judged = judge_rows(package, rows, options, now, fresh=fresh)
    for resource_id, (found, codes) in judged.items():
        new += findings.record(
            package["id"], resource_id, "history", found, codes, now, checks.CHECK_RULES.version
        )
        suspicious = any(item.code == "pii" for item in found) and resource_id in fresh
        if suspicious and not findings.cleared_people(resource_id):
            versions.forget(resource_id, [fresh[resource_id].sha256])
    for resource in package["resources"]:
        if resource["id"] not in judged:
            _forget_old(resource["id"], rows)
        new += _profile(package, resource, rows, options, now)
    ckan_model.Session.commit()
    return new


def judge_partners(package: dict[str, Any], options: Settings, now: dt.datetime) -> list[str]:
    """Judge the other sides of this dataset's twins, for its new content may agree with them no more.

    :returns: ids of the datasets that were judged; the caller scores them
    """
    own = {item["id"] for item in package["resources"]}
    partners = {pair.other for pair in twins_of(own)} - own
    judged = []
    for package_id in {
        found.package_id for key in partners if (found := ckan_model.Resource.get(key)) is not None
    }:
        try:
            other = tk.get_action("package_show")(
                {"ignore_auth": True, "use_cache": False}, {"id": package_id}
            )
        except tk.ObjectNotFound:
            continue
        judge_package(other, options, now)
        judged.append(package_id)
    return judged


def _forget_old(resource_id: str, rows: Rows) -> None:
    """End what was found on content that was replaced by one which can't be compared.

    Content that was judged before and isn't kept (personal data) stays judged.
    """
    judged = ckan_model.Session.get(model.Judgement, (resource_id, "history"))
    seen = [row.observed_at for row in rows.observations if row.resource_id == resource_id]
    if judged is None or not seen or seen[-1] <= judged.judged_at:
        return
    findings.record(judged.package_id, resource_id, "history", [], labels(), seen[-1], judged.rules_version)
    ckan_model.Session.delete(ckan_model.Session.get(model.Judgement, (resource_id, "history")))


def judge_rows(
    package: dict[str, Any],
    rows: Rows,
    options: Settings,
    now: dt.datetime,
    *,
    fresh: Mapping[str, Fresh] | None = None,
    rules: checks.CheckRules = checks.CHECK_RULES,
) -> dict[str, tuple[list[Finding], frozenset[str]]]:
    """What the checks find on each resource whose newest content is kept or fresh; nothing is written.

    :returns: resource -> (findings, codes of the checks that were made)
    """
    fresh = fresh or {}
    resources = {item["id"]: item for item in package["resources"]}
    pairs = twins_of(resources)
    outside = [pair.other for pair in pairs if pair.other not in resources]
    texts = {key: dict(known) for key, known in versions.texts_of([*resources, *outside]).items()}
    for resource_id, item in fresh.items():
        texts.setdefault(resource_id, {})[item.sha256] = (item.value_hash, item.text)
    folder = _folder(package, rows, now)
    histories: dict[str, checks.History] = {}
    for resource_id, resource in resources.items():
        twin = next((pair.twin for pair in pairs if pair.this == resource_id), None)
        made = _history(resource, package, folder, twin, rows, texts[resource_id], options, now)
        if made is not None:
            histories[resource_id] = made
    own = list(histories)
    for pair in pairs:
        if pair.other in outside and (other := _outside(pair.other, texts[pair.other], now)):
            histories[pair.other] = other
    scene = checks.Scene(histories)
    result: dict[str, tuple[list[Finding], frozenset[str]]] = {}
    gaming_told = False
    for resource_id in own:
        codes = _codes(resources[resource_id], package, rows, histories)
        partners = {
            pair.other if pair.this == resource_id else pair.this
            for pair in pairs
            if resource_id in (pair.this, pair.other)
        }
        if not partners & set(histories):
            codes -= {"twin_disagreement"}
        try:
            found = checks.judge(histories[resource_id], scene, rules, codes)
        except ODDITIES as error:
            log.warning("Checks on resource %s failed: %s: %s", resource_id, type(error).__name__, error)
            continue
        if gaming_told:  # one promise, one finding
            found = [item for item in found if item.code != "freq_gaming"]
        gaming_told = gaming_told or any(item.code == "freq_gaming" for item in found)
        result[resource_id] = (found, codes)
    return result


def _codes(
    resource: Mapping[str, Any], package: Mapping[str, Any], rows: Rows, histories: Mapping[str, Any]
) -> frozenset[str]:
    """Which labels a resource can have."""
    declared = rows.declarations[-1].frequency if rows.declarations else None
    if package.get("type") == "live_feed" or frequency(*frequency_code(declared)).kind == "live":
        return TIMELESS
    keys = series_keys(package["resources"])
    key = keys.get(resource["id"])
    if key is None:
        return labels()
    newest = max(
        (item for item in package["resources"] if keys.get(item["id"]) == key and item["id"] in histories),
        key=lambda item: item.get("name") or "",
    )
    return labels() if newest["id"] == resource["id"] else labels() - GOING_ON


def _folder(package: dict[str, Any], rows: Rows, now: dt.datetime) -> Folder:
    """What was declared of a dataset, in the form the checks read."""
    changes = tuple(
        FrequencyChange(
            at=item.declared_at,
            to=frequency_code(item.frequency)[0],
            public_reason=item.public_reason or "",
            approved_by=item.approved_by or "",
        )
        for item in rows.declarations[1:]
    )
    return Folder(
        path=Path(),
        title=package.get("title") or package["name"],
        as_of=now,
        looks=(),
        changes=changes,
    )


def _history(
    resource: Mapping[str, Any],
    package: dict[str, Any],
    folder: Folder,
    twin: TwinDeclaration | None,
    rows: Rows,
    texts: Texts,
    options: Settings,
    now: dt.datetime,
) -> KeptHistory | None:
    seen = [row for row in rows.observations if row.resource_id == resource["id"] and row.bytes_sha256]
    if not seen or not texts:
        return None
    ended = frozenset(
        decision.subject.split("/", 1)[1]
        for decision in rows.decisions
        if decision.kind == "ended_member"
        and decision.subject
        and decision.subject.startswith(f"{resource['id']}/")
    )
    looks = [_look(row, rows.declarations) for row in seen]
    newest = looks[-1]
    closed = any(decision.kind in {"closed_series", "archival"} for decision in rows.decisions)
    # The description, the promise and decisions change without the file: the last word is today's.
    present = replace(
        newest.look,
        at=max(now, newest.look.at),
        description=str(package.get("notes") or ""),
        temporal_coverage=field_value(package, options.temporal_field),
        archived=closed,
        **_declared(rows.declarations, now),
    )
    looks.append(replace(newest, look=present))
    name = str(resource.get("name") or resource.get("url") or resource["id"])
    return kept_history(resource["id"], replace(folder, twin=twin, ended_members=ended), looks, texts, name)


def _look(row: model.Observation, declarations: Sequence[model.Declaration]) -> SeenVersion:
    look = Look(
        at=row.observed_at,
        file=row.bytes_sha256 or "",
        last_modified=http_date(row.last_modified),
        description=row.description or "",
        **_declared(declarations, row.observed_at),
    )
    return SeenVersion(look, row.bytes_sha256 or "", row.value_hash)


def _declared(declarations: Sequence[model.Declaration], at: dt.datetime) -> dict[str, Any]:
    """What was promised at a moment; before the first promise, that one."""
    known = [item for item in declarations if item.declared_at <= at] or list(declarations[:1])
    if not known or not known[-1].frequency:
        return {}
    code, days = frequency_code(known[-1].frequency)
    return {"declared": code, "declared_days": days if days is not None else frequency(code).days or None}


# --- twins


@dataclass(frozen=True)
class Pair:
    """Two resources that are declared to hold the same figures."""

    this: str
    other: str
    twin: TwinDeclaration


def twins_of(resource_ids: Iterable[str]) -> list[Pair]:
    """The declared pairs that any of these resources is in; a pair declared by the other side is turned round."""
    wanted = set(resource_ids)
    decisions = ckan_model.Session.scalars(
        select(model.Decision).where(model.Decision.kind == "twin", model.Decision.revoked_at.is_(None))
    )
    pairs = []
    for decision in decisions:
        said = json.loads(decision.subject or "{}")
        keys = tuple((str(one), str(two)) for one, two in said.get("keys", ()))
        value, unit = tuple(said.get("value", ("", ""))), tuple(said.get("unit", ("", "")))
        if said.get("this") in wanted:
            pairs.append(Pair(said["this"], said["other"], TwinDeclaration(said["other"], keys, value, unit)))
        elif said.get("other") in wanted:
            turned = tuple((two, one) for one, two in keys)
            twin = TwinDeclaration(said["this"], turned, value[::-1], unit[::-1])
            pairs.append(Pair(said["other"], said["this"], twin))
    return pairs


def _outside(resource_id: str, texts: Texts, now: dt.datetime) -> KeptHistory | None:
    """The newest kept version of a resource in another dataset."""
    resource = ckan_model.Resource.get(resource_id)
    package = ckan_model.Package.get(resource.package_id) if resource is not None else None
    if resource is None or package is None or not texts:
        return None
    sha256 = list(texts)[-1]
    folder = Folder(Path(), package.title or package.name, now, ())
    look = SeenVersion(Look(at=now, file=sha256), sha256, texts[sha256][0])
    return kept_history(resource_id, folder, [look], texts, resource.name or resource.url or "")


# --- the data dictionary, which changes without the file


def _profile(
    package: dict[str, Any], resource: dict[str, Any], rows: Rows, options: Settings, now: dt.datetime
) -> list[model.FindingRow]:
    seen = [row for row in rows.observations if row.resource_id == resource["id"]]
    columns = (seen[-1].profile or {}).get("columns") if seen else None
    if not columns:
        return []
    return findings.record(
        package["id"],
        resource["id"],
        "profile",
        profile_findings(resource, columns, options),
        PROFILE,
        now,
        content.rules_version(),
    )


#: Codes of what the data dictionary is checked for.
PROFILE = frozenset({"undescribed_columns"})


def profile_findings(
    resource: dict[str, Any], columns: Mapping[str, str], options: Settings
) -> list[Finding]:
    """Columns of a file of which its dictionary says nothing.

    :param columns: name -> type
    """
    bare = content.undescribed(columns, dictionary_of(resource, options.columns_field))
    if not bare:
        return []
    params = {
        "variant": "found",
        "file": resource.get("name") or resource.get("url") or "",
        "columns": bare[:8],
        "count": len(bare),
        "certainty": 1.0,
    }
    return [Finding("undescribed_columns", share=len(bare) / len(columns), params=params)]


def needs_judging(package: dict[str, Any]) -> bool:
    """Whether something beside the content changed since the last judgement: promise, decision, rules; or none was made."""
    judged = ckan_model.Session.scalars(
        select(model.Judgement).where(
            model.Judgement.package_id == package["id"], model.Judgement.kind == "history"
        )
    ).all()
    if not judged:
        return True
    made = {item.resource_id: item.judged_at for item in judged}
    kept = versions.newest_of([item["id"] for item in package["resources"]])
    if any(key not in made or seen_at > made[key] for key, seen_at in kept.items()):
        return True  # a worker was killed between looking and judging
    if any(item.rules_version != checks.CHECK_RULES.version for item in judged):
        return True
    since = min(item.judged_at for item in judged)
    declared = ckan_model.Session.scalar(
        select(model.Declaration.id)
        .where(model.Declaration.package_id == package["id"], model.Declaration.declared_at > since)
        .limit(1)
    )
    decided = ckan_model.Session.scalar(
        select(model.Decision.id)
        .where(
            model.Decision.package_id == package["id"],
            (model.Decision.decided_at > since) | (model.Decision.revoked_at > since),
        )
        .limit(1)
    )
    return declared is not None or decided is not None
