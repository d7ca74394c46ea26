"""Actions: a schema, a check of authorisation, a call into the room, a dict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckan.logic import validate
from ckan.types import Context, DataDict
from flask import has_request_context

from .. import acts, journal, lists, roles, staging
from ..asked import asked
from ..model import Staged
from . import schema


@tk.side_effect_free
@validate(schema.list_)
def kielce_desk_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return one of the desk's lists, as far as the caller may see it.

    :param list: tasks (default), changes, due, fixes, alerts, frequencies, twins, sets, closed, units or log
    :param unit: only of this organisation (name or id)
    :param domain: only of this domain
    :param status: only sets with this freshness
    :param grade: only sets with this grade, ``none`` for those without
    :param kind: only tasks of this kind: alert, frequency, broken, twin, content, late or detail
    :param state: open (default), snoozed, acknowledged or all
    :param q: only sets with this in their title
    :param mine: only tasks that are assigned to the caller
    :param days: how far back (changes) or ahead (due): 1, 7, 14, 30 or 90
    :param dataset: only of this dataset (id)
    :param sort: order of sets
    :param limit: number of rows (default 25)
    :param offset: number of rows to leave out
    :param lang: ``pl`` or ``en`` (default: the caller's language)
    :returns: ``count``, ``counts`` (tasks by kind, changes by tone) and ``results``
    """
    tk.check_access("kielce_desk_list", context, data_dict)
    viewer = roles.viewer_of(context.get("user"))
    assert viewer is not None  # noqa: S101 - checked above
    found = lists.listed(
        data_dict["list"],
        viewer,
        asked(data_dict),
        data_dict.get("lang") or _lang(),
        limit=data_dict["limit"],
        offset=data_dict["offset"],
    )
    return {"count": found.total, "counts": dict(found.counts), "results": found.rows}


