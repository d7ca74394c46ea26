"""Datasets through CKAN: what is accepted, how it is stored, and what a clerk reads when it is not."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

spec = importlib.util.spec_from_file_location("examples", Path(__file__).parent.parent / "examples.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)

PLUGINS = "kielce datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]
EU = "http://publications.europa.eu/resource/authority"


@pytest.fixture
def unit(with_plugins, clean_db):
    return factories.Organization(name="urzad-miasta", title="Urząd Miasta Kielce")


def create(unit, kind, **changes):
    return helpers.call_action("package_create", **examples.example(kind, owner_org=unit["id"], **changes))


def errors_of(unit, kind="dataset", **changes):
    with pytest.raises(tk.ValidationError) as caught:
        create(unit, kind, **changes)
    return caught.value.error_dict


@pytest.mark.parametrize("kind", sorted(examples.EXAMPLES))
def test_example_is_stored_and_read_back(unit, kind):
    created = create(unit, kind)
    shown = helpers.call_action("package_show", id=created["id"])
    assert shown["type"] == kind
    assert shown["theme"] and all(uri.startswith(f"{EU}/data-theme/") for uri in shown["theme"])
    assert shown["language"] == [f"{EU}/language/POL"]
    assert shown["teryt"] == "2661011"
    assert shown["access_rights"] == f"{EU}/access-right/PUBLIC"
    assert shown["contact"][0]["email"] == "dane@um-kielce.example"
    assert shown["temporal_coverage"] == [{"start": "2020-01", "end": "2024-12"}]
    again = helpers.call_action("package_update", **shown)
    assert {k: again[k] for k in shown if k != "metadata_modified"} == {
        k: shown[k] for k in shown if k != "metadata_modified"
    }


def test_codes_and_aliases_are_stored_in_one_form(unit):
    shown = create(unit, "dataset", license_id="cc-by", frequency="monthly", domain="finanse")
    assert shown["license_id"] == "CC-BY-4.0"
    assert shown["frequency"] == f"{EU}/frequency/MONTHLY"
    csv, xlsx = shown["resources"]
    assert (csv["format"], csv["mimetype"], csv["encoding"]) == ("CSV", "text/csv", "windows-1250")
    assert xlsx["format"] == "XLSX"
    assert csv["columns"] == [{"name": "kwota", "title": "Kwota", "type": "number", "unit": "zł"}]


def test_composites_may_come_as_json_text_or_one_object(unit):
    columns = json.dumps([{"name": "rok", "type": "year"}])
    shown = create(
        unit,
        "dataset",
        contact={"email": "a@um-kielce.example"},
        resources=[{"url": "https://dane.kielce.example/a.csv", "columns": columns}],
    )
    assert shown["contact"] == [{"email": "a@um-kielce.example"}]
    assert shown["resources"][0]["columns"] == [{"name": "rok", "type": "year"}]


def test_an_empty_translation_is_not_stored(unit):
    shown = create(unit, "dataset", title_en="  ", notes_en="")
    assert "title_en" not in shown and "notes_en" not in shown


def test_spatial_layer_keeps_its_services_and_systems(unit):
    shown = create(unit, "spatial_layer")
    assert shown["crs"] == ["EPSG:2178", "EPSG:4326"]
    assert shown["spatial_resolution_in_meters"] == 0.1 and shown["scale_denominator"] == 500
    assert json.loads(shown["spatial"])["type"] == "Polygon"
    assert shown["resources"][0]["format"] == "WFS_SRVC"
    assert shown["resources"][0]["access_services"][0]["endpoint_url"] == ["https://msip.kielce.example/wfs"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("domain", "kosmos", "kosmos"),
        ("domain", "", "fill it in"),
        ("frequency", "czasami", "MONTHLY"),
        ("license_id", "moja", "CC-BY-4.0"),
        ("teryt", "123", "2661011"),
        ("theme", ["XXXX"], "TRAN"),
        ("spatial", '{"type": "Point", "coordinates": [612345, 512345]}', "EPSG:4326"),
        ("spatial", "tutaj", "JSON"),
        ("notes", " ", "fill it in"),
        ("issued", "wczoraj", "2024-03-31"),
        ("url", "kielce", "https://"),
        ("title_en", "", "title_en"),
        ("contact", "nie json", "list of objects"),
    ],
)
def test_a_bad_value_is_refused_with_a_remedy(unit, field, value, words):
    found = errors_of(unit, **{field: value})
    reported = "notes_en" if field == "title_en" else field
    assert words in str(found[reported])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("format", "dziwny", "CSV"),
        ("size", "dużo", "not a number"),
        ("columns", [{"title": "bez nazwy"}], "fill it in"),
        ("encoding", "polski", "windows-1250"),
        ("hash_algorithm", "crc", "sha256"),
        ("access_services", [{"endpoint_url": ["gdzieś"]}], "https://"),
    ],
)
def test_a_bad_file_field_is_refused_with_a_remedy(unit, field, value, words):
    found = errors_of(unit, resources=[{"url": "https://dane.kielce.example/a.csv", field: value}])
    assert words in str(found["resources"])


def test_an_unknown_crs_is_refused(unit):
    assert "EPSG:2178" in str(errors_of(unit, "spatial_layer", crs=["lokalny"])["crs"])


def test_a_file_added_or_changed_alone_obeys_the_same_rules(unit):
    package = create(unit, "dataset")
    columns = json.dumps([{"name": "rok", "type": "year", "unit": ""}])
    added = helpers.call_action(
        "resource_create",
        package_id=package["id"],
        url="https://dane.kielce.example/nowy.gpkg",
        columns=columns,
    )
    assert (added["format"], added["columns"]) == ("GPKG", [{"name": "rok", "type": "year"}])
    patched = helpers.call_action("resource_patch", id=added["id"], columns=[{"name": "miesiąc"}])
    assert patched["columns"] == [{"name": "miesiąc"}]
    with pytest.raises(tk.ValidationError, match="not a number"):
        helpers.call_action("resource_patch", id=added["id"], size="dużo")


def test_an_editor_publishes_into_a_domain_without_rights_to_its_group(unit):
    factories.Group(name="finanse")
    editor = factories.User()
    helpers.call_action(
        "member_create", id=unit["id"], object=editor["name"], object_type="user", capacity="editor"
    )
    created = tk.get_action("package_create")(
        {"user": editor["name"]}, examples.example("dataset", owner_org=unit["id"])
    )
    assert created["domain"] == "finanse"
    assert helpers.call_action("group_show", id="finanse")["package_count"] == 1


def test_another_place_and_period_can_be_taken_away_again(unit):
    package = create(unit, "dataset", spatial_coverage=[{"text": "Morawica"}])
    changed = helpers.call_action(
        "package_patch", id=package["id"], spatial_coverage=[], temporal_coverage=[]
    )
    assert not changed.get("spatial_coverage") and not changed.get("temporal_coverage")
