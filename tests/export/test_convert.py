"""The child's conversions: what goes in is what comes out, in every form and system."""

import csv
import datetime as dt
import io
import json
import sqlite3
import zipfile

import pytest
from ckanext.kielce.export import child, slim

pyogrio = pytest.importorskip("pyogrio")
shapely = pytest.importorskip("shapely")

PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [20.6286, 50.8703]},
            "properties": {"nazwa": "Żłobek „Słońce”", "liczba_miejsc_w_grupach": 12},
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [20.7, 50.9]},
            "properties": {"nazwa": None, "liczba_miejsc_w_grupach": 7},
        },
    ],
}
MIXED = {
    "type": "FeatureCollection",
    "features": [
        *PLACES["features"],
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[20.6, 50.87], [20.61, 50.88]]},
            "properties": {"nazwa": "ulica", "liczba_miejsc_w_grupach": None},
        },
    ],
}


@pytest.fixture
def convert(tmp_path):
    def run(form, data=PLACES, source_format="GEOJSON", system="4326", **more):
        source, target, work = (
            tmp_path / "source",
            tmp_path / f"made-{form}",
            tmp_path / f"work-{form}-{system}",
        )
        work.mkdir()
        source.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        order = {
            "form": form,
            "source": source,
            "target": target,
            "work": work,
            "memory_mb": 4000,
            "source_format": source_format,
            "system": system,
            "declared_system": None,
            "most_features": 1000,
            "name": "miejsca",
        }
        child.run({**order, **more}, work, 60)
        return target

    return run


def test_geopackage_in_the_citys_system(convert):
    made = convert("gpkg", system="2178")
    info = pyogrio.read_info(made)
    assert info["features"] == 2
    assert "2178" in info["crs"]
    _meta, _ids, shapes, fields = pyogrio.raw.read(made)
    point = shapely.from_wkb(shapes[0])
    # Kielce's market square in PL-2000 zone 7: easting first.
    assert (round(point.x, -2), round(point.y, -2)) == (7473900, 5637300)
    assert list(fields[0]) == ["Żłobek „Słońce”", None]
    assert list(fields[1]) == [12, 7]


def test_a_round_trip_through_a_system_moves_nothing(convert, tmp_path):
    there = convert("geojson", system="2180")
    data = json.loads(there.read_text())
    back = convert("geojson", data, system="4326")
    point = json.loads(back.read_text())["features"][0]["geometry"]["coordinates"]
    assert point == pytest.approx([20.6286, 50.8703], abs=2e-7)


def test_wkt_is_a_table_with_shapes(convert):
    made = convert("wkt")
    rows = list(csv.DictReader(io.StringIO(made.read_text(encoding="utf-8"))))
    assert rows[0] == {
        "WKT": "POINT (20.6286 50.8703)",
        "nazwa": "Żłobek „Słońce”",
        "liczba_miejsc_w_grupach": "12",
    }
    assert rows[1]["nazwa"] == ""


def test_shapefiles_hold_one_kind_each_and_say_which_names_were_cut(convert):
    made = convert("shp", MIXED, system="2178")
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        cut = archive.read("nazwy_kolumn.csv").decode()
    assert {"miejsca_punkty.shp", "miejsca_linie.shp", "miejsca_punkty.prj", "miejsca_punkty.cpg"} <= names
    assert "liczba_mie,liczba_miejsc_w_grupach" in cut
    packed = made.rename(made.with_suffix(".zip"))
    _meta, _ids, _shapes, fields = pyogrio.raw.read(f"/vsizip/{packed}/miejsca_punkty.shp")
    assert fields[0][0] == "Żłobek „Słońce”"


def test_equal_layers_make_equal_shapefiles(convert, tmp_path):
    first = convert("shp").read_bytes()
    (tmp_path / "work-shp-4326").rename(tmp_path / "before")
    assert convert("shp").read_bytes() == first


def test_stops_of_a_timetable_are_a_layer(convert, tmp_path):
    timetable = tmp_path / "gtfs.zip"
    with zipfile.ZipFile(timetable, "w") as archive:
        archive.writestr(
            "stops.txt", "\ufeffstop_id,stop_name,stop_lat,stop_lon\n1,Żytnia,50.87,20.62\n2,bez miejsca,,\n"
        )
    made = convert("geojson", source=timetable, source_format="GTFS")
    features = json.loads(made.read_text())["features"]
    assert [feature["properties"]["stop_name"] for feature in features] == ["Żytnia"]


@pytest.mark.parametrize(
    ("data", "more", "code"),
    [
        ("not a layer at all", {}, "unreadable"),
        ({"type": "FeatureCollection", "features": []}, {}, "no_shapes"),
        (PLACES, {"most_features": 1}, "too_large"),
    ],
)
def test_what_cannot_be_converted_says_why(convert, data, more, code):
    with pytest.raises(child.FailedError) as err:
        convert("gpkg", data, **more)
    assert err.value.code == code


def test_an_endless_conversion_is_ended(convert):
    with pytest.raises(child.SlowError):
        child.run({"form": "gpkg"}, convert("wkt").parent, 0.001)


def test_the_maps_file_answers_by_extent_largest_first(convert):
    made = convert("slim", MIXED)
    whole = json.loads(slim.read(made))
    assert whole["kielce"] == {"total": 3, "within": 3, "shown": 3, "bounds": [20.6, 50.87, 20.7, 50.9]}
    assert whole["features"][0]["geometry"]["type"] == "LineString"
    part = json.loads(slim.read(made, (20.62, 50.86, 20.64, 50.88)))
    assert [feature["properties"]["nazwa"] for feature in part["features"]] == ["Żłobek „Słońce”"]
    few = json.loads(slim.read(made, most=1))
    assert (few["kielce"]["shown"], few["kielce"]["within"]) == (1, 3)


