"""Actions of the sheets of places."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.places import asking, layers


@tk.side_effect_free
def kielce_place_sheet(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What the city's data say of a place: what lies on it, what is near, from which sources, and how fresh they are.

    Name the place in one way: ``q``, ``address``, ``parcel``, ``lat`` with ``lon``, or ``area``. A theme without data is told
    as ``unknown``: no data does not mean no restrictions.

    :param q: an address, a parcel or coordinates, as people type them
    :type q: string
    :param address: street and number, ``ul.`` and diacritics may be left out
    :type address: string
    :param parcel: full identifier (``266101_1.0012.345/6``), or precinct and number (``obręb 12, działka 345/6``)
    :type parcel: string
    :param lat: latitude in degrees
    :type lat: number
    :param lon: longitude in degrees
    :type lon: number
    :param area: POLYGON as WKT, Polygon as GeoJSON, or ``west,south,east,north``, in degrees; at most 1000 ha and 500 vertices
    :type area: string
    :param distance: metres within which things count as near, 10 to 2000 (default 500)
    :type distance: int
    :param lang: ``pl`` or ``en``
    :type lang: string
    :returns: ``place`` (with coordinates; None when several or none fit: then ``message`` and ``choices``), ``touches``
        (rows with ``state`` ``touches``, ``close``, ``clear`` or ``unknown``, ``reason``, ``objects``), ``near`` (``found``,
        ``none`` or ``unknown``; ``count``, the nearest ``objects`` with distance in metres and direction), ``sources`` by file id
    :raises ckan.plugins.toolkit.ValidationError: parameters that name no place, by parameter
    """
    tk.check_access("kielce_place_sheet", context, data_dict)
    return asking.sheet_of(data_dict).data


@tk.side_effect_free
def kielce_place_layers(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Layers that sheets of places are answered from, and when each was read.

    :param lang: ``pl`` or ``en``
    :type lang: string
    :returns: layers: what they answer (``part``, ``code``, ``theme``), ``state`` (``taken``, ``waiting``, ``failed``,
        ``withheld``), ``problem``, ``features``, and the source as in a sheet; expected themes without a layer as ``missing``
    """
    tk.check_access("kielce_place_layers", context, data_dict)
    return layers.listed(asking.language(data_dict))
