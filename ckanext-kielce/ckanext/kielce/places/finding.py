"""From a question to the place that is meant, or to those among which the reader has to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.kielce.places import naming, plane, question, rules, store
from ckanext.kielce.places.question import Question
from ckanext.kielce.places.sources import Sources

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Places among which a reader chooses at most.
MOST = 30
#: Metres within which two points of one address are one place.
SAME = 50


@dataclass(frozen=True)
class Place:
    """A place: ``kind`` is ``point``, ``area``, ``parcel`` or ``address``; the shape is in metres."""

    kind: str
    label: str
    shape: BaseGeometry
    attributes: Mapping[str, str] = field(default_factory=dict)
    layer: int = 0


@dataclass(frozen=True)
class Choice:
    """One of several places: what it is called, and the parameters that ask for it."""

    label: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """The place, or a message (a code of the table's messages) with the places to choose from."""

    place: Place | None = None
    message: str = ""
    text: str = ""
    choices: Sequence[Choice] = ()


def find(asked: Question, sources: Sources) -> Answer:
    """The place that is meant. Raises `question.AskedError` for an area that is none."""
    if asked.unclear:
        return Answer(message="unclear", text=asked.unclear)
    if asked.parcel:
        return _parcel(asked.parcel, sources)
    if asked.address:
        return _address(asked.address, sources)
    if asked.area:
        found = Answer(Place("area", "", question.area(asked.area)))
    else:
        found = Answer(Place("point", "", plane.point(asked.lon or 0.0, asked.lat or 0.0)))
    return Answer(message="outside") if found.place and _outside(found.place.shape, sources) else found


def _outside(shape: BaseGeometry, sources: Sources) -> bool:
    """Whether a shape touches the city nowhere. Without a layer of the border nobody knows, and it is taken to be inside."""
    borders = sources.numbers("boundary")
    return bool(borders) and not store.around(shape, dict.fromkeys(borders, 0.0))


def _address(text: str, sources: Sources) -> Answer:
    layers = sources.numbers("addresses")
    if not layers:
        return Answer(message="no_addresses")
    street, numbers = naming.address(text) or ("", [])
    rows = store.named(layers, numbers, [street]) if numbers else []
    if not rows:
        meant, sure = naming.streets_like(street, store.streets(layers))
        if not meant:
            return Answer(message="no_street", text=text)
        if len(meant) > 1 or not sure:
            return _streets(layers, meant, numbers, text, sure=sure)
        if not numbers:
            return _numbers(layers, meant[0], "", "number")
        rows = store.named(layers, numbers, meant)
        if not rows:
            return _numbers(layers, meant[0], numbers[0], "no_number")
    best = next(number for number in numbers if any(row.number_key == number for row in rows))
    return _one_of([row for row in rows if row.number_key == best], "address", sources)


def _streets(
    layers: Sequence[int], streets: Sequence[str], numbers: Sequence[str], text: str, *, sure: bool
) -> Answer:
    """Streets to choose from: with the number where they have it."""
    rows = store.named(layers, numbers, streets) if numbers else []
    if sure and len({row.name_key for row in rows}) == 1:
        return Answer(_place(rows[0], "address"))
    chosen = _choices(rows, "address")
    others = store.one_of_each(layers, set(streets) - {row.name_key for row in rows})
    for row in sorted(others, key=lambda row: streets.index(row.name_key)):
        chosen.append(Choice(_street_label(row), {"address": _street_label(row)}))
    return Answer(message="several" if sure else "alike", text=text, choices=chosen[:MOST])


def _numbers(layers: Sequence[int], street: str, wanted: str, message: str) -> Answer:
    """The numbers of a street, those nearest to the one that was wanted."""
    rows = {row.number_key: row for row in store.on_street(layers, street)}
    near = naming.order(wanted)[0] if wanted else 0
    numbers = sorted(rows, key=lambda number: abs(naming.order(number)[0] - near))[:MOST]
    found = [rows[number] for number in sorted(numbers, key=naming.order)]
    return Answer(message=message, text=wanted, choices=_choices(found, "address"))


def _parcel(text: str, sources: Sources) -> Answer:
    layers = sources.numbers("parcels")
    if not layers:
        return Answer(message="no_parcels")
    wanted = naming.parcel(text)
    if wanted is None:
        return Answer(message="no_parcel", text=text)
    rows = store.named(layers, [wanted.number], [wanted.precinct] if wanted.precinct else None)
    if wanted.unit:
        rows = [row for row in rows if _unit(row) in ("", wanted.unit)]
    if not rows:
        return Answer(message="no_parcel", text=text)
    return _one_of(rows, "parcel", sources)


def _unit(row: Any) -> str:
    found = naming.parcel(rules.columns_of(rules.table().role("parcels"), row.attributes).get("id", ""))
    return found.unit if found else ""


def _one_of(rows: Sequence[Any], kind: str, sources: Sources) -> Answer:
    """The one place that rows stand for, else the places to choose from."""
    places = [_place(row, kind) for row in rows]
    first = places[0]
    if all(first.shape.distance(place.shape) <= SAME and place.label == first.label for place in places):
        if _outside(first.shape, sources):
            return Answer(message="outside")
        return Answer(first)
    return Answer(message="several", choices=_choices(rows, kind))


def _place(row: Any, kind: str) -> Place:
    return Place(kind, _label(row, kind), store.shape_of(row), row.attributes, row.layer)


def _label(row: Any, kind: str) -> str:
    if kind == "address":
        return address_label(row.attributes)
    found = rules.columns_of(rules.table().role("parcels"), row.attributes)
    return found["id"] or f"obręb {found['precinct']}, działka {found['number']}"


def address_label(attributes: Mapping[str, str]) -> str:
    """Street and number of an address."""
    found = rules.columns_of(rules.table().role("addresses"), attributes)
    return f"{found['street']} {found['number']}".strip()


def _street_label(row: Any) -> str:
    return rules.columns_of(rules.table().role("addresses"), row.attributes)["street"]


def _choices(rows: Sequence[Any], kind: str) -> list[Choice]:
    """Places to choose from; those of one name are told apart by where they are."""
    labels = [_label(row, kind) for row in rows]
    found = []
    for row, label in zip(rows[:MOST], labels, strict=False):
        if labels.count(label) == 1:
            found.append(Choice(label, {kind: label}))
        else:
            spot = plane.to_degrees(store.shape_of(row).representative_point())
            district = next(
                (row.attributes[name] for name in ("dzielnica", "osiedle") if row.attributes.get(name)), ""
            )
            told = f"{label} ({district or f'{spot.y:.4f}, {spot.x:.4f}'})"
            found.append(Choice(told, {"lat": f"{spot.y:.6f}", "lon": f"{spot.x:.6f}"}))
    return found
