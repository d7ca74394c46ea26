"""Features of each layer: geometries (EPSG:2178) and attribute columns, from named random streams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import Point, Polygon, box
from shapely.affinity import rotate

from demo.city.places import City, array_stream, stream

Columns = dict[str, list[Any]]
Recipe = Callable[["Bench"], tuple[Any, Columns]]
RECIPES: dict[str, Recipe] = {}
"""Layer name → recipe; filled by :func:`recipe` here and in ``generate_more``."""


@dataclass(frozen=True)
class Bench:
    """What a recipe works with: the city, the reference day and the layer's own random streams."""

    city: City
    today: dt.date
    name: str

    @property
    def rng(self) -> Any:
        """Scalar stream of this layer (fresh at each call: ask once a recipe)."""
        return stream(f"layer:{self.name}")

    def points(self, count: int, *, spread: float = 260.0) -> np.ndarray:
        """``count`` points in the city, dense where people live; ``spread`` in metres about a street."""
        rng = array_stream(f"points:{self.name}")
        districts = self.city.districts
        weights = np.array([d.people for d in districts], dtype=float)
        homes = rng.choice(len(districts), size=count * 3, p=weights / weights.sum())
        boxes = np.array([d.shape.bounds for d in districts])[homes]
        xy = boxes[:, :2] + rng.random((count * 3, 2)) * (boxes[:, 2:] - boxes[:, :2])
        made = shapely.points(xy)
        shapely.prepare(self.city.outline)
        made = made[shapely.contains(self.city.outline, made)]
        if spread < 260:
            made = self.near_streets(made, spread)
        return made[:count]

    def near_streets(self, points: np.ndarray, spread: float) -> np.ndarray:
        """Move each point to within ``spread`` metres of the nearest street."""
        lines = np.array([s.line for s in self.city.streets])
        nearest = lines[shapely.STRtree(list(lines)).nearest(points)]
        foot = shapely.line_interpolate_point(nearest, shapely.line_locate_point(nearest, points))
        rng = array_stream(f"spread:{self.name}")
        xy = shapely.get_coordinates(foot) + rng.normal(0, spread, (len(points), 2))
        moved = shapely.points(xy)
        inside = shapely.contains(self.city.outline, moved)
        return np.where(inside, moved, foot)

    def near(self, count: int, spread: float = 30) -> tuple[np.ndarray, list[str]]:
        """``count`` points about streets, and the district of each."""
        points = self.points(count, spread=spread)
        return points, self.city.district_of(points)

    def street_of(self, points: np.ndarray) -> list[str]:
        """Name of the nearest street of each point."""
        streets = self.city.streets
        tree = shapely.STRtree([s.line for s in streets])
        return [streets[i].name for i in tree.nearest(points)]

    def day(self, rng: Any, first_year: int, last_days: int = 20) -> dt.date:
        """A day between the start of ``first_year`` and ``last_days`` before today."""
        start = dt.date(first_year, 1, 1)
        return start + dt.timedelta(days=rng.randrange(max(1, (self.today - start).days - last_days)))


def recipe(name: str) -> Callable[[Recipe], Recipe]:
    """Register the recipe of a layer."""

    def register(function: Recipe) -> Recipe:
        RECIPES[name] = function
        return function

    return register


def squares(points: np.ndarray, sizes: np.ndarray, name: str) -> np.ndarray:
    """Rectangles about points, turned a little; ``sizes`` is (n, 2) in metres."""
    rng = array_stream(f"turn:{name}")
    angle = rng.normal(0.25, 0.12, len(points))
    cos, sin = np.cos(angle), np.sin(angle)
    centre = shapely.get_coordinates(points)
    half = sizes / 2
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], dtype=float)
    local = corners[None, :, :] * half[:, None, :]
    turned = np.stack(
        [
            local[..., 0] * cos[:, None] - local[..., 1] * sin[:, None],
            local[..., 0] * sin[:, None] + local[..., 1] * cos[:, None],
        ],
        axis=-1,
    )
    return shapely.polygons(turned + centre[:, None, :])


