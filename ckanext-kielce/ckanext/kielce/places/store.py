"""Questions to the features that were taken in. Everything is in metres (EPSG:2180)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.places import plane
from ckanext.kielce.places.model import Feature

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: The indexed box, as in the model: a layer's plane lies east of the others.
_BOX = "box(point(f.west + f.layer * 1e8, f.south), point(f.east + f.layer * 1e8, f.north))"
#: Features of one layer that are measured exactly, those with the nearest boxes first.
MEASURED = 1000
#: Metres within which the nearest of a kind is sought at all.
FARTHEST = 25_000


@dataclass(frozen=True)
class Found:
    """A feature and how far it is, in metres; 0 where it touches the place."""

    layer: int
    number: int
    shape: BaseGeometry
    attributes: Mapping[str, str]
    distance: float


def around(
    place: BaseGeometry,
    reaches: Mapping[int, float],
    where: tuple[str, tuple[str, ...]] | None = None,
    most: int = MEASURED,
) -> list[Found]:
    """Features within reach of a place, the nearest first.

    :param reaches: layer's number -> metres
    :param where: a column and words, one of which it has to hold
    :param most: features of each layer that are measured
    """
    if not reaches:
        return []
    west, south, east, north = place.bounds
    condition, values = _where(where)
    statement = sa.text(
        f"""
        SELECT found.layer, found.number, found.shape, found.attributes
        FROM unnest(CAST(:layers AS integer[]), CAST(:reaches AS float[])) AS wanted(layer, reach)
        CROSS JOIN LATERAL (
            SELECT f.layer, f.number, f.shape, f.attributes FROM kielce_places_feature f
            WHERE {_BOX} && box(
                point(:west - wanted.reach + wanted.layer * 1e8, :south - wanted.reach),
                point(:east + wanted.reach + wanted.layer * 1e8, :north + wanted.reach))
            {condition}
            ORDER BY {_BOX} <-> point(:x + wanted.layer * 1e8, :y)
            LIMIT :most
        ) AS found
        """  # noqa: S608 - constants of this module; values are bound
    )
    rows = model.Session.execute(
        statement,
        {
            **values,
            "layers": list(reaches),
            "reaches": [float(reach) for reach in reaches.values()],
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "x": (west + east) / 2,
            "y": (south + north) / 2,
            "most": most,
        },
    ).all()
    found = measured(place, rows)
    return sorted(
        (one for one in found if one.distance <= reaches[one.layer]),
        key=lambda one: (one.distance, one.layer, one.number),
    )


def _where(where: tuple[str, tuple[str, ...]] | None) -> tuple[str, dict[str, Any]]:
    if where is None:
        return "", {}
    column, words = where
    return (
        "AND lower(f.attributes ->> :column) LIKE ANY (CAST(:patterns AS text[]))",
        {"column": column, "patterns": [f"%{word}%" for word in words]},
    )


def measured(place: BaseGeometry, rows: Sequence[Any]) -> list[Found]:
    """Rows of features with their shapes and exact distances."""
    import shapely

    if not rows:
        return []
    shapes = shapely.from_wkb([bytes(row.shape) for row in rows])
    shapely.prepare(place)
    distances = shapely.distance(place, shapes)
    return [
        Found(row.layer, row.number, shapes[at], row.attributes, float(distances[at]))
        for at, row in enumerate(rows)
    ]


def named(
    layers: Iterable[int], numbers: Sequence[str], names: Sequence[str] | None = None, most: int = 200
) -> list[Any]:
    """Features with one of these number keys and, where given, name keys: rows of `Feature`'s columns."""
    wanted = [Feature.layer.in_(list(layers)), Feature.number_key.in_(numbers)]
    if names is not None:
        wanted.append(Feature.name_key.in_(names))
    return list(model.Session.execute(_columns().where(*wanted).order_by(Feature.number).limit(most)).all())


def one_of_each(layers: Iterable[int], names: Iterable[str]) -> list[Any]:
    """One address of each of these streets, by their keys."""
    wanted = [
        Feature.layer.in_(list(layers)),
        Feature.name_key.in_(list(names)),
        Feature.number_key.is_not(None),
    ]
    query = _columns().where(*wanted).distinct(Feature.name_key).order_by(Feature.name_key, Feature.number)
    return list(model.Session.execute(query).all())


def on_street(layers: Iterable[int], name: str, most: int = 2000) -> list[Any]:
    """All addresses of a street, by its key."""
    wanted = [Feature.layer.in_(list(layers)), Feature.name_key == name, Feature.number_key.is_not(None)]
    return list(model.Session.execute(_columns().where(*wanted).limit(most)).all())


def streets(layers: Iterable[int]) -> list[str]:
    """Keys of all streets that have addresses."""
    query = sa.select(Feature.name_key).where(
        Feature.layer.in_(list(layers)), Feature.number_key.is_not(None)
    )
    return [str(name) for name in model.Session.scalars(query.distinct()) if name]


def _columns() -> Any:
    return sa.select(
        Feature.layer, Feature.number, Feature.shape, Feature.attributes, Feature.name_key, Feature.number_key
    )


def shape_of(row: Any) -> BaseGeometry:
    """The shape of a row."""
    return plane.from_wkb(row.shape)
