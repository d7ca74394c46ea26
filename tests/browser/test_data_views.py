"""Tables, charts, maps, versions, the sheet: accessible in both languages, on a phone, by keyboard, without scripts."""

import re
import urllib.parse
import urllib.request

import pytest

from tests.browser.looking import assert_fits, faults

pytestmark = [pytest.mark.browser, pytest.mark.portal]

PAGES = (
    "narrowed",
    "nothing_fits",
    "misread",
    "chart",
    "bars",
    "versions",
    "version",
    "sheet",
    "layer",
    "problem",
)


def _columns(api, resource_id):
    found = api("datastore_search", resource_id=resource_id, limit=1)["fields"]
    return [field for field in found if field["id"] != "_id"]


@pytest.fixture(scope="session")
def views(api, places):
    """Addresses of pages about one table and one layer that the portal holds."""
    if "table" not in places:
        pytest.skip("the portal holds no table")
    name = places["table"].rsplit("/", 1)[-1]
    pkg = api("package_show", id=name)
    table = next(res["id"] for res in pkg["resources"] if res.get("datastore_active"))
    columns = _columns(api, table)
    text = next((column["id"] for column in columns if column["type"] == "text"), columns[0]["id"])
    value = api("datastore_search", resource_id=table, limit=1)["records"][0][text]

    def of_table(**wanted):
        return f"/dataset/{name}?" + urllib.parse.urlencode({"file": table, **wanted})

    found = {
        "name": name,
        "table_id": table,
        "table": f"/dataset/{name}",
        "narrowed": of_table(fc=text, fo="is", fv=value, sort=columns[-1]["id"], desc=1),
        "nothing_fits": of_table(q="qqqqxyzzy"),
        "misread": of_table(fc="no such column", fo="is", fv=1),
        "chart": f"/chart/{table}",
        "bars": f"/chart/{table}?" + urllib.parse.urlencode({"ck": "bars", "cx": text, "ca": "count"}),
        "versions": f"/dataset/{name}/wersje",
        "sheet": f"/dataset/{name}/karta",
        "problem": f"/export/{table}/gpkg",
    }
    layers = api("package_search", rows=500, fq="dataset_type:spatial_layer")["results"]
    layers = [
        pkg
        for pkg in layers
        if any(res.get("format") in ("GPKG", "GML", "GEOJSON") for res in pkg["resources"])
    ]
    if layers:
        found["layer"] = f"/dataset/{layers[0]['name']}"
        listed = api("kielce_export_list", id=layers[0]["name"])["files"]
        found["layer_file"] = next(file["url"] for file in listed if file["form"] == "geojson")
    return found


@pytest.fixture
def view(views, visit, request):
    if request.param == "version" and "version" not in views:
        link = visit(views["versions"]).page.locator(".k-table tbody a").first
        if link.count():
            views["version"] = link.get_attribute("href")
    if request.param not in views:
        pytest.skip(f"the portal holds nothing of the kind “{request.param}”")
    return views[request.param]


@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("view", PAGES, indirect=True)
def test_page_is_accessible_fits_and_asks_nobody_else(visit, view, width, lang):
    seen = visit(view if lang == "pl" else "/en" + view, width)
    page = seen.page
    assert seen.outside == []
    assert page.evaluate("document.documentElement.lang") == lang
    assert_fits(page, width)
    assert faults(page) == []


@pytest.mark.parametrize("view", ["chart", "sheet", "narrowed"], indirect=True)
def test_page_is_accessible_in_the_dark(visit, view):
    page = visit(view, color_scheme="dark").page
    assert faults(page) == []


def test_a_table_is_sorted_narrowed_and_paged_by_keyboard(visit, views):
    page = visit(views["table"]).page
    page.locator("[data-kielce-table] thead a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=**")
    page.wait_for_selector("th[aria-sort=ascending]")
    summary = page.locator("[data-kielce-table] summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.locator("#table-fo").select_option("filled")
    page.locator("#table-fv").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".k-chosen a")
    assert "fo=filled" in page.url
    assert "sort=" in page.url
    page.locator(".k-chosen a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('[data-kielce-table] .k-chosen')")


