"""The coordinator's desk in a browser: journeys with and without scripts, accessible in both languages, at phone width."""

import datetime as dt
import secrets
from pathlib import Path

import pytest
from ckanext.kielce.desk.views import ADDRESSES

from tests.browser.looking import assert_fits, assert_good, faults

pytestmark = [pytest.mark.browser, pytest.mark.portal]


@pytest.fixture(scope="session")
def looked(chromium, portal, coordinator):
    """Addresses of a task's dataset and of the unit that publishes it."""
    page = chromium.new_context(storage_state=coordinator).new_page()
    page.goto(f"{portal}/pulpit/zbiory")
    return {
        "dataset": page.locator("tbody th a").first.get_attribute("href"),
        "unit": page.locator("tbody td a").first.get_attribute("href"),
    }


@pytest.mark.parametrize("path", [*ADDRESSES, "/role", "dataset", "unit"])
@pytest.mark.parametrize(("lang", "width"), [("pl", 1280), ("en", 360)])
def test_page_is_accessible_and_fits(visit, coordinator, looked, path, lang, width):
    address = looked.get(path, f"/pulpit{path}")
    seen = visit(address if lang == "pl" else f"/en{address}", width, storage_state=coordinator)
    assert_good(seen, width)
    assert seen.page.locator("h1").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_task_is_put_off_and_taken_up_again(visit, coordinator, scripts):
    page = visit("/pulpit?kind=detail", scripts=scripts, storage_state=coordinator).page
    title = page.locator(".kd-task h2 a").first.inner_text()
    before = page.locator(".k-bar p").first.inner_text()
    page.locator(".kd-task").first.get_by_role("button", name="Odłóż o tydzień").click()
    assert "Odłożono." in page.locator(".flash-messages").inner_text()
    assert "kind=detail" in page.url
    assert page.locator(".k-bar p").first.inner_text() != before
    page.goto(page.url.replace("kind=detail", "kind=detail&state=snoozed"))
    row = page.locator(".kd-task", has=page.get_by_role("link", name=title, exact=True)).first
    row.get_by_role("button", name="Podejmij na nowo").click()
    assert "Z powrotem na liście." in page.locator(".flash-messages").inner_text()


def test_many_are_acknowledged_at_once_and_taken_up_again(visit, coordinator):
    page = visit("/pulpit?kind=detail", storage_state=coordinator).page
    for place in (0, 1):
        page.locator("input[name=item]").nth(place).check()
    page.select_option("#b-act", "acknowledge")
    page.fill("#b-reason", "na próbę")
    page.get_by_role("button", name="Wykonaj dla zaznaczonych").click()
    assert "Potwierdzono. (2)" in page.locator(".flash-messages").inner_text()
    page.goto(page.url.split("?")[0] + "?kind=detail&state=acknowledged")
    for box in page.locator("input[name=item]").all():
        box.check()
    page.select_option("#b-act", "reopen")
    page.get_by_role("button", name="Wykonaj dla zaznaczonych").click()
    assert "Z powrotem na liście." in page.locator(".flash-messages").inner_text()


def test_filters_narrow_by_keyboard_alone(visit, coordinator):
    page = visit("/pulpit/zbiory", storage_state=coordinator).page
    page.locator(".kd-filters > summary").focus()
    page.keyboard.press("Enter")
    page.locator("#f-status").focus()
    page.select_option("#f-status", "overdue")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Pokaż", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**status=overdue**")
    words = page.locator("tbody .k-status").all_inner_texts()
    assert set(words) <= {"spóźnione", "Spóźnione"}


def test_a_list_is_downloaded(visit, coordinator):
    page = visit("/pulpit/jednostki", storage_state=coordinator).page
    with page.expect_download() as waited:
        page.get_by_role("link", name="Pobierz jako CSV").click()
    text = Path(waited.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("Kto publikuje;")


def test_an_owner_checks_a_worse_file_and_throws_it_away(visit, owner, tmp_path):
    page = visit("/pulpit/zbiory", storage_state=owner).page
    links = [link.get_attribute("href") for link in page.locator("tbody th a").all()]
    for link in links:
        page.goto(page.url.split("/pulpit")[0] + link)
        if page.locator("input[type=file]").count():
            break
    else:
        pytest.skip("the owner has no set with a file to replace")
    broken = tmp_path / "nowy.csv"
    broken.write_text("<!DOCTYPE html><html><body>Zaloguj się</body></html>", encoding="utf-8")
    page.locator("input[type=file]").first.set_input_files(broken)
    page.get_by_role("button", name="Najpierw sprawdź").first.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "Lepszy czy gorszy?"
    assert "Gorszy" in page.locator(".kd-verdict").inner_text()
    assert faults(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert_fits(page, 360)
    page.get_by_role("button", name="Wyrzuć").click()
    page.wait_for_load_state()
    assert "Wyrzucono" in page.locator(".flash-messages").inner_text()


def test_an_owner_sees_no_other_unit(visit, owner):
    page = visit("/pulpit/jednostki", storage_state=owner).page
    assert page.locator("tbody tr").count() == 1
    assert page.get_by_role("link", name="Role").count() == 0


def test_nobody_is_led_to_the_log_in_page(visit):
    page = visit("/pulpit").page
    assert "/user/login" in page.url


@pytest.mark.parametrize(("lang", "width"), [("pl", 1280), ("en", 360)])
def test_the_form_to_announce_a_change_is_accessible_and_fits(visit, coordinator, looked, lang, width):
    seen = visit(looked["dataset"], storage_state=coordinator)
    address = seen.page.get_by_role("link", name="Zapowiedz zmianę").get_attribute("href")
    assert_good(visit(address if lang == "pl" else f"/en{address}", width, storage_state=coordinator), width)


def test_a_change_is_announced_and_called_off_without_scripts(visit, coordinator, looked):
    page = visit(looked["dataset"], scripts=False, storage_state=coordinator).page
    public = page.get_by_role("link", name="Strona publiczna zbioru").get_attribute("href")
    page.get_by_role("link", name="Zapowiedz zmianę").click()
    words = f"Próba przeglądarki {secrets.token_hex(4)}"
    day = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=30)).date().isoformat()
    page.select_option("#kind", "columns")
    page.fill("#text", words)
    page.fill("#effective", "2020-01-01")
    # Without the browser's own check the portal names the field, and nothing typed is lost.
    page.locator("main form").first.evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Zapowiedz", exact=True).click()
    assert page.locator("#effective-error").count() == 1
    assert page.input_value("#text") == words
    page.fill("#effective", day)
    page.get_by_role("button", name="Zapowiedz", exact=True).click()
    assert words in visit(public).page.locator("article > header").inner_text()
    page.locator(".k-rows li", has_text=words).get_by_role("button", name="Odwołaj").click()
    assert words not in visit(public).page.locator("article > header").inner_text()
