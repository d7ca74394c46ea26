"""The portal through its cache: copies for everybody, none for those with an account, and none of what has changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

pytestmark = pytest.mark.portal


class Portal:
    """The portal as a visitor and as its administrator see it."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=60)

    def act(self, action: str, **data: Any) -> Any:
        answer = requests.post(
            f"{self.url}/api/3/action/{action}", json=data, headers={"Authorization": self.token}, timeout=60
        )
        assert answer.ok, answer.text
        return answer.json()["result"]


@pytest.fixture(scope="module")
def cached(portal_url: str, portal_token: str) -> Portal:
    """The portal, if a cache stands in front of it."""
    portal = Portal(portal_url, portal_token)
    if "X-Cache" not in portal.get("/api/3/action/status_show").headers:
        pytest.skip("no cache in front: Varnish is not installed")
    return portal


@pytest.fixture
def dataset(cached: Portal) -> Iterator[dict[str, Any]]:
    """A public dataset of the test's own."""
    public = cached.get("/api/3/action/package_search?fq=dataset_type:dataset&rows=1").json()["result"][
        "results"
    ][0]
    fields = (
        "owner_org",
        "notes",
        "frequency",
        "license_id",
        "domain",
        "contact_name",
        "contact_email",
        "themes",
    )
    name = f"proba-pamieci-{uuid.uuid4().hex[:8]}"
    made = cached.act(
        "package_create",
        **{key: public[key] for key in fields if key in public},
        name=name,
        title="Zbiór próbny",
    )
    yield made
    cached.act("package_delete", id=made["id"])
    cached.act("dataset_purge", id=made["id"])


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/dataset/", "/organization/", "/api/3/action/package_search?q=woda"]
)
def test_the_second_visitor_gets_a_copy_without_a_session(cached: Portal, path: str) -> None:
    first = cached.get(path)
    second = cached.get(path)
    assert second.headers["X-Cache"] == "HIT"
    assert "public" in second.headers["Cache-Control"]
    assert second.content == first.content
    for answer in (first, second):
        assert not {"Set-Cookie", "Surrogate-Key", "xkey", "RateLimit"} & set(answer.headers)
    assert cached.get(path, **{"If-None-Match": second.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("name", "value"), [("Cookie", "ckan=abc"), ("Cookie", "remember_token=abc"), ("Authorization", "abc")]
)
def test_who_has_an_account_gets_no_copy(cached: Portal, name: str, value: str) -> None:
    cached.get("/dataset/")
    answer = cached.get("/dataset/", **{name: value})
    assert answer.headers["X-Cache"] == "PASS"
    assert "private" in answer.headers["Cache-Control"]


def test_counters_of_campaigns_make_no_copies_of_their_own(cached: Portal) -> None:
    cached.get("/dataset/?q=woda&sort=score+desc")
    assert cached.get("/dataset/?utm_source=x&sort=score+desc&q=woda&fbclid=1").headers["X-Cache"] == "HIT"


def test_formats_asked_for_by_name_are_copies_of_their_own(cached: Portal, dataset: dict[str, Any]) -> None:
    path = f"/dataset/{dataset['name']}"
    kept = []
    for _ in range(5):  # a score or a look at the new dataset may take the copies away meanwhile
        page = cached.get(path, Accept="text/html")
        graph = cached.get(path, Accept="text/turtle")
        assert page.headers["Content-Type"].startswith("text/html")
        assert graph.headers["Content-Type"].startswith("text/turtle")
        kept.append(cached.get(path, Accept="text/html").headers["X-Cache"])
        if kept[-1] == "HIT":
            return
    pytest.fail(f"the page is never kept beside the graph: {kept}")


def test_an_edit_is_seen_at_once(cached: Portal, dataset: dict[str, Any]) -> None:
    page, shown = f"/dataset/{dataset['name']}", f"/api/3/action/package_show?id={dataset['id']}"
    assert "Zbiór próbny" in cached.get(page).text
    assert cached.get(shown).json()["result"]["title"] == "Zbiór próbny"
    cached.act("package_patch", id=dataset["id"], title="Po zmianie")
    assert "Po zmianie" in cached.get(page).text
    assert cached.get(shown).json()["result"]["title"] == "Po zmianie"


def test_what_is_made_private_is_gone_at_once(cached: Portal, dataset: dict[str, Any]) -> None:
    found = f"/api/3/action/package_search?q=name:{dataset['name']}"
    page = f"/dataset/{dataset['name']}"
    assert cached.get(page).status_code == 200
    assert cached.get(found).json()["result"]["count"] == 1
    cached.act("package_patch", id=dataset["id"], private=True)
    assert cached.get(page).status_code == 404
    assert cached.get(found).json()["result"]["count"] == 0


def test_nobody_purges_from_outside(cached: Portal) -> None:
    answer = requests.request("PURGE", cached.url, headers={"Surrogate-Key": "all"}, timeout=60)
    assert answer.status_code == 405
