"""Where a search looks: a rectangle drawn on the map, four numbers typed, or a district chosen, all by the page's address.

ckanext-spatial filters by ``ext_bbox``; the other two ways become one. Pure but for CKAN's error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.lib.search import SearchError
from ckanext.kielce.common import vocabularies

#: Parameters of the four numbers, as in a rectangle: west, south, east, north, in degrees.
SIDES = ("ext_west", "ext_south", "ext_east", "ext_north")
DISTRICT = "ext_district"
BBOX = "ext_bbox"
#: All parameters that name an area.
PARAMETERS = (BBOX, DISTRICT, *SIDES)


def apply(search_params: dict[str, Any]) -> None:
    """Put the rectangle that is meant into ``ext_bbox``, a district into the filters.

    Raises SearchError for numbers that are none, or that make no rectangle, and for an unknown district.
    """
    extras = search_params.get("extras")
    if not extras or extras.get(BBOX):
        return
    box = rectangle(extras)
    if box and extras.get(DISTRICT):
        # What describes the whole city would fill the answer: only what names the district, or a layer that lies there.
        search_params.setdefault("fq_list", []).append(of_district(str(extras[DISTRICT]), box))
    elif box:
        extras[BBOX] = ",".join(f"{side:g}" for side in box)


def of_district(code: str, box: tuple[float, ...]) -> str:
    """Return the filter for data of a district: rows that name it, or an extent of their own that touches its rectangle."""
    west, south, east, north = box
    inside = (
        f"minx:[* TO {east:g}] AND maxx:[{west:g} TO *] AND miny:[* TO {north:g}] AND maxy:[{south:g} TO *]"
    )
    return f'vocab_named:"{code}" OR ({inside})'


def rectangle(chosen: Mapping[str, Any]) -> tuple[float, ...]:
    """Return west, south, east, north that district or numbers stand for; () where none is given."""
    if chosen.get(DISTRICT):
        entry = vocabularies.load("localities").get(str(chosen[DISTRICT]))
        if not entry or entry.data["kind"] != "district":
            raise SearchError(f"{DISTRICT}: there is no district {chosen[DISTRICT]!r}")
        return tuple(float(side) for side in entry.data["bbox"])
    typed = [str(chosen.get(name) or "").strip() for name in SIDES]
    if not any(typed):
        return ()
    try:
        west, south, east, north = (float(side.replace(",", ".")) for side in typed)
    except ValueError as error:
        raise SearchError(f"{', '.join(SIDES)}: write four numbers in degrees, such as 20.61") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise SearchError(f"{', '.join(SIDES)}: west must be less than east, south less than north")
    return (west, south, east, north)


def is_box(text: str) -> bool:
    """Whether a text is four numbers with commas between."""
    try:
        return len([float(side) for side in text.split(",")]) == 4
    except ValueError:
        return False
