"""Pages about changes and following: accessible on a desk and on a phone, without scripts, without a request elsewhere."""

import pytest

from tests.browser.looking import assert_good

pytestmark = [pytest.mark.browser, pytest.mark.portal]


@pytest.fixture(scope="session")
def observed(api):
    """Name of a dataset of which two versions were seen, and the address of their difference."""
    found = None
    for package in api("package_search", rows=200)["results"]:
        steps = api("kielce_quality_changes", id=package["id"], lang="pl")["results"]
        changed = [step for step in steps if step["before_id"]]
        found = found or (package["name"], None)
        if changed:
            step = changed[0]
            query = f"resource={step['resource_id']}&from={step['before_id']}&to={step['observation_id']}"
            return package["name"], query
    if found is None:
        pytest.skip("the portal holds no dataset")
    return found


def pages(observed):
    name, query = observed
    paths = [
        f"/dataset/{name}/changes",
        f"/dataset/{name}/follow",
        "/follow",
        "/quality/metrics",
        "/follow/end/abc",
    ]
    return [*paths, f"/dataset/{name}/changes?{query}"] if query else paths


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_they_are_accessible_and_ask_nothing_elsewhere(visit, observed, lang, width):
    for path in pages(observed):
        seen = visit(lang + path, width=width)
        assert_good(seen, width)


def test_two_versions_are_compared_without_scripts(visit, observed):
    name, query = observed
    if not query:
        pytest.skip("no dataset of which two versions were seen")
    seen = visit(f"/dataset/{name}/changes?{query.split('&')[0]}", scripts=False)
    seen.page.click("form.kq-choose button")
    assert seen.page.locator("#difference").count() == 1


def test_the_widget_works_in_a_frame_and_sets_no_cookie(visit, observed, portal):
    seen = visit(f"/dataset/{observed[0]}/widget")
    assert seen.page.context.cookies() == []
    # A frame on another host can't be tried here: browsers keep pages of other hosts from this machine's own addresses.
    seen = visit("/follow")
    address = f"{portal}/dataset/{observed[0]}/widget"
    seen.page.evaluate(
        "address => { document.body.innerHTML = `<iframe src='${address}'></iframe>` }", address
    )
    frame = seen.page.frame_locator("iframe")
    frame.locator("h1").wait_for(timeout=20000)
    assert frame.locator(".s").inner_text().strip()
