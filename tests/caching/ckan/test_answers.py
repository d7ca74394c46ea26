"""Who gets an answer that caches may keep: everybody without an account, and nobody else."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckanext.kielce.caching import keys
from ckanext.kielce.quality import store
from ckanext.kielce.quality.scoring import score_package

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckanext.kielce.cache.purge_urls", ""),
    pytest.mark.ckan_config("ckanext.kielce.cache.unpurged_seconds", 100_000),
    pytest.mark.ckan_config("WTF_CSRF_ENABLED", True),
]
PAGES = (
    "/",
    "/dataset/",
    "/dataset/wydatki",
    "/en/dataset/wydatki",
    "/organization/",
    "/group/",
    "/organization/urzad-miasta",
)
API = (
    "/api/3/action/package_show?id=wydatki",
    "/api/3/action/package_search?q=wydatki",
    "/api/3/action/organization_list",
)


def kept(answer: Any) -> int:
    """Seconds for which a shared cache may keep the answer; 0 for not at all."""
    said = answer.headers["Cache-Control"]
    if "public" not in said:
        # An answer of the API with an ETag of its own may be kept by its one reader.
        assert said in ("private, no-store", "private, no-cache")
        assert "Surrogate-Key" not in answer.headers
        return 0
    found = re.search(r"s-maxage=(\d+)", said)
    assert found
    return int(found[1])


@pytest.mark.parametrize("address", [*PAGES, *API])
def test_what_is_the_same_for_everybody_may_be_kept(app: Any, make: Any, address: str) -> None:
    make()
    answer = app.get(address)
    assert kept(answer) > 0
    assert {"Cookie", "Authorization", "Accept"} <= set(re.split(r",\s*", answer.headers["Vary"]))
    assert keys.ALL in answer.headers["Surrogate-Key"].split()
    assert "Set-Cookie" not in answer.headers
    assert "_csrf_token" not in answer.body
    assert answer.headers["ETag"]


@pytest.mark.parametrize("address", [PAGES[2], API[0]])
def test_who_has_it_already_gets_a_304(app: Any, make: Any, address: str) -> None:
    make()
    first = app.get(address)
    again = app.get(address, headers={"If-None-Match": first.headers["ETag"]}, status=304)
    assert again.body == ""
    assert kept(again) > 0


@pytest.mark.parametrize("address", [*PAGES, *API])
def test_nothing_is_kept_for_whom_the_portal_knows(app: Any, make: Any, address: str) -> None:
    make()
    token = factories.APIToken(user=factories.Sysadmin()["name"])["token"]
    assert kept(app.get(address, headers={"Authorization": token})) == 0


@pytest.mark.parametrize("cookie", ["ckan=abc", "remember_token=abc"])
def test_a_session_keeps_the_answer_private_whatever_it_holds(app: Any, make: Any, cookie: str) -> None:
    make()
    with app.flask_app.test_client() as client:
        client.set_cookie("analytics", "1")
        assert kept(client.get("/dataset/wydatki")) > 0
        client.set_cookie(*cookie.split("="))
        assert kept(client.get("/dataset/wydatki")) == 0


def test_a_private_dataset_is_never_public(app: Any, make: Any) -> None:
    make("tajne", private=True)
    token = factories.APIToken(user=factories.Sysadmin()["name"])["token"]
    for address in ("/dataset/tajne", "/api/3/action/package_show?id=tajne"):
        assert kept(app.get(address, headers={"Authorization": token}, status=200)) == 0
        assert kept(app.get(address, expect_errors=True)) == 0


@pytest.mark.parametrize(
    "address",
    [
        "/dataset/nie-ma",
        "/nie/ma",
        "/api/3/action/package_show?id=nie-ma",
        "/api/3/action/nie_ma",
        "/dataset/new",
    ],
)
def test_an_error_is_not_kept(app: Any, clean: None, address: str) -> None:
    answer = app.get(address, expect_errors=True)
    assert answer.status_code >= 400
    assert kept(answer) == 0


@pytest.mark.parametrize("address", ["/user/login", "/user/reset"])
def test_forms_that_need_a_token_bring_it_and_are_not_kept(app: Any, clean: None, address: str) -> None:
    """They work without a script: the token is in the form, its session in the cookie."""
    answer = app.get(address)
    assert "_csrf_token" in answer.body
    assert "Set-Cookie" in answer.headers
    assert kept(answer) == 0


def test_what_is_sent_by_post_is_not_kept(app: Any, make: Any) -> None:
    make()
    assert kept(app.post("/api/3/action/package_show", json={"id": "wydatki"})) == 0


def test_a_message_for_one_visitor_is_not_kept(app: Any, make: Any) -> None:
    make()
    with app.flask_app.test_client() as client:
        with client.session_transaction() as session:
            session["_flashes"] = [("info", "Tylko dla Ciebie")]
        answer = client.get("/dataset/wydatki")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_dataset_with_a_withheld_file_is_not_kept(app: Any, make: Any) -> None:
    package = make()
    score(package["id"], withheld=True, withheld_resources=[package["resources"][0]["id"]])
    assert kept(app.get("/dataset/wydatki")) == 0
    assert kept(app.get(f"/api/3/action/package_show?id={package['id']}")) == 0
    found = app.get("/api/3/action/package_search?q=wydatki")
    assert kept(found) > 0
    assert package["resources"][0]["url"] not in found.body


def test_an_answer_is_kept_until_a_set_on_it_crosses_a_threshold(app: Any, make: Any) -> None:
    package, other = make(), make("inne")
    soon = store.utc_now() + dt.timedelta(seconds=200)
    score(package["id"], next_crossing=soon)
    score(other["id"], next_crossing=soon + dt.timedelta(days=9))
    assert 100 < kept(app.get("/dataset/wydatki")) <= 200
    # The page shows the other as well; the API's answer does not.
    assert 100 < kept(app.get("/dataset/inne")) <= 200
    assert kept(app.get("/api/3/action/package_show?id=inne")) == 3600
    assert 100 < kept(app.get("/dataset/")) <= 200


def test_a_threshold_that_has_passed_does_not_count(app: Any, make: Any) -> None:
    package = make()
    past = store.utc_now() - dt.timedelta(hours=1)
    score(package["id"], next_crossing=past, due_at=past, overdue_at=past + dt.timedelta(hours=1, seconds=90))
    assert 0 < kept(app.get("/dataset/wydatki")) <= 90


def test_an_answer_names_what_it_shows(app: Any, make: Any) -> None:
    package, other = make(), make("inne")
    page = app.get("/dataset/wydatki").headers["Surrogate-Key"].split()
    assert keys.dataset(package["id"]) in page
    assert keys.LISTS not in page
    found = app.get("/dataset/").headers["Surrogate-Key"].split()
    assert {keys.dataset(package["id"]), keys.dataset(other["id"]), keys.LISTS} <= set(found)


def test_a_table_asked_by_its_id_belongs_to_its_dataset(app: Any, make: Any, admin: dict[str, Any]) -> None:
    package = make()
    resource = package["resources"][0]["id"]
    tk.get_action("datastore_create")(
        dict(admin), {"resource_id": resource, "force": True, "records": [{"ulica": "Sienkiewicza"}]}
    )
    answer = app.get(f"/api/3/action/datastore_search?resource_id={resource}")
    assert kept(answer) == 3600
    assert keys.dataset(package["id"]) in answer.headers["Surrogate-Key"].split()


def test_other_sites_may_read_the_copy(app: Any, make: Any) -> None:
    make()
    assert app.get(API[0]).headers["Access-Control-Allow-Origin"] == "*"


def test_without_a_cache_that_can_be_told_copies_are_short_lived(
    app: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    monkeypatch.setitem(tk.config, "ckanext.kielce.cache.unpurged_seconds", 60)
    assert kept(app.get("/dataset/wydatki")) == 60


@pytest.mark.ckan_config("ckanext.kielce.cache.enabled", False)
def test_switched_off_nothing_is_kept(app: Any, make: Any) -> None:
    make()
    assert kept(app.get("/dataset/wydatki")) == 0


def test_public_files_are_kept_by_everybody(app: Any, make: Any) -> None:
    page = app.get("/")
    style = re.search(r'href="([^"]*webassets[^"]*portal\.css[^"]*)"', page.body)
    assert style
    answer = app.get(style[1])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    plain = "public, max-age=3600"
    assert app.get("/kielce/img/mark.svg").headers["Cache-Control"] == plain
    mark = re.search(r'href="(/kielce/img/mark\.svg\?v=[0-9a-f]+)"', page.body)
    assert mark
    assert app.get(mark[1]).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    # A version that the file has not may be the next one's: it is not to be kept under that address.
    assert app.get("/kielce/img/mark.svg?v=00000000").headers["Cache-Control"] == plain


def score(package_id: str, **fields: Any) -> None:
    """Score a dataset, and set what the test is about."""
    found = score_package(package_id, index=False)
    assert found is not None
    moments = dict.fromkeys(("next_crossing", "due_at", "overdue_at", "delinquent_at"))
    for name, value in {**moments, **fields}.items():
        setattr(found, name, value)
    model.Session.commit()
