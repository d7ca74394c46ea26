"""What can be done from the desk, one thing or many at once: said of a task, asked of an owner, or decided on quality.

Each item is done by itself: one that is refused stops no other, and says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import utc_now
from sqlalchemy.dialects.postgresql import insert

from . import asking, journal
from .model import Mark
from .roles import Viewer
from .settings import settings

#: Items of one request at most; a page has fewer.
MOST = 200
SET = "set"


@dataclass(frozen=True)
class Item:
    """One task of one dataset.

    :ivar task: as ``Issue.task`` says, or ``set``: the dataset as a whole
    """

    package: Any
    task: str


@dataclass(frozen=True)
class Given:
    """What comes with an act.

    :ivar until: day up to which a task is put off
    :ivar user: name of the person it is assigned to; "" takes the assignment back
    :ivar reason: public reason of a decision, or a note
    :ivar end: last day that a closed series covers
    :ivar resource_ids: the files that a decision is about; none: all that the task is about
    :ivar subject: id of the declaration that was looked at
    """

    until: dt.date | None = None
    user: str = ""
    reason: str = ""
    end: dt.date | None = None
    resource_ids: tuple[str, ...] = ()
    subject: str = ""


@dataclass
class Outcome:
    """What became of the items: ids done, and (id, why) of those refused."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def _mark(viewer: Viewer, item: Item, given: Given, act: str, **values: Any) -> None:
    """Keep what was said, over what this side said before of the same occurrence, and log it."""
    set_mark(item.package.id, item.task, viewer.side, viewer.name, **values)
    journal.write(
        viewer.name, act, package_id=item.package.id, task=item.task, note=given.reason, **_plain(values)
    )
    ckan_model.Session.commit()


def set_mark(package_id: str, task: str, side: str, user: str | None, **values: Any) -> None:
    """Write what one side says of a task; the caller commits."""
    row = {"changed_at": utc_now(), "changed_by": user, **values}
    statement = insert(Mark).values(package_id=package_id, task=task, side=side, **row)
    ckan_model.Session.execute(
        statement.on_conflict_do_update(index_elements=["package_id", "task", "side"], set_=row)
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) for key, value in values.items() if value is not None and key != "note"}


def _acknowledge(viewer: Viewer, item: Item, given: Given) -> None:
    _mark(viewer, item, given, "acknowledge", acknowledged_at=utc_now(), note=given.reason or None)


def _snooze(viewer: Viewer, item: Item, given: Given) -> None:
    if given.until is None or given.until <= utc_now().date():
        raise tk.ValidationError({"until": [tk._("Give a day to come, up to which it is put off")]})
    until = dt.datetime.combine(given.until, dt.time(), dt.timezone.utc)
    _mark(viewer, item, given, "snooze", snoozed_until=until, note=given.reason or None)


def _reopen(viewer: Viewer, item: Item, given: Given) -> None:
    _mark(viewer, item, given, "reopen", snoozed_until=None, acknowledged_at=None)


def _assign(viewer: Viewer, item: Item, given: Given) -> None:
    user = ckan_model.User.get(given.user) if given.user else None
    if given.user and (user is None or user.state != ckan_model.State.ACTIVE):
        raise tk.ValidationError({"user": [tk._("No such user")]})
    _mark(viewer, item, given, "assign", assigned_to=user.id if user else None)


def _observe(viewer: Viewer, item: Item, given: Given) -> None:
    tk.get_action("kielce_quality_observe")(
        {"user": viewer.name}, {"id": item.package.id, "background": True}
    )
    journal.write(viewer.name, "observe", package_id=item.package.id, task=item.task, note=given.reason)
    ckan_model.Session.commit()


def _decide(action: str, **fixed: str) -> Callable[[Viewer, Item, Given], None]:
    """An act that is a decision on the dataset; the quality room logs it."""

    def act(viewer: Viewer, item: Item, given: Given) -> None:
        wanted: dict[str, Any] = {"id": item.package.id, "reason": given.reason, **fixed}
        if given.end is not None:
            wanted["end"] = given.end.isoformat()
        if given.subject:
            wanted["declaration_id"] = given.subject
        tk.get_action(action)({"user": viewer.name}, wanted)

    return act


def _decide_files(action: str) -> Callable[[Viewer, Item, Given], None]:
    """An act that is a decision on files."""

    def act(viewer: Viewer, item: Item, given: Given) -> None:
        if not given.resource_ids:
            raise tk.ValidationError({"resource_ids": [tk._("Choose the file")]})
        for resource_id in given.resource_ids:
            wanted = {"id": item.package.id, "resource_id": resource_id, "reason": given.reason}
            tk.get_action(action)({"user": viewer.name}, wanted)

    return act


Act = Callable[[Viewer, Item, Given], None]
#: What an owner may do with tasks of his own sets too.
OF_OWNERS = frozenset({"acknowledge", "snooze", "reopen", "observe"})
ACTS: Mapping[str, Act] = {
    "acknowledge": _acknowledge,
    "snooze": _snooze,
    "reopen": _reopen,
    "assign": _assign,
    "observe": _observe,
    "review": _decide("kielce_quality_review"),
    "close": _decide("kielce_quality_close_series", kind="closed_series"),
    "archive": _decide("kielce_quality_close_series", kind="archival"),
    "approve": _decide("kielce_quality_approve_frequency"),
    "reject": _decide("kielce_quality_reject_frequency"),
    "clear": _decide_files("kielce_quality_clear_personal_data"),
    "allow": _decide_files("kielce_quality_allow_infrastructure"),
    "remove": _decide_files("kielce_quality_remove_file"),
}
ASK = "ask"
NAMES = (*ACTS, ASK)
#: Acts that make sense for many at once; the others need to be looked at one by one.
BULK = (
    "ask",
    "acknowledge",
    "snooze",
    "reopen",
    "assign",
    "observe",
    "review",
    "close",
    "archive",
    "approve",
    "reject",
)


def do(viewer: Viewer, act: str, items: Sequence[Item], given: Given) -> Outcome:
    """Do one thing with all items; who may was checked before.

    An owner is written to once, whatever the number of his sets.
    """
    outcome = Outcome()
    if act == ASK:
        return _ask(viewer, items, given, outcome)
    for item in items:
        try:
            ACTS[act](viewer, item, given)
        except tk.ValidationError as error:
            ckan_model.Session.rollback()
            outcome.failed.append((item.package.id, " ".join(error.error_summary.values())))
        except (tk.NotAuthorized, tk.ObjectNotFound) as error:
            ckan_model.Session.rollback()
            outcome.failed.append((item.package.id, str(error)))
        else:
            outcome.done.append(item.package.id)
    return outcome


def _ask(viewer: Viewer, items: Sequence[Item], given: Given, outcome: Outcome) -> Outcome:
    """Write to the owners, one mail a unit; what was asked leaves the list for a while."""
    pause = utc_now() + settings().ask
    asked, refused = asking.ask(viewer, [(item.package, item.task) for item in items], given.reason)
    for item in items:
        if item.package.id in refused:
            outcome.failed.append((item.package.id, refused[item.package.id]))
            continue
        values = {"asked_at": utc_now(), "snoozed_until": pause, "note": given.reason or None}
        set_mark(item.package.id, item.task, viewer.side, viewer.name, **values)
        journal.write(
            viewer.name,
            ASK,
            package_id=item.package.id,
            task=item.task,
            note=given.reason,
            recipients=asked.get(item.package.id, 0),
        )
        outcome.done.append(item.package.id)
    ckan_model.Session.commit()
    return outcome
