"""Every kind of public page, in both languages, on a desk and on a phone: accessible, self-contained, translated."""

import re

import pytest

from tests.browser.looking import assert_fits, assert_good, faults, own_words

pytestmark = [pytest.mark.browser, pytest.mark.portal]

KINDS = (
    "home",
    "search",
    "found",
    "nothing",
    "table",
    "file",
    "map",
    "unit",
    "units",
    "domain",
    "domains",
    "indicator",
    "indicators",
    "developers",
    "accessibility",
    "about",
    "login",
    "missing",
)

#: Words of one language that must not show on a page in the other (whole words, outside the data themselves).
ENGLISH = re.compile(
    r"\b(Search|Download|Datasets?|Organizations?|Groups?|Resources?|Home|Log in|Page|Rows|Licence|License|"
    r"Last changed|Quality|Unit|Skip to content|Loading|Submit|Clear|Filter|Showing|Copy)\b"
)
POLISH = re.compile(
    r"\b(Szukaj|Pobierz|Zbiór|Zbiory|Organizacje|Grupy|Zasoby|Strona|Zaloguj|Wiersze|Licencja|Jakość|Jednostka|"
    r"Przejdź do treści|Kopiuj|Zawęź|Kolejność|Ostatnia zmiana|Dziedzina)\b"
)
#: What the portal does not say itself: values that come from data, code samples and names in both languages.
FROM_DATA = ", ".join(
    (
        "td, tbody th, code, pre, script, style, noscript, .k-card__what, .k-lead, .k-prose, .k-card__title, .k-path",
        "h1, .k-tools, .k-chips, .k-rows a, .k-rows p, .k-downloads__name, .k-index, .k-map, .k-filter li, caption",
        ".k-dl dd, .k-table thead, .k-more summary, .k-aside, .k-tabs, .k-over, .k-chosen, .k-facts, .kq-panel, svg",
    )
)


@pytest.fixture
def place(places, request):
    if request.param not in places:
        pytest.skip(f"the portal holds nothing of the kind “{request.param}”")
    return places[request.param]


@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_page_is_accessible_fits_and_asks_nobody_else(visit, place, width, lang):
    seen = visit(place if lang == "pl" else "/en" + place, width)
    page = seen.page
    assert page.evaluate("document.documentElement.lang") == lang
    assert_good(seen, width)


@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_page_speaks_one_language(visit, place):
    polish = own_words(visit(place).page, FROM_DATA, "body")
    english = own_words(visit("/en" + place).page, FROM_DATA, "body")
    assert ENGLISH.findall(polish) == []
    assert POLISH.findall(english) == []


@pytest.mark.parametrize(
    "place", ["home", "found", "table", "map", "unit", "domain", "developers", "accessibility"], indirect=True
)
def test_dark_page_is_accessible(visit, place):
    page = visit(place, color_scheme="dark").page
    assert faults(page) == []


@pytest.mark.parametrize(
    "place", ["home", "found", "table", "map", "unit", "domain", "developers", "accessibility"], indirect=True
)
def test_page_takes_text_of_twice_the_size(visit, place):
    page = visit(place, 1280).page
    page.add_style_tag(content="html { font-size: 200% !important; }")
    assert_fits(page, 1280)


@pytest.mark.parametrize("place", ["home", "found", "table", "missing"], indirect=True)
def test_public_page_carries_neither_bootstrap_nor_jquery_nor_a_cookie(visit, place):
    page = visit(place).page
    assert page.evaluate("typeof window.jQuery") == "undefined"
    assert page.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["home", "found", "table"], indirect=True)
def test_the_focus_is_seen_wherever_the_keyboard_leads(visit, place, scheme):
    page = visit(place, color_scheme=scheme).page
    for _step in range(25):
        page.keyboard.press("Tab")
        where, outline, on_screen = page.evaluate(
            """() => { const at = document.activeElement, box = at.getBoundingClientRect();
            return [at.outerHTML.slice(0, 120), parseFloat(getComputedStyle(at).outlineWidth),
                    box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight]; }"""
        )
        assert outline >= 2, where
        assert on_screen, where


def test_switching_language_stays_on_the_page(visit, places):
    page = visit(places["found"]).page
    page.get_by_role("link", name="English").click()
    page.wait_for_load_state("networkidle")
    assert "/en/dataset?" in page.url and "q=sciezki" in page.url
    page.get_by_role("link", name="Polski").click()
    page.wait_for_load_state("networkidle")
    assert "/en/" not in page.url and "q=sciezki" in page.url