def test_the_maps_file_cannot_be_written_by_readers(convert):
    made = convert("slim")
    with (
        sqlite3.connect(f"file:{made}?mode=ro&immutable=1", uri=True) as base,
        pytest.raises(sqlite3.OperationalError),
    ):
        base.execute("DELETE FROM feature")


COLUMNS = [
    {"name": "dzień", "title": "Dzień", "kind": "date", "type": "date"},
    {"name": "kod", "title": "Kod", "kind": "text", "type": "text"},
    {"name": "kwota", "title": "Kwota [zł]", "kind": "number", "type": "numeric"},
    {"name": "liczba", "title": "Liczba", "kind": "number", "type": "bigint"},
    {"name": "o", "title": "O", "kind": "datetime", "type": "timestamp without time zone"},
    {"name": "czy", "title": "Czy", "kind": "boolean", "type": "boolean"},
]
ROWS = "2026-11-03,007,1234.5,12,2026-11-03T14:05:00,true\n,=1+1,,9007199254740993,,false\n"


@pytest.fixture
def from_rows(tmp_path):
    def run(form, rows=ROWS, **more):
        source, target = tmp_path / "rows.csv", tmp_path / f"made.{form}"
        source.write_text(rows, encoding="utf-8")
        order = {
            "form": form,
            "system": "",
            "source": source,
            "target": target,
            "work": tmp_path,
            "memory_mb": 4000,
            "columns": COLUMNS,
            "title": "Próba",
            "sheet": "dane",
            "about_sheet": "kolumny",
            "about": [["Zbiór", "Próba"], ["kolumna", "znaczenie"]],
            "about_head": 1,
            "made_for": "2026-11-03T00:00:00",
            "metadata": {"title": "Próba"},
        }
        child.run({**order, **more}, tmp_path, 60)
        return target

    return run


def test_workbook_has_typed_cells_and_no_formula(from_rows):
    from python_calamine import CalamineWorkbook

    made = from_rows("xlsx")
    sheet = CalamineWorkbook.from_path(made).get_sheet_by_name("dane").to_python()
    assert sheet[0] == ["Dzień", "Kod", "Kwota [zł]", "Liczba", "O", "Czy"]
    assert sheet[1] == [
        dt.date(2026, 11, 3),
        "007",
        1234.5,
        12.0,
        dt.datetime.fromisoformat("2026-11-03T14:05"),
        True,
    ]
    # Excel keeps fifteen digits: a longer number is text. A formula is text.
    assert sheet[2][1:4] == ["=1+1", "", "9007199254740993"]
    with zipfile.ZipFile(made) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_table_too_long_for_a_sheet_goes_on_on_the_next(from_rows, monkeypatch, tmp_path):
    from ckanext.kielce.export import convert as module
    from python_calamine import CalamineWorkbook

    monkeypatch.setattr(module, "SHEET_ROWS", 2)
    source = tmp_path / "rows.csv"
    source.write_text(ROWS + ROWS, encoding="utf-8")
    order = {"source": source, "target": tmp_path / "made.xlsx", "work": str(tmp_path), "columns": COLUMNS, "title": "t",
             "sheet": "dane", "about_sheet": "k", "about": [], "about_head": 0, "made_for": "2026-11-03T00:00:00"}  # fmt: skip
    module.xlsx(order)
    book = CalamineWorkbook.from_path(tmp_path / "made.xlsx")
    assert book.sheet_names == ["dane", "dane 2", "k"]
    assert len(book.get_sheet_by_name("dane 2").to_python()) == 3


def test_equal_tables_make_equal_workbooks(from_rows):
    assert from_rows("xlsx").read_bytes() == from_rows("xlsx").read_bytes()


def test_parquet_keeps_types(from_rows):
    import polars as pl

    frame = pl.read_parquet(from_rows("parquet"))
    assert frame.schema == {
        "dzień": pl.Date, "kod": pl.String, "kwota": pl.Float64, "liczba": pl.Int64, "o": pl.Datetime("us"), "czy": pl.Boolean,
    }  # fmt: skip
    assert frame.row(0) == (
        dt.date(2026, 11, 3),
        "007",
        1234.5,
        12,
        dt.datetime.fromisoformat("2026-11-03T14:05"),
        True,
    )
    assert frame.row(1) == (None, "=1+1", None, 9007199254740993, None, False)


def test_short_names_are_plain_and_different():
    from ckanext.kielce.export.convert_layer import short_names

    assert short_names(["powierzchnia_działki", "powierzchnia_domu", "Łąka", "ulica nr"]) == [
        "powierzchn",
        "powierzc_2",
        "Laka",
        "ulica_nr",
    ]


def test_a_layer_of_one_kind_with_parts_becomes_of_parts(convert):
    data = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "LineString", "coordinates": [[20, 50], [21, 51]]},
            },
            {
                "type": "Feature",
                "properties": {},
                "geometry": {
                    "type": "MultiLineString",
                    "coordinates": [[[20, 50], [21, 51]], [[19, 50], [19, 51]]],
                },
            },
        ],
    }
    made = convert("gpkg", data)
    assert pyogrio.read_info(made)["geometry_type"] == "MultiLineString"
