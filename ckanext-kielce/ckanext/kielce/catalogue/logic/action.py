"""Actions of the catalogue."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue.logic.normalise import normalised

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
