"""The pages about sources in a browser: accessible, fitting a phone, in one language, usable without scripts."""

import re

import pytest

from tests.browser.looking import assert_good, own_words

pytestmark = [pytest.mark.browser, pytest.mark.portal]

#: Words of the one language that must not show on a page in the other, outside what data say.
ENGLISH = re.compile(
    r"\b(Sources?|Datasets?|Promise|Last|Kept|Run|Schedule|Pause|Errors?|Read|read|Address)\b"
)
POLISH = re.compile(
    r"\b(Źródł[oa]|Zbiory|Obietnica|Ostatnie|Uruchom|Harmonogram|Wstrzymaj|Błędy|Czytane|czytane)\b"
)
FROM_DATA = "h1, h2 a, .k-over, .k-lead, .k-path, code, svg, script, .k-rows a, td a, pre"


@pytest.fixture(scope="session")
def sources(api):
    found = api("kielce_harvest_source_list")
    if not found:
        pytest.skip("the portal has no sources")
    return found


def places(sources):
    return ["/zrodla", f"/harvest/{sources[0]['name']}"]


@pytest.mark.parametrize("which", [0, 1], ids=["list", "source"])
@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_public_page_is_accessible_and_fits(visit, sources, which, lang, width):
    path = places(sources)[which]
    seen = visit(path if lang == "pl" else "/en" + path, width)
    assert_good(seen, width)
    assert (ENGLISH if lang == "pl" else POLISH).findall(own_words(seen.page, FROM_DATA)) == []


def test_the_list_says_for_each_source_what_it_promises_and_kept(visit, sources):
    page = visit("/zrodla", scripts=False).page
    assert page.locator(".kh-source").count() == len(sources)
    assert page.locator(".kh-source figcaption").count() == len(sources)
    for strip in page.locator(".kh-strip").all():
        assert re.search(r"\d+ z \d+", strip.get_attribute("aria-label").replace("\u00a0", ""))


def test_the_footer_leads_to_the_sources(visit):
    page = visit("/").page
    page.locator(".k-foot").get_by_role("link", name="Źródła danych").click()
    assert page.url.endswith("/zrodla")


def test_a_visitor_sees_no_steering(visit, sources):
    page = visit(f"/harvest/{sources[0]['name']}").page
    assert page.locator("main form").count() == 0


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", ["source", "run", "new"])
def test_pages_for_coordinators_are_accessible_and_fit(visit, sources, coordinator, path, width):
    path = {"new": "/harvest/new"}.get(path, path)
    if path == "source":
        path = f"/harvest/{sources[0]['name']}"
    elif path == "run":
        page = visit(f"/harvest/{sources[0]['name']}", storage_state=coordinator).page
        links = page.locator("section[aria-labelledby=runs] td a")
        if not links.count():
            pytest.skip("the source has no run")
        path = links.first.get_attribute("href")
    seen = visit(path, width, storage_state=coordinator)
    seen.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert_good(seen, width)


def test_the_schedule_shows_only_the_fields_of_its_kind(visit, sources, coordinator):
    page = visit(f"/harvest/{sources[0]['name']}", storage_state=coordinator).page
    page.get_by_text("Zmień harmonogram").click()
    page.select_option("#kh-kind", "weekly")
    assert page.locator(".kh-days").is_visible() and not page.locator("#kh-count").is_visible()
    page.select_option("#kh-kind", "every")
    assert page.locator("#kh-count").is_visible() and not page.locator("#kh-time").is_visible()


def test_pausing_works_without_scripts(visit, sources, coordinator):
    name = sources[0]["name"]
    page = visit(f"/harvest/{name}", scripts=False, storage_state=coordinator).page
    if page.get_by_role("button", name="Wznów").count():
        page.get_by_role("button", name="Wznów").click()
    page.fill("#kh-reason", "Próba przeglądarki")
    page.get_by_role("button", name="Wstrzymaj źródło").click()
    assert "wstrzymane" in page.locator(".k-statusline").inner_text()
    assert "Próba przeglądarki" in page.locator("aside").inner_text()
    page.get_by_role("button", name="Wznów").click()
    assert "Próba przeglądarki" not in page.locator("main").inner_text()
