"""From what CKAN hands to an action or a page to a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.places import question, sheet
from flask import has_request_context


def language(data_dict: Mapping[str, Any]) -> str:
    """The language that is asked for, else the page's. Raises `ValidationError` for another than ``pl`` and ``en``."""
    given = data_dict.get("lang")
    if given in ("pl", "en"):
        return str(given)
    lang = tk.h.lang() if has_request_context() else tk.config.get("ckan.locale_default")
    found = "pl" if str(lang or "").startswith("pl") else "en"
    if given:
        raise tk.ValidationError(question.AskedError({"lang": ("lang", {})}).told(found))
    return found


def sheet_of(data_dict: Mapping[str, Any]) -> sheet.Sheet:
    """The sheet that parameters ask for. Raises `ValidationError`."""
    lang = language(data_dict)
    try:
        return sheet.make(question.read(data_dict), lang)
    except question.AskedError as err:
        raise tk.ValidationError(err.told(lang)) from err