def largest(shape: Any) -> Polygon | None:
    """The largest polygon of a geometry, or None when it has none."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return max(parts, key=lambda p: p.area) if parts else None


def cells(bench: Bench, count: int, key: str) -> list[Polygon]:
    """The city cut into about ``count`` Voronoi cells."""
    seeds = Bench(bench.city, bench.today, key).points(count)
    made = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=bench.city.outline)
    parts = (largest(c.intersection(bench.city.outline)) for c in shapely.get_parts(made))
    kept = [p for p in parts if p is not None]
    return sorted(kept, key=lambda p: (-round(p.centroid.y), round(p.centroid.x)))


def hectares(shapes: Any) -> list[float]:
    """Areas in hectares, four decimals."""
    return [round(float(a) / 1e4, 4) for a in shapely.area(np.array(shapes))]


def grid(bench: Bench, size: float) -> list[Polygon]:
    """Sheets of a square grid which touch the city; ``size`` in metres."""
    west, south, east, north = bench.city.outline.bounds
    sheets = [
        box(x, y, x + size, y + size)
        for y in np.arange(south // size * size, north, size)
        for x in np.arange(west // size * size, east, size)
    ]
    return [s for s in sheets if s.intersects(bench.city.outline)]


@recipe("dzialki")
def parcels(b: Bench) -> tuple[Any, Columns]:
    """About 4,000 parcels: lots along the streets."""
    rng = b.rng
    shapes: list[Polygon] = []
    for street in b.city.streets:
        width = 16 if street.rank == 3 else 24
        step = rng.uniform(20, 32)
        at = 10.0
        while at + step < street.line.length and len(shapes) < 6000:
            start, end = street.line.interpolate(at), street.line.interpolate(at + step - 0.5)
            dx, dy = end.x - start.x, end.y - start.y
            norm = (dx * dx + dy * dy) ** 0.5 or 1.0
            nx, ny = -dy / norm, dx / norm
            for side in (1, -1):
                near, far = side * width / 2, side * (width / 2 + rng.uniform(30, 55))
                shapes.append(
                    Polygon(
                        [
                            (start.x + nx * near, start.y + ny * near),
                            (end.x + nx * near, end.y + ny * near),
                            (end.x + nx * far, end.y + ny * far),
                            (start.x + nx * far, start.y + ny * far),
                        ]
                    )
                )
            at += step
    keep = [s for s in shapes if s.is_valid and b.city.outline.contains(s)]
    keep = keep[:: max(1, len(keep) // 4200)]
    centres = shapely.centroid(np.array(keep))
    sheet = [f"{rng.randint(1, 31):04d}" for _ in keep]
    number = [
        f"{i % 990 + 1}" + (f"/{rng.randint(1, 12)}" if rng.random() < 0.45 else "") for i in range(len(keep))
    ]
    use = rng.choices(["B", "Ba", "Bi", "Bp", "dr", "R", "Ł", "Bz"], [50, 8, 10, 6, 9, 8, 4, 5], k=len(keep))
    return keep, {
        "id_dzialki": [f"266101_1.{s}.{n}" for s, n in zip(sheet, number, strict=True)],
        "nr_dzialki": number,
        "obreb": sheet,
        "pole_ha": hectares(keep),
        "uzytek": use,
        "dzielnica": b.city.district_of(centres),
        "data_akt": [b.day(rng, b.today.year - 6, 1) for _ in keep],
    }


@recipe("budynki")
def buildings(b: Bench) -> tuple[Any, Columns]:
    """3,000 outlines; a few with L-shaped plans would need a model, rectangles do."""
    rng = b.rng
    pts = b.points(3000, spread=45)
    kind = rng.choices(
        ["mieszkalny", "handlowo-usługowy", "przemysłowy", "garaż", "oświaty", "biurowy"],
        [62, 12, 6, 14, 3, 3],
        k=len(pts),
    )
    size = {"mieszkalny": (14, 11), "garaż": (7, 5), "przemysłowy": (48, 28)}
    sizes = np.array([[rng.gauss(s, s / 6) for s in size.get(k, (30, 18))] for k in kind])
    shapes = squares(pts, np.clip(sizes, 4, 90), b.name)
    return shapes, {
        "id_budynku": [f"266101_1.{i:06d}_BUD" for i in range(1, len(pts) + 1)],
        "funkcja": kind,
        "kondygnacje": [1 if k == "garaż" else rng.choice([1, 2, 2, 2, 3, 4, 5, 5, 11]) for k in kind],
        "rok_budowy": [rng.randint(1890, b.today.year - 1) if rng.random() < 0.9 else None for _ in kind],
        "pow_m2": [round(float(a), 1) for a in shapely.area(shapes)],
        "dzielnica": b.city.district_of(pts),
    }


@recipe("adresy")
def addresses(b: Bench) -> tuple[Any, Columns]:
    """4,500 address points numbered along the streets, odd on the left."""
    rng = b.rng
    made: list[Point] = []
    street: list[str] = []
    number: list[str] = []
    total = sum(s.line.length for s in b.city.streets)
    for s in b.city.streets:
        for i in range(1, int(4500 * s.line.length / total) + 1):
            at = s.line.interpolate(i / (4500 * s.line.length / total + 1), normalized=True)
            made.append(Point(at.x + rng.uniform(-25, 25), at.y + (18 if i % 2 else -18)))
            street.append(s.name)
            number.append(f"{i}" + (rng.choice("ABC") if rng.random() < 0.06 else ""))
    pts = np.array(made)
    return pts, {
        "ulica": street,
        "numer": number,
        "kod": [f"25-{rng.randint(1, 900):03d}" for _ in made],
        "dzielnica": b.city.district_of(pts),
        "status": rng.choices(["istniejący", "prognozowany"], [95, 5], k=len(made)),
        "data_nadania": [b.day(rng, 1995) for _ in made],
    }


@recipe("ulice")
def streets(b: Bench) -> tuple[Any, Columns]:
    """Axes of all streets."""
    classes = {1: "droga krajowa lub wojewódzka", 2: "droga powiatowa", 3: "droga gminna"}
    every = b.city.streets
    return [s.line for s in every], {
        "nazwa": [s.name for s in every],
        "klasa": [classes[s.rank] for s in every],
        "dlugosc_m": [round(s.line.length) for s in every],
        "dzielnica": [s.district for s in every],
    }


@recipe("dzielnice")
def districts(b: Bench) -> tuple[Any, Columns]:
    """The districts themselves."""
    every = b.city.districts
    return [d.shape for d in every], {
        "nazwa": [d.name for d in every],
        "kod": [d.code for d in every],
        "pow_km2": [round(d.shape.area / 1e6, 3) for d in every],
    }


@recipe("granica_miasta")
def boundary(b: Bench) -> tuple[Any, Columns]:
    """One polygon."""
    return [b.city.outline], {"nazwa": ["Kielce"], "teryt": ["2661011"], "pow_km2": [109.65]}


@recipe("obreby")
def sheets(b: Bench) -> tuple[Any, Columns]:
    """31 cadastral districts."""
    made = cells(b, 31, "obreby")
    return made, {
        "nr_obrebu": [f"{i:04d}" for i in range(1, len(made) + 1)],
        "nazwa": [f"Obręb {i}" for i in range(1, len(made) + 1)],
        "pow_ha": hectares(made),
    }


@recipe("mpzp")
def plans(b: Bench) -> tuple[Any, Columns]:
    """Zoning plans cover about a third of the city."""
    rng = b.rng
    made = cells(b, 230, "mpzp")[::3]
    names = b.city.district_of(shapely.centroid(np.array(made)))
    days = [b.day(rng, 2003, 30) for _ in made]
    numerals = ["XI", "XXIV", "XXXVII", "XLII", "LI", "LVI"]
    return made, {
        "nazwa": [f"MPZP Kielce – {n} {i}" for i, n in enumerate(names, 1)],
        "uchwala": [f"{rng.choice(numerals)}/{rng.randint(100, 1400)}/{d.year}" for d in days],
        "data_uchwaly": days,
        "stan": rng.choices(["obowiązujący", "w trakcie sporządzania"], [85, 15], k=len(made)),
        "pow_ha": hectares(made),
    }


@recipe("mpzp_przeznaczenie")
def zoning(b: Bench) -> tuple[Any, Columns]:
    """Plots of planned land use."""
    rng = b.rng
    table = {
        "MN": ("zabudowa mieszkaniowa jednorodzinna", 10, 0.6, 50),
        "MW": ("zabudowa mieszkaniowa wielorodzinna", 25, 2.1, 30),
        "U": ("usługi", 15, 1.4, 20),
        "P": ("produkcja, składy, magazyny", 18, 1.6, 15),
        "ZP": ("zieleń urządzona", 5, 0.1, 80),
        "ZL": ("lasy", 0, 0.0, 95),
        "KD": ("drogi publiczne", 0, 0.0, 10),
        "R": ("rolnictwo", 8, 0.1, 85),
    }
    made = cells(b, 640, "przeznaczenie")
    codes = rng.choices(list(table), [30, 16, 14, 7, 12, 8, 9, 4], k=len(made))
    return made, {
        "symbol": [f"{i}{c}" for i, c in enumerate(codes, 1)],
        "przeznaczenie": [table[c][0] for c in codes],
        "wysokosc_max_m": [table[c][1] for c in codes],
        "intensywnosc": [table[c][2] for c in codes],
        "biol_czynna_proc": [table[c][3] for c in codes],
        "dzielnica": b.city.district_of(shapely.centroid(np.array(made))),
    }


@recipe("plan_ogolny")
def general_plan(b: Bench) -> tuple[Any, Columns]:
    """Zones of the draft general plan."""
    zones = {
        "SW": "strefa wielofunkcyjna z zabudową wielorodzinną",
        "SJ": "strefa wielofunkcyjna z zabudową jednorodzinną",
        "SU": "strefa usługowa",
        "SP": "strefa gospodarcza",
        "SN": "strefa zieleni i rekreacji",
        "SO": "strefa otwarta",
    }
    made = cells(b, 120, "plan_ogolny")
    codes = b.rng.choices(list(zones), [20, 30, 14, 10, 14, 12], k=len(made))
    return made, {
        "strefa": [zones[c] for c in codes],
        "oznaczenie": [f"{i}{c}" for i, c in enumerate(codes, 1)],
        "pow_ha": hectares(made),
    }


@recipe("tereny_zielone")
def greens(b: Bench) -> tuple[Any, Columns]:
    """Parks, squares and small greens."""
    rng = b.rng
    pts = b.points(260)
    shapes = [rotate(p.buffer(rng.uniform(12, 140), 4), rng.uniform(0, 90)) for p in pts]
    shapes = [largest(s.intersection(b.city.outline)) or s for s in shapes]
    names = b.city.district_of(pts)
    kinds = rng.choices(
        ["park", "skwer", "zieleniec", "zieleń przyuliczna", "las komunalny"], [8, 24, 40, 20, 8], k=len(pts)
    )
    return shapes, {
        "nazwa": [
            "Park Miejski im. Stanisława Staszica" if i == 0 else f"{k.capitalize()} {n} {i}"
            for i, (k, n) in enumerate(zip(kinds, names, strict=True))
        ],
        "rodzaj": kinds,
        "pow_ha": hectares(shapes),
        "zarzadca": rng.choices(
            ["Rejonowe Przedsiębiorstwo Zieleni", "Miejski Zarząd Dróg", "Wydział Środowiska"], k=len(pts)
        ),
        "dzielnica": names,
    }
