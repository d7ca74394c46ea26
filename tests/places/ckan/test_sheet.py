"""A sheet from real layers in a real CKAN: taken in, asked, kept from those who may not see them, honest about gaps."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
import shapely
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.places import plane, store, taking
from ckanext.kielce.places.model import Feature, Layer
from shapely.geometry import shape
from werkzeug.datastructures import FileStorage

PLUGINS = "kielce kielce_quality kielce_tables kielce_export kielce_places kielce_cache datastore kielce_api scheming_datasets"
pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.tables.load_automatically", False),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]
#: A place in the city, and a step of about 100 m to the east and to the north.
LON, LAT, EAST, NORTH = 20.63, 50.87, 0.00142, 0.0009


def spot(east, north):
    return [LON + east * EAST, LAT + north * NORTH]


def box(west, south, east, north):
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[spot(*corner) for corner in corners]]}


def point(east, north):
    return {"type": "Point", "coordinates": spot(east, north)}


def line(*corners):
    return {"type": "LineString", "coordinates": [spot(*corner) for corner in corners]}


CITY = {
    "granica": ("Granica miasta", [(box(-40, -40, 40, 40), {"nazwa": "Kielce"})]),
    "adresy": (
        "Punkty adresowe",
        [
            (point(0.5, 0.5), {"ulica": "ul. Żelazna", "numer": "5"}),
            (point(1.5, 0.5), {"ulica": "ul. Żelazna", "numer": "7A"}),
            (point(2.5, 0.5), {"ulica": "ul. ks. Ściegiennego", "numer": "5"}),
            (point(5, 5), {"ulica": "ul. Leśna", "numer": "1"}),
            (point(-20, -20), {"ulica": "ul. Leśna", "numer": "1"}),
        ],
    ),
    "dzialki": (
        "Działki ewidencyjne",
        [
            (box(0, 0, 1, 1), {"id_dzialki": "266101_1.0012.345/6", "nr_dzialki": "345/6", "obreb": "0012", "pole_ha": 1.1}),
            (box(1, 0, 2, 1), {"id_dzialki": "266101_1.0012.345/7", "nr_dzialki": "345/7", "obreb": "0012", "pole_ha": 1.1}),
            (box(9, 9, 10, 10), {"id_dzialki": "266101_1.0003.345/6", "nr_dzialki": "345/6", "obreb": "0003", "pole_ha": 1.1}),
        ],
    ),
    "mpzp": ("Miejscowe plany zagospodarowania", [(box(-1, -1, 1, 0.5), {"nazwa": "MPZP „Północ”", "stan": "obowiązujący"})]),
    "powodz": ("Zagrożenie powodziowe Q1", [(box(20, 20, 30, 30), {"rzeka": "Silnica"})]),
    "cieplo": ("Sieć ciepłownicza (uogólniona)", [(line((0.4, -5), (0.4, -0.5)), {"rodzaj": "magistrala"})]),
    "szkoly": (
        "Szkoły",
        [(point(0.5, 3.5), {"nazwa": "SP nr 1", "rodzaj": "podstawowa"}), (point(0.5, 30), {"nazwa": "SP nr 2"})],
    ),
    "budynki": (
        "Budynki z ewidencji",
        [(box(2, 0, 2.2, 0.2), {"funkcja": "przemysłowy"}), (box(6, 0, 6.2, 0.2), {"funkcja": "mieszkalny"})],
    ),
    "parkowanie": ("Strefa płatnego parkowania", [(box(-2, -2, 3, 3), {"podstrefa": "A", "oplata_godz_zl": 3.5})]),
    "drzewa": ("Drzewa", [(point(0.5, 0.5), {"gatunek": "klon"})]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def tables(with_plugins, clean_db, migrate_db_for):
    migrate_db_for("kielce_places")
    migrate_db_for("kielce_quality")
    with model.meta.engine.begin() as connection:
        connection.execute(sa.delete(Feature))
        connection.execute(sa.delete(Layer))


@pytest.fixture(autouse=True)
def folder(ckan_config, tmp_path, with_plugins):
    ckan_config["ckanext.kielce.export.folder"] = str(tmp_path / "export")


def converted(features, path):
    """What the export room makes of a layer: CSV with WKT in metres."""
    names = sorted({name for _shape, said in features for name in said})
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["WKT", *names])
        for geometry, said in features:
            wkt = shapely.to_wkt(plane.to_metres(shape(geometry)), rounding_precision=3)
            writer.writerow([wkt, *(said.get(name, "") for name in names)])
    return path


@pytest.fixture
def layers(tables, monkeypatch, tmp_path):
    """The city's datasets; what they hold is in the dict that is given, by name, and taken from there instead of fetched."""
    held = {name: features for name, (_title, features) in CITY.items()}
    fetched = []

    def layer_table(pkg, resource, known, seconds):
        name = pkg["name"]
        fetched.append(name)
        if held[name] is None:
            raise taking.export.FailedError("source", "away")
        digest = hashlib.sha256(repr(held[name]).encode()).hexdigest()
        return digest, None if digest == known else converted(held[name], tmp_path / f"{name}.csv")

    monkeypatch.setattr(taking.export, "layer_table", layer_table)
    unit = factories.Organization(name="geodezja", title="Geodezja")
    factories.Group(name="transport", title="Transport")
    for name, (title, _features) in CITY.items():
        helpers.call_action(
            "package_create", name=name, title=title, notes="Opis.", owner_org=unit["id"], domain="transport", frequency="ANNUAL",
            license_id="CC-BY-4.0", contact=[{"name": "MZD", "email": "dane@example.org"}],
            resources=[{"name": "Mapa", "url": f"https://example.org/{name}.geojson", "format": "GEOJSON"}],
        )  # fmt: skip
    held["fetched"] = fetched
    return held


