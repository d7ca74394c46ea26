"""Taking layers of the catalogue into the store that sheets are answered from.

The export room fetches and converts a layer in a process of its own, to CSV with WKT in metres, once a content; here it is read
row by row. Readers of a sheet see the old features until the new ones are there.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import itertools
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common import changes, vocabularies
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.export import shared as export
from ckanext.kielce.places import naming, rules
from ckanext.kielce.places.model import FAILED, TAKEN, UNUSED, WAITING, WITHHELD, Feature, Layer
from sqlalchemy.dialects.postgresql import insert

log = logging.getLogger(__name__)

ANYBODY: Mapping[str, Any] = {"user": "", "auth_user_obj": None}
#: Rows that are written at once.
PORTION = 1000
#: Signs of one attribute that are kept.
LONGEST = 300
#: Poland in metres, with room to spare: west, south, east, north. Features beyond have their axes mixed up.
BOUNDS = (140_000, 100_000, 900_000, 820_000)
KINDS = {0: "point", 1: "line", 2: "line", 3: "area", 4: "point", 5: "line", 6: "area"}


class RefusedError(Exception):
    """A layer that is not taken in; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Report:
    """What a sweep did, in numbers of layers."""

    taken: int = 0
    unchanged: int = 0
    failed: int = 0
    gone: int = 0
    names: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the command and the log."""
        return {"taken": self.taken, "unchanged": self.unchanged, "failed": self.failed, "gone": self.gone}


def option(name: str) -> int:
    """An option of this room by the last part of its key."""
    return int(tk.config[f"ckanext.kielce.places.{name}"])


def sweep(everything: bool = False) -> Report:
    """Look at all layers of the catalogue and take in what is new, changed or due; ``everything`` is taken for due."""
    report, now = Report(), utc_now()
    listed = _listed()
    known = {row.resource_id: row for row in model.Session.scalars(sa.select(Layer))}
    ids = [resource_id for group in listed.values() for resource_id, _said in group]
    model.Session.expunge_all()
    report.gone = _forget(set(known) - set(ids))
    for package_id, group in listed.items():
        said = hashlib.sha256(repr((rules.version(), group)).encode()).hexdigest()[:32]
        rows = [known.get(resource_id) for resource_id, _said in group]
        if everything or any(row is None or row.said != said or _due(row, now) for row in rows):
            _take_package(package_id, [resource_id for resource_id, _said in group], said, report)
            model.Session.remove()
    return report


def _listed() -> dict[str, list[tuple[str, str]]]:
    """Public files that may hold a layer: dataset id -> (file id, what the catalogue says of it)."""
    resource, package = model.Resource, model.Package
    formats = [
        code
        for code in model.Session.scalars(sa.select(resource.format).distinct())
        if (entry := vocabularies.file_format(code)) and entry.code in export.LAYER_SOURCES
    ]
    found = model.Session.execute(
        sa.select(
            package.id,
            resource.id,
            resource.url,
            resource.hash,
            resource.last_modified,
            package.metadata_modified,
        )
        .join(resource, resource.package_id == package.id)
        .where(package.state == "active", resource.state == "active", package.private.is_(False))
        .where(resource.format.in_(formats))
        .order_by(package.id, resource.position)
    )
    listed: dict[str, list[tuple[str, str]]] = {}
    for package_id, resource_id, *said in found:
        listed.setdefault(package_id, []).append((resource_id, repr([str(part) for part in said])))
    return listed


def _due(row: Layer, now: dt.datetime) -> bool:
    if row.state == WITHHELD or row.tried_at is None:
        return True
    minutes = option("retry_minutes") if row.state == FAILED else option("refresh_hours") * 60
    return row.state != UNUSED and now - row.tried_at >= dt.timedelta(minutes=minutes)


def _forget(resource_ids: set[str]) -> int:
    """Delete layers that the catalogue no longer shows to everybody."""
    if resource_ids:
        numbers = sa.select(Layer.number).where(Layer.resource_id.in_(resource_ids))
        model.Session.execute(sa.delete(Feature).where(Feature.layer.in_(numbers)))
        model.Session.execute(sa.delete(Layer).where(Layer.resource_id.in_(resource_ids)))
        model.Session.commit()
    return len(resource_ids)


def _take_package(package_id: str, resource_ids: Sequence[str], said: str, report: Report) -> None:
    try:
        pkg = tk.get_action("package_show")({"ignore_auth": True, "user": ""}, {"id": package_id})
    except tk.ObjectNotFound:
        return  # deleted a moment ago
    every = {layer["id"]: layer for layer in pkg.get("resources") or ()}
    visible = [layer["id"] for layer in export.layers_of(pkg, ANYBODY)]
    meant = [layer["id"] for layer in export.all_layers_of(pkg)]
    about = _about(pkg)
    rule = rules.rule_of(_text(about), _kind(pkg))
    for resource_id in resource_ids:
        number, digest = _row(package_id, resource_id, said, about)
        state = UNUSED if rule is None or resource_id not in meant else WITHHELD
        if state == UNUSED or resource_id not in visible:
            _set_aside(number, state)
            continue
        try:
            new = _take(pkg, every[resource_id], number, digest, about)
        except (export.FailedError, RefusedError) as err:
            _failed(number, err.code, report, pkg["name"])
        except (export.SlowError, export.BusyError):
            _failed(number, "slow", report, pkg["name"])
        else:
            report.unchanged += new is False
            if new:
                report.taken += 1
                report.names.append(str(pkg["name"]))
                changes.tell([package_id])


def _kind(pkg: Mapping[str, Any]) -> str:
    """The kind of shape that the description names."""
    said = str(pkg.get("geometry_type") or "").lower()
    named = {"point": "point", "line": "line", "linestring": "line", "polygon": "area", "area": "area"}
    return next((kind for word, kind in named.items() if word in said), "")


def _about(pkg: Mapping[str, Any]) -> dict[str, Any]:
    titles: dict[str, Any] = {}
    for resource in pkg.get("resources") or ():
        for entry in _columns(resource):
            if entry.get("name") and entry.get("title"):
                said = {"pl": entry["title"], "en": entry.get("title_en") or ""}
                titles.setdefault(str(entry["name"]), said)
    return {
        "title": str(pkg.get("title") or pkg["name"]),
        "title_en": str(pkg.get("title_en") or ""),
        "tags": [str(tag["name"]) for tag in pkg.get("tags") or ()],
        "layer_name": str(pkg.get("layer_name") or ""),
        "sample": str(pkg.get("sample_data") or "").lower() == "true",
        "columns": titles,
    }


def _text(about: Mapping[str, Any]) -> str:
    """What rules look at."""
    return rules.description(about["title"], tuple(about["tags"]), about["layer_name"])


def _columns(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A file's dictionary of columns, as a list or as JSON."""
    entries = resource.get("columns") or []
    if isinstance(entries, str):
        try:
            entries = json.loads(entries)
        except ValueError:
            return []
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _row(package_id: str, resource_id: str, said: str, about: dict[str, Any]) -> tuple[int, str]:
    """The layer's row, made where there is none: its number and the hash of what it holds."""
    values = {"package_id": package_id, "said": said, "about": about, "tried_at": utc_now()}
    made = insert(Layer).values(resource_id=resource_id, state=WAITING, **values)
    made = made.on_conflict_do_update(index_elements=["resource_id"], set_=values)
    number, digest = model.Session.execute(made.returning(Layer.number, Layer.digest)).one()
    model.Session.commit()
    return int(number), str(digest)


