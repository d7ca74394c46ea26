"""Downloads as CKAN serves them: right content in every form, resumable, with marks, and only to those who may."""

import csv
import hashlib
import io
import json
import zipfile

import pytest
from ckan import model
from ckan.tests import factories, helpers
from ckanext.kielce.tables.load import load
from ckanext.kielce.tables.shared import read

PLUGINS = "kielce kielce_quality kielce_tables kielce_export kielce_usage datastore scheming_datasets"
pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.tables.load_automatically", False),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]

PLACES = (
    "dzień;nazwa;kod;cena [zł];numer;czynne\n"
    "2026-11-03;Żłobek „Zuzia”;007;1234,50;3/5;true\n"
    ";=HYPERLINK(1);123;;;false\n"
    "2024-01-02;-5 zł;;-3;1-2;true\n"
)
LAYER = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [20.6286, 50.8703]},
            "properties": {"nazwa": "Żabka"},
        }
    ],
}


@pytest.fixture(autouse=True)
def folder(ckan_config, tmp_path, with_plugins):
    ckan_config["ckanext.kielce.export.folder"] = str(tmp_path / "export")
    ckan_config["ckanext.kielce.export.wait_seconds"] = 60
    return tmp_path / "export"


@pytest.fixture
def dataset(with_plugins, clean_db, tmp_path):
    unit = factories.Organization(name="mzd", title="Miejski Zarząd Dróg")
    factories.Group(name="transport", title="Transport")
    pkg = helpers.call_action(
        "package_create",
        name="miejsca",
        title="Miejsca, próba",
        notes="Opis miejsc.",
        owner_org=unit["id"],
        domain="transport",
        frequency="ANNUAL",
        license_id="CC-BY-4.0",
        contact=[{"name": "MZD", "email": "dane@example.org"}],
        resources=[
            {"name": "Spis miejsc", "url": "https://example.org/a.csv", "format": "CSV"},
            {"name": "Mapa", "url": "https://example.org/a.geojson", "format": "GEOJSON"},
        ],
    )
    path = tmp_path / "miejsca.csv"
    path.write_text(PLACES)
    load(
        pkg["resources"][0]["id"],
        read(path)[0],
        dictionary=[{"name": "kod", "title": "Kod miejsca", "description": "Co."}],
    )
    return helpers.call_action("package_show", id=pkg["id"])


@pytest.fixture
def table(dataset):
    return dataset["resources"][0]["id"]


@pytest.fixture
def layer(dataset, monkeypatch, tmp_path):
    """The layer's bytes, as if its server had given them."""
    from contextlib import contextmanager

    from ckanext.kielce.export import sources
    from ckanext.kielce.tables.source import File

    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(LAYER))
    asked = []

    @contextmanager
    def given(resource):
        asked.append(resource["url"])
        yield File(path, hashlib.sha256(path.read_bytes()).hexdigest())

    monkeypatch.setattr(sources, "open_file", given)
    return dataset["resources"][1]["id"], asked


def test_csv_for_programs(app, table):
    answer = app.get(f"/export/{table}/csv", status=200)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "filename=miejsca.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8"))))
    assert rows == [
        ["dzień", "nazwa", "kod", "cena [zł]", "numer", "czynne"],
        ["2026-11-03", "Żłobek „Zuzia”", "007", "1234.5", "3/5", "true"],
        ["", "=HYPERLINK(1)", "123", "", "", "false"],
        ["2024-01-02", "-5 zł", "", "-3", "1-2", "true"],
    ]


def test_csv_for_excel_keeps_codes_and_disarms_formulas(app, table):
    data = app.get(f"/export/{table}/excel", status=200).get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["dzień", "nazwa", "Kod miejsca", "cena [zł]", "numer", "czynne"],
        ["2026-11-03", "Żłobek „Zuzia”", '="007"', "1234,5", '="3/5"', "tak"],
        ["", "'=HYPERLINK(1)", "123", "", "", "nie"],
        ["2024-01-02", "'-5 zł", "", "-3", '="1-2"', "tak"],
    ]


def test_json_is_a_list_of_objects_with_types(app, table):
    rows = json.loads(app.get(f"/export/{table}/json", status=200).get_data())
    assert rows[0] == {
        "dzień": "2026-11-03", "nazwa": "Żłobek „Zuzia”", "kod": "007", "cena [zł]": 1234.5, "numer": "3/5", "czynne": True,
    }  # fmt: skip
    assert len(rows) == 3