@validate(schema.act)
def kielce_desk_act(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Do one thing with one task or many. Each is done by itself: one that is refused stops no other.

    :param act: ask, acknowledge, snooze, reopen, assign, observe, review, close, archive, approve, reject, clear, allow or
        remove
    :param items: list of ``{"id": dataset, "task": task}`` (``set``: the dataset as a whole), 200 at most
    :param until: day up to which a task is put off (snooze)
    :param user: to whom (assign); without it the assignment is taken back
    :param reason: public reason of a decision, or a note
    :param end: last day that the data cover (close, archive)
    :param resource_ids: the files (clear, allow, remove)
    :param subject: id of the declaration that was looked at (approve, reject)
    :returns: ``done`` (ids of datasets) and ``failed`` (``id`` and ``error``)
    """
    act = data_dict["act"]
    items = _items(data_dict.get("items"))
    viewer = roles.viewer_of(context.get("user"))
    wanted = []
    for package, task in items:
        tk.check_access("kielce_desk_act", context, {"package": package.id, "act": act})
        wanted.append(acts.Item(package, task))
    assert viewer is not None  # noqa: S101 - checked above, for there is at least one item
    given = acts.Given(
        until=_day(data_dict, "until"),
        user=data_dict.get("user") or "",
        reason=(data_dict.get("reason") or "").strip(),
        end=_day(data_dict, "end"),
        resource_ids=tuple(_texts(data_dict.get("resource_ids"))),
        subject=data_dict.get("subject") or "",
    )
    outcome = acts.do(viewer, act, wanted, given)
    return {"done": outcome.done, "failed": [{"id": key, "error": why} for key, why in outcome.failed]}


@validate(schema.stage)
def kielce_desk_stage(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Check a file against the published one that it is to replace. Nothing is published.

    :param id: id or name of the dataset
    :param resource_id: the file to replace
    :param upload: the new file (multipart)
    :returns: see ``kielce_desk_staged_show``; a large file is ``waiting`` until a job has checked it
    """
    tk.check_access("kielce_desk_stage", context, data_dict)
    package = tk.get_action("package_show")({"user": context.get("user", "")}, {"id": data_dict["id"]})
    resource = next((item for item in package["resources"] if item["id"] == data_dict["resource_id"]), None)
    if resource is None:
        raise tk.ObjectNotFound(tk._("No such file in this dataset"))
    if not staging.replaceable(resource):
        raise tk.ValidationError(
            {
                "resource_id": [
                    tk._("This is a service or a table without a file; a file cannot take its place")
                ]
            }
        )
    upload = data_dict["upload"]
    if not hasattr(upload, "stream"):
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    row = staging.take(package, resource, upload, context["user"])
    staging.judge_or_queue(row)
    return _staged(row)


@tk.side_effect_free
@validate(schema.one)
def kielce_desk_staged_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what was found on a file that is not published yet.

    :param id: the checked file
    :returns: ``state``, ``expires_at`` and ``result``: ``verdict``, ``before``, ``after``, ``difference``, ``cells``, findings
        ``added``, ``removed`` and ``kept``
    """
    return _staged(_row(context, data_dict, "kielce_desk_staged_show"))


@validate(schema.one)
def kielce_desk_publish(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put a checked file in the place of the published one.

    Refused when it holds what must not be public, when its time is over, or when something else was published meanwhile.

    :param id: the checked file
    """
    row = _row(context, data_dict, "kielce_desk_publish")
    staging.publish(row, context["user"])
    return _staged(row)


@validate(schema.one)
def kielce_desk_discard(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Throw a checked file away.

    :param id: the checked file
    """
    row = _row(context, data_dict, "kielce_desk_discard")
    staging.discard(row, context["user"])
    return _staged(row)


@validate(schema.role)
def kielce_role_grant(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a user a role at the desk.

    :param user: name or id
    :param role: ``coordinator`` or ``auditor``
    :returns: ``user``, ``role`` and ``changed`` (False: he had it)
    """
    tk.check_access("kielce_role_grant", context, data_dict)
    user = _user(data_dict["user"])
    by = context.get("user") or "–"
    changed = roles.grant(user.id, data_dict["role"], by)
    if changed:
        journal.write(by, "grant", note=f"{user.name}: {data_dict['role']}")
    ckan_model.Session.commit()
    return {"user": user.name, "role": data_dict["role"], "changed": changed}


@validate(schema.role)
def kielce_role_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a role at the desk back.

    :param user: name or id
    :param role: ``coordinator`` or ``auditor``
    :returns: ``user``, ``role`` and ``changed`` (False: he did not have it)
    """
    tk.check_access("kielce_role_revoke", context, data_dict)
    user = _user(data_dict["user"])
    by = context.get("user") or "–"
    changed = roles.revoke(user.id, data_dict["role"])
    if changed:
        journal.write(by, "revoke", note=f"{user.name}: {data_dict['role']}")
    ckan_model.Session.commit()
    return {"user": user.name, "role": data_dict["role"], "changed": changed}


@tk.side_effect_free
def kielce_role_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return who was granted which role: ``user``, ``role``, ``granted_at``, ``granted_by``."""
    tk.check_access("kielce_role_list", context, data_dict)
    return [
        {
            "user": name,
            "role": row.role,
            "granted_at": row.granted_at.isoformat(),
            "granted_by": row.granted_by,
        }
        for row, name in roles.granted()
    ]


# --- what they share


def _lang() -> str:
    lang = tk.h.lang() if has_request_context() else tk.config.get("ckan.locale_default")
    return "pl" if str(lang or "").startswith("pl") else "en"


def _items(given: Any) -> list[tuple[Any, str]]:
    """Packages with their tasks; one query.

    :raises ckan.plugins.toolkit.ValidationError: no list of ``{"id", "task"}``, or a dataset that is not there
    """
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise tk.ValidationError({"items": [tk._("Choose at least one row")]})
    if len(given) > acts.MOST:
        raise tk.ValidationError({"items": [tk._("Choose {n} rows at most").format(n=acts.MOST)]})
    pairs = [
        (str(item["id"]), str(item.get("task") or acts.SET))
        for item in given
        if isinstance(item, dict) and item.get("id")
    ]
    package = ckan_model.Package
    rows = ckan_model.Session.query(package).filter(
        package.id.in_([key for key, _task in pairs]), package.state == "active"
    )
    known = {row.id: row for row in rows}
    if len(pairs) < len(given) or any(key not in known for key, _task in pairs):
        raise tk.ValidationError({"items": [tk._("One of the rows is of no dataset; load the page anew")]})
    return [(known[key], task) for key, task in dict.fromkeys(pairs)]


def _day(data_dict: DataDict, name: str) -> dt.date | None:
    value = data_dict.get(name)
    if not value:
        return None
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise tk.ValidationError(
            {name: [tk._("Give a date as year-month-day, for example 2026-03-31")]}
        ) from error


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [str(item) for item in value or ()]


def _row(context: Context, data_dict: DataDict, auth: str) -> Staged:
    row = ckan_model.Session.get(Staged, data_dict["id"])
    if row is None:
        raise tk.ObjectNotFound(tk._("No such file"))
    tk.check_access(auth, context, data_dict)
    return row


def _staged(row: Staged) -> dict[str, Any]:
    over = row.expires_at <= dt.datetime.now(dt.timezone.utc) and row.state in staging.HELD
    return {
        "id": row.id,
        "package_id": row.package_id,
        "resource_id": row.resource_id,
        "name": row.name,
        "size": row.size,
        "sha256": row.sha256,
        "staged_at": row.staged_at.isoformat(),
        "staged_by": row.user_id,
        "expires_at": row.expires_at.isoformat(),
        "state": "expired" if over else row.state,
        "result": row.result,
    }


def _user(name: str) -> Any:
    user = ckan_model.User.get(name)
    if user is None or user.state != ckan_model.State.ACTIVE:
        raise tk.ValidationError({"user": [tk._("No such user")]})
    return user
