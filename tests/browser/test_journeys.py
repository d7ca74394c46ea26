"""What people come to do: find, read, download, page through a table, look at a map; with and without scripts."""

import urllib.request

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.portal]


def test_find_read_and_download_without_scripts(visit, places, api, portal):
    if "table" not in places:
        pytest.skip("the portal holds no table")
    name = places["table"].rsplit("/", 1)[-1]
    title = api("package_show", id=name)["title"]
    page = visit("/", scripts=False).page
    page.get_by_role("searchbox").first.fill(title)
    page.get_by_role("button", name="Szukaj").first.click()
    page.get_by_role("link", name=title, exact=True).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == title
    assert page.locator(".k-table tbody tr").count() > 0
    link = page.locator(".k-downloads a.k-button").first
    assert link.get_attribute("href")


def test_keyboard_reaches_the_content_first(visit):
    page = visit("/").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "k-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_table_sorts_in_place_and_the_address_can_be_shared(visit, places):
    if "table" not in places:
        pytest.skip("the portal holds no table")
    page = visit(places["table"]).page
    page.evaluate("window.untouched = true")
    page.locator("[data-kielce-table] thead a").nth(1).click()
    page.wait_for_selector("[aria-sort=ascending]")
    assert page.evaluate("window.untouched"), "the page was loaded anew"
    assert "sort=" in page.url
    shared = visit(page.url.split("//", 1)[1].split("/", 1)[1].join(["/", ""])).page
    assert shared.locator("[aria-sort=ascending]").count() == 1


def test_table_is_searched(visit, places):
    if "table" not in places:
        pytest.skip("the portal holds no table")
    page = visit(places["table"]).page
    page.locator("#table-q").fill("qqqqxyzzy")
    page.locator("#table-q").press("Enter")
    page.wait_for_function("document.querySelectorAll('[data-kielce-table] tbody tr').length === 1")
    assert "Żaden wiersz" in page.locator("[data-kielce-table] tbody").inner_text()


def test_map_is_drawn_from_this_site(visit, places):
    if "map" not in places:
        pytest.skip("the portal holds no layer")
    seen = visit(places["map"])
    box = seen.page.locator("[data-kielce-map]")
    box.scroll_into_view_if_needed()
    seen.page.wait_for_selector("[data-kielce-map].leaflet-container canvas", timeout=15000)
    assert seen.outside == []
    assert seen.errors == []


def test_search_keeps_filters_as_links(visit, portal):
    page = visit("/dataset", scripts=False).page
    link = page.locator(".k-filter li a").first
    name = link.locator("span").first.inner_text()
    link.click()
    assert name in page.locator(".k-chosen").inner_text()
    page.locator(".k-chosen a").first.click()
    assert page.locator(".k-chosen").count() == 0


def test_search_finds_inflected_words_without_diacritics(api):
    plain = {pkg["name"] for pkg in api("package_search", q="sciezki rowerowe")["results"]}
    inflected = {pkg["name"] for pkg in api("package_search", q="ścieżek rowerowych")["results"]}
    if not inflected:
        pytest.skip("the portal holds no cycle paths")
    assert plain & inflected


def test_layer_of_an_unknown_file_is_not_found(portal):
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{portal}/layer/no-such-file.geojson")
    assert error.value.code == 404
