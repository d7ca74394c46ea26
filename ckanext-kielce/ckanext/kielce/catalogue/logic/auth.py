# ruff: noqa: ARG001  (CKAN fixes the signature of authorization functions)
"""Authorization functions of the catalogue."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def kielce_catalogue_seed(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Only sysadmins, who pass before this is asked."""
    return {"success": False, "msg": tk._("Only an administrator may create the city's units and domains")}


def kielce_catalogue_summary(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Only sysadmins: it counts every table, which is no question for everybody to ask."""
    return {"success": False, "msg": tk._("Only an administrator may ask for the summary")}


@tk.auth_allow_anonymous_access
def kielce_search_words_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Everyone."""
    return {"success": True}


def kielce_search_words_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sysadmins and the coordinators that the quality room names."""
    if context.get("user") in tk.aslist(tk.config.get("ckanext.kielce.quality.coordinators") or ""):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only a data coordinator may change the words that the search knows"),
    }


@tk.auth_allow_anonymous_access
def kielce_vocabulary_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Everyone."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_vocabulary_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Everyone."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_dataset_validate(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Whoever may read the dataset."""
    try:
        tk.check_access("package_show", context, data_dict)
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}
