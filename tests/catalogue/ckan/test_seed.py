"""Units and domains: seeding, and that a dataset stands on its domain's page without a second edit."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers
from ckanext.kielce.catalogue.cli import kielce

spec = importlib.util.spec_from_file_location("examples", Path(__file__).parent.parent / "examples.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)

PLUGINS = "kielce datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]


def seed(**options):
    return helpers.call_action(
        "kielce_catalogue_seed", context={"user": factories.Sysadmin()["name"]}, **options
    )


def made(kind, **changes):
    """A dataset of an example's type, published by some unit."""
    unit = factories.Organization()
    return helpers.call_action("package_create", **examples.example(kind, owner_org=unit["id"], **changes))


def test_seed_creates_units_and_domains_once(cli):
    result = cli.invoke(kielce, ["catalogue", "seed"])
    assert result.exit_code == 0, result.output
    assert "units: 33 created" in result.output and "domains: 20 created" in result.output
    again = cli.invoke(kielce, ["catalogue", "seed"])
    assert "units: 0 created, 0 updated, 33 left" in again.output
    domain = helpers.call_action("group_show", id="srodowisko")
    assert domain["title"] == "Środowisko i zmiany klimatu"
    assert {item["key"]: item["value"] for item in domain["extras"]}[
        "title_en"
    ] == "Environment and climate change"
    assert len(helpers.call_action("group_list")) == 20


def test_seed_keeps_peoples_edits_unless_told(with_plugins):
    seed()
    helpers.call_action("organization_patch", id="mpec", title="MPEC Kielce", description="Ciepło")
    assert "mpec" in seed()["unchanged"]["organization"]
    assert helpers.call_action("organization_show", id="mpec")["title"] == "MPEC Kielce"
    assert seed(update=True)["updated"]["organization"] == ["mpec"]
    restored = helpers.call_action("organization_show", id="mpec")
    assert restored["title"].startswith("Miejskie Przedsiębiorstwo") and restored["description"] == "Ciepło"


def test_seed_does_not_bring_back_what_someone_deleted():
    seed()
    helpers.call_action("group_delete", id="rolnictwo")
    report = seed()
    assert report["deleted"]["group"] == ["rolnictwo"]
    assert model.Group.get("rolnictwo").state == "deleted"


def test_only_administrators_seed():
    user = factories.User()
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("kielce_catalogue_seed")({"user": user["name"]}, {})


def test_a_dataset_is_on_its_domains_page_and_moves_with_the_field(app):
    seed()
    package = helpers.call_action(
        "package_create", **examples.example("dataset", owner_org="wydzial-budzetu")
    )

    def count(domain):
        return helpers.call_action("group_show", id=domain)["package_count"]

    assert (count("finanse"), count("transport")) == (1, 0)
    assert "Wydatki miasta" in app.get("/group/finanse").body
    helpers.call_action("package_patch", id=package["id"], domain="transport")
    assert (count("finanse"), count("transport")) == (0, 1)


def test_facets_carry_short_codes():
    made("spatial_layer")
    fields = [
        "vocab_domain",
        "vocab_theme",
        "vocab_frequency",
        "vocab_format",
        "vocab_place",
        "vocab_hvd",
        "groups",
    ]
    found = helpers.call_action("package_search", **{"facet.field": fields})["facets"]
    assert found["vocab_domain"] == {"planowanie-przestrzenne": 1}
    assert found["vocab_theme"] == {"REGI": 1}
    assert found["vocab_frequency"] == {"MONTHLY": 1}
    assert found["vocab_format"] == {"GEOJSON": 1, "WFS_SRVC": 1, "WMS_SRVC": 1}
    assert found["vocab_place"] == {"2661011": 1}
    assert found["groups"] == {"planowanie-przestrzenne": 1}


def test_a_very_long_text_does_not_break_the_index():
    text = "Bardzo długi opis metody. " * 2000
    created = made("indicator", method=text, limits=text)
    assert helpers.call_action("package_search", q="id:" + created["id"])["count"] == 1


def test_vocabularies_are_published(app):
    listed = helpers.call_action("kielce_vocabulary_list")
    assert {"frequencies", "licences", "domains"} <= {item["name"] for item in listed}
    shown = helpers.call_action("kielce_vocabulary_show", name="domains")
    assert len(shown["entries"]) == 20
    assert app.get("/api/3/action/kielce_vocabulary_show?name=nie-ma", status=404)


def test_validation_answers_in_sentences():
    created = made("dataset")
    report = helpers.call_action("kielce_dataset_validate", id=created["id"])
    assert report["conforms"] and report["violations"] == []
    assert report["profile"] == "DCAT-AP 3.0.1"


def test_the_portals_licences_are_ckans_licences():
    ids = {item["id"] for item in helpers.call_action("license_list")}
    assert {"CC-BY-4.0", "CC0-1.0", "PL-REUSE"} <= ids
    created = made("dataset")
    assert created["isopen"] is True and created["license_url"].startswith("https://creativecommons.org/")
