"""Actions of the room."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan import model as ckan_model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict
from ckanext.kielce.common import callers, changes

from .. import presentation, store, telling
from ..kinds import OPEN, is_open, table
from ..model import Submission
from . import schema
from .auth import is_coordinator


@validate(schema.submit)
def kielce_participation_submit(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send a report of a mistake, a request for data, or a reuse for the gallery. No account is needed.

    It is shown to nobody but its sender and those who answer, until one of them makes it public.

    :param kind: ``problem``, ``request`` or ``reuse``
    :param title: 3 to 200 characters
    :param text: 10 to 5,000 characters; for a report what is wrong and where
    :param datasets: names or ids of public datasets that it is about (a list, or words); a report needs one
    :param unit: id or name of the organisation that is asked (requests)
    :param url: address of a reuse
    :param what: kind of a reuse: ``app``, ``article``, ``research``, ``school``, ``visualisation``, ``business``, ``other``
    :param author: who made the reuse
    :param email: where the answer is sent; erased some days after it
    :param lang: language of the answer: ``pl`` or ``en``
    :returns: ``id`` (keep it: it opens the matter), ``number``, ``state``, ``due_on`` (ISO date, None for a reuse)
    :raises ValidationError: which field, and what it has to be
    """
    tk.check_access("kielce_participation_submit", context, data_dict)
    values = _values(data_dict)
    try:
        callers.limit("participation", callers.address(), store.option("a_day"))
    except callers.TooManyError as error:
        raise tk.ValidationError(
            {"text": [tk._("That is too many submissions for one day. Try again tomorrow, or write to us.")]}
        ) from error
    row = store.add(values, store.now())
    ckan_model.Session.commit()
    telling.tell_received(row)
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }


def _values(data_dict: DataDict) -> dict[str, Any]:
    kind = data_dict["kind"]
    datasets = [ckan_model.Package.get(name) for name in data_dict["datasets"]]
    public = [row for row in datasets if row is not None and row.state == "active" and not row.private]
    if len(public) < len(datasets):
        raise tk.ValidationError({"datasets": [tk._("There is no such dataset, or it is not public.")]})
    if kind == "problem" and not public:
        raise tk.ValidationError({"datasets": [tk._("Say which dataset it is about.")]})
    if kind == "reuse" and not data_dict.get("url"):
        raise tk.ValidationError({"url": [tk._("Give the address where it can be seen.")]})
    unit_id = public[0].owner_org if public else None
    if kind == "request" and data_dict.get("unit"):
        unit = ckan_model.Group.get(str(data_dict["unit"]))
        if unit is None or not unit.is_organization or unit.state != "active":
            raise tk.ValidationError({"unit": [tk._("No such organisation")]})
        unit_id = unit.id
    return {
        "kind": kind,
        "title": data_dict["title"],
        "text": data_dict["text"],
        "package_ids": list(dict.fromkeys(row.id for row in public)),
        # the gallery is the coordinator's
        "unit_id": None if kind == "reuse" else unit_id,
        "url": data_dict.get("url") if kind == "reuse" else None,
        "what": (data_dict.get("what") or "other") if kind == "reuse" else None,
        "author": data_dict.get("author") if kind == "reuse" else None,
        "email": data_dict.get("email"),
        "lang": data_dict["lang"],
    }


@tk.side_effect_free
@validate(schema.find)
def kielce_participation_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Submissions: the public ones, and to those who may answer also theirs that are not public.

    :param kind: ``problem``, ``request`` or ``reuse``
    :param state: a state, or ``open`` for those that wait for an answer
    :param dataset: id or name of a dataset
    :param unit: id or name of an organisation
    :param limit: at most 100 (default 20)
    :param offset: how many to leave out
    :param lang: language of the words
    :returns: ``count`` and ``results``, those that wait first; see ``kielce_participation_show``
    """
    tk.check_access("kielce_participation_list", context, data_dict)
    package = ckan_model.Package.get(data_dict["dataset"]) if data_dict.get("dataset") else None
    unit = ckan_model.Group.get(data_dict["unit"]) if data_dict.get("unit") else None
    if (data_dict.get("dataset") and package is None) or (data_dict.get("unit") and unit is None):
        return {"count": 0, "results": []}
    state = data_dict.get("state")
    count, rows = store.find(
        kinds=[data_dict["kind"]] if data_dict.get("kind") else (),
        states=OPEN if state == "open" else [state] if state else (),
        package_id=package.id if package else None,
        unit_id=unit.id if unit else None,
        seen_by=_sees(context),
        limit=data_dict["limit"],
        offset=data_dict["offset"],
    )
    return {"count": count, "results": presentation.described(rows, data_dict["lang"])}


def _sees(context: Context) -> list[str] | None:
    if is_coordinator(context):
        return None
    user = context.get("user")
    if not user:
        return []
    found = tk.get_action("organization_list_for_user")({"user": user}, {"permission": "update_dataset"})
    return [unit["id"] for unit in found]


@tk.side_effect_free
@validate(schema.show)
def kielce_participation_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One submission, without the e-mail address of its sender.

    :param id: its number (public ones), or the id that its sender was given
    :returns: ``number``, ``kind``, ``state``, ``state_title``, ``title``, ``text``, ``datasets``, ``unit``, ``url``, ``what``,
        ``author``, ``created_at``, ``due_on``, ``late`` (its day has passed), ``answer``, ``answered_at``, ``public``
    """
    tk.check_access("kielce_participation_show", context, data_dict)
    return presentation.described([_found(data_dict["id"])], data_dict["lang"])[0]


def _found(reference: str) -> Submission:
    row, _by_id = store.get(reference)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such submission"))
    return row


@validate(schema.decide)
def kielce_participation_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Answer a submission, move it on, make it public or hide it. For the unit concerned and the coordinator.

    Whoever left an e-mail address is told when the state changes.

    :param id: its number or id
    :param state: see ``kinds.yaml``; an answer or a refusal needs words
    :param public: whether everyone may see it
    :param answer: the words
    :param lang: language of the words in the result
    :returns: as ``kielce_participation_show``
    """
    tk.check_access("kielce_participation_decide", context, data_dict)
    row = _found(data_dict["id"])
    state = data_dict.get("state") or row.state
    if state != row.state and state not in table()["moves"][row.kind]:
        raise tk.ValidationError({"state": [tk._("A submission of this kind can't become that.")]})
    answer = data_dict.get("answer", row.answer)
    if state in table()["answer_needed"] and not answer:
        raise tk.ValidationError({"answer": [tk._("Write an answer: the person who asked will read it.")]})
    changed = state != row.state or answer != row.answer
    was_public = row.public
    row.state, row.answer = state, answer
    row.public = data_dict.get("public", row.public)
    row.decided_by = authz.get_user_id_for_username(context["user"], allow_none=True)
    if changed and not is_open(state):
        row.answered_at = store.now()
    ckan_model.Session.commit()
    if was_public or row.public:
        changes.tell(row.package_ids)  # their pages show it
    if changed:
        telling.tell_moved(row)
    return presentation.described([row], data_dict["lang"])[0]
