"""The page on which owners announce changes: who may, what it says of mistakes, calling off, what caches are told."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from ckan.tests import factories, helpers
from ckanext.kielce.common import changes as told

from tests.api.plugins import PLUGINS

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.api.rate_limits", False),
    pytest.mark.ckan_config("ckanext.kielce.cache.purge_urls", ""),
    pytest.mark.usefixtures("portal"),
]
PAGE = "/dataset/sciezki/zapowiedzi"
SOON = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=30)).date().isoformat()
GIVEN = {"kind": "columns", "effective": SOON, "text": "Kolumna „nr” będzie „numer”.", "text_en": ""}


@pytest.fixture
def editor(make_dataset, unit):
    """Headers of an editor of the unit that publishes the dataset."""
    make_dataset()
    user = factories.UserWithToken()
    helpers.call_action("organization_member_create", id=unit["id"], username=user["name"], role="editor")
    return {"Authorization": user["token"]}


def test_an_editor_announces_and_everyone_reads_it(app, editor):
    assert "Nic jeszcze nie zapowiedziano" in app.get(PAGE, headers=editor).body
    sent = app.post(PAGE, data=GIVEN, headers=editor, follow_redirects=False)
    assert (sent.status_code, sent.headers["Location"].endswith(PAGE)) == (302, True)
    assert "będzie „numer”" in app.get(PAGE, headers=editor).body
    assert "będzie „numer”" in app.get("/dataset/sciezki").body


def test_it_is_called_off_on_the_same_page(app, editor):
    app.post(PAGE, data=GIVEN, headers=editor, follow_redirects=False)
    shown = app.get(PAGE, headers=editor).body
    (address,) = re.findall(rf'action="({PAGE}/[^"]+/odwolaj)"', shown)
    app.post(address, headers=editor, follow_redirects=False)
    assert "będzie „numer”" not in app.get("/dataset/sciezki").body
    after = app.get(f"/en{PAGE}", headers=editor).body
    assert "Called off on" in after
    assert "/odwolaj" not in after


def test_a_mistake_is_named_and_nothing_typed_is_lost(app, editor):
    given = {**GIVEN, "effective": "2020-01-01", "text": "Nowe <b>kolumny</b>", "kind": ""}
    page = app.post(f"/en{PAGE}", data=given, headers=editor, status=400).body
    assert 'id="effective-error"' in page
    assert 'id="kind-error"' in page
    assert 'id="text-error"' not in page
    assert "Nowe &lt;b&gt;kolumny&lt;/b&gt;</textarea>" in page
    assert 'value="2020-01-01"' in page


def test_only_those_who_edit_the_dataset_see_the_page_and_its_link(app, editor, make_dataset):
    assert "/user/login?came_from=" in app.get(PAGE, follow_redirects=False).headers["Location"]
    stranger = {"Authorization": factories.UserWithToken()["token"]}
    app.get(PAGE, headers=stranger, status=403)
    app.post(PAGE, data=GIVEN, headers=stranger, status=403)
    make_dataset(name="tajny", private=True)
    app.get("/dataset/tajny/zapowiedzi", headers=stranger, status=404)
    app.get("/dataset/nie-ma/zapowiedzi", headers=stranger, status=404)
    assert PAGE not in app.get("/dataset/sciezki").body
    assert PAGE in app.get("/dataset/sciezki", headers=editor).body


def test_an_announcement_of_another_dataset_is_not_called_off_from_here_by_a_stranger(
    app, editor, make_dataset
):
    other = factories.Organization()
    make_dataset(name="drugi", owner_org=other["id"])
    made = helpers.call_action("kielce_api_announce", **{**GIVEN, "id": "drugi"})
    app.post(f"{PAGE}/{made['id']}/odwolaj", headers=editor, status=403)
    app.post(f"{PAGE}/nie-ma/odwolaj", headers=editor, status=404)


def test_caches_are_told_to_forget_the_page(editor):
    forgotten = []

    def hear(_sender, package_ids):
        forgotten.append(package_ids)

    with told.changed.connected_to(hear):
        made = helpers.call_action("kielce_api_announce", **{**GIVEN, "id": "sciezki"})
        helpers.call_action("kielce_api_announcement_withdraw", id=made["id"])
    assert forgotten == [[made["dataset"]["id"]]] * 2