def test_the_address_of_a_view_shows_the_same_rows_without_scripts(visit, views):
    with_scripts = visit(views["narrowed"]).page.locator("[data-kielce-table] tbody").inner_text()
    without = visit(views["narrowed"], scripts=False).page
    assert without.locator("[data-kielce-table] tbody").inner_text() == with_scripts
    without.locator("#table-q").fill("qqqqxyzzy")
    without.locator("#table-q").press("Enter")
    without.wait_for_url("**q=qqqqxyzzy**")
    assert without.locator("[data-kielce-table] tbody tr").count() == 1


def test_the_note_of_a_column_opens_by_keyboard(visit, views):
    page = visit(views["table"]).page
    button = page.locator("[data-kielce-table] .k-note").first
    if not button.count():
        pytest.skip("no column of this table has a note")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".k-note__text:popover-open").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".k-note__text:popover-open").count() == 0


def test_exactly_the_view_is_downloaded(visit, views, portal):
    page = visit(views["narrowed"]).page
    rows = page.locator("[data-kielce-table] tbody tr").count()
    link = page.locator("[data-kielce-table] .k-forms a").first.get_attribute("href")
    with urllib.request.urlopen(portal + link, timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    assert min(len(lines) - 1, 20) == rows


def test_a_chart_is_changed_without_scripts_and_tells_its_facts(visit, views):
    page = visit(views["bars"], scripts=False).page
    assert page.locator("svg.k-chart").get_attribute("role") == "img"
    assert page.locator("figcaption").first.inner_text().startswith("Wykres słupkowy")
    assert page.locator("#numbers").count() == 1
    page.locator("#ck").select_option("columns")
    page.get_by_role("button", name="Narysuj").click()
    page.wait_for_url("**ck=columns**")
    assert page.locator("figcaption").first.inner_text().startswith("Wykres kolumnowy")


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_chart_is_saved_as_an_image(portal, views, kind):
    with urllib.request.urlopen(f"{portal}/chart/{views['table_id']}.{kind}?save=1", timeout=60) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert len(answer.read()) > 1000


def test_a_layer_is_drawn_with_its_legend_and_cards(visit, views):
    if "layer" not in views:
        pytest.skip("the portal holds no layer")
    seen = visit(views["layer"])
    page = seen.page
    page.locator("[data-kielce-map]").scroll_into_view_if_needed()
    page.wait_for_selector(".leaflet-container", timeout=120_000)
    note = page.locator("[data-kielce-map-note]")
    page.wait_for_function(
        "/\\d/.test(document.querySelector('[data-kielce-map-note]').textContent)", timeout=120_000
    )
    assert "obiekt" in note.inner_text().lower()
    assert page.locator(".k-legend").count() == 1
    assert seen.outside == []


def test_downloads_are_resumed(portal, views):
    url = f"{portal}/export/{views['table_id']}/csv"
    with urllib.request.urlopen(url, timeout=60) as answer:
        whole, mark = answer.read(), answer.headers["ETag"]
    part = urllib.request.Request(url, headers={"Range": "bytes=5-", "If-Range": mark})
    with urllib.request.urlopen(part, timeout=60) as answer:
        assert answer.status == 206
        assert answer.read() == whole[5:]
    known = urllib.request.Request(url, headers={"If-None-Match": mark})
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(known, timeout=60)
    assert told.value.code == 304


@pytest.mark.parametrize("lang", ["", "/en"])
def test_each_domain_fits_on_one_page_of_a4(visit, api, lang):
    counts = api("package_search", rows=0, **{"facet.field": '["groups"]', "facet.limit": 100})
    found = counts["search_facets"]["groups"]["items"]
    fullest = max(found, key=lambda item: item["count"])["name"]
    page = visit(f"{lang}/group/{fullest}/karta").page
    page.emulate_media(media="print")
    body = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "12mm"))
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", body)) == 1
