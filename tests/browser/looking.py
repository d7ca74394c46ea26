"""How a page is looked at: axe, width, requests elsewhere, words of the other language; and how somebody logs in."""

import json
import os
from pathlib import Path

import pytest

#: A part of the page as text, without what comes from data.
WORDS = """([part, without]) => {
  const copy = document.querySelector(part).cloneNode(true);
  for (const data of copy.querySelectorAll(without)) data.remove();
  return copy.textContent.replace(/\\s+/g, ' ');
}"""


def faults(page):
    """What axe finds on a page, a line each."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{fault['id']}: {fault['help']} at {[node['html'][:150] for node in fault['nodes'][:3]]}"
        for fault in Axe().run(page).response["violations"]
    ]


def assert_fits(page, width):
    """No page is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def assert_good(seen, width):
    """A page asked nobody else, made no error, fits the window, and axe finds nothing."""
    assert seen.outside == []
    assert seen.errors == []
    assert_fits(seen.page, width)
    assert faults(seen.page) == []


def own_words(page, without, part="main"):
    """What the portal itself says on a page: ``without`` names what comes from data (a CSS selector)."""
    return page.evaluate(WORDS, [part, without])


def sign_in(chromium, portal, name, secret):
    """The cookies of a user who has logged in; ``secret`` is the name of the password beside the portal's settings."""
    secrets = Path(os.environ.get("KIELCE_PORTAL_INI", "?")).with_name("secrets.json")
    if not secrets.is_file():
        pytest.skip("KIELCE_PORTAL_INI does not name the running portal's settings")
    page = chromium.new_context().new_page()
    page.goto(f"{portal}/user/login")
    page.fill("#field-login", name)
    page.fill("#field-password", json.loads(secrets.read_text())[secret])
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    return page.context.storage_state()
