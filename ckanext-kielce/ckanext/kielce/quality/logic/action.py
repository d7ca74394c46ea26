"""Actions: a schema, a check of authorisation, a call into the room, a dict."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckan.logic import validate
from ckan.types import Context, DataDict

from .. import jobs, presentation, store
from ..evidence import active_decisions
from ..gather.declare import latest_declaration
from ..gather.observe import observe_package
from ..judging import judge_package, judge_partners
from ..model import Decision, Declaration
from ..scoring import package_of, score_package
from ..settings import settings
from . import schema


@tk.side_effect_free
@validate(schema.show)
def kielce_quality_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the score of a dataset with the reasons for it.

    :param id: id or name of the dataset
    :param lang: language of the sentences: ``pl``, ``en`` or ``both`` (default: the caller's language)
    :returns: index 0-100, grade or the reason why there is none, status, the three component scores with their parts,
        deductions and gates as sentences, forecast, coverage of the evidence, daily history. ``scored_at`` is None for
        a dataset that wasn't scored yet. Where personal data are suspected, the public gets the reason only; who may
        edit the dataset also gets the alert.
    """
    tk.check_access("kielce_quality_show", context, data_dict)
    package = tk.get_action("package_show")(_inside(context), {"id": data_dict["id"]})
    private = _allowed("kielce_quality_private", context, {"id": package["id"]})
    return presentation.describe(package, lang=_lang(data_dict), private=private)


@tk.side_effect_free
@validate(schema.list_)
def kielce_quality_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return scores of many datasets.

    :param status: only this status: fresh, due, overdue, delinquent, closed, unknown
    :param grade: only this grade: A, B, C, D, or ``none``
    :param reason: only sets without a grade for this reason
    :param label: only sets with this label, such as ``truncated``
    :param organization: only sets of this organisation (name or id)
    :param late: only sets that are overdue at this moment
    :param sort: index, name, overdue or scored; with ``-`` in front the other way round (default: lowest index first)
    :param limit: number of sets (default 20)
    :param offset: number of sets to leave out
    :param lang: language of the sentences: ``pl``, ``en`` or ``both``
    :returns: ``count`` and ``results``
    """
    tk.check_access("kielce_quality_list", context, data_dict)
    total, rows = store.list_scores(
        data_dict,
        data_dict["sort"],
        data_dict["limit"],
        data_dict["offset"],
        store.visible(context.get("user")),
    )
    lang = _lang(data_dict)
    return {"count": total, "results": [presentation.row(score, package, lang) for score, package in rows]}


@tk.side_effect_free
@validate(schema.observations)
def kielce_quality_observations(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what was seen of a dataset's content, the newest first.

    :param id: id or name of the dataset
    :param resource_id: only of this resource
    :param limit: number of observations (default 50)
    :param offset: number of observations to leave out
    :returns: ``count`` and ``results``
    """
    tk.check_access("kielce_quality_observations", context, data_dict)
    package = tk.get_action("package_show")(_inside(context), {"id": data_dict["id"]})
    total, rows = store.observations(
        package["id"], data_dict.get("resource_id"), data_dict["limit"], data_dict["offset"]
    )
    return {"count": total, "results": [presentation.observation(row) for row in rows]}


