"""A headless browser over the running portal whose address is in KIELCE_PORTAL_URL."""

import json
import os
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

import pytest

from tests.browser.looking import sign_in

CHROMIUM = os.environ.get("KIELCE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def portal() -> str:
    url = os.environ.get("KIELCE_PORTAL_URL", "").rstrip("/")
    if not url:
        pytest.skip("KIELCE_PORTAL_URL is not set: `make test` sets it to a running portal with data")
    return url


@pytest.fixture(scope="session")
def chromium(portal):
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def coordinator(chromium, portal):
    """The cookies of a signed-in coordinator."""
    return sign_in(chromium, portal, "koordynator", "coordinator")


@pytest.fixture(scope="session")
def owner(chromium, portal):
    """The cookies of a signed-in editor of one unit."""
    return sign_in(chromium, portal, "mpec", "owner")


@dataclass
class Visit:
    """What one page did: requests to other hosts, errors in the console."""

    page: object
    outside: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    weight: int = 0


@pytest.fixture
def visit(chromium, portal):
    """Return a function that opens a path and records all that it asked for."""
    contexts = []

    def open_page(path, width=1280, scripts=True, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page)
        host = urllib.parse.urlsplit(portal).netloc

        def asked(request):
            target = urllib.parse.urlsplit(request.url)
            if target.scheme in ("http", "https") and target.netloc != host:
                seen.outside.append(request.url)

        def said(message):
            # The browser reports a page's own 404 in the console; that is what such a page is for.
            if message.type == "error" and "404 (NOT FOUND)" not in message.text:
                seen.errors.append(message.text)

        page.on("request", asked)
        page.on("console", said)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.goto(portal + path, wait_until="networkidle")
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def api(portal):
    def call(action, **arguments):
        query = urllib.parse.urlencode(arguments)
        with urllib.request.urlopen(f"{portal}/api/3/action/{action}?{query}", timeout=30) as answer:
            return json.load(answer)["result"]

    return call


@pytest.fixture(scope="session")
def places(api, portal):
    """Addresses of one page of each kind, found in the data that the portal holds."""
    found = {
        "home": "/",
        "search": "/dataset",
        "found": "/dataset?" + urllib.parse.urlencode({"q": "sciezki rowerowe"}),
        "nothing": "/dataset?q=qqqqxyzzy",
        "domains": "/group",
        "units": "/organization",
        "developers": "/developers",
        "accessibility": "/accessibility",
        "about": "/about",
        "login": "/user/login",
        "missing": "/dataset/no-such-dataset-here",
    }
    packages = api("package_search", rows=500)["results"]
    # A set without a grade may be one whose file is withheld; its page has no table to look at.
    graded = api("package_search", rows=500, fq="quality_grade:(A OR B)")["results"]
    tables = [pkg for pkg in graded if any(res.get("datastore_active") for res in pkg["resources"])]
    if tables:
        # The one with the most rows pages; the address of its file is a page of its own.
        found["table"] = f"/dataset/{tables[0]['name']}"
        resource = next(res for res in tables[0]["resources"] if res.get("datastore_active"))
        found["file"] = f"/dataset/{tables[0]['name']}/resource/{resource['id']}"
    layers = [
        pkg for pkg in packages if any((res.get("format") or "") == "GEOJSON" for res in pkg["resources"])
    ]
    if layers:
        found["map"] = f"/dataset/{layers[0]['name']}"
    units = api("organization_list")
    if units:
        found["unit"] = f"/organization/{units[0]}"
    domains = api("group_list")
    if domains:
        found["domain"] = f"/group/{domains[0]}"
    if any(pkg["type"] == "indicator" for pkg in packages):
        name = next(pkg["name"] for pkg in packages if pkg["type"] == "indicator")
        found["indicator"] = f"/dataset/{name}"
    for key, path in (("indicators", "/wskazniki"),):
        try:
            with urllib.request.urlopen(portal + path, timeout=30):
                found[key] = path
        except urllib.error.HTTPError:
            pass
    return found
