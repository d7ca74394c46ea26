"""What the harvest room adds to actions of CKAN and ckanext-harvest.

Old addresses of datasets keep working; no password comes into a source's public settings; and ckanext-harvest's public
actions quote no error to people who may not see it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict
from ckanext.kielce.common import indexing
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest import (
    addresses,
    credentials,
    decisions,
    housekeeping,
    merge,
    overview,
    runlog,
    runs,
    settings,
    store,
)
from ckanext.kielce.harvest.logic import language

Action = Callable[[Context, DataDict], Any]
SOURCE_TYPE = "harvest"


@tk.chained_action
def package_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """A source with a password in its address or settings is refused; one without a name gets it from its title."""
    if data_dict.get("type") == SOURCE_TYPE:
        _check_source(data_dict)
        if not data_dict.get("name") and data_dict.get("title"):
            data_dict["name"] = merge.free_name(str(data_dict["title"]), store.names_beginning)
    return next_action(context, data_dict)


# What ckanext-harvest adds to a dataset in the search index, and nowhere else.
INDEX_EXTRAS = frozenset(["harvest_object_id", "harvest_source_id", "harvest_source_title"])


def _drop_index_extras(data_dict: DataDict) -> None:
    """A patch starts from the dataset as the index shows it; saved with it, the names of its source would grow stale."""
    extras = data_dict.get("extras")
    if isinstance(extras, list) and any(extra.get("key") in INDEX_EXTRAS for extra in extras):
        data_dict["extras"] = [extra for extra in extras if extra.get("key") not in INDEX_EXTRAS]


@tk.chained_action
def package_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The old address of a renamed dataset is kept; a source with a password in its settings is refused."""
    before = addresses.present(str(data_dict.get("id") or data_dict.get("name") or ""))
    if before is not None and before.type == SOURCE_TYPE:
        _check_source(data_dict)
    elif before is not None:
        _drop_index_extras(data_dict)
    result = next_action(context, data_dict)
    # without a name in the data the old one stays
    if before is not None and data_dict.get("name") not in (None, "", before.name):
        addresses.remember(before.name, before.id)
        if not context.get("defer_commit"):
            model.Session.commit()
    return result


@tk.chained_action
def harvest_source_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """As `package_create`, before ckanext-harvest writes all that was typed into the log."""
    tk.check_access("harvest_source_create", context, data_dict)
    _check_source(data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def harvest_source_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """As `package_update`, before ckanext-harvest writes all that was typed into the log."""
    tk.check_access("harvest_source_update", context, data_dict)
    _check_source(data_dict)
    return next_action(context, data_dict)


@tk.side_effect_free
@tk.chained_action
def package_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The API finds a dataset by an address that it once had; pages redirect instead (see views)."""
    try:
        return next_action(context, data_dict)
    except tk.ObjectNotFound:
        if "api_version" not in context or not data_dict.get("id"):
            raise
        package_id = addresses.find(str(data_dict["id"]))
        if package_id is None:
            raise
        return next_action(context, {**data_dict, "id": package_id})


@tk.side_effect_free
@tk.chained_action
def harvest_source_show_status(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Errors of the last run are for those who may change the source, not part of its public page."""
    if not _may_change(context, str(data_dict.get("id"))):
        context = {**context, "return_error_summary": False}  # type: ignore[typeddict-unknown-key]
    return next_action(context, data_dict)


@tk.side_effect_free
@tk.chained_action
def harvest_source_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """As `harvest_source_show_status`; addresses are shown without anything that looks like a password."""
    tk.check_access("harvest_source_list", context, data_dict)
    context = {**context, "return_error_summary": False}  # type: ignore[typeddict-unknown-key]
    found = next_action(context, data_dict)
    for source in found:
        source["url"] = safe_url(source.get("url") or "")
    return found


@tk.chained_action
def harvest_job_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """A run started from ckanext-harvest's API needs somebody to look after it: see that housekeeping is booked."""
    housekeeping.ensure_tick()
    return next_action(context, data_dict)


@tk.chained_action
def harvest_job_abort(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """A run of the engine's is stopped as `kielce_harvest_run_stop` does it.

    ckanext-harvest only marks the job as finished, and what is under way would go on.
    """
    tk.check_access("harvest_job_abort", context, data_dict)
    wanted = str(data_dict.get("source_id") or data_dict.get("id") or "")
    package = overview.find(wanted)
    run = runs.under_way(package.id) if package else runlog.run_of(wanted)
    if run is None:
        return next_action(context, data_dict)
    with contextlib.suppress(runs.RunError):  # over already: as ckanext-harvest, say how it ended
        decisions.stop(run.id, str(context.get("user") or ""))
    return tk.get_action("harvest_job_show")(context, {"id": run.id})


def _check_source(data_dict: DataDict) -> None:
    """Raises ValidationError for passwords, and for a configuration that cannot be used, in the reader's language."""
    complaints = credentials.complaints(data_dict.get("url"), data_dict.get("config"))
    if complaints:
        raise tk.ValidationError({field: [tk._(text)] for field, text in complaints.items()})
    harvester = runs.harvester_of(str(data_dict.get("source_type") or ""))
    if harvester is not None and isinstance(data_dict.get("config"), str):
        try:
            harvester.validate_config(data_dict["config"])
        except settings.ConfigError as error:
            raise tk.ValidationError({"config": [error.text(language.reader())]}) from error


def _may_change(context: Context, source_id: str) -> bool:
    if context.get("ignore_auth"):
        return True
    inner: Context = {"user": context.get("user", "")}
    try:
        return bool(tk.check_access("harvest_source_update", inner, {"id": source_id}))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False


@tk.chained_action
def harvest_source_reindex(_next: Action, context: Context, data_dict: DataDict) -> bool:
    """Index a source again, as CKAN indexes every dataset.

    ckanext-harvest 1.6.3 puts the source into the index without its own schema, so that its settings come back as loose
    extras and its form comes up empty.
    """
    tk.check_access("harvest_source_reindex", context, data_dict)
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    if package is None:
        raise tk.ObjectNotFound("There is no such source.")
    indexing.reindex(package.id)
    return True
