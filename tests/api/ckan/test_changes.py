"""Changes announced by owners, changes of columns that were observed, on the page and in the feeds."""

from __future__ import annotations

import datetime as dt
import json

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories, helpers
from ckanext.kielce.quality.model import Observation
from lxml import etree

from tests.api.plugins import PLUGINS

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.cache.purge_urls", ""),
    pytest.mark.usefixtures("portal"),
]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
TOMORROW = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=2)).date().isoformat()


def announce(**fields):
    given = {
        "id": "sciezki",
        "kind": "columns",
        "text": "Kolumna „nr” będzie „numer”.",
        "effective": TOMORROW,
    }
    return helpers.call_action("kielce_api_announce", **{**given, **fields})


def test_an_announcement_is_on_the_page_in_the_list_and_in_the_feed(app, make_dataset):
    make_dataset()
    announce(text_en="The column “nr” will be “numer”.")
    assert "będzie „numer”" in app.get("/dataset/sciezki").body
    assert "will be “numer”" in app.get("/en/dataset/sciezki").body
    (entry,) = json.loads(app.get("/api/changes.json").body)["results"]
    assert (entry["what"], entry["kind"], entry["effective"]) == ("announced", "columns", TOMORROW)
    feed = etree.fromstring(app.get("/api/changes.atom?lang=en").body.encode())
    assert feed.xpath("//a:entry/a:summary/text()", namespaces=ATOM) == ["The column “nr” will be “numer”."]
    assert json.loads(app.get("/api/changes.json?dataset=sciezki").body)["results"]


def test_one_that_is_called_off_leaves_the_page_and_says_so_in_the_feed(app, make_dataset):
    make_dataset()
    made = announce()
    helpers.call_action("kielce_api_announcement_withdraw", id=made["id"])
    assert "będzie „numer”" not in app.get("/dataset/sciezki").body
    (entry,) = json.loads(app.get("/api/changes.json").body)["results"]
    assert entry["withdrawn"] is True
    assert entry["text"].startswith("Odwołane.")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"effective": "2020-01-01"}, "effective"),
        ({"effective": "jutro"}, "effective"),
        ({"effective": "2099-01-01"}, "effective"),
        ({"kind": "else"}, "kind"),
        ({"text": "x" * 2001}, "text"),
        ({"text": ""}, "text"),
        ({"resource_id": "nope"}, "resource_id"),
    ],
)
def test_a_mistaken_announcement_names_the_field(make_dataset, fields, name):
    make_dataset()
    with pytest.raises(tk.ValidationError) as err:
        announce(**fields)
    assert name in err.value.error_dict


def test_only_who_may_edit_announces_and_calls_off(make_dataset):
    make_dataset()
    made = announce()
    stranger = factories.User()
    context = {"user": stranger["name"], "ignore_auth": False}
    with pytest.raises(tk.NotAuthorized):
        helpers.call_auth("kielce_api_announce", context, id="sciezki")
    with pytest.raises(tk.NotAuthorized):
        helpers.call_auth("kielce_api_announcement_withdraw", context, id=made["id"])


def test_nobody_is_told_of_private_datasets(app, make_dataset):
    make_dataset(private=True)
    announce()
    assert json.loads(app.get("/api/changes.json").body)["results"] == []
    assert app.get("/api/changes.json?dataset=sciezki").status_code == 403


def observed(package, day, columns):
    resource = package["resources"][0]["id"]
    moment = dt.datetime(2026, 11, day, tzinfo=dt.timezone.utc)
    model.Session.add(
        Observation(
            package_id=package["id"],
            resource_id=resource,
            observed_at=moment,
            last_seen_at=moment,
            checks=1,
            method="get",
            value_hash=f"v{day}",
            schema_fingerprint=json.dumps(columns),
            row_count=3,
            profile={"columns": columns, "parsed": True},
            problems=[],
        )
    )
    model.Session.commit()


def test_changes_of_columns_that_were_observed_are_told(app, make_dataset, monkeypatch):
    package = make_dataset()
    observed(package, 1, {"nr": "integer", "ulica": "text"})
    observed(package, 2, {"nr": "integer", "ulica": "text"})
    observed(package, 3, {"numer": "integer", "ulica": "text"})
    (entry,) = json.loads(app.get("/api/changes.json?lang=en").body)["results"]
    assert (entry["what"], entry["kind"]) == ("observed", "schema")
    assert (entry["columns_added"], entry["columns_removed"]) == (["numer"], ["nr"])
    assert "numer" in entry["text"]
    helpers.call_action("package_patch", id=package["id"], private=True)
    assert json.loads(app.get("/api/changes.json").body)["results"] == []
