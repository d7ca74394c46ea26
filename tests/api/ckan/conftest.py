"""A CKAN with the tables of the DataStore, the API and the marks on withheld files."""

from __future__ import annotations

import pytest
from ckan.tests import factories, helpers


@pytest.fixture
def portal(with_plugins, clean_db, clean_index):
    factories.Group(name="transport", title="Transport")


@pytest.fixture
def unit(portal):
    return factories.Organization(name="mzd", title="Miejski Zarząd Dróg")


@pytest.fixture
def make_dataset(unit):
    def make(name="sciezki", **fields):
        given = {
            "title": "Ścieżki rowerowe",
            "title_en": "Cycle paths",
            "notes": "Przebieg dróg dla rowerów.",
            "owner_org": unit["id"],
            "license_id": "CC-BY-4.0",
            "domain": "transport",
            "frequency": "ANNUAL",
            "contact": [{"name": "MZD", "email": "dane@example.org"}],
            "resources": [{"name": "Odcinki", "url": "https://example.org/a.csv", "format": "CSV"}],
        }
        return helpers.call_action("package_create", name=name, **{**given, **fields})

    return make


@pytest.fixture
def make_table(make_dataset):
    """A dataset with a table; returns (dataset, resource id)."""

    def make(records, fields, **dataset):
        package = make_dataset(**dataset)
        resource_id = package["resources"][0]["id"]
        helpers.call_action(
            "datastore_create", resource_id=resource_id, fields=fields, records=records, force=True
        )
        return package, resource_id

    return make


@pytest.fixture
def streets(make_table):
    """Rows with empty cells, equal values, letters with marks, and numbers that JSON's floats cannot hold."""
    records = [
        {"ulica": "Żytnia", "km": "1.10000000000000000001", "rok": 2024},
        {"ulica": "Aleja Solidarności", "km": "1.10000000000000000002", "rok": 2023},
        {"ulica": None, "km": "3", "rok": 2024},
        {"ulica": "Łódzka", "km": None, "rok": 2022},
        {"ulica": "Łódzka", "km": "2.5", "rok": None},
        {"ulica": None, "km": None, "rok": 2020},
        {"ulica": "Sienkiewicza", "km": "7", "rok": 2024},
    ]
    fields = [
        {"id": "ulica", "type": "text", "info": {"label": "Ulica", "notes": "Nazwa ulicy"}},
        {"id": "km", "type": "numeric", "info": {"label": "Długość", "unit": "km"}},
        {"id": "rok", "type": "int4"},
    ]
    return make_table(records, fields)
