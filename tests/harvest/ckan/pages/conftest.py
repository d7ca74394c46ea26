"""The portal's pages about a source of the list harvester, and somebody who looks after it."""

from __future__ import annotations

from typing import Any

import ckan.plugins
import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from ckan.tests.helpers import _get_test_app
from ckanext.kielce.harvest import store

from tests.harvest.ckan.helpers import Make, Rec


@pytest.fixture(scope="module")
def app(list_plugin: None) -> Any:
    """The portal, made once a module; making it loads the ini's plugins anew, so the list harvester comes after."""
    made = _get_test_app()
    ckan.plugins.load("list_harvest")
    return made


@pytest.fixture
def harvest(app: Any, harvest: Make) -> Make:
    return harvest


@pytest.fixture
def editor(app: Any) -> dict[str, Any]:
    return factories.UserWithToken()


@pytest.fixture
def source(harvest: Make, record: Rec, editor: dict[str, Any]) -> Any:
    """A source with two datasets, which ``editor`` looks after."""
    made = harvest()
    tk.get_action("organization_member_create")(
        store.site_context(), {"id": made.org["id"], "username": editor["name"], "role": "editor"}
    )
    made.run([record("a", "Ścieżki rowerowe"), record("b", "Przystanki")])
    return made


@pytest.fixture
def as_editor(editor: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": editor["token"]}