def _update(number: int, **values: Any) -> None:
    model.Session.execute(sa.update(Layer).where(Layer.number == number).values(**values))


def _failed(number: int, code: str, report: Report, name: str) -> None:
    report.failed += 1
    log.warning("The layer of %s was not taken in: %s", name, code)
    _update(number, state=FAILED, problem=code)
    model.Session.commit()


def _set_aside(number: int, state: str) -> None:
    """Keep no feature of a layer that no sheet may show."""
    model.Session.execute(sa.delete(Feature).where(Feature.layer == number))
    _update(number, state=state, problem="", digest="", features=0, taken_at=None)
    model.Session.commit()


def _take(
    pkg: Mapping[str, Any], resource: Mapping[str, Any], number: int, digest: str, about: Mapping[str, Any]
) -> bool | None:
    """Take one layer in; False when its content is what it was, None when it turns out to be one that no sheet asks."""
    # Other rules may read other keys from the same content.
    mark = f"{rules.version()}-"
    known = digest.removeprefix(mark) if digest.startswith(mark) else ""
    content, path = export.layer_table(pkg, resource, known, option("make_seconds"))
    if path is None:
        kept = model.Session.scalar(sa.select(Layer.features).where(Layer.number == number))
        _update(number, state=TAKEN if kept else UNUSED, problem="", taken_at=utc_now())
        model.Session.commit()
        return False if kept else None
    # Who takes the same layer at the same time waits here, and then deletes what the other wrote.
    model.Session.execute(sa.select(Layer.number).where(Layer.number == number).with_for_update())
    model.Session.execute(sa.delete(Feature).where(Feature.layer == number))
    try:
        features, kind = _write(path, number, _text(about))
    except RefusedError:
        model.Session.rollback()
        raise
    now = utc_now()
    _update(
        number,
        state=TAKEN if features else UNUSED,
        problem="",
        kind=kind,
        digest=mark + content,
        features=features,
        taken_at=now,
    )
    model.Session.commit()
    return True if features else None