def ask(**params):
    return tk.get_action("kielce_place_sheet")({"user": ""}, {"lang": "pl", **params})


def rows(sheet, part="touches"):
    return {row["code"]: row for row in sheet[part]}


def test_a_city_is_taken_in_once_and_asked_in_every_way(layers):
    assert taking.sweep().as_dict() == {"taken": 9, "unchanged": 0, "failed": 0, "gone": 0}
    # Nothing is due, so nothing is fetched.
    layers["fetched"].clear()
    assert taking.sweep().as_dict()["taken"] == 0
    assert layers["fetched"] == []
    # The content is looked at and is the same.
    assert taking.sweep(everything=True).as_dict() == {"taken": 0, "unchanged": 9, "failed": 0, "gone": 0}

    at = ask(lat=LAT + NORTH * 0.25, lon=LON + EAST * 0.5, distance="300")
    found = rows(at)
    assert at["place"]["kind"] == "point" and at["place"]["address"] == "ul. Żelazna 5"
    assert [item["label"] for item in found["plan"]["objects"]] == ["MPZP „Północ”"]
    assert found["plan"]["objects"][0]["columns"] == [
        {"name": "stan", "label": "Stan", "value": "obowiązujący"}
    ]
    assert (found["flood"]["state"], found["mining"]["state"], found["mining"]["reason"]) == (
        "clear",
        "unknown",
        "missing",
    )
    assert "nie znaczy" in found["mining"]["reason_text"]
    # 75 m to the south, within the 100 m of a network's reach.
    assert found["heat_network"]["state"] == "close"
    heat = found["heat_network"]["objects"][0]
    assert 60 <= heat["distance"] <= 90 and heat["direction"] == "na południe"
    assert found["parcels"]["objects"][0]["label"] == "266101_1.0012.345/6"
    assert [row["title"] for row in at["touches"] if row["group"] == "other"] == [
        "Strefa płatnego parkowania"
    ]
    near = rows(at, "near")
    # 325 m away: not within 300, so the nearest is told.
    assert (near["school"]["state"], near["school"]["count"]) == ("none", 0)
    assert near["school"]["objects"][0]["label"] == "SP nr 1"
    assert near["school"]["objects"][0]["direction"] == "na północ"
    # The factory does not count as housing.
    assert near["housing"]["state"] == "none" and 540 <= near["housing"]["objects"][0]["distance"] <= 560
    assert near["road"]["reason"] == "missing"
    assert {source["dataset"] for source in at["sources"].values()} == set(CITY) - {"drzewa", "granica"}

    wider = rows(ask(lat=LAT + NORTH * 0.25, lon=LON + EAST * 0.5, distance="600"), "near")
    assert (wider["school"]["count"], wider["housing"]["count"]) == (1, 1)


@pytest.mark.parametrize("typed", ["żelazna 5", "ul. Żelazna 5", "ZELAZNA 5", "Zelazna 5/2, 25-001 Kielce"])
def test_an_address_as_people_type_it(layers, typed):
    taking.sweep()
    assert ask(q=typed)["place"]["label"] == "ul. Żelazna 5"


def test_what_is_not_clear_is_asked_back(layers):
    taking.sweep()
    one = ask(address="Ściegiennego 5")
    assert one["place"]["label"] == "ul. ks. Ściegiennego 5"
    none = ask(address="Żelazna 6")
    assert none["message"]["code"] == "no_number"
    assert [choice["label"] for choice in none["choices"]] == ["ul. Żelazna 5", "ul. Żelazna 7A"]
    assert ask(address="Żelazna")["message"]["code"] == "number"
    alike = ask(address="Zelasna 5")
    assert (alike["message"]["code"], alike["choices"][0]["params"]["address"]) == ("alike", "ul. Żelazna 5")
    assert ask(address="Qwerty 5")["message"]["code"] == "no_street"
    # Two places of one name, far apart: each is told by where it is.
    twice = ask(address="Leśna 1")
    assert twice["message"]["code"] == "several"
    assert {ask(**choice["params"])["place"]["address"] for choice in twice["choices"]} == {"ul. Leśna 1"}
    assert ask(q="???")["message"]["code"] == "unclear"


