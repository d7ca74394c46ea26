"""The forms that a clerk fills in: they open in Polish, keep what was typed, and name what is wrong."""

from __future__ import annotations

import importlib.util
from pathlib import Path

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


@pytest.fixture
def clerk():
    """An administrator with a token, and the unit the clerk works for."""
    user = factories.SysadminWithToken()
    unit = factories.Organization(name="urzad-miasta")
    return {"Authorization": user["token"]}, unit


@pytest.mark.parametrize("kind", sorted(examples.EXAMPLES))
def test_new_form_opens_in_polish_with_choices(app, clerk, kind):
    headers, _ = clerk
    page = app.get(f"/pl/{kind}/new", headers=headers)
    assert page.status_code == 200
    assert "Jak często się zmienia" in page.body and "co miesiąc" in page.body and "Środowisko" in page.body


def test_english_form_is_english(app, clerk):
    headers, _ = clerk
    page = app.get("/en/dataset/new", headers=headers)
    assert "How often it changes" in page.body and "monthly" in page.body


def test_what_is_typed_is_stored(app, clerk):
    headers, unit = clerk
    typed = {
        "title": "Ławki",
        "name": "lawki",
        "notes": "Ławki w parkach.",
        "domain": "rekreacja",
        "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        "owner_org": unit["id"],
        "license_id": "CC0-1.0",
        "tag_string": "ławki,parki",
        "theme": ["http://publications.europa.eu/resource/authority/data-theme/ENVI"],
        "contact-0-name": "Wydział",
        "contact-0-email": "lawki@um-kielce.example",
        "temporal_coverage-0-start": "2024",
        "temporal_coverage-0-end": "",
        "sample_data": "True",
        "closed_series": "False",
        "_ckan_phase": "dataset_new_1",
        "save": "continue",
    }
    app.post("/dataset/new", data=typed, headers=headers, follow_redirects=False)
    stored = helpers.call_action("package_show", id="lawki")
    assert stored["contact"] == [{"name": "Wydział", "email": "lawki@um-kielce.example"}]
    assert stored["temporal_coverage"] == [{"start": "2024"}]
    assert stored["theme"] == typed["theme"]
    assert (stored["sample_data"], stored["closed_series"]) == (True, False)
    assert stored["license_id"] == "CC0-1.0"


def test_a_wrong_value_is_named_and_the_rest_kept(app, clerk):
    headers, unit = clerk
    typed = {
        "title": "Ławki",
        "name": "lawki",
        "notes": "",
        "domain": "rekreacja",
        "teryt": "12",
        "owner_org": unit["id"],
    }
    page = app.post("/en/dataset/new", data=typed, headers=headers)
    assert "fill it in" in page.body and "2661011" in page.body
    assert "Ławki" in page.body


@pytest.mark.parametrize("kind", sorted(examples.EXAMPLES))
def test_edit_forms_open_with_what_is_there(app, clerk, kind):
    headers, unit = clerk
    package = helpers.call_action("package_create", **examples.example(kind, owner_org=unit["id"]))
    page = app.get(f"/{kind}/edit/{package['name']}", headers=headers)
    assert page.status_code == 200 and package["title"] in page.body
    resource = package["resources"][0]
    page = app.get(f"/{kind}/{package['name']}/resource/{resource['id']}/edit", headers=headers)
    assert page.status_code == 200 and resource["url"] in page.body
