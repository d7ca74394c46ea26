"""Charts as CKAN serves them."""

import pytest
from ckan.tests import factories, helpers
from ckanext.kielce.tables.load import load
from ckanext.kielce.tables.shared import read

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce kielce_tables kielce_charts datastore scheming_datasets"),
    pytest.mark.ckan_config("ckanext.kielce.tables.load_automatically", False),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]

ROWS = "dzień;osiedle;kwota [zł]\n" + "".join(
    f"2024-{month:02d}-{day:02d};{place};{month * 100 + day},5\n"
    for month in range(1, 13)
    for day in (1, 15)
    for place in ("Łazy", "Herby")
)


@pytest.fixture
def table(with_plugins, clean_db, tmp_path):
    unit = factories.Organization(name="mzd", title="Miejski Zarząd Dróg")
    factories.Group(name="finanse", title="Finanse")
    pkg = helpers.call_action(
        "package_create", name="wydatki", title="Wydatki", notes="Opis.", owner_org=unit["id"], domain="finanse",
        frequency="ANNUAL", license_id="CC-BY-4.0", contact=[{"name": "MZD", "email": "dane@example.org"}],
        resources=[{"name": "Wydatki", "url": "https://example.org/a.csv", "format": "CSV"}],
    )  # fmt: skip
    path = tmp_path / "wydatki.csv"
    path.write_text(ROWS)
    load(pkg["resources"][0]["id"], read(path)[0])
    return pkg["resources"][0]["id"]


def test_the_first_chart_with_its_numbers_and_facts(app, table):
    page = app.get(f"/chart/{table}", status=200).body
    assert "<h1>kwota [zł] według: dzień</h1>" in page
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="k-chart" role="img"' in page
    assert "Wykres liniowy" in page
    assert '<th scope="row">01.01.2024</th>' in page
    english = app.get(f"/en/chart/{table}", status=200).body
    assert "Line chart" in english


def test_an_address_changes_the_chart_and_the_rows(app, table):
    query = "ck=bars&cx=osiedle&cy=kwota+%5Bz%C5%82%5D&ca=sum&fc=dzie%C5%84&fo=is&fv=stycze%C5%84+2024"
    page = app.get(f"/chart/{table}?{query}", status=200).body
    # January: 101.5 + 115.5 for each place.
    assert page.count('<td class="k-right">217</td>') == 2


@pytest.mark.parametrize(
    "query", ["cx=x%27;--", "ck=%3Cscript%3E", "cy=osiedle", "ca=drop", "q=%3Cb%3E", "fc=a&fo=b&fv=c"]
)
def test_odd_addresses_still_draw(app, table, query):
    page = app.get(f"/chart/{table}?{query}", status=200).body
    assert "<script>" not in page.split("<main")[1].split("</main>")[0]


def test_images_are_given_with_marks(app, table):
    svg = app.get(f"/chart/{table}.svg", status=200)
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in svg.headers["Content-Security-Policy"]
    assert (
        app.get(f"/chart/{table}.svg", headers={"If-None-Match": svg.headers["ETag"]}, status=304).get_data()
        == b""
    )
    assert "Źródło: Wydatki, " in svg.body
    png = app.get(f"/chart/{table}.png?save=1", status=200)
    assert png.get_data().startswith(b"\x89PNG")
    assert "attachment" in png.headers["Content-Disposition"]


def test_the_dataset_page_shows_the_first_chart(app, table):
    page = app.get("/dataset/wydatki").body
    assert f'src="/chart/{table}.svg"' in page
    assert 'alt="Wykres liniowy: kwota [zł] według: dzień"' in page


def test_no_table_no_chart(app, table):
    app.get("/chart/no-such", status=404)
    app.get("/chart/no-such.svg", status=404)
