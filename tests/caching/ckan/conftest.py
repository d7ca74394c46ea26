"""A portal with a few datasets, and a browser without an account."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckanext.kielce.caching import crossings

EXAMPLES = Path(__file__).parents[2] / "catalogue" / "examples.py"


@pytest.fixture
def example() -> Any:
    """Makes the dict of a valid dataset."""
    spec = importlib.util.spec_from_file_location("examples", EXAMPLES)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.example


@pytest.fixture
def clean(clean_db: Any, clean_index: Any) -> None:
    """Nothing in the database and in the index, and nothing remembered of them."""
    crossings.forget()


@pytest.fixture
def admin(clean: None) -> dict[str, Any]:
    """Context of the site's own user."""
    name = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return {"user": name, "ignore_auth": True}


@pytest.fixture
def unit(app: Any, admin: dict[str, Any]) -> dict[str, Any]:
    with app.flask_app.test_request_context():
        return tk.get_action("organization_create")(
            dict(admin), {"name": "urzad-miasta", "title": "Urząd Miasta"}
        )


@pytest.fixture
def make(app: Any, admin: dict[str, Any], unit: dict[str, Any], example: Any) -> Any:
    """Makes a dataset. In a request of its own, so that nothing of it is left on Flask's ``g`` for those of the test."""

    def made(name: str = "wydatki", **fields: Any) -> dict[str, Any]:
        data = {**example("dataset", owner_org=unit["id"], name=name), **fields}
        with app.flask_app.test_request_context():
            return tk.get_action("package_create")(dict(admin), data)

    return made
