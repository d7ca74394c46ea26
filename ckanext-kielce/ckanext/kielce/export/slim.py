"""A layer as the map wants it: features in degrees as ready GeoJSON, found by extent, the largest first.

A SQLite file with an R-tree: a page of the map is one query and no geometry library. Written in the child process, read by
the web process.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ckanext.kielce.export.convert_layer import Layer

#: Features in one answer: more, a phone can't draw.
MOST = 3000
#: Six places of a degree are a decimetre.
GRID = 1e-6
#: Characters of one attribute that the map shows.
TEXT = 500

_TABLES = """
CREATE TABLE feature (id INTEGER PRIMARY KEY, size REAL NOT NULL, body TEXT NOT NULL);
CREATE VIRTUAL TABLE place USING rtree(id, west, east, south, north);
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def write(layer: Layer, order: dict[str, Any]) -> None:
    """Write the map's file from a layer in degrees."""
    import shapely
    from ckanext.kielce.export.convert_layer import _missing

    shapes = shapely.force_2d(layer.shapes)
    boxes = shapely.bounds(shapes)
    texts = shapely.to_geojson(shapely.set_precision(shapes, GRID, mode="pointwise"))
    columns = [column.tolist() for column in layer.columns]
    with closing(sqlite3.connect(order["target"])) as base:
        base.executescript(_TABLES)
        seen = 0
        for at, (text, box) in enumerate(zip(texts, boxes.tolist(), strict=True)):
            if not text or box[0] != box[0]:
                continue
            values = {
                name: _value(column[at])
                for name, column in zip(layer.names, columns, strict=True)
                if not _missing(column[at])
            }
            body = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
            size = max(box[2] - box[0], box[3] - box[1])
            whole = f'{{"type":"Feature","geometry":{text},"properties":{body}}}'
            base.execute("INSERT INTO feature VALUES (?, ?, ?)", (at, size, whole))
            base.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?)", (at, box[0], box[2], box[1], box[3]))
            seen += 1
        west, south, east, north = shapely.total_bounds(shapes).tolist() if seen else (0, 0, 0, 0)
        about = {"total": seen, "bounds": [west, south, east, north], "columns": layer.names}
        base.executemany(
            "INSERT INTO about VALUES (?, ?)", [(key, json.dumps(value)) for key, value in about.items()]
        )
        base.commit()


def _value(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    return str(value)[:TEXT]


def read(path: Path, box: tuple[float, float, float, float] | None = None, most: int = MOST) -> bytes:
    """Features that touch a box (west, south, east, north in degrees), or all, as a GeoJSON collection in UTF-8.

    ``kielce`` in the answer has ``total`` (of the layer), ``within`` (touching the box), ``shown`` and ``bounds``.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as base:
        about = {key: json.loads(value) for key, value in base.execute("SELECT key, value FROM about")}
        values: tuple[float, ...] = ()
        if box is None:
            chosen, within = "", about["total"]
        else:
            west, south, east, north = box
            chosen = "JOIN place USING (id) WHERE east >= ? AND west <= ? AND north >= ? AND south <= ?"
            values = (west, east, south, north)
            within = base.execute(f"SELECT count(*) FROM feature {chosen}", values).fetchone()[0]  # noqa: S608
        # The largest first, so that what is left out at a small scale is what would be a dot.
        bodies = [
            row[0]
            for row in base.execute(
                f"SELECT body FROM feature {chosen} ORDER BY size DESC, id LIMIT ?",  # noqa: S608  constants above
                (*values, most),
            )
        ]
    told = {"total": about["total"], "within": within, "shown": len(bodies), "bounds": about["bounds"]}
    return (
        f'{{"type":"FeatureCollection","kielce":{json.dumps(told)},"features":[{",".join(bodies)}]}}'.encode()
    )
