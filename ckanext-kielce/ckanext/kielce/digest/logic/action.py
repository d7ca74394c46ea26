"""Actions of the digest room."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.common.columns import utc_now

from .. import answers, posting, rounds
from ..model import News
from . import schema

Session = ckan_model.Session


@tk.side_effect_free
@validate(schema.list_)
def kielce_digest_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What owners were told, and what they answered; newest first.

    :param unit: name or id of an organisation
    :param package_id: id of a dataset
    :param waiting: only what is neither answered nor mended
    :param limit: at most so many (default 50), after ``offset``
    :returns: ``count`` and ``results``: id, package_id, unit_id, kind, section, code, address, at, told_at, acknowledged_at,
        snoozed_until, escalated_at, ended_at, answered_by, note
    """
    tk.check_access("kielce_digest_list", context, data_dict)
    where: list[sa.ColumnElement[bool]] = []
    if unit := data_dict.get("unit"):
        group = ckan_model.Group.get(unit)
        where.append(News.unit_id == (group.id if group else unit))
    if data_dict.get("package_id"):
        where.append(News.package_id == data_dict["package_id"])
    if data_dict.get("waiting"):
        where += [
            News.section == "worse",
            News.ended_at.is_(None),
            News.acknowledged_at.is_(None),
            News.snoozed_until.is_(None),
        ]
    total = Session.scalar(sa.select(sa.func.count()).select_from(News).where(*where)) or 0
    query = sa.select(News).where(*where).order_by(News.told_at.desc(), News.id)
    rows = Session.scalars(query.limit(data_dict["limit"]).offset(data_dict["offset"]))
    return {"count": total, "results": [answers.describe(each) for each in rows]}


@validate(schema.answer)
def kielce_digest_answer(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Answer for all that was told of a dataset and is not mended, from an account.

    :param package_id: id or name of the dataset
    :param act: ``acknowledge`` or ``snooze``
    :param days: for how long it is put off: 7, 14, 30 or 90
    :param note: a word to the coordinator
    :returns: ``answered``: how many pieces of news
    """
    package = ckan_model.Package.get(data_dict["package_id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    tk.check_access("kielce_digest_answer", context, {**data_dict, "package_id": package.id})
    query = sa.select(News).where(
        News.package_id == package.id, News.ended_at.is_(None), News.section != "better"
    )
    news, user = list(Session.scalars(query)), ckan_model.User.get(context["user"])
    said = {"by": user.id if user else "", "user": context["user"], "note": data_dict.get("note") or ""}
    if data_dict["act"] == "snooze":
        return {"answered": answers.snooze(news, data_dict.get("days") or 0, **said)}
    return {"answered": answers.acknowledge(news, **said)}


@validate(schema.run)
def kielce_digest_run(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Look for what turned and write the digests now, whatever the hour.

    :param check: only say what would be told
    :returns: ``news``, ``letters``, ``escalated``, ``posted``; with ``check``: ``news`` and ``told`` (list of
        ``{dataset, kind, text}``)
    """
    tk.check_access("kielce_digest_run", context, data_dict)
    if data_dict.get("check"):
        turned = rounds.preview(utc_now())
        lang = "pl" if str(tk.config.get("ckan.locale_default")).startswith("pl") else "en"
        told = [{"dataset": item.name, "kind": item.kind, "text": item.told(lang)[0]} for item in turned]
        return {"news": len(told), "told": told}
    counts: dict[str, Any] = dict(rounds.do(utc_now()))
    return {**counts, "posted": posting.post_all()}
