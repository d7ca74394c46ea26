"""A sample of a layer that is published by a WFS alone, for the checks on content.

A layer that can also be had as a file is judged on that file. Without one, nothing would notice that a service gives away
the exact course of a heat network or the addresses of people: so its first features are asked for, seldom, and only
looked at; they make no observation, for a sample says nothing of how fresh the layer is.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ckan import model as ckan_model
from ckanext.kielce.common.http import FetchError, fetch
from ckanext.kielce.tables import shared as tables

from .. import findings
from ..content import judge_content
from ..content import rules_version as content_rules_version
from .fetching import SERVICES, format_of, kind_of
from .hosts import SourceBusyError, host_turn
from .subject import subject

log = logging.getLogger(__name__)

#: Features that are asked for: enough to tell an exact network from a rounded one, little enough for any server.
FEATURES = 500
#: Most bytes of the answer.
BYTES = 16 * 1024 * 1024
#: Files in which a layer can be had.
LAYER_FILES = {"GEOJSON", "GML", "GPKG", "SHP", "KML", "CSV", "JSON"}


def judge_layer(package: dict[str, Any], resource: dict[str, Any], now: dt.datetime) -> bool:
    """Judge the first features of a WFS layer and write down what was found; True when it was looked at.

    Does nothing for other resources, and for a layer that can be had as a file.
    """
    url = sample_url(package, resource)
    if url is None or any(_is_layer_file(other) for other in package["resources"]):
        return False
    try:
        with host_turn(url), fetch(url, max_bytes=BYTES) as response:
            found = tables.read(response.path, tables.sniff(response.path))
            judged = judge_content(subject(response.path, "GML", found, package, resource))
    except (FetchError, SourceBusyError, tables.TableError) as error:
        log.info("No sample of %s: %s", url, error)  # whether the service answers is its link's matter
        return False
    findings.record(
        package["id"],
        resource["id"],
        "content",
        judged.findings,
        judged.checked,
        now,
        content_rules_version(),
    )
    ckan_model.Session.commit()
    return True


def sample_url(package: dict[str, Any], resource: dict[str, Any]) -> str | None:
    """The request for the first features; None when this is no WFS or nothing says which of its layers is meant."""
    if kind_of(resource) != "service" or SERVICES.get(format_of(resource)) != "WFS":
        return None
    parts = urlsplit(resource["url"])
    given = parse_qsl(parts.query, keep_blank_values=True)
    lower = {name.lower(): value for name, value in given}
    layer = lower.get("typenames") or lower.get("typename") or package.get("layer_name")
    if not layer:
        return None
    ours = {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": layer,
        "count": FEATURES,
    }
    kept = [(name, value) for name, value in given if name.lower() not in {*map(str.lower, ours), "typename"}]
    return urlunsplit(parts._replace(query=urlencode([*kept, *ours.items()])))


def _is_layer_file(resource: dict[str, Any]) -> bool:
    return kind_of(resource) in {"file", "upload", "datastore"} and format_of(resource) in LAYER_FILES
