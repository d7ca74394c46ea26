"""What people say of an entry, from a form, a call or a list, checked and written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.periods import fold

from . import access, domain, importing, presentation, store, vocabulary
from .model import Entry

#: Fields of a call that are looked up by name.
LOOKED_UP = ("unit", "dataset")
CRITERION = "criteria"


def sentence(problem: domain.Problem, lang: str) -> str:
    """A problem in the reader's language."""
    text, values = problem
    filled = dict(values)
    if filled.get("known") in ("tiers", "obstacles"):
        filled["known"] = domain.known(filled["known"], lang)
    return tk._(text).format(**filled)


def units_by_name() -> Callable[[str], str | None]:
    """A look-up of active units by id, name, or title in either language."""
    table: dict[str, set[str]] = {}
    for group in store.all_units().values():
        for text in (group.id, group.name, group.title, group.extras.get("title_en")):
            if text:
                table.setdefault(fold(" ".join(str(text).split())), set()).add(group.id)
    # A title that two units share names neither.
    single = {text: ids.pop() for text, ids in table.items() if len(ids) == 1}
    return lambda text: single.get(fold(" ".join(text.split())))


def dataset_by_name(text: str) -> str | None:
    """Id of an active dataset by name, id or the address of its page."""
    wanted = text.strip().split("?")[0].rstrip("/").rpartition("/")[2]
    package = ckan_model.Package.get(wanted) if wanted else None
    return (
        package.id
        if package is not None and package.state == "active" and package.type != "harvest"
        else None
    )


def fields_of(data: Mapping[str, Any], current: Mapping[str, int], lang: str) -> dict[str, Any]:
    """The fields that a call or form sets, read and looked up.

    :param data: texts or values; lists may come as lists or as text
    :param current: the scores that the entry has
    :raises ckan.plugins.toolkit.ValidationError: with every field's error
    """
    errors: dict[str, list[str]] = {}
    fields: dict[str, Any] = {}

    def note(name: str, problem: domain.Problem | None) -> None:
        if problem:
            errors[name] = [sentence(problem, lang)]

    for name in domain.FIELDS:
        if name in data and name not in ("unit_id", "dataset_id", "source_id", CRITERION):
            fields[name], problem = _read(name, data[name])
            note(name, problem)
    if "unit" in data:
        fields["unit_id"] = units_by_name()(str(data["unit"] or "")) or ""
        if data["unit"] and not fields["unit_id"]:
            note("unit", (importing.NO_UNIT, {"value": data["unit"]}))
    if "dataset" in data:
        fields["dataset_id"] = dataset_by_name(str(data["dataset"] or ""))
        if data["dataset"] and not fields["dataset_id"]:
            note("dataset", (importing.NO_DATASET, {"value": data["dataset"]}))
    if fields.get("domain") and vocabularies.domain(fields["domain"]) is None:
        note("domain", (importing.NO_DOMAIN, {"value": fields["domain"]}))
    given: dict[str, int | None] = {}
    for code, value in _scores(data).items():
        given[code], problem = domain.read_score(str(value)) if str(value).strip() else (None, None)
        note(code, problem)
    if given:
        fields[CRITERION] = importing.merged_scores(current, given)
    if errors:
        raise tk.ValidationError(errors)
    return fields


def _scores(data: Mapping[str, Any]) -> dict[str, Any]:
    """Scores given as ``criteria: {code: n}`` or each by its own name."""
    together = data.get(CRITERION)
    found = dict(together) if isinstance(together, Mapping) else {}
    found |= {code: data[code] for code in vocabulary.criteria() if code in data}
    return {
        code: "" if value is None else value for code, value in found.items() if code in vocabulary.criteria()
    }


def _read(name: str, value: Any) -> tuple[Any, domain.Problem | None]:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, list | tuple):
        value = "; ".join(str(each) for each in value)
    elif isinstance(value, dt.date):
        value = value.isoformat()
    return domain.read(name, str(value if value is not None else ""))


def save(
    entry: Entry | None, fields: Mapping[str, Any], *, user: Any, source: str, lang: str
) -> tuple[Entry, bool]:
    """Write what a person said; nothing is committed.

    :raises ckan.plugins.toolkit.ValidationError: the entry as a whole is not right
    :raises ckan.plugins.toolkit.NotAuthorized: the unit is not one of the user's
    """
    before = store.values(entry) if entry is not None else {}
    whole = {**domain.FIELDS, **before, **fields}
    errors = {
        {"unit_id": "unit", "dataset_id": "dataset"}.get(name, name): [sentence(problem, lang)]
        for name, problem in domain.check(whole).items()
    }
    if errors:
        raise tk.ValidationError(errors)
    for unit_id in {whole["unit_id"], before.get("unit_id", whole["unit_id"])}:
        if not access.may_edit(user.name, unit_id):
            title = presentation.unit_title(store.all_units().get(unit_id), lang)
            raise tk.NotAuthorized(tk._("You may not write the register of: {unit}").format(unit=title))
    return store.write(entry, fields, actor=user.id, source=source)
