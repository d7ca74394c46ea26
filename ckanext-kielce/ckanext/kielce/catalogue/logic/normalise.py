"""Brings composite fields of an incoming dataset to the one shape that validation can take apart.

CKAN flattens lists of dicts before any validator runs, so a JSON text or a single dict in such a field can only be
understood before validation. Both are what clients send: forms and ``ckanapi`` send JSON text, people send one dict.
"""

from __future__ import annotations

import json
from typing import Any

from ckanext.kielce.catalogue.logic.values import N_

#: Fields with ``repeating_subfields`` in ``schemas/parts`` (a test compares the two).
DATASET_COMPOSITES = ("contact", "publisher", "spatial_coverage", "temporal_coverage")
RESOURCE_COMPOSITES = ("access_services", "columns")

#: Geometries may come as objects; they are stored as JSON text.
GEOMETRIES = ("spatial", "geom", "bbox", "centroid")


def composite(value: Any) -> list[dict[str, Any]]:
    """Return a list of non-empty dicts from a list, a dict or JSON text of either; ValueError for anything else."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        value = json.loads(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("not a list of objects")
    return [
        _text_geometries(item) for item in value if any(part not in (None, "", []) for part in item.values())
    ]


def normalised(data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return a copy of a dataset dict with composite fields as lists of dicts, and the names of fields that can't be.

    The errors map a field name to English msgids; resource fields are reported under the name alone.
    """
    errors: dict[str, list[str]] = {}
    out = _composites(_text_geometries(data), DATASET_COMPOSITES, errors)
    resources = out.get("resources")
    if isinstance(resources, list):
        out["resources"] = [
            _composites(item, RESOURCE_COMPOSITES, errors) if isinstance(item, dict) else item
            for item in resources
        ]
    return out, errors


def _composites(data: dict[str, Any], names: tuple[str, ...], errors: dict[str, list[str]]) -> dict[str, Any]:
    out = dict(data)
    for name in names:
        if name not in out:
            continue
        try:
            out[name] = composite(out[name])
        except ValueError:
            errors[name] = [N_('Give a list of objects such as [{"name": "…"}], or the same as JSON text')]
    return out


def _text_geometries(data: dict[str, Any]) -> dict[str, Any]:
    return {
        key: json.dumps(value) if key in GEOMETRIES and isinstance(value, dict) else value
        for key, value in data.items()
    }
