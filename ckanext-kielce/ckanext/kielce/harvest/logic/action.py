"""Actions of the harvest room: a schema, a check of authorisation, a call into the room, a dict."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.harvest import curation, decisions, overview, rhythm, runlog, runs
from ckanext.kielce.harvest.logic import schema


@tk.side_effect_free
def kielce_harvest_source_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All sources that flow into the catalogue: what each promises and what it kept.

    :returns: for each source its title, unit, kind, schedule (also in words, ``schedule_pl``, ``schedule_en``),
        ``last_success_at``, ``punctuality_90`` (due, kept, share in percent), ``days``, ``health`` and ``datasets``.
        Switched-off sources are among them.
    """
    tk.check_access("kielce_harvest_source_list", context, data_dict)
    return [
        overview.public(row)
        for row in overview.rows()
        if not row.package.private
        or _allowed("kielce_harvest_source_details", context, {"id": row.package.id})
    ]


@tk.side_effect_free
@validate(schema.source_show)
def kielce_harvest_source_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A source. Everybody gets what `kielce_harvest_source_list` gives.

    Those who may change the source also get remedies, the next due time, pause, last runs, the run that waits for a
    decision, errors by cause, and the records that are missing or archived (``details`` is then true).

    :param id: name or id of the source
    :param runs: so many last runs (default 10)
    """
    package = overview.find(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such source."))
    tk.check_access("kielce_harvest_source_show", context, {"id": package.id})
    found = overview.rows([package.id])
    if not found:
        raise tk.ObjectNotFound(tk._("There is no such source."))
    if not _allowed("kielce_harvest_source_details", context, {"id": package.id}):
        return {**overview.public(found[0]), "details": False}
    return {**overview.private(found[0], runs=data_dict["runs"]), "details": True}


@tk.side_effect_free
@validate(schema.run_show)
def kielce_harvest_run_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A run: counts, times, reason, errors by cause, progress while it is under way, and one page of its records.

    :param id: id of the run
    :param action: only records of this kind: create, change, return, missing, archive, link, fail, note
    :param offset: number of records to leave out
    :param limit: number of records (default 50)
    :returns: the run with ``source`` (name, title), ``actions`` (how many records of each kind), ``errors`` by cause,
        ``items`` (guid, title, action, state, changes field by field, error, dataset) and ``items_total``
    """
    tk.check_access("kielce_harvest_run_show", context, data_dict)
    run = _run(data_dict["id"])
    total, items = runlog.items(run.id, data_dict.get("action"), data_dict["offset"], data_dict["limit"])
    package = model.Package.get(run.source_id)
    return {
        **runlog.describe(run),
        "source": {"name": package.name, "title": package.title} if package else None,
        "actions": runlog.by_action(run.id),
        "errors": runlog.run_errors(run.id),
        "items": items,
        "items_total": total,
    }


@validate(schema.run_create)
def kielce_harvest_run_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Read a source now; a run that is under way is taken as it is.

    :param id: name or id of the source
    :param dry_run: plan everything and write nothing (default false)
    :returns: the run, as `kielce_harvest_run_show` without its records
    """
    source = _source(data_dict["id"])
    tk.check_access("kielce_harvest_run_create", context, {"id": source.id})
    if not source.active:
        raise tk.ValidationError({"id": [tk._("The source is switched off. Switch it on first.")]})
    try:
        run_id = runs.start(source.id, dry_run=data_dict["dry_run"])
    except runs.RunError as error:
        raise tk.ValidationError({"id": [str(error)]}) from error
    return runlog.describe(_run(run_id))


@validate(schema.one)
def kielce_harvest_run_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Act on a refused run after all; what is gone from the source is marked missing, not deleted.

    :param id: id of the run
    """
    return _decide(context, data_dict, "kielce_harvest_run_accept", decisions.accept)