def test_parcels_by_identifier_or_by_precinct_and_number(layers):
    taking.sweep()
    whole = ask(parcel="266101_1.0012.345/6")
    assert whole["place"]["hectares"] == pytest.approx(1.0, rel=0.02)
    # The plan covers its lower half; the neighbour's border is no part of it.
    assert whole["touches"][1]["objects"][0]["share"] == pytest.approx(0.5, abs=0.01)
    assert [item["label"] for item in rows(whole)["parcels"]["objects"]] == ["266101_1.0012.345/6"]
    assert ask(q="obręb 3, działka 345/6")["place"]["label"] == "266101_1.0003.345/6"
    assert len(ask(q="345/6")["choices"]) == 2
    assert ask(parcel="266102_2.0012.345/6")["message"]["code"] == "no_parcel"
    assert ask(parcel="obręb 99, działka 1")["message"]["code"] == "no_parcel"


def test_an_area_and_its_shares(layers):
    taking.sweep()
    west, south = spot(0, 0)
    east, north = spot(2, 1)
    sheet = ask(area=f"{west},{south},{east},{north}")
    parcels = rows(sheet)["parcels"]
    assert parcels["count"] == 2
    assert [item["share_text"] for item in parcels["objects"]] == ["50\u00a0%", "50\u00a0%"]
    assert sheet["place"]["kind"] == "area"


def test_outside_the_city_is_said(layers):
    taking.sweep()
    assert ask(lat="52.23", lon="21.01")["message"]["code"] == "outside"


def test_mistakes_name_the_parameter(layers):
    for params, field in (
        ({"q": "x", "distance": "5"}, "distance"),
        ({"lat": "1", "lon": "2"}, "lat"),
        ({}, "q"),
    ):
        with pytest.raises(tk.ValidationError) as caught:
            ask(**params)
        assert list(caught.value.error_dict) == [field]


def test_copies_of_a_sheet_go_with_each_of_its_datasets(layers, app):
    from ckanext.kielce.caching import keys

    taking.sweep()
    answer = app.get(f"/karta-miejsca?lat={LAT}&lon={LON}")
    ids = model.Session.scalars(sa.select(model.Package.id).where(model.Package.name != "drzewa")).all()
    assert {keys.dataset(package_id) for package_id in ids} <= set(answer.headers["Surrogate-Key"].split())


def test_what_may_not_be_seen_is_not_told(layers):
    taking.sweep()
    helpers.call_action("package_patch", id="mpzp", private=True)
    # At once, before any sweep.
    at = ask(lat=LAT, lon=LON + EAST * 0.5)
    assert rows(at)["plan"]["reason"] == "missing" and "MPZP" not in json.dumps(at, ensure_ascii=False)
    assert taking.sweep().gone == 1
    features = sa.select(sa.func.count()).select_from(Feature).join(Layer, Layer.number == Feature.layer)
    assert model.Session.scalar(features.where(Layer.about["title"].astext.like("Miejscowe%"))) == 0


def test_a_layer_that_fails_keeps_what_it_had_and_says_so(layers):
    taking.sweep()
    layers["powodz"] = None
    assert taking.sweep(everything=True).failed == 1
    flood = rows(ask(lat=LAT, lon=LON))["flood"]
    assert flood["state"] == "clear"
    states = {
        row["dataset"]: row["state"]
        for row in tk.get_action("kielce_place_layers")({"user": ""}, {})
        if "dataset" in row
    }
    assert states["powodz"] == "failed" and states["mpzp"] == "taken"


def test_a_layer_that_never_came_is_no_all_clear(layers):
    layers["powodz"] = None
    taking.sweep()
    flood = rows(ask(lat=LAT, lon=LON))["flood"]
    assert (flood["state"], flood["reason"]) == ("unknown", "failed")


def test_new_content_takes_the_place_of_the_old(layers):
    taking.sweep()
    layers["szkoly"] = [(point(0.5, 0.6), {"nazwa": "SP nr 9"})]
    report = taking.sweep(everything=True)
    assert report.names == ["szkoly"]
    near = rows(ask(lat=LAT, lon=LON), "near")
    assert [item["label"] for item in near["school"]["objects"]] == ["SP nr 9"]


def test_other_rules_take_everything_in_anew(layers, monkeypatch):
    taking.sweep()
    monkeypatch.setattr(taking.rules, "version", lambda: 10**6)
    assert taking.sweep().taken == 9


