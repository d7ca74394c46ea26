"""The sheet of a place in a browser: accessible, fitting a phone and a page of paper, with and without scripts, by keyboard."""

import re
import time
import urllib.parse

import pytest

from tests.browser.looking import assert_fits, assert_good, faults, own_words

pytestmark = [pytest.mark.browser, pytest.mark.portal]

#: A place in the middle of the city.
PLACE = "lat=50.870300&lon=20.627500"
PAGES = (
    "/karta-miejsca",
    f"/karta-miejsca?{PLACE}",
    "/karta-miejsca/warstwy",
    "/karta-miejsca?q=Sienkiewicz",
)
ENGLISH = re.compile(
    r"\b(Sheet of a place|Nearest address|Another place|Draw|Show|no data|Within|Print|near)\b"
)
POLISH = re.compile(
    r"\b(Karta miejsca|Najbliższy adres|Inne miejsce|Narysuj|Pokaż|brak danych|W odległości|Drukuj)\b"
)
#: What comes from data or is one name in both languages.
FROM_DATA = ".p-items, .p-source, .k-code, h1, .k-path, script, noscript, .leaflet-container, .k-table td, .k-table tbody th, h3"


@pytest.fixture(scope="session")
def taken(api):
    """Wait for the worker to take the layers in: a portal that has just been built does it beside everything else."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        layers = api("kielce_place_layers")
        if sum(row["state"] == "taken" for row in layers) >= 20:
            return layers
        time.sleep(3)
    pytest.fail("the layers for the sheets were not taken in")


@pytest.mark.parametrize(
    "path",
    ["/karta-miejsca", f"/karta-miejsca?{PLACE}", "/karta-miejsca/warstwy", "/karta-miejsca?q=Sienkiewicz"],
)
@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_page_is_accessible_fits_and_speaks_one_language(visit, taken, path, lang, width):
    seen = visit(path if lang == "pl" else "/en" + path, width)
    assert_good(seen, width)
    assert (ENGLISH if lang == "pl" else POLISH).findall(own_words(seen.page, FROM_DATA)) == []


def test_dark_mode_is_readable(visit, taken):
    seen = visit(f"/karta-miejsca?{PLACE}", color_scheme="dark")
    assert faults(seen.page) == []


def test_an_address_is_found_without_scripts(visit, taken, api):
    near = api("kielce_place_sheet", lat="50.8703", lon="20.6275", lang="pl")["place"]["address"]
    assert near
    page = visit("/karta-miejsca", scripts=False).page
    page.fill("#place-q", near.lower().removeprefix("ul. "))
    page.select_option("#place-distance", "300")
    page.locator(".p-form button").first.click()
    assert page.locator("h1").inner_text() == near
    assert "distance=300" in page.url
    assert page.locator(".p-row").count() > 15
    assert page.locator(".p-source a").count() > 10


def test_a_click_on_the_map_makes_a_sheet(visit, taken):
    page = visit("/karta-miejsca").page
    page.locator(".p-map.leaflet-container").wait_for()
    page.locator(".p-map").click(position={"x": 300, "y": 180})
    page.wait_for_url("**/karta-miejsca?lat=*")
    assert page.locator(".p-sheet, .k-notice").count() > 0


def test_the_middle_of_the_map_is_chosen_by_keyboard(visit, taken):
    page = visit(f"/karta-miejsca?{PLACE}").page
    # The map is drawn when it comes near.
    page.locator("[data-places-middle]").scroll_into_view_if_needed()
    page.locator(".p-map.leaflet-container").wait_for()
    page.locator(".p-map").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(300)
    page.locator("[data-places-middle]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "lat=" in url and "lat=50.870300" not in url)
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)
    assert 50.87 < float(found["lat"][0]) < 50.9


def test_an_area_is_drawn(visit, taken):
    page = visit(f"/karta-miejsca?{PLACE}").page
    page.locator("[data-places-draw]").scroll_into_view_if_needed()
    page.locator(".p-map.leaflet-container").wait_for()
    page.locator("[data-places-draw]").click()
    for x, y in ((300, 150), (420, 150), (420, 230)):
        page.locator(".p-map").click(position={"x": x, "y": y})
    page.locator("[data-places-end]").click()
    page.wait_for_url("**/karta-miejsca?area=POLYGON*")
    assert "ha" in page.locator(".p-facts").inner_text()


def test_several_places_are_to_be_chosen_from(visit, taken):
    page = visit("/karta-miejsca?q=Sienkiewicz").page
    first = page.locator(".p-choices a").first
    first.click()
    page.wait_for_load_state()
    assert page.locator(".p-choices a").count() + page.locator(".p-sheet").count() > 0


def test_a_mistake_names_the_field_and_the_remedy(visit, taken):
    page = visit("/karta-miejsca?lat=abc&lon=20.6", scripts=False).page
    told = page.locator("[role=alert]").inner_text()
    assert "lat" in told and "50.8703" in told
    assert page.locator("#place-lat").get_attribute("aria-describedby") == "fault-lat"


def test_the_sheet_on_paper_fits_its_width(visit, taken):
    page = visit(f"/karta-miejsca?{PLACE}").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    assert_fits(page, 720)
    assert not page.locator(".p-form").first.is_visible()
    assert page.locator(".p-disclaimer").is_visible()
    # One page of A4 when little touches the place; never a booklet.
    assert len(re.findall(rb"/Type /Page[^s]", page.pdf(prefer_css_page_size=True))) <= 2
