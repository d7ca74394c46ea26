"""Public pages as CKAN serves them: content, language, errors, and no more than a reader needs."""

import json
import re

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

# Only what the pages need: the fixture that cleans the database doesn't make the tables of other plugins.
PLUGINS = "kielce kielce_tables kielce_export datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"
PAGES = ("/", "/dataset", "/group", "/organization", "/accessibility", "/about", "/user/login")
pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]


@pytest.fixture
def unit(with_plugins, clean_db):
    return factories.Organization(name="mzd", title="Miejski Zarząd Dróg")


@pytest.fixture
def dataset(unit):
    factories.Group(name="transport", title="Transport")
    return helpers.call_action(
        "package_create",
        name="sciezki",
        title="Ścieżki rowerowe",
        title_en="Cycle paths",
        notes="Przebieg dróg dla rowerów.",
        notes_en="Where bicycles go.",
        owner_org=unit["id"],
        domain="transport",
        frequency="ANNUAL",
        license_id="CC-BY-4.0",
        sample_data=True,
        contact=[{"name": "MZD", "email": "dane@example.org"}],
        resources=[
            {"name": "Odcinki", "url": "https://example.org/a.csv", "format": "CSV", "size": 2048},
            {"name": "WFS", "url": "https://example.org/wfs", "format": "WFS_SRVC"},
        ],
    )


def test_pages_open_in_both_languages_without_ckans_assets(app):
    for path in PAGES:
        polish = app.get(path, status=200)
        assert '<html lang="pl">' in polish.body, path
        english = app.get(f"/en{path}", status=200)
        assert '<html lang="en">' in english.body, path
        assert "bootstrap" not in polish.body, path
        assert "jquery" not in polish.body.lower(), path
        assert "Set-Cookie" not in polish.headers or path == "/user/login", path


#: Ids by which programs check a statement: "Warunki techniczne … deklaracji dostępności", version 2.0, 31 July 2024.
STATEMENT = (
    "wstep podmiot zakres url data-publikacja data-aktualizacja status data-sporzadzenie data-przeglad kontakt osoba "
    "email telefon procedura aplikacje architektura komunikacja"
)


@pytest.mark.ckan_config("ckanext.kielce.catalogue.accessibility_prepared", "2026-11-02")
@pytest.mark.ckan_config("ckanext.kielce.catalogue.accessibility_email", "dostepnosc@example.org")
def test_the_accessibility_statement_has_the_form_of_the_law(app):
    page = app.get("/accessibility").body
    for name in STATEMENT.split():
        assert page.count(f'id="a11y-{name}"') == 1, name
    assert '<time id="a11y-data-sporzadzenie" datetime="2026-11-02">2\u00a0listopada 2026</time>' in page
    assert '<a id="a11y-email" href="mailto:dostepnosc@example.org">' in page
    assert "jest częściowo zgodna z" in page
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page[page.index("a11y-wstep") : page.index("k-foot")])
    assert headings == [
        "Stan dostępności cyfrowej",
        "Niedostępne treści",
        "Przygotowanie deklaracji dostępności",
        "Udogodnienia, ograniczenia i inne informacje",
        "Skróty klawiszowe",
        "Informacje zwrotne i dane kontaktowe",
        "Obsługa wniosków i skarg związanych z dostępnością",
        "Pozostałe informacje",
    ]
    assert app.get("/en/accessibility").body.count('id="a11y-') == page.count('id="a11y-')


def test_dataset_page_tells_what_a_reader_came_for(app, dataset):
    page = app.get("/dataset/sciezki").body
    for words in (
        "Ścieżki rowerowe",
        "Przebieg dróg dla rowerów.",
        "Dane przykładowe.",
        "co rok",
        "Pobierz CSV",
        "2,0\u00a0kB",
        "Adres usługi",
        "dane@example.org",
        "CC BY 4.0",
        "package_show?id=sciezki",
        "Miejski Zarząd Dróg",
    ):
        assert words in page, words


def test_download_goes_by_our_address_to_the_file(app, dataset):
    address = f"/dataset/sciezki/resource/{dataset['resources'][0]['id']}/download"
    assert f'href="{address}' in app.get("/dataset/sciezki").body
    answer = app.get(address, status=302, follow_redirects=False)
    assert answer.headers["Location"] == "https://example.org/a.csv"


def test_dataset_page_speaks_english_where_english_is_given(app, dataset):
    page = app.get("/en/dataset/sciezki").body
    assert "<h1>Cycle paths</h1>" in page
    assert "Where bicycles go." in page
    assert "Download CSV" in page
    assert "Pobierz" not in page


def test_search_filters_by_domain_and_says_what_to_do_when_nothing_fits(app, dataset):
    assert "Ścieżki rowerowe" in app.get("/dataset?groups=transport&q=sciezka").body
    empty = app.get("/dataset?q=qqqqxyz").body
    assert "Nic nie znaleziono" in empty
    assert "przejrzeć 20 dziedzin" in empty


