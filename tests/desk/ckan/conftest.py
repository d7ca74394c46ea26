"""A town of two units with sets that went bad, and everybody who may sit at the desk; made once a module."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import ckan.plugins
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import _get_test_app
from ckanext.kielce.quality.model import FindingRow, Score
from werkzeug.datastructures import FileStorage

UTC = dt.timezone.utc
#: A series that came every month until May.
MONTHS = "miesiac;liczba\n" + "".join(f"2026-{month:02d};{month * 10}\n" for month in range(1, 6))


@pytest.fixture(scope="module")
def app(reset_db: Callable[[], None], migrate_db_for: Callable[[str], None]) -> Any:
    """An empty portal, made once a module."""
    reset_db()
    made = _get_test_app()
    for plugin in (
        "activity",
        "kielce_quality",
        "kielce_usage",
        "kielce_notify",
        "kielce_participation",
        "kielce_desk",
    ):
        migrate_db_for(plugin)
    yield made
    ckan.plugins.unload_all()


def upload(text: str, name: str = "dane.csv") -> FileStorage:
    """A file as a form sends it."""
    return FileStorage(stream=io.BytesIO(text.encode()), filename=name)


@pytest.fixture(scope="module")
def file_of() -> Callable[..., FileStorage]:
    """See ``upload``."""
    return upload


def as_user(user: dict[str, Any] | None) -> dict[str, Any]:
    return {"user": user["name"] if user else "", "ignore_auth": False}


@pytest.fixture(scope="module")
def call() -> Callable[..., Any]:
    """Call an action as somebody, with authorisation."""

    def ask(name: str, user: dict[str, Any] | None, /, **data: Any) -> Any:
        return tk.get_action(name)(as_user(user), data)

    return ask


def make_dataset(owner: str, title: str, *, frequency: str = "MONTHLY", **fields: Any) -> dict[str, Any]:
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action("package_create")(
        {"user": site, "ignore_auth": True},
        {
            "name": factories.Dataset.stub().name,
            "title": title,
            "notes": "Opis zbioru",
            "domain": "transport",
            "owner_org": owner,
            "license_id": "CC-BY-4.0",
            "frequency": f"http://publications.europa.eu/resource/authority/frequency/{frequency}",
            **fields,
        },
    )


def score(package: dict[str, Any], **values: Any) -> Score:
    """Score a dataset, then set what a test wants it to be."""
    from ckanext.kielce.quality.scoring import score_package

    score_package(package["id"], index=False)
    row = model.Session.get(Score, package["id"])
    for name, value in values.items():
        setattr(row, name, value)
    model.Session.commit()
    return row


def look(package: dict[str, Any], user: dict[str, Any]) -> None:
    """Give a dataset a file and look at it."""
    from ckanext.kielce.quality.gather.observe import observe_package

    given = {"package_id": package["id"], "name": "dane.csv", "format": "CSV", "upload": upload(MONTHS)}
    tk.get_action("resource_create")(as_user(user), given)
    observe_package(package["id"])


def find(package: dict[str, Any], code: str, *, hours: float = 48, **params: Any) -> FindingRow:
    """Write a finding down on the first file of a dataset."""
    at = dt.datetime.now(UTC) - dt.timedelta(hours=hours)
    row = FindingRow(
        package_id=package["id"],
        resource_id=package["resources"][0]["id"],
        kind="content",
        code=code,
        place="",
        params={"file": "dane.csv", "column": "kolumna", "count": 7, "variant": "found", **params},
        rules_version="1",
        found_at=at,
        confirmed_at=at,
    )
    model.Session.add(row)
    model.Session.commit()
    return row


@pytest.fixture(scope="module")
def town(app: Any) -> Any:
    """Units ``mzd`` and ``mpec``; a late set, a suspected one and one whose promise was loosened; and the people."""
    made = SimpleNamespace()
    made.now = dt.datetime.now(UTC)
    made.people = {
        name: factories.UserWithToken(fullname=name.title())
        for name in ("coordinator", "auditor", "owner", "neighbour", "stranger")
    }
    made.people["admin"] = factories.SysadminWithToken(fullname="Admin")
    made.people["nobody"] = None
    made.roads = factories.Organization(
        name="zarzad-drog",
        title="Zarząd Dróg",
        users=[{"name": made.people["owner"]["name"], "capacity": "editor"}],
    )
    made.heat = factories.Organization(
        name="cieplownia",
        title="Ciepłownia",
        users=[{"name": made.people["neighbour"]["name"], "capacity": "editor"}],
    )
    file = {"name": "dane.csv", "url": "https://example.com/dane.csv", "format": "CSV"}
    made.late = make_dataset(made.roads["id"], "Wypadki", resources=[dict(file)])
    made.people_set = make_dataset(made.roads["id"], "Lista najemców", resources=[dict(file)])
    made.loose = make_dataset(made.heat["id"], "Ciepło", domain="energia")
    look(made.loose, made.people["neighbour"])
    made.sound = make_dataset(made.heat["id"], "Węzły", domain="energia", resources=[dict(file)])
    past = made.now - dt.timedelta(days=40)
    score(
        made.late,
        status="overdue",
        due_at=past - dt.timedelta(days=20),
        overdue_at=past,
        delinquent_at=made.now + dt.timedelta(days=30),
        grade="C",
        quality_index=55.0,
    )
    score(made.people_set, withheld=True, withheld_resources=[made.people_set["resources"][0]["id"]])
    find(made.people_set, "persons", hours=2)
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("package_patch")(
        {"user": site, "ignore_auth": True},
        {
            "id": made.loose["id"],
            "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        },
    )
    score(made.loose)
    score(
        made.sound,
        status="fresh",
        due_at=made.now + dt.timedelta(days=3),
        overdue_at=made.now + dt.timedelta(days=13),
        delinquent_at=made.now + dt.timedelta(days=23),
        next_expected=(made.now + dt.timedelta(days=3)).date(),
        grade="A",
        quality_index=91.0,
    )
    call_admin = {"user": made.people["admin"]["name"]}
    for role in ("coordinator", "auditor"):
        tk.get_action("kielce_role_grant")(
            dict(call_admin), {"user": made.people[role]["name"], "role": role}
        )
    return made


@pytest.fixture(scope="module")
def headers(town: Any) -> Callable[[str], dict[str, str]]:
    """Headers by which a request is somebody's."""

    def made(name: str) -> dict[str, str]:
        user = town.people[name]
        return {"Authorization": user["token"]} if user else {}

    return made


@pytest.fixture(scope="module")
def new_set(town: Any) -> Callable[..., dict[str, Any]]:
    """Make a dataset in a unit: see ``make_dataset``."""
    return make_dataset


@pytest.fixture(scope="module")
def found() -> Callable[..., FindingRow]:
    """Write a finding down: see ``find``."""
    return find


@pytest.fixture(scope="module")
def scored() -> Callable[..., Score]:
    """Score a dataset: see ``score``."""
    return score
