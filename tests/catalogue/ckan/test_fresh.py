"""What was just written is handed to the activity stream as it stands in the catalogue, and never anything older."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import search
from ckan.tests import factories, helpers
from ckanext.kielce.catalogue import fresh

spec = importlib.util.spec_from_file_location("examples", Path(__file__).parent.parent / "examples.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)

PLUGINS = "kielce activity datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]


@pytest.fixture
def dataset(with_plugins, clean_db):
    unit = factories.Organization(name="urzad-miasta", title="Urząd Miasta Kielce")
    return lambda **changes: helpers.call_action(
        "package_create", as_writer(), **examples.example("dataset", owner_org=unit["id"], **changes)
    )


def as_writer():
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"user": site["name"], "ignore_auth": True}


def activities(dataset_id):
    from ckanext.activity.model import Activity

    rows = model.Session.query(Activity).filter_by(object_id=dataset_id).order_by(Activity.timestamp)
    return [(row.activity_type, row.data["package"]) for row in rows]


def as_json(package):
    return json.loads(json.dumps(package))


def test_the_activity_holds_the_dataset_as_it_is_shown(dataset):
    made = dataset()
    shown = helpers.call_action("package_show", id=made["id"])
    assert activities(made["id"]) == [("new package", as_json(shown))]


def test_after_an_edit_the_activity_holds_the_new_state(dataset):
    made = dataset(title="Dawny tytuł")
    helpers.call_action("package_patch", as_writer(), id=made["id"], title="Nowy tytuł")
    kinds = [(kind, package["title"]) for kind, package in activities(made["id"])]
    assert kinds == [("new package", "Dawny tytuł"), ("changed package", "Nowy tytuł")]


def test_the_dataset_is_not_looked_up_again_for_the_activity(dataset, monkeypatch):
    asked = []
    look_up = search.show
    monkeypatch.setattr(search, "show", lambda reference: asked.append(reference) or look_up(reference))
    made = dataset()
    assert asked == []
    helpers.call_action("package_show", id=made["id"])
    assert asked == [made["id"]]


def test_a_dataset_changed_meanwhile_is_read_anew(dataset):
    made = dataset(title="Dawny tytuł")
    helpers.call_action("package_patch", as_writer(), id=made["id"], title="Nowy tytuł")
    old = {**made, "state": "active"}
    fresh.keep({"ignore_auth": True, "validate": False, "use_cache": False}, old)
    assert fresh.take(made["id"]) is None


def test_a_deleted_dataset_is_read_anew(dataset):
    made = dataset()
    fresh.keep({"ignore_auth": True, "validate": False, "use_cache": False}, made)
    package = model.Package.get(made["id"])
    package.state = "deleted"
    model.Session.flush()
    assert fresh.take(made["id"]) is None


def test_it_is_given_out_once_and_as_a_copy(dataset):
    made = dataset()
    fresh.keep({"ignore_auth": True, "validate": False, "use_cache": False}, made)
    taken = fresh.take(made["id"])
    assert taken == made
    taken["resources"].clear()
    assert made["resources"]
    assert fresh.take(made["id"]) is None


def test_readers_always_get_what_is_stored(dataset):
    made = dataset()
    fresh.keep(
        {"ignore_auth": True, "validate": False, "use_cache": False}, {**made, "title": "Nie z katalogu"}
    )
    for data_dict in ({"id": made["id"]}, {"id": made["id"], "include_tracking": False}):
        shown = tk.get_action("package_show")({"user": ""}, data_dict)
        assert shown["title"] == made["title"]
