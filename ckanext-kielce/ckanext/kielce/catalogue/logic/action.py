"""Actions of the catalogue."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.processors import RDFSerializer
from ckanext.kielce.catalogue import fresh, shacl, suggest, words
from ckanext.kielce.catalogue import search as catalogue_search
from ckanext.kielce.catalogue.logic.normalise import normalised
from ckanext.kielce.catalogue.seed import seed
from ckanext.kielce.catalogue.summary import Summary, summary
from ckanext.kielce.common import vocabularies
from flask import has_request_context

__all__ = [
    "kielce_catalogue_seed",
    "kielce_catalogue_summary",
    "kielce_dataset_validate",
    "kielce_search_suggest",
    "kielce_search_words_show",
    "kielce_search_words_update",
    "kielce_vocabulary_list",
    "kielce_vocabulary_show",
    "package_create",
    "package_search",
    "package_show",
    "package_update",
]

OUR_TYPES = frozenset({"dataset", "spatial_layer", "indicator", "live_feed"})


def _prepared(data_dict: dict[str, Any]) -> dict[str, Any]:
    if data_dict.get("type", "dataset") not in OUR_TYPES:
        return data_dict
    data, errors = normalised(data_dict)
    if errors:
        raise tk.ValidationError({name: [tk._(msgid) for msgid in msgids] for name, msgids in errors.items()})
    return data


@tk.chained_action
def package_create(original_action: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """Accept composite fields as JSON text or a single object, then create as CKAN does."""
    return original_action(context, _prepared(data_dict))


@tk.chained_action
def package_update(original_action: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """Accept composite fields as JSON text or a single object, then update as CKAN does."""
    return original_action(context, _prepared(data_dict))


@tk.side_effect_free
@tk.chained_action
def package_search(original_action: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """Search as CKAN does, for words as people type them; ``understood`` tells what was looked for instead and besides."""
    return catalogue_search.search(original_action, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def package_show(original_action: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """Show as CKAN does; what was written a moment ago is not read again for the activity stream."""
    if fresh.asked_for_activity(context, data_dict) and data_dict.get("id"):
        kept = fresh.take(data_dict["id"])
        if kept is not None:
            tk.check_access("package_show", context, {"id": kept["id"]})
            return kept
    return original_action(context, data_dict)


def kielce_catalogue_seed(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Create the city's units (organisations) and the 20 domains (groups) that are missing.

    :param update: bring titles and extras of existing ones back to the vocabulary's words (default: false)
    :returns: ``created``, ``updated``, ``unchanged``, ``deleted``: names for ``organization`` and ``group``
    """
    tk.check_access("kielce_catalogue_seed", context, data_dict)
    return seed(context, update=tk.asbool(data_dict.get("update", False))).as_dict()


@tk.side_effect_free
def kielce_catalogue_summary(context: Any, data_dict: dict[str, Any]) -> Summary:
    """What the portal holds, for its operator: harvest sources with their last run, datasets by type and grade, rows loaded.

    :returns: ``sources``: lists of title, type, datasets, last run, errors; ``totals``: lists of name and number
    """
    tk.check_access("kielce_catalogue_summary", context, data_dict)
    return summary({**context, "ignore_auth": True})


@tk.side_effect_free
def kielce_vocabulary_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """List the vocabularies: ``name``, ``title``, ``source``, ``version``, ``retrieved``, number of ``entries``."""
    tk.check_access("kielce_vocabulary_list", context, data_dict)
    return [
        {
            "name": name,
            "title": found.title,
            "source": found.source,
            "licence": found.licence,
            "version": found.version,
            "retrieved": found.retrieved,
            "entries": len(found),
        }
        for name, found in ((name, vocabularies.load(name)) for name in vocabularies.NAMES)
    ]


@tk.side_effect_free
def kielce_search_suggest(context: Any, data_dict: dict[str, Any]) -> list[suggest.Suggestion]:
    """Suggest what the beginning of a question may become: words that datasets hold, domains, units, districts, datasets.

    :param q: what was typed so far
    :param limit: number of suggestions, 20 at most (default 8)
    :param lang: language of the names: ``pl`` or ``en`` (default: the reader's)
    :returns: list of ``kind`` (``words``, ``domain``, ``unit``, ``district`` or ``dataset``), ``text`` and ``name``
    """
    tk.check_access("package_search", context, data_dict)
    try:
        limit = min(max(int(data_dict.get("limit") or 8), 1), 20)
    except (TypeError, ValueError) as error:
        raise tk.ValidationError({"limit": [tk._("Write a whole number")]}) from error
    lang = str(data_dict.get("lang") or (tk.h.kielce_lang() if has_request_context() else "pl"))
    return suggest.suggest(
        context, str(data_dict.get("q") or ""), limit, "pl" if lang.startswith("pl") else "en"
    )


@tk.side_effect_free
def kielce_search_words_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show the synonyms that the search knows.

    :returns: ``groups`` (``id``, ``pl``, ``en``, ``see``) of the file and of the own lines, and ``lines`` as they are typed
    """
    tk.check_access("kielce_search_words_show", context, data_dict)
    return words.shown()


def kielce_search_words_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Replace the portal's own lines of synonyms; the search knows them with the next question.

    :param lines: a line each: words, ``=``, what else they are called, and after another ``=`` English words
    """
    tk.check_access("kielce_search_words_update", context, data_dict)
    lines = str(tk.get_or_bust(data_dict, "lines")).strip()
    fault = words.fault(lines)
    if fault:
        raise tk.ValidationError({"lines": [fault]})
    tk.get_action("config_option_update")({**context, "ignore_auth": True}, {words.OPTION: lines})
    return words.shown()


@tk.side_effect_free
def kielce_vocabulary_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show one vocabulary with its entries (``code``, ``uri``, ``value`` as datasets store it, ``pl``, ``en``, more).

    :param name: one of the names that ``kielce_vocabulary_list`` gives
    """
    tk.check_access("kielce_vocabulary_show", context, data_dict)
    name = tk.get_or_bust(data_dict, "name")
    if name not in vocabularies.NAMES:
        raise tk.ObjectNotFound(tk._("There is no vocabulary “%s”") % name)
    found = vocabularies.load(name)
    entries = [
        {
            "code": entry.code,
            "uri": entry.uri,
            "value": entry.value,
            "pl": entry.pl,
            "en": entry.en,
            **entry.data,
        }
        for entry in found
    ]
    return {
        "name": name,
        "title": found.title,
        "source": found.source,
        "version": found.version,
        "entries": entries,
    }


@tk.side_effect_free
def kielce_dataset_validate(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Validate a dataset's RDF against DCAT-AP 3.

    :param id: name or id of the dataset
    :returns: ``conforms``, ``profile``, ``violations`` and ``warnings`` (each ``focus``, ``property``, ``message``)
    """
    package = tk.get_action("package_show")(context, {"id": tk.get_or_bust(data_dict, "id")})
    tk.check_access("kielce_dataset_validate", context, data_dict)
    serializer = RDFSerializer(profiles=["kielce_dcat_ap"])
    serializer.graph_from_dataset(package)
    report = shacl.validate(serializer.g)

    def rows(results: list[shacl.ShaclResult]) -> list[dict[str, Any]]:
        return [{"focus": item.focus, "property": item.property, "message": item.message} for item in results]

    return {
        "conforms": report.conforms,
        "profile": shacl.VERSION,
        "violations": rows(report.violations),
        "warnings": rows(report.warnings),
    }
