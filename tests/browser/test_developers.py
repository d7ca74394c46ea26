"""The developers' page: a call is tried there, with scripts and without, in both languages, wide and narrow."""

import json
import urllib.request

import pytest

from tests.browser.looking import assert_good

pytestmark = [pytest.mark.browser, pytest.mark.portal]


def test_the_answer_is_shown_on_the_page(visit):
    seen = visit("/en/developers?call=datasets&limit=2")
    page = seen.page
    page.fill("#p-limit", "1")
    page.click("form[data-kielce-api] button[type=submit]")
    page.wait_for_selector("[data-kielce-api-answer] pre:not(:empty)")
    answer = json.loads(page.inner_text("[data-kielce-api-answer] pre"))
    assert len(answer["datasets"]) == 1
    # The code to copy is of the same call.
    assert "limit=1" in page.inner_text("#call-made details[open] code")
    assert page.get_attribute("[data-kielce-api-address]", "href").endswith("/api/datasets?limit=1")
    assert seen.outside == []
    assert seen.errors == []


def test_a_mistake_is_shown_with_what_would_be_right(visit):
    page = visit("/en/developers?call=datasets&limit=2").page
    page.fill("#p-limit", "many")
    page.click("form[data-kielce-api] button[type=submit]")
    page.wait_for_selector("[data-kielce-api-answer] pre:not(:empty)")
    assert "400" in page.inner_text("[data-kielce-api-status]")
    assert "must be a whole number" in page.inner_text("[data-kielce-api-answer] pre")


def test_without_scripts_the_form_makes_a_link_that_answers(visit):
    page = visit("/developers", scripts=False).page
    page.select_option("#call", "datasets")
    page.click("form.k-api-choose button")
    page.fill("#p-limit", "1")
    page.click("form[data-kielce-api] button[type=submit]")
    address = page.get_attribute("[data-kielce-api-address]", "href")
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert len(json.load(answer)["datasets"]) == 1
    assert "limit=1" in page.inner_text("#call-made details[open] code")


@pytest.mark.parametrize("path", ["/developers", "/en/developers", "/developers?call=package_search"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_is_within_reach_of_everyone(visit, path, width):
    assert_good(visit(path, width=width), width)


def test_every_address_of_the_page_works_by_keyboard(visit):
    page = visit("/en/developers?call=datasets&limit=1").page
    page.focus("#p-limit")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-kielce-api-answer] pre:not(:empty)")
    page.focus("[data-kielce-api-answer] pre")
    assert page.evaluate("document.activeElement.tagName") == "PRE"
