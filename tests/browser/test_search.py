"""The search on screen: suggestions by keyboard, did you mean, filters, area, without scripts, on a phone."""

import urllib.parse

import pytest

from tests.browser.looking import assert_good, faults

pytestmark = [pytest.mark.browser, pytest.mark.portal]

PAGES = (
    "/dataset?q=sciezki+rowreowe",
    "/dataset?q=odpady&vocab_format=CSV&ext_district=slichowice",
    "/dataset?ext_west=x",
    "/changes",
    "/formats",
    "/places",
    "/place/slichowice",
    "/search-words",
)


def found(page):
    return page.locator(".k-card__title a").all_inner_texts()


@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_search_are_accessible_and_fit(visit, path, width, lang):
    seen = visit(path if lang == "pl" else f"/en{path}", width)
    assert_good(seen, width)


@pytest.mark.parametrize(("path", "lang"), [("/", "pl"), ("/en/", "en"), ("/dataset", "pl")])
def test_suggestions_are_chosen_by_keyboard(visit, path, lang):
    page = visit(path).page
    box = page.get_by_role("combobox").first
    box.press_sequentially("sciez" if lang == "pl" else "cycle")
    options = page.get_by_role("option")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert faults(page) == []
    box.press("ArrowDown")
    chosen = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == ("sciez" if lang == "pl" else "cycle")
    box.press("ArrowDown")
    options.first.wait_for()
    box.press("ArrowUp")
    words = page.locator("[role=option][aria-selected=true] span").first.inner_text()
    with page.expect_navigation():
        box.press("Enter")
    assert words in page.locator("main, .k-main").first.inner_text()


def test_box_works_when_no_suggestion_is_chosen(visit):
    page = visit("/").page
    page.get_by_role("combobox").first.fill("ścieżki rowerowe")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "q=" in page.url
    assert found(page)[0] == "Ścieżki rowerowe"


def test_question_is_asked_and_narrowed_without_scripts(visit):
    page = visit("/", scripts=False).page
    page.get_by_label("Czego szukasz?").fill("smieci")
    page.get_by_role("button", name="Szukaj").first.click()
    assert any("odpad" in title.lower() for title in found(page))
    page.locator(".k-filter summary", has_text="Na mapie").click()
    page.get_by_label("Osiedle").select_option("slichowice")
    page.get_by_role("button", name="Tylko dane tego osiedla").click()
    assert "ext_district=slichowice" in page.url and "q=smieci" in page.url
    assert "z obszaru osiedla Ślichowice" in page.content()


def test_mended_question_is_offered_and_leads_on(visit):
    page = visit("/dataset?q=sciezki+rowreowe").page
    page.locator(".k-meant a").first.click()
    page.wait_for_load_state()
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)["q"]
    assert asked == ["ścieżki rowerowe"]
    assert "Czy chodziło o" not in page.content()


def test_rectangle_is_drawn_on_the_map(visit):
    page = visit("/dataset").page
    page.locator(".k-filter summary", has_text="Na mapie").click()
    area = page.locator("[data-kielce-bbox-map] .leaflet-pane").first
    area.wait_for(state="attached")
    page.get_by_role("button", name="Narysuj prostokąt").click()
    box = page.locator("[data-kielce-bbox-map] .k-map").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 170, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)
    west, south, east, north = (
        float(asked[name][0]) for name in ("ext_west", "ext_south", "ext_east", "ext_north")
    )
    assert 20.4 < west < east < 20.9
    assert 50.7 < south < north < 51.0
    assert "z obszaru wybranego na mapie" in page.content()