def test_workbook_and_parquet_are_made_by_the_child(app, table):
    import polars as pl
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(app.get(f"/export/{table}/xlsx", status=200).get_data()))
    assert book.sheet_names == ["dane", "kolumny"]
    assert book.get_sheet_by_name("dane").to_python()[1][2:4] == ["007", 1234.5]
    about = book.get_sheet_by_name("kolumny").to_python()
    assert ["kod", "Kod miejsca", "", "Co."] in about
    frame = pl.read_parquet(io.BytesIO(app.get(f"/export/{table}/parquet", status=200).get_data()))
    assert frame["cena [zł]"].to_list() == [1234.5, None, -3.0]


def test_exactly_this_view(app, table):
    query = "q=zlobek&fc=czynne&fo=is&fv=tak&sort=kod"
    answer = app.get(f"/export/{table}/csv?{query}", status=200)
    assert answer.get_data().decode().splitlines()[1:] == ["2026-11-03,Żłobek „Zuzia”,007,1234.5,3/5,true"]
    app.get(f"/export/{table}/csv?fc=no_such&fo=is&fv=1", status=400)


def test_downloads_are_resumed_and_marked(app, table, folder):
    whole = app.get(f"/export/{table}/csv", status=200)
    mark = whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in whole.headers
    part = app.get(f"/export/{table}/csv", headers={"Range": "bytes=10-", "If-Range": mark}, status=206)
    assert part.get_data() == whole.get_data()[10:]
    assert app.get(f"/export/{table}/csv", headers={"If-None-Match": mark}, status=304).get_data() == b""
    app.get(f"/export/{table}/csv", headers={"Range": "bytes=999999-"}, status=416)
    # After the files are gone the same content has the same mark: a download that was cut goes on.
    for file in folder.glob("??/*"):
        file.unlink()
    again = app.get(f"/export/{table}/csv", headers={"Range": "bytes=10-", "If-Range": mark}, status=206)
    assert again.get_data() == part.get_data()


def test_a_new_load_is_a_new_file(app, table, tmp_path):
    mark = app.get(f"/export/{table}/csv").headers["ETag"]
    path = tmp_path / "new.csv"
    path.write_text(PLACES.replace("1234,50", "9"))
    load(table, read(path)[0])
    answer = app.get(f"/export/{table}/csv", headers={"If-None-Match": mark}, status=200)
    assert ",9," in answer.get_data().decode()


def test_layer_in_every_form_is_fetched_once(app, layer):
    resource_id, asked = layer
    for form, start in (("geojson", b"{"), ("gpkg", b"SQLite"), ("shp", b"PK"), ("wkt", b"WKT,nazwa\nPOINT")):
        assert app.get(f"/export/{resource_id}/{form}?crs=2178", status=200).get_data().startswith(start), (
            form
        )
    assert len(asked) == 1
    app.get(f"/export/{resource_id}/gpkg?crs=1", status=400)
    chosen = app.get(f"/export/{resource_id}?form=gpkg&crs=2180", follow_redirects=False)
    assert chosen.headers["Location"].endswith(f"/export/{resource_id}/gpkg?crs=2180")


def test_what_cannot_be_made_is_told_in_words(app, dataset, table, monkeypatch):
    from ckanext.kielce.export import sources
    from ckanext.kielce.tables.shared import Problem, TableError

    def silent(_resource):
        raise TableError(Problem("fetch_failed", "nie odpowiada", "no answer"))

    monkeypatch.setattr(sources, "open_file", silent)
    answer = app.get(
        f"/export/{dataset['resources'][1]['id']}/gpkg", headers={"Accept": "text/html"}, status=503
    )
    assert "nie odpowiada" in answer.body
    assert "no-store" in answer.headers["Cache-Control"]
    app.get(f"/export/{table}/gpkg", status=422)
    app.get(f"/export/{table}/docx", status=404)
    app.get("/export/no-such/csv", status=404)


