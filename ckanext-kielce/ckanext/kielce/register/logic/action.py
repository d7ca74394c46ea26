"""Actions of the register."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ckan import model as ckan_model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from flask import has_request_context
from werkzeug.datastructures import FileStorage

from .. import access, lists, prefill, presentation, store, vocabulary, writing
from ..model import Entry
from . import schema


def _lang(data_dict: dict[str, Any]) -> str:
    if data_dict.get("lang"):
        return str(data_dict["lang"])
    lang = tk.h.lang() if has_request_context() else tk.config.get("ckan.locale_default")
    return "pl" if str(lang or "").startswith("pl") else "en"


def _user(context: Context) -> Any:
    user = ckan_model.User.get(context.get("user") or "")
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to write the register"))
    return user


def _entry(entry_id: str) -> Entry:
    found = store.get(entry_id)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such entry in the register"))
    return found


@tk.side_effect_free
@validate(schema.list_)
def kielce_register_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sets that the city holds, as far as the caller may see them.

    :param q: words of title, description, reason or legal basis
    :param unit: name or id of the unit that keeps the set
    :param tier: ``open``, ``shared``, ``internal`` or ``undigitised``
    :param obstacle: ``paper``, ``closed_system``, ``duplicate``, ``personal_data``, ``law``, ``organisation`` or ``money``
    :param domain: code of one of the city's domains
    :param planned: sets not yet open that are to be opened by the end of this year (``year``), ``later``, at no stated time
        (``none``), or should be already (``passed``)
    :param checked: whether a person has written in the entry
    :param public: whether it is in the public register
    :param sort: ``opening`` (default), ``title``, ``planned`` or ``changed``
    :param limit: at most so many (default 20), after ``offset``
    :param lang: ``pl`` or ``en``
    :returns: ``count``, ``tiers`` (numbers by tier of what the other filters leave) and ``results``
    """
    tk.check_access("kielce_register_list", context, data_dict)
    user = str(context.get("user") or "")
    where = [access.visible(user), *store.conditions(data_dict, presentation.today())]
    total, rows = store.listed(where, data_dict["sort"], data_dict["limit"], data_dict["offset"])
    without_tier = {key: value for key, value in data_dict.items() if key != "tier"}
    tiers = store.counts(
        [access.visible(user), *store.conditions(without_tier, presentation.today())], Entry.tier
    )
    return {
        "count": total,
        "tiers": {code: tiers.get(code, 0) for code in vocabulary.tiers()},
        "results": presentation.describe(rows, lang=_lang(data_dict), user=user),
    }


@tk.side_effect_free
@validate(schema.show)
def kielce_register_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One entry with its history.

    :param id: the entry
    :param lang: ``pl`` or ``en``
    :returns: its fields as in the list, and ``history`` (newest first); the public sees neither internal fields nor who wrote
    """
    entry = _entry(data_dict["id"])
    tk.check_access("kielce_register_show", context, data_dict)
    user = str(context.get("user") or "")
    rows = store.history(entry.id)
    internal = access.sees_internal(user, entry)
    names = presentation.user_names(rows) if internal else {}
    shown = presentation.describe([entry], lang=_lang(data_dict), user=user)[0]
    shown["history"] = [presentation.change(row, names=names, internal=internal) for row in rows]
    return shown


def kielce_register_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Enter a set by hand.

    :param title: what the set is called; ``title_en`` in English
    :param unit: name, id or title of the unit that keeps it
    :param tier: who may have it; ``open`` needs ``dataset`` or ``url``, ``shared`` needs ``shared_with``
    :param description, domain, reason, legal_basis, office, access, url: texts
    :param contact: for the house only; may name a person
    :param obstacles, shared_with: lists, or texts parted by semicolons
    :param planned: day, month, quarter or year in which it is to be opened
    :param dataset: name, id or address of its dataset
    :param criteria: points 0-3 by criterion: ``cost``, ``technical_readiness``, ``quality``, ``updatability``, ``innovation``,
        ``transparency``
    :param public: show it in the public register (default true); ``sample``: the entry is made up for show
    :returns: the entry
    """
    tk.check_access("kielce_register_create", context, data_dict)
    lang, user = _lang(data_dict), _user(context)
    fields = {"public": True, **writing.fields_of(data_dict, {}, lang)}
    entry, _changed = writing.save(None, fields, user=user, source="person", lang=lang)
    ckan_model.Session.commit()
    return presentation.describe([entry], lang=lang, user=user.name)[0]


def kielce_register_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change an entry; what is not given stays.

    :param id: the entry; the other fields are those of ``kielce_register_create``
    :returns: the entry
    """
    entry = _entry(str(data_dict.get("id") or ""))
    tk.check_access("kielce_register_update", context, data_dict)
    lang, user = _lang(data_dict), _user(context)
    fields = writing.fields_of(data_dict, entry.criteria, lang)
    writing.save(entry, fields, user=user, source="person", lang=lang)
    ckan_model.Session.commit()
    return presentation.describe([entry], lang=lang, user=user.name)[0]


@validate(schema.delete)
def kielce_register_delete(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take an entry out of the register; the portal does not make it again by itself.

    :param id: the entry
    :returns: ``id``
    """
    entry = _entry(data_dict["id"])
    tk.check_access("kielce_register_delete", context, data_dict)
    store.remove(entry, actor=_user(context).id)
    ckan_model.Session.commit()
    return {"id": entry.id}


def kielce_register_import(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Read a list of sets (CSV, XLSX, ODS) into the register: all of it, or nothing.

    :param upload: the file (multipart form data)
    :param check: only say what would be done (default false)
    :returns: ``created``, ``changed``, ``unchanged``, ``check``
    :raises ckan.plugins.toolkit.ValidationError: ``upload``: what is wrong with the file; ``rows``: ``[{row, column, message}]``
    """
    tk.check_access("kielce_register_import", context, data_dict)
    lang, user, check = _lang(data_dict), _user(context), tk.asbool(data_dict.get("check") or False)
    upload = data_dict.get("upload")
    if isinstance(upload, Path):
        return lists.take(upload, upload.name, user=user, lang=lang, check=check)
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise tk.ValidationError({"upload": [tk._("Choose a file with the list: CSV or XLSX")]})
    with tempfile.TemporaryDirectory(prefix="kielce-register-") as folder:
        path = Path(folder) / f"list{Path(upload.filename).suffix[:8]}"
        upload.save(path)
        return lists.take(path, upload.filename, user=user, lang=lang, check=check)


def kielce_register_prefill(context: Context, data_dict: dict[str, Any]) -> dict[str, int]:
    """Fill the register from the catalogue and from what harvests know; never writes over what a person wrote.

    :returns: ``created``, ``changed``, ``unchanged``, ``gone`` (left the portal), ``removed`` (were taken out by hand, stay out)
    """
    tk.check_access("kielce_register_prefill", context, data_dict)
    return prefill.prefill().as_dict()