def test_polish_words_on_an_english_page_say_so(app, dataset, unit):
    factories.Dataset(
        name="korki", owner_org=unit["id"], domain="transport", title="Korki", notes="Gdzie stoją."
    )
    english = app.get("/en/dataset/korki").body
    assert '<h1 lang="pl">Korki</h1>' in english
    assert '<p class="k-lead" lang="pl">Gdzie stoją.</p>' in english
    assert '<h3 class="k-card__title" lang="pl">' in app.get("/en/dataset?q=korki").body
    assert "<h1>Cycle paths</h1>" in app.get("/en/dataset/sciezki").body
    assert "<h1>Korki</h1>" in app.get("/dataset/korki").body


def test_domain_and_unit_pages_list_their_sets(app, dataset):
    assert "Ścieżki rowerowe" in app.get("/group/transport").body
    assert "Ścieżki rowerowe" in app.get("/organization/mzd").body


def test_a_domain_is_printed_on_one_page(app, dataset, unit, monkeypatch):
    from ckanext.kielce.catalogue import pages

    assert "/group/transport/karta" in app.get("/group/transport").body
    factories.Dataset(name="tajny", private=True, owner_org=unit["id"], domain="transport", title="Tajny")
    page = app.get("/group/transport/karta").body
    for words in ("Ścieżki rowerowe", "Miejski Zarząd Dróg", "co rok", "CSV, WFS", "stan na", "1 zbiór"):
        assert words in page.replace("\u00a0", " "), words
    assert "Tajny" not in page
    assert "Cycle paths" in app.get("/en/group/transport/karta").body
    factories.Dataset(name="korki", owner_org=unit["id"], domain="transport", title="Korki")
    monkeypatch.setattr(pages, "SHEET_ROWS", 1)
    short = app.get("/group/transport/karta").body.replace("\u00a0", " ")
    assert "Korki" in short and "Ścieżki rowerowe" not in short
    assert "I jeszcze 1 zbiór" in short
    app.get("/group/nie-ma/karta", status=404)


def test_missing_things_are_told_in_plain_words(app):
    for path in ("/dataset/no-such", "/no/such/page", "/table/no-such", "/layer/no-such.geojson"):
        page = app.get(path, status=404).body
        assert "Nie ma takiej strony" in page, path
        assert "Dataset not found" not in page, path


def test_private_set_stays_unseen(app, unit):
    factories.Dataset(
        name="tajny", private=True, owner_org=unit["id"], domain="transport", title="Tajny zbiór"
    )
    assert "Tajny zbiór" not in app.get("/dataset").body
    app.get("/dataset/tajny", status=404)


def test_titles_are_escaped(app, unit):
    factories.Dataset(
        name="zly", title="</script><script>alert(1)</script>", domain="transport", owner_org=unit["id"]
    )
    assert "application/ld+json" in app.get("/dataset/zly").body
    assert "<script>alert(1)" not in app.get("/dataset/zly").body
    assert "<script>alert(1)" not in app.get("/dataset").body
    assert "<script>alert(1)" not in app.get("/dataset?q=<script>alert(1)</script>").body


@pytest.fixture
def table(dataset):
    resource = dataset["resources"][0]
    records = [{"rok": 2000 + n, "nazwa": f"Odcinek {n}", "metry": n * 1000.5} for n in range(45)]
    helpers.call_action(
        "datastore_create",
        resource_id=resource["id"],
        force=True,
        fields=[
            {"id": "rok", "type": "int"},
            {"id": "nazwa", "type": "text"},
            {"id": "metry", "type": "numeric"},
        ],
        records=records,
    )
    return resource


def test_table_is_drawn_by_the_server(app, table):
    page = app.get("/dataset/sciezki").body
    assert "Wiersze 1–20 z 45" in page
    assert "19\u00a0009,5" in page
    assert ">2001<" in page
    last = app.get(f"/dataset/sciezki?file={table['id']}&end=1").body
    assert "Wiersze 26–45 z 45" in last


def test_piece_of_a_table_sorts_and_searches(app, table):
    piece = app.get(f"/table/{table['id']}?sort=metry&desc=1").body
    assert piece.index("Odcinek 44") < piece.index("Odcinek 43")
    assert "<html" not in piece
    found = app.get(f"/table/{table['id']}?q=Odcinek+7").body
    assert "Odcinek 7<" in found
    assert "Odcinek 8<" not in found