def _write(path: Path, number: int, text: str) -> tuple[int, str]:
    """Write a layer's features: how many, and their kind. Nothing is written of a layer that no sheet asks."""
    csv.field_size_limit(sys.maxsize)
    written, kind, rule = 0, "", None
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        names = next(rows)[1:]
        while portion := list(itertools.islice(rows, PORTION)):
            shapes = _shapes([row[0] for row in portion])
            if not kind:
                kind = next((KINDS[shape.geom_type_id] for shape in shapes if shape is not None), "")
                rule = rules.rule_of(text, kind)
                if rule is None:
                    return 0, kind
            values = list(_values(number, names, portion, shapes, rule))
            written += len(values)
            if written > option("most_features"):
                raise RefusedError("too_many")
            if values:
                model.Session.execute(sa.insert(Feature), values)
    if not written:
        raise RefusedError("no_place")
    return written, kind


class _Shape:
    """A shape with what is asked of it, reckoned for many at once."""

    __slots__ = ("bounds", "data", "geom_type_id")

    def __init__(self, data: bytes, bounds: Sequence[float], geom_type_id: int) -> None:
        self.data, self.bounds, self.geom_type_id = data, bounds, geom_type_id


def _shapes(texts: Sequence[str]) -> list[_Shape | None]:
    """Shapes of a portion; None for what is none, lies outside Poland or is a collection."""
    import shapely

    shapes = shapely.force_2d(shapely.from_wkt([text or None for text in texts], on_invalid="ignore"))
    bad = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if bad.any():
        shapes[bad] = shapely.make_valid(shapes[bad], method="structure")
    kinds, bounds, data = shapely.get_type_id(shapes), shapely.bounds(shapes), shapely.to_wkb(shapes)
    west, south, east, north = BOUNDS
    inside = (
        (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)
    )
    return [
        _Shape(data[at], bounds[at].tolist(), int(kinds[at]))
        if inside[at] and int(kinds[at]) in KINDS
        else None
        for at in range(len(texts))
    ]


def _values(
    number: int,
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    shapes: Sequence[_Shape | None],
    rule: rules.Rule | None,
) -> Iterator[dict[str, Any]]:
    for row, shape in zip(rows, shapes, strict=True):
        if shape is None:
            continue
        attributes = {
            name: text.replace("\x00", "")[:LONGEST]
            for name, text in zip(names, row[1:], strict=False)
            if text
        }
        west, south, east, north = shape.bounds
        name_key, number_key = keys(rule, attributes)
        yield {
            "layer": number,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "shape": shape.data,
            "attributes": attributes,
            "name_key": name_key,
            "number_key": number_key,
        }


def keys(rule: rules.Rule | None, attributes: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The keys by which an address or a parcel is looked up; (None, None) for other features."""
    if rule is None or rule.part != "role" or not rule.columns:
        return None, None
    found = rules.columns_of(rule, attributes)
    if rule.code == "addresses":
        street, house = found.get("street", ""), found.get("number", "")
        return (naming.street_key(street), naming.number_key(house)) if street and house else (None, None)
    parcel = naming.parcel(found.get("id", ""))
    plot = found.get("number") or (parcel.number if parcel else "")
    precinct = found.get("precinct") or (parcel.precinct if parcel else "")
    return (naming.precinct_key(precinct), naming.number_key(plot)) if plot else (None, None)