def test_too_many_features_are_refused_and_nothing_is_left(layers, ckan_config):
    ckan_config["ckanext.kielce.places.most_features"] = 2
    assert taking.sweep().failed == 2
    problems = dict(
        model.Session.execute(sa.select(Layer.problem, sa.func.count()).group_by(Layer.problem)).all()
    )
    assert problems["too_many"] == 2


def test_layers_do_not_mix_and_the_index_is_used(layers):
    taking.sweep()
    numbers = dict(model.Session.execute(sa.select(Layer.about["title"].astext, Layer.number)).all())
    found = store.around(plane.point(LON, LAT), {numbers["Szkoły"]: 25_000.0})
    assert {one.layer for one in found} == {numbers["Szkoły"]}
    model.Session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    plan = model.Session.scalars(
        sa.text(
            "EXPLAIN SELECT 1 FROM kielce_places_feature f WHERE "
            "box(point(f.west + f.layer * 1e8, f.south), point(f.east + f.layer * 1e8, f.north)) "
            "&& box(point(0, 0), point(1, 1))"
        )
    ).all()
    assert any("kielce_places_feature_box_idx" in text for text in plan)


def test_an_uploaded_file_goes_the_whole_way(tables, tmp_path):
    """The export room's own conversion, in its own process; no stand-in but the file."""
    unit = factories.Organization(name="geodezja", title="Geodezja")
    factories.Group(name="transport", title="Transport")
    made = [{"type": "Feature", "geometry": one, "properties": said} for one, said in CITY["mpzp"][1]]
    text = json.dumps({"type": "FeatureCollection", "features": made}).encode()
    upload = FileStorage(io.BytesIO(text), "mpzp.geojson", content_type="application/geo+json")
    helpers.call_action(
        "package_create", name="mpzp", title=CITY["mpzp"][0], notes="Opis.", owner_org=unit["id"], domain="transport",
        frequency="ANNUAL", license_id="CC-BY-4.0", contact=[{"name": "MZD", "email": "dane@example.org"}],
    )  # fmt: skip
    helpers.call_action("resource_create", package_id="mpzp", name="Mapa", format="GEOJSON", upload=upload)
    assert taking.sweep().as_dict() == {"taken": 1, "unchanged": 0, "failed": 0, "gone": 0}
    assert rows(ask(lat=LAT, lon=LON))["plan"]["objects"][0]["label"] == "MPZP „Północ”"


def test_the_commands_tell_what_was_done(layers, cli):
    assert (
        json.loads(cli.invoke(kielce, ["places", "take"], catch_exceptions=False).output.splitlines()[-1])[
            "taken"
        ]
        == 9
    )
    told = cli.invoke(ckan, ["kielce", "places", "layers"], catch_exceptions=False).output
    assert "plan             taken" in told and "mining           missing" in told


def test_page_files_and_api(layers, app):
    taking.sweep()
    page = app.get("/karta-miejsca?q=zelazna+5&distance=300").body
    assert (
        "ul. Żelazna 5" in page and "MPZP" in page and "brak danych" in page and 'content="noindex"' in page
    )
    table = app.get("/karta-miejsca.csv?q=zelazna+5").get_data()
    listed = list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert len({len(row) for row in listed}) == 1 and len(listed) > 8
    shapes = json.loads(app.get("/karta-miejsca.geojson?parcel=266101_1.0012.345/6").body)
    assert shapes["features"][0]["properties"]["what"] == "place"
    assert shapes["features"][0]["geometry"]["coordinates"][0][0] == pytest.approx(spot(0, 0), abs=2e-6)
    answer = app.get("/api/3/action/kielce_place_sheet?q=zelazna+5&lang=en")
    assert json.loads(answer.body)["result"]["touches"]
    assert "Sheet of a place" in app.get("/en/karta-miejsca").body
    assert "Punkty adresowe" in app.get("/karta-miejsca/warstwy").body


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/karta-miejsca?lat=x&lon=20.6", 400, "lat"),
        ("/karta-miejsca?area=POLYGON((1))", 400, "area"),
        ("/karta-miejsca?q=qwerty+5", 200, "qwerty"),
        ("/karta-miejsca.csv", 400, ""),
        ("/karta-miejsca.geojson?q=qwerty+5", 404, ""),
        ("/karta-miejsca?distance=-1&q=x", 400, "distance"),
        ("/karta-miejsca?q=%00", 200, "Jakie miejsce"),
        ("/karta-miejsca?q=%3Cscript%3E1%3C/script%3E", 200, "&lt;script&gt;"),
    ],
)
def test_mistaken_addresses_of_pages(layers, app, path, status, word):
    body = app.get(path, status=status).body
    assert word in body
    assert "<script>1" not in body