def test_odd_questions_to_a_table_still_show_it(app, table):
    for query in (
        "sort=no_such_column",
        'sort=a"; drop table x',
        "after=99999999",
        "after=-1",
        "before=x",
        "row=abc",
        "desc=1",
        "fc=no_such&fo=is&fv=1",
        "fc=metry&fo=is&fv=abc",
        "fc=metry&fo=drop&fv=1",
        "fc=metry",
    ):
        assert "Odcinek" in app.get(f"/table/{table['id']}?{query}", status=200).body, query


@pytest.fixture
def layer(dataset, monkeypatch, tmp_path, ckan_config):
    """A dataset's layer with the bytes that its server would give."""
    import hashlib
    from contextlib import contextmanager

    from ckanext.kielce.export import sources
    from ckanext.kielce.tables.source import File

    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [20.6 + n / 10, 50.8, 3]},
                "properties": {"a": "ż"},
            }
            for n in range(2)
        ],
    }
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(collection))
    ckan_config["ckanext.kielce.export.folder"] = str(tmp_path / "export")
    ckan_config["ckanext.kielce.export.wait_seconds"] = 60

    @contextmanager
    def given(_resource):
        yield File(path, hashlib.sha256(path.read_bytes()).hexdigest())

    monkeypatch.setattr(sources, "open_file", given)
    return helpers.call_action(
        "resource_create",
        package_id=dataset["id"],
        name="Mapa",
        url="https://example.org/a.geojson",
        format="GEOJSON",
    )


def test_layer_is_served_from_this_site_by_extent(app, layer):
    answer = app.get(f"/layer/{layer['id']}.geojson", status=200)
    assert answer.json["features"][0]["geometry"]["coordinates"] == [20.6, 50.8]
    assert answer.json["kielce"]["total"] == 2
    part = app.get(f"/layer/{layer['id']}.geojson?bbox=20.65,50.7,20.8,50.9", status=200)
    assert [feature["geometry"]["coordinates"][0] for feature in part.json["features"]] == [20.7]
    assert (
        "west,south,east,north" in app.get(f"/layer/{layer['id']}.geojson?bbox=1", status=502).json["error"]
    )


def test_the_page_of_a_layer_has_its_map_and_addresses_for_qgis(app, layer):
    page = app.get("/dataset/sciezki").body
    assert f'data-layer="/layer/{layer["id"]}.geojson"' in page
    assert "Otwórz w QGIS" in page
    assert f"/export/{layer['id']}/gpkg?crs=2178" in page


def test_source_that_fails_is_told_to_the_map(app, layer, monkeypatch):
    from ckanext.kielce.export import sources
    from ckanext.kielce.tables.shared import Problem, TableError

    def broken(_resource):
        raise TableError(Problem("fetch_failed", "nie", "no"))

    monkeypatch.setattr(sources, "open_file", broken)
    assert "nie odpowiada" in app.get(f"/layer/{layer['id']}.geojson", status=502).json["error"]


def test_a_layer_of_pictures_is_fetched_by_our_server(app, dataset, monkeypatch):
    from ckanext.kielce.catalogue import layers

    asked = []

    class Answer:
        headers = {"Content-Type": "image/png"}
        body = b"\x89PNG"

        def __enter__(self):
            return self

        def __exit__(self, *_error):
            return None

    monkeypatch.setattr(layers, "fetch", lambda url, **_options: asked.append(url) or Answer())
    pkg = helpers.call_action(
        "package_create", name="obraz", title="Obraz", type="spatial_layer", notes="x", owner_org=dataset["owner_org"],
        domain="transport", frequency="ANNUAL", license_id="CC-BY-4.0", layer_name="a:b",
        contact=[{"name": "MZD", "email": "dane@example.org"}],
        resources=[{"name": "WMS", "url": "https://geo.example/wms", "format": "WMS_SRVC"}],
    )  # fmt: skip
    wms = pkg["resources"][0]["id"]
    app.get(f"/layer/{wms}/picture?bbox=20.6,50.8,20.7,50.9&w=99999&h=10", status=200)
    assert "width=1600&height=10" in asked[0]
    Answer.headers = {"Content-Type": "text/xml"}
    app.get(f"/layer/{wms}/picture", status=502)


def test_forgotten_word_does_not_empty_the_answer(app, dataset):
    def found(q):
        return tk.get_action("package_search")({}, {"q": q})["count"]

    assert found("drogi dla rowerów kosmos") == 1
    assert found("rower kosmos") == 1
    empty = app.get("/dataset?q=rowerowe+kosmos&groups=woda").body
    assert "Nic nie znaleziono" in empty
    assert "Bez filtrów" in empty
    assert found("+") == 1
    for odd in ('"', "+", "-", "AND", "(((", "***", "rower AND"):
        app.get("/dataset", query_string={"q": odd}, status=200)
        found(odd)


def test_search_leaves_queries_by_field_alone(dataset):
    found = tk.get_action("package_search")({}, {"q": "title:sciezki"})
    assert found["count"] == 1