@validate(schema.one)
def kielce_harvest_run_reject(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Turn a refused run down: nothing changes.

    :param id: id of the run
    """
    return _decide(context, data_dict, "kielce_harvest_run_reject", decisions.reject)


@validate(schema.one)
def kielce_harvest_run_stop(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Stop a run that waits, is read or is written. What is written stays, the rest is given up until the next run.

    A run whose records are being written ends when its writers have finished what they have in hand (``status`` is
    ``stopping`` until then). A refused one is turned down.

    :param id: id of the run
    """
    return _decide(context, data_dict, "kielce_harvest_run_stop", decisions.stop)


def _decide(context: Context, data_dict: DataDict, name: str, decide: Any) -> dict[str, Any]:
    tk.check_access(name, context, data_dict)
    try:
        decide(data_dict["id"], str(context.get("user") or ""))
    except runs.RunError as error:
        over = (
            tk._("This run is over already.")
            if decide is decisions.stop
            else tk._("This run does not wait for a decision any more.")
        )
        raise tk.ValidationError({"id": [over]}) from error
    return runlog.describe(_run(data_dict["id"]))


@validate(schema.source_pause)
def kielce_harvest_source_pause(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Stop reading a source by itself, or go on. A paused source can still be run by hand.

    :param id: name or id of the source
    :param paused: true (default) or false
    :param reason: why, for the colleagues
    """
    source = _source(data_dict["id"])
    tk.check_access("kielce_harvest_source_pause", context, {"id": source.id})
    if data_dict["paused"]:
        decisions.pause(source.id, str(context.get("user") or ""), data_dict["reason"])
    else:
        decisions.resume(source.id)
    return kielce_harvest_source_show(context, {"id": source.id})


@validate(schema.schedule_update)
def kielce_harvest_schedule_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a source a schedule of its own.

    :param id: name or id of the source
    :param schedule: ``manual``, ``every N minutes``, ``every N hours``, ``daily HH:MM``, ``weekly mon,thu HH:MM``,
        ``monthly D HH:MM`` (Kielce's clock); empty: by the frequency of ckanext-harvest
    """
    source = _source(data_dict["id"])
    tk.check_access("kielce_harvest_schedule_update", context, {"id": source.id})
    rhythm.reschedule(source, data_dict["schedule"] or None)
    return kielce_harvest_source_show(context, {"id": source.id})


@tk.side_effect_free
@validate(schema.one)
def kielce_harvest_curated_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The fields of a dataset whose value in the portal is not the source's.

    :param id: name or id of the dataset
    :returns: ``source`` (name, title) and ``fields``: ``[{field, resource_id, resource_name, source_value, our_value}]``
    """
    tk.check_access("kielce_harvest_curated_show", context, data_dict)
    return curation.show(data_dict["id"])


@validate(schema.field_restore)
def kielce_harvest_field_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a field of a dataset, or of one of its files, the source's value again.

    :param id: name or id of the dataset
    :param field: name of the field
    :param resource_id: id of the file, when the field is a file's
    :returns: what `kielce_harvest_curated_show` gives afterwards
    """
    tk.check_access("kielce_harvest_field_restore", context, data_dict)
    user = str(context.get("user") or "")
    try:
        curation.restore(data_dict["id"], data_dict["field"], data_dict.get("resource_id"), user)
    except KeyError as error:
        message = tk._("The source gives no value for this field.")
        raise tk.ValidationError({"field": [message]}) from error
    return curation.show(data_dict["id"])


def _source(name_or_id: str) -> HarvestSource:
    package = overview.find(name_or_id)
    source = HarvestSource.get(package.id) if package else None
    if source is None:
        raise tk.ObjectNotFound(tk._("There is no such source."))
    return source


def _run(run_id: str) -> Any:
    run = runlog.run_of(run_id)
    if run is None:
        raise tk.ObjectNotFound(tk._("There is no such run."))
    return run


def _allowed(name: str, context: Context, data_dict: DataDict) -> bool:
    try:
        return bool(tk.check_access(name, context, data_dict))
    except tk.NotAuthorized:
        return False