@validate(schema.dataset)
def kielce_quality_observe(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Look at the content of a dataset's resources now, then score it.

    :param id: id or name of the dataset
    :param background: put it into the job queue and return at once
    :param full: fetch in full even if nothing seems to have changed
    :returns: ``queued``, or ``looks`` (one for each resource) and ``score``
    """
    tk.check_access("kielce_quality_observe", context, data_dict)
    package_id = _package_id(data_dict)
    if data_dict["background"]:
        return {"queued": jobs.enqueue_observe(package_id)}
    looks = observe_package(package_id, full=data_dict["full"])
    score = score_package(package_id)
    return {
        "looks": [look.as_dict() for look in looks],
        "score": presentation.compact(score) if score else None,
    }


@validate(schema.dataset)
def kielce_quality_score(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Score a dataset again from the evidence at hand.

    :param id: id or name of the dataset
    :param background: put it into the job queue and return at once
    :returns: ``queued``, or ``score``
    """
    tk.check_access("kielce_quality_score", context, data_dict)
    package_id = _package_id(data_dict)
    if data_dict["background"]:
        return {"queued": jobs.enqueue_score(package_id)}
    score = score_package(package_id)
    return {"score": presentation.compact(score) if score else None}


def kielce_quality_sweep(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Queue the datasets whose look or score is due, and schedule the next sweep.

    :returns: numbers of datasets queued for a look (``observe``), for a score (``score``), and due in all (``due``)
    """
    tk.check_access("kielce_quality_sweep", context, data_dict)
    return jobs.sweep()


@validate(schema.review)
def kielce_quality_review(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write down that a coordinator looked at a dataset and it is still right, though nothing new came.

    Counts as an update for one period at most; it doesn't make the content any newer.

    :param id: id or name of the dataset
    :param reason: what was looked at; shown to the public
    """
    return _decide(context, data_dict, "reviewed")


@validate(schema.close_series)
def kielce_quality_close_series(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that a dataset isn't updated any more; it then shows no grade.

    :param id: id or name of the dataset
    :param reason: why; shown to the public
    :param end: last day that the data cover; needed unless the dataset's temporal coverage has an end
    :param kind: ``closed_series`` (the series has ended) or ``archival`` (it can't be updated)
    """
    from ..evidence import coverage_end

    tk.check_access("kielce_quality_decide", context, data_dict)
    package = tk.get_action("package_show")(_inside(context), {"id": data_dict["id"]})
    end = data_dict.get("end") or coverage_end(package, settings())
    if not end:
        raise tk.ValidationError(
            {"end": [tk._("Give the last day that the data cover, or close the coverage")]}
        )
    return _decide(context, data_dict, data_dict["kind"], valid_until=_midnight(end))


@validate(schema.end_member)
def kielce_quality_end_member(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that one member of a series (a station, a line) has ended on purpose.

    :param id: id or name of the dataset
    :param resource_id: the resource
    :param member: the member's name as in the data
    :param reason: why; shown to the public
    """
    return _decide(
        context, data_dict, "ended_member", subject=f"{data_dict['resource_id']}/{data_dict['member']}"
    )


@validate(schema.frequency)
def kielce_quality_approve_frequency(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve the declared update frequency; a looser one takes effect only then, or once the content has kept it.

    :param id: id or name of the dataset
    :param reason: why; shown to the public
    :param declaration_id: refuse when another frequency was declared since this one
    """
    declaration = _declaration(context, data_dict)
    declaration.approved_by = context["user"]
    declaration.approved_at = dt.datetime.now(dt.timezone.utc)
    declaration.public_reason = data_dict["reason"]
    return _decide(context, data_dict, "frequency_approved", subject=declaration.id)


@validate(schema.frequency)
def kielce_quality_reject_frequency(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Reject a looser update frequency: the one before stays in force, unless the content comes to keep the new one.

    :param id: id or name of the dataset
    :param reason: why; shown to the public
    :param declaration_id: refuse when another frequency was declared since this one
    """
    declaration = _declaration(context, data_dict)
    if declaration.approved_at is not None:
        raise tk.ValidationError(
            {"id": [tk._("This frequency was approved; take the approval back instead")]}
        )
    return _decide(context, data_dict, "frequency_rejected", subject=declaration.id)


def _declaration(context: Context, data_dict: DataDict) -> Declaration:
    """The declaration that is being decided on."""
    tk.check_access("kielce_quality_decide", context, data_dict)
    declaration = latest_declaration(_package_id(data_dict))
    if declaration is None:
        raise tk.ValidationError({"id": [tk._("This dataset declares no update frequency")]})
    if data_dict.get("declaration_id") not in (None, declaration.id):
        raise tk.ValidationError(
            {"declaration_id": [tk._("Another frequency was declared meanwhile; look at it first")]}
        )
    return declaration


@validate(schema.clear_personal_data)
def kielce_quality_clear_personal_data(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write down that suspected columns were looked at and hold no personal data.

    :param id: id or name of the dataset
    :param resource_id: the resource
    :param reason: what the numbers are
    """
    return _decide(context, data_dict, "no_personal_data", subject=data_dict["resource_id"])


@validate(schema.revoke)
def kielce_quality_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a coordinator's decision back.

    :param decision_id: id of the decision
    """
    tk.check_access("kielce_quality_decide", context, data_dict)
    decision = ckan_model.Session.get(Decision, data_dict["decision_id"])
    if decision is None or decision.revoked_at is not None:
        raise tk.ObjectNotFound(tk._("No such decision in force"))
    decision.revoked_at = dt.datetime.now(dt.timezone.utc)
    decision.revoked_by = context["user"]
    if decision.kind == "frequency_approved":
        declaration = latest_declaration(decision.package_id)
        if declaration is not None and declaration.id == decision.subject:
            declaration.approved_by = declaration.approved_at = declaration.public_reason = None
    ckan_model.Session.commit()
    _judge_and_score(decision)
    return presentation.decision(decision)


@tk.side_effect_free
@validate(schema.show)
def kielce_quality_decisions(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the coordinator's decisions in force on a dataset, oldest first.

    :param id: id or name of the dataset
    """
    tk.check_access("kielce_quality_show", context, data_dict)
    return [presentation.decision(item) for item in active_decisions(_package_id(data_dict))]


def _decide(
    context: Context, data_dict: DataDict, kind: str, subject: str | None = None, valid_until: Any = None
) -> dict[str, Any]:
    tk.check_access("kielce_quality_decide", context, data_dict)
    decision = Decision(
        package_id=_package_id(data_dict),
        kind=kind,
        subject=subject,
        user_id=context["user"],
        reason=data_dict["reason"],
        valid_until=valid_until,
    )
    ckan_model.Session.add(decision)
    ckan_model.Session.commit()
    _judge_and_score(decision)
    return presentation.decision(decision)


#: Decisions that change what the checks on past versions say.
JUDGED_BY = frozenset(
    ["ended_member", "closed_series", "archival", "frequency_approved", "twin", "no_personal_data"]
)


def _judge_and_score(decision: Decision) -> None:
    if decision.kind in JUDGED_BY and (package := package_of(decision.package_id)) is not None:
        now = dt.datetime.now(dt.timezone.utc)
        judge_package(package, settings(), now)
        for other in judge_partners(package, settings(), now) if decision.kind == "twin" else ():
            score_package(other)
    score_package(decision.package_id)


def _midnight(day: Any) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(str(day)), dt.time(), dt.timezone.utc)


def _inside(context: Context) -> Context:
    """A context for an action called by an action: the same user, nothing else shared."""
    return {
        "user": context.get("user", ""),
        "auth_user_obj": context.get("auth_user_obj"),
        "ignore_auth": context.get("ignore_auth", False),
    }  # type: ignore[typeddict-item]


def _package_id(data_dict: DataDict) -> str:
    package = ckan_model.Package.get(data_dict["id"])
    if package is None or package.state != "active":
        raise tk.ObjectNotFound(tk._("No such dataset"))
    return package.id


def _allowed(name: str, context: Context, data_dict: DataDict) -> bool:
    try:
        tk.check_access(name, context, data_dict)
    except tk.NotAuthorized:
        return False
    return True


def _lang(data_dict: DataDict) -> str:
    return data_dict.get("lang") or presentation.reader_lang()
