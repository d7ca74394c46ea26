"""Actions on what is told to others: changes, differences, events, following, the open dataset of the scores."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict
from ckanext.kielce.common import callers
from ckanext.kielce.common.open_dataset import NotConfiguredError

from ..publish import dataset, followers, history, journal, links, outlets
from ..publish.tell import told
from . import schema
from .action import _inside, _lang


@tk.side_effect_free
@validate(schema.changes)
def kielce_quality_changes(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the real changes of a dataset's files, the newest first; publications without a new value are counted only.

    :param id: id or name of the dataset
    :param resource_id: only of this file
    :param limit: number of changes (default 50)
    :param offset: number of changes to leave out
    :param lang: language of the sentences: ``pl`` or ``en``
    :returns: ``count``, ``coverage`` (what the files hold now) and ``results``: when, which file, kind (``first``, ``content``,
        ``schema``, ``unreadable``, ``bytes``), rows, periods and columns that came, went or changed, and sentences
    """
    tk.check_access("kielce_quality_observations", context, data_dict)
    package = tk.get_action("package_show")(_inside(context), {"id": data_dict["id"]})
    lang = _one_lang(data_dict)
    names = history.shown_resources(package)
    wanted = [key for key in names if data_dict.get("resource_id") in (None, "", key)]
    steps = [step for step in history.steps_of(package["id"], wanted) if step.difference.kind != "same"]
    start = data_dict["offset"]
    return {
        "count": len(steps),
        "coverage": history.coverage(outlets.newest_versions(package), lang),
        "results": [
            history.describe(step, names[step.version.resource_id], lang)
            for step in steps[start : start + data_dict["limit"]]
        ],
    }


@tk.side_effect_free
@validate(schema.difference)
def kielce_quality_difference(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what differs between two observed versions of a file.

    :param id: id or name of the dataset
    :param before: ``observation_id`` of the one version, as ``kielce_quality_changes`` gives it
    :param after: ``observation_id`` of the other
    :param lang: language of the sentences: ``pl`` or ``en``
    :returns: ``facts`` (rows, periods, columns), ``text``, ``cells`` (rows and cells; None unless both versions are kept) and
        ``unknown``: sentences about what can't be said, and why
    """
    tk.check_access("kielce_quality_observations", context, data_dict)
    package = tk.get_action("package_show")(_inside(context), {"id": data_dict["id"]})
    names = history.shown_resources(package)
    found = outlets.difference(package, names, data_dict["before"], data_dict["after"], _one_lang(data_dict))
    if found is None:
        raise tk.ObjectNotFound(tk._("These two versions can't be compared."))
    return {**found, "cells": asdict(found["cells"]) if found["cells"] else None}


@tk.side_effect_free
@validate(schema.events)
def kielce_quality_events(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return what happened to public datasets: new data, delays, faults, repairs.

    :param scope: ``dataset``, ``unit`` or ``portal`` (default)
    :param id: id or name of the dataset or organisation
    :param after: only events with a number above this one, the oldest first; without it the newest first
    :param limit: number of events (default 50)
    :param lang: language of the sentences: ``pl`` or ``en``
    """
    tk.check_access("kielce_quality_list", context, data_dict)
    scope, scope_id, _title, _path = followers.scope_of(data_dict["scope"], data_dict.get("id"))
    lang = _one_lang(data_dict)
    rows = journal.read(scope, scope_id, after=data_dict.get("after"), limit=data_dict["limit"])
    return [
        {
            "number": event.number,
            "kind": event.kind,
            "at": event.at.isoformat(),
            "noticed_at": event.noticed_at.isoformat(),
            "package_id": package.id,
            "name": package.name,
            "url": links.dataset(package),
            "details": event.data,
            "title": text[0],
            "text": text[1],
        }
        for event, package in rows
        for text in [told(event.kind, event.data, package.title or package.name, lang)]
    ]


@validate(schema.follow)
def kielce_quality_follow(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask to be told of events, by e-mail or webhook; no account is needed.

    An e-mail address gets a message with a link to confirm and nothing more until that is done. A webhook's server gets a
    signed message of the type ``verification`` at once and has to answer with the text of its field ``challenge``; the same
    message brings the key of the signature (Standard Webhooks, HMAC-SHA256) and the address that ends the messages.

    :param channel: ``email`` or ``webhook``
    :param target: the e-mail address, or the address of the server
    :param scope: ``dataset``, ``unit`` or ``portal`` (default)
    :param id: id or name of the dataset or organisation
    :param kinds: list of ``changed``, ``late``, ``resumed``, ``broken``, ``mended``, ``closed`` (default: all)
    :param lang: language of the messages: ``pl`` or ``en``
    :returns: ``confirmed``: True for a webhook, False for an address that has to be confirmed
    """
    tk.check_access("kielce_quality_follow", context, data_dict)
    ask = followers.ask_by_mail if data_dict["channel"] == "email" else followers.ask_by_webhook
    try:
        ask(
            data_dict["target"],
            data_dict["scope"],
            data_dict.get("id"),
            data_dict.get("kinds") or [],
            _one_lang(data_dict),
            callers.address(),
        )
    except callers.TooManyError as error:
        raise tk.ValidationError(
            {"target": [tk._("Too many requests today. Try again tomorrow.")]}
        ) from error
    return {"confirmed": data_dict["channel"] == "webhook"}


def kielce_quality_publish(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make or refresh the open dataset of the scores (option ``open_dataset`` names its owner). For sysadmins.

    :returns: ``id``, ``name``, ``resource_id``, ``rows`` and ``created``
    """
    tk.check_access("kielce_quality_publish", context, data_dict)
    try:
        return dataset.publish()
    except NotConfiguredError as error:
        raise tk.ValidationError({"open_dataset": [str(error)]}) from error


def _one_lang(data_dict: DataDict) -> str:
    lang = _lang(data_dict)
    return lang if lang in ("pl", "en") else "pl"


__all__ = [
    "kielce_quality_changes",
    "kielce_quality_difference",
    "kielce_quality_events",
    "kielce_quality_follow",
    "kielce_quality_publish",
]