def test_large_tables_are_left_to_the_worker(app, table, ckan_config):
    from ckanext.kielce.export import jobs

    ckan_config["ckanext.kielce.export.rows_at_once"] = 1
    answer = app.get(f"/export/{table}/xlsx", status=202)
    assert answer.headers["Retry-After"] == "5"
    page = app.get(f"/export/{table}/xlsx", headers={"Accept": "text/html"}, status=202).body
    assert 'http-equiv="refresh"' in page
    from ckan.lib.jobs import get_queue

    waiting = [job for job in get_queue().get_jobs() if job.func_name.endswith("make_job")]
    assert len(waiting) == 1
    jobs.make_job(*waiting[0].args)
    assert app.get(f"/export/{table}/xlsx", status=200).get_data().startswith(b"PK")


def test_private_and_withheld_files_are_not_given(app, dataset, table):
    from ckanext.kielce.quality.model import Score

    app.get(f"/export/{table}/csv", status=200)
    score = Score(
        package_id=dataset["id"],
        rules_version="1",
        status="unknown",
        withheld=True,
        withheld_resources=[table],
    )
    model.Session.merge(score)
    model.Session.commit()
    app.get(f"/export/{table}/csv", status=404)
    app.get("/dataset/miejsca/pakiet.zip", status=404)
    listed = helpers.call_action("kielce_export_list", {"ignore_auth": False, "user": ""}, id="miejsca")
    assert all(file["resource_id"] != table for file in listed["files"])
    model.Session.query(Score).delete()
    model.Session.commit()
    helpers.call_action("package_patch", id=dataset["id"], private=True)
    app.get(f"/export/{table}/csv", status=404)
    admin = factories.SysadminWithToken()
    answer = app.get(f"/export/{table}/csv", headers={"Authorization": admin["token"]}, status=200)
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_uses_are_counted_once(app, dataset, table):
    from ckanext.kielce.usage import shared, waiting

    agent = {"User-Agent": "curl/8"}
    mark = app.get(f"/export/{table}/csv", headers=agent).headers["ETag"]
    app.get(f"/export/{table}/csv", headers={**agent, "If-None-Match": mark})
    app.get(f"/export/{table}/csv", headers={**agent, "Range": "bytes=10-"})
    app.get("/dataset/miejsca/pakiet.zip", headers=agent)
    waiting.write_down()
    assert shared.totals([dataset["id"]], 1)[dataset["id"]]["download"] == 2


def test_the_whole_dataset_is_a_valid_data_package(app, dataset, table, layer, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    answer = app.get("/dataset/miejsca/pakiet.zip", status=200)
    path = tmp_path / "miejsca.zip"
    path.write_bytes(answer.get_data())
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "out")
    assert names == {"datapackage.json", "dane/spis-miejsc.csv", "mapa/mapa.gpkg", "LICENCJA.txt", "CYTOWANIE.txt",
                     "CYTOWANIE.bib", "CZYTAJ.txt"}  # fmt: skip
    package = json.loads((tmp_path / "out/datapackage.json").read_text())
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["resources"][0]["schema"]["fields"][3] == {
        "name": "cena [zł]",
        "type": "number",
        "unit": "zł",
    }
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(tmp_path / "out/datapackage.json"))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])
    assert report.stats["tasks"] == 2


def test_a_dataset_of_links_has_no_package(app):
    unit = factories.Organization(name="ztm")
    factories.Group(name="woda")
    helpers.call_action("package_create", name="linki", title="Linki", notes="x", owner_org=unit["id"], domain="woda",
                        frequency="ANNUAL", license_id="CC-BY-4.0", contact=[{"name": "x", "email": "x@example.org"}],
                        resources=[{"name": "Strona", "url": "https://example.org/", "format": "HTML"}])  # fmt: skip
    app.get("/dataset/linki/pakiet.zip", status=404)
    assert helpers.call_action("kielce_export_list", id="linki")["package"] is None


def test_the_list_of_forms_has_addresses_that_answer(app, dataset, layer):
    listed = helpers.call_action("kielce_export_list", id="miejsca")
    assert [file["form"] for file in listed["files"] if file["kind"] == "table"] == [
        "csv",
        "excel",
        "xlsx",
        "json",
        "parquet",
    ]
    for url in [listed["package"], *(file["url"] for file in listed["files"])]:
        app.get("/" + url.split("/", 3)[3], status=200)


def test_the_page_offers_the_forms_in_both_languages(app, dataset):
    page = app.get("/dataset/miejsca").body
    assert "CSV dla polskiego Excela" in page
    assert "/dataset/miejsca/pakiet.zip" in page
    english = app.get("/en/dataset/miejsca").body
    assert "CSV for Polish Excel" in english
