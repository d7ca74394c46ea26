"""The register, and the page behind a digest link, in a browser: accessible, fitting a phone, in one language."""

import re
from pathlib import Path

import pytest

from tests.browser.looking import assert_good, faults, own_words

pytestmark = [pytest.mark.browser, pytest.mark.portal]

#: Words of the one language that must not show on a page in the other, outside what people wrote.
ENGLISH = re.compile(r"\b(Register|Unit|Order|Show|Download|Words|entries|Points|Criterion|Planned|Office)\b")
POLISH = re.compile(
    r"\b(Rejestr|Jednostka|Kolejność|Pokaż|Pobierz|Słowa|wpisów|Punkty|Kryterium|Planowane)\b"
)
FROM_DATA = "h1, .k-path, .k-over, .kr-list, .kr-history, select, dd, .k-measure p, script"


@pytest.fixture(scope="session")
def entries(api):
    found = api("kielce_register_list", limit=100)["results"]
    if not found:
        pytest.skip("the portal's register is empty")
    return found


@pytest.fixture(scope="session")
def closed(entries):
    """An entry with all its scores that is not open."""
    found = [entry for entry in entries if entry["rank"]]
    if not found:
        pytest.skip("no entry is scored")
    return found[0]


@pytest.mark.parametrize("which", ["list", "entry"])
@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_public_page_is_accessible_and_fits(visit, closed, which, lang, width):
    path = "/rejestr" if which == "list" else f"/rejestr/{closed['id']}"
    seen = visit(path if lang == "pl" else "/en" + path, width)
    assert_good(seen, width)
    assert (ENGLISH if lang == "pl" else POLISH).findall(own_words(seen.page, FROM_DATA)) == []


def test_the_list_is_narrowed_without_scripts_and_the_address_says_how(visit, entries):
    page = visit("/rejestr", scripts=False).page
    page.locator(".kr-tiers a").nth(1).click()
    assert "tier=shared" in page.url
    page.select_option("#kr-obstacle", "law")
    page.locator(".kr-filters button").click()
    assert "tier=shared" in page.url and "obstacle=law" in page.url
    shown = page.locator(".kr-entry h2").all_inner_texts()
    expected = [
        entry["title"] for entry in entries if entry["tier"] == "shared" and "law" in entry["obstacles"]
    ]
    assert shown == expected


def test_the_foot_leads_to_the_register_and_the_list_can_be_fetched(visit):
    page = visit("/").page
    page.locator(".k-foot").get_by_role("link", name="Rejestr zbiorów").click()
    assert page.url.endswith("/rejestr")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Pobierz listę (CSV)").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("identyfikator;tytuł;") and "kontakt wewnętrzny" not in text


def test_a_visitor_changes_nothing(visit, closed):
    page = visit(f"/rejestr/{closed['id']}").page
    assert page.locator("main form").count() == 0


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", ["edycja", "nowy", "lista"])
def test_forms_are_accessible_and_fit(visit, closed, coordinator, path, width):
    where = f"/rejestr/{closed['id']}/edycja" if path == "edycja" else f"/rejestr/{path}"
    seen = visit(where, width, storage_state=coordinator)
    assert_good(seen, width)


def test_an_entry_is_made_mended_and_taken_out_without_scripts(visit, coordinator):
    page = visit("/rejestr/nowy", scripts=False, storage_state=coordinator).page
    page.fill("#kr-title", "Próba przeglądarki")
    page.select_option("#kr-unit", index=1)
    page.get_by_role("button", name="Zapisz").click()
    # What is missing is named, and the words typed are still there.
    assert page.locator("#kr-tier-error").count() == 1
    assert page.input_value("#kr-title") == "Próba przeglądarki"
    page.locator("input[name=tier][value=internal]").check()
    page.locator("input[name=cost][value='2']").check()
    page.locator("input[name=public]").uncheck()
    page.get_by_role("button", name="Zapisz").click()
    assert page.locator("h1").inner_text() == "Próba przeglądarki"
    assert "Oceniono kryteria: 1 z 6" in page.locator("main").inner_text()
    page.locator("details summary").click()
    page.get_by_role("button", name="Tak, usuń").click()
    assert page.url.endswith("/rejestr")


def test_a_list_with_an_error_names_its_row(visit, coordinator):
    page = visit("/rejestr/lista", storage_state=coordinator).page
    body = "tytuł;jednostka;poziom\nPróba;urzad-miasta;wewnętrzny\nDruga;urzad-miasta;tajny\n".encode()
    page.set_input_files("#kr-upload", {"name": "lista.csv", "mimeType": "text/csv", "buffer": body})
    page.get_by_role("button", name="Tylko sprawdź").click()
    row = page.locator("table tbody tr")
    assert row.count() == 1 and row.locator("td").all_inner_texts()[:2] == ["3", "poziom"]
    assert faults(page) == []


@pytest.mark.parametrize("lang", ["", "/en"])
def test_a_link_that_is_not_ours_says_what_to_do(visit, lang):
    seen = visit(f"{lang}/digest/abc", 360)
    assert_good(seen, 360)
    assert seen.page.locator("main form").count() == 0
