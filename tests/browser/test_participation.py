"""Taking part: forms without an account, public answers with their days, the gallery; accessible, on a phone, without scripts."""

import re
import secrets
from urllib.parse import urlsplit

import pytest

from tests.browser.looking import assert_good, own_words

pytestmark = [pytest.mark.browser, pytest.mark.portal]

#: Words of the one language that must not show on a page in the other, outside what people wrote.
ENGLISH = re.compile(
    r"\b(Questions|Ask for|Send|optional|Kind|State|Show|Answer|About|What|Thank you|Nothing)\b"
)
POLISH = re.compile(
    r"\b(Pytania|Poproś|Wyślij|Rodzaj|Stan|Pokaż|Odpowiedź|Dotyczy|Odpowiada|Dziękujemy|Nic|Adres)\b"
)
FROM_DATA = "h1, h2 a, .k-path, .k-card, .k-lead, .k-said, select, article > p a, script"
#: Seconds for which a form has to be open, and a moment more; see participation/views.py.
A_WHILE = 2_300


@pytest.fixture(scope="session")
def somebody():
    """Headers of a caller whom the portal has not met: each address may send so many submissions a day."""
    return {"X-Forwarded-For": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"}


@pytest.fixture(scope="session")
def dataset(places):
    if "table" not in places:
        pytest.skip("the portal holds no table")
    return places["table"].rsplit("/", 1)[-1]


@pytest.fixture
def title():
    """A title that no other test's submission has."""
    return f"Próba przeglądarki {secrets.token_hex(4)}"


def fill(page, title, **fields):
    page.fill("#title", title)
    page.fill("#text", "W wierszu 12 jest 1200, a powinno być 12.")
    for name, value in fields.items():
        page.fill(f"#{name}", value)


def send(page, button):
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def decide(visit, coordinator, title, kind, state, answer="", public=True):
    """What the coordinator does with the matter of this title, found in the list as anybody finds it."""
    page = visit(f"/pytania?kind={kind}", scripts=False, storage_state=coordinator).page
    page.get_by_role("link", name=title, exact=True).click()
    page.fill("#answer-text", answer)
    if state:
        page.select_option("#state", state)
    page.get_by_role("checkbox").set_checked(public)
    send(page, "Zapisz")
    assert page.locator("[role=alert]").count() == 0
    return page


PAGES = {
    "list": "/pytania",
    "narrowed": "/pytania?kind=problem&state=open",
    "problem": "/zglos?datasets={dataset}",
    "problem of anything": "/zglos",
    "request": "/popros-o-dane",
    "gallery": "/zastosowania",
    "reuse": "/zastosowania/dodaj",
    "use": "/dataset/{dataset}/uzywam",
}


@pytest.mark.parametrize("which", PAGES)
@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_page_is_accessible_fits_and_speaks_one_language(visit, dataset, which, lang, width):
    path = PAGES[which].format(dataset=dataset)
    seen = visit(path if lang == "pl" else f"/en{path}", width)
    assert_good(seen, width)
    assert seen.page.evaluate("document.documentElement.lang") == lang
    assert (ENGLISH if lang == "pl" else POLISH).findall(own_words(seen.page, FROM_DATA)) == []


@pytest.mark.parametrize("which", ["list", "problem", "gallery"])
def test_page_is_accessible_in_the_dark(visit, dataset, which):
    assert_good(visit(PAGES[which].format(dataset=dataset), 360, color_scheme="dark"), 360)


def test_a_mistake_is_told_and_answered_in_public(visit, coordinator, somebody, dataset, title, api):
    page = visit(f"/dataset/{dataset}", scripts=False, extra_http_headers=somebody).page
    page.get_by_role("link", name="Coś tu się nie zgadza").click()
    assert api("package_show", id=dataset)["title"] in page.locator(".k-lead").inner_text()

    # Nobody writes so fast; what was typed stays, and a moment later it goes.
    fill(page, title)
    send(page, "Wyślij")
    assert "bardzo szybko" in page.locator("[role=alert]").inner_text()
    assert page.input_value("#title") == title
    page.wait_for_timeout(A_WHILE)
    send(page, "Wyślij")
    own = page.url
    assert "/pytania/sprawa/" in own
    assert page.locator("[role=status]").count() == 1
    assert "odpowiedź do" in page.locator(".k-lead").inner_text()
    assert page.context.cookies() == []

    # It waits at the desk. Before somebody of the city has read it, only its sender sees it.
    desk = visit("/pulpit", storage_state=coordinator).page
    assert desk.locator(".kd-summary a[href$='/pytania?state=open']").count() == 1
    assert title not in visit("/pytania").page.content()
    decide(visit, coordinator, title, "problem", "in_progress")
    card = visit("/pytania?state=open").page.locator(".k-card", has_text=title)
    assert "Jest w toku" in card.inner_text()
    assert re.search(r"odpowiedź do \d", card.inner_text())

    decide(visit, coordinator, title, "problem", "answered", "Poprawione, dziękujemy.")
    answered = visit("/pytania?state=answered", 360).page
    answered.get_by_role("link", name=title).click()
    assert re.search(r"/pytania/\d+$", answered.url)
    assert "Odpowiedziano" in answered.locator(".k-lead").inner_text()
    assert "Poprawione, dziękujemy." in answered.locator("#answer").locator("xpath=../..").inner_text()
    assert (
        title in visit(f"/dataset/{dataset}").page.locator("#take-part").locator("xpath=../..").inner_text()
    )
    assert "Poprawione" in visit(urlsplit(own).path).page.content()

    decide(visit, coordinator, title, "problem", "", "Poprawione, dziękujemy.", public=False)
    assert title not in visit("/pytania?state=answered").page.content()


def test_the_matter_and_its_answer_form_are_accessible(visit, coordinator, somebody, title):
    """A request in English, from a phone, with scripts; then the page on which it is answered."""
    seen = visit("/en/popros-o-dane", 360, extra_http_headers=somebody)
    page = seen.page
    fill(page, title)
    page.select_option("#unit", index=1)
    page.wait_for_timeout(A_WHILE)
    send(page, "Send")
    assert "Thank you, it has come." in page.locator("[role=status]").inner_text()
    assert_good(seen, 360)
    for lang, width in (("", 1280), ("/en", 360)):
        shown = visit(f"{lang}/pytania?kind=request", width, storage_state=coordinator)
        shown.page.get_by_role("link", name=title).click()
        shown.page.wait_for_load_state()
        assert_good(shown, width)
        assert shown.page.locator("#answer-text").count() == 1
    # An answer without words is refused, and the page says so.
    shown.page.select_option("#state", "answered")
    send(shown.page, "Save")
    assert shown.page.locator("[role=alert]").count() == 1
    assert shown.page.locator("#answer-text").get_attribute("aria-invalid") == "true"


def test_a_reuse_stands_in_the_gallery_once_it_was_read(visit, coordinator, somebody, dataset, title):
    page = visit(f"/dataset/{dataset}", 360, extra_http_headers=somebody).page
    page.get_by_role("link", name="Coś z tego zrobiłem lub zrobiłam").click()
    fill(page, title, url="https://mapa.example/proba", author="Klasa 7b")
    page.select_option("#what", "school")
    page.wait_for_timeout(A_WHILE)
    send(page, "Wyślij")
    assert "/pytania/sprawa/" in page.url
    assert title not in visit("/zastosowania").page.content()

    decide(visit, coordinator, title, "reuse", "accepted")
    card = visit("/zastosowania", 360).page.locator(".k-card", has_text=title)
    assert "Lekcja lub praca szkolna" in card.inner_text()
    assert "Klasa 7b" in card.inner_text()
    link = card.get_by_role("link", name=title)
    assert "nofollow" in link.get_attribute("rel")
    assert (
        title in visit(f"/dataset/{dataset}").page.locator("#take-part").locator("xpath=../..").inner_text()
    )

    decide(visit, coordinator, title, "reuse", "", public=False)
    assert title not in visit("/zastosowania").page.content()


@pytest.mark.parametrize("scripts", [True, False])
def test_one_click_says_what_the_data_are_used_for(visit, dataset, scripts):
    page = visit(f"/dataset/{dataset}", scripts=scripts).page
    page.get_by_role("button", name="w szkole").click()
    page.wait_for_url(f"**/dataset/{dataset}/uzywam")
    assert page.get_by_role("heading", level=1).inner_text() == "Dziękujemy"
    page.get_by_role("link", name="Wróć do danych").click()
    assert page.url.endswith(f"/dataset/{dataset}")


def test_the_footer_leads_to_questions_and_the_gallery(visit):
    foot = visit("/").page.locator(".k-foot")
    assert foot.get_by_role("link", name="Pytania i odpowiedzi").get_attribute("href") == "/pytania"
    assert foot.get_by_role("link", name="Co powstało z danych").get_attribute("href") == "/zastosowania"
