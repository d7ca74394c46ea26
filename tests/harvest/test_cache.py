"""Conditional requests against a real server: what is sent, what is kept, and when a kept answer is not believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ckanext.kielce.common.http import FetchError, HttpSettings
from ckanext.kielce.harvest import cache as cache_module
from ckanext.kielce.harvest.cache import Cached, MemoryCache, is_fresh, validators
from ckanext.kielce.harvest.records import Client, Source, SourceUnchangedError

from tests.harvest.site import Site

LONG_AGO = "Mon, 02 Nov 2026 08:00:00 GMT"


@pytest.fixture
def site():
    made = Site()
    yield made
    made.httpd.shutdown()
    made.httpd.server_close()


@pytest.fixture
def client(site):
    settings = replace(HttpSettings.defaults(), allow_hosts=frozenset({site.host}), retries=0)
    return Client(Source("1", site.url), settings, MemoryCache())


@pytest.mark.parametrize("etag", ['"a1"', 'W/"a1"'])
def test_not_modified_gives_the_kept_body_and_its_headers(site, client, etag):
    site.files["/m.json"] = ('{"ż": 1}'.encode(), {"ETag": etag, "Content-Type": "application/json"})
    with client.fetch(f"{site.url}/m.json", conditional=True) as first:
        assert (first.status, client.not_modified) == (200, 0)
    received = client.bytes
    with client.fetch(f"{site.url}/m.json", conditional=True) as second:
        assert second.not_modified and second.body == '{"ż": 1}'.encode()
        assert second.headers["Content-Type"] == "application/json"
        assert (second.sha256, second.length) == (first.sha256, 9)
    assert site.asked[1][1]["if-none-match"] == etag
    assert (client.not_modified, client.requests, client.bytes) == (1, 2, received)


def test_a_change_and_a_server_that_ignores_conditions(site, client):
    for number in range(3):
        body = b"old" if number < 2 else b"new"
        site.files["/x"] = (body, {"ETag": f'"{number}"'})
        with client.fetch(f"{site.url}/x", conditional=True) as answer:
            assert answer.status == 200 and answer.body == body
    assert client.not_modified == 0


def test_a_date_is_trusted_only_when_it_is_older_than_the_answer(site, client):
    site.files["/old"] = (b"1", {"Last-Modified": LONG_AGO})
    for path, headers in (("/old", {}), ("/fresh", {})):
        fresh = datetime.now(timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        site.files.setdefault(path, (b"1", {"Last-Modified": fresh, **headers}))
        for _ in range(2):
            client.fetch(f"{site.url}{path}", conditional=True).close()
    sent = [(path, "if-modified-since" in headers) for path, headers in site.asked]
    assert sent == [("/old", False), ("/old", True), ("/fresh", False), ("/fresh", False)]


def test_validators_that_cannot_be_trusted():
    now = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
    future = "Mon, 30 Nov 2026 08:00:00 GMT"
    assert validators({"last-modified": future}, now) == (None, None)
    assert validators({"last-modified": "wczoraj", "etag": "x" * 2000}, now) == (None, None)
    assert validators({"last-modified": LONG_AGO, "etag": '"1"'}, now) == ('"1"', LONG_AGO)


def test_a_redirect_that_leads_elsewhere_is_not_answered_from_what_was_kept(site, client):
    """latest.csv pointed to 2024.csv; now it points to 2025.csv, whose date says "not modified" as well."""
    site.files["/latest"] = (b"", {"Location": "/2024"})
    site.files["/2024"] = (b"2024", {"Last-Modified": LONG_AGO})
    site.files["/2025"] = (b"2025", {"Last-Modified": LONG_AGO})
    client.fetch(f"{site.url}/latest", conditional=True).close()
    site.files["/latest"] = (b"", {"Location": "/2025"})
    with client.fetch(f"{site.url}/latest", conditional=True) as answer:
        assert (answer.status, answer.body) == (200, b"2025")


def test_a_damaged_or_old_answer_is_fetched_anew(site, client):
    site.files["/x"] = (b"whole", {"ETag": '"1"'})
    url = f"{site.url}/x"
    client.fetch(url, conditional=True).close()
    kept = client.cache.kept[url]
    for broken in (kept.body[:-20], b"", b"\x1f\x8bnothing", kept.body[:60] + b"\0" + kept.body[61:]):
        client.cache.kept[url] = Cached('"1"', None, broken)
        with client.fetch(url, conditional=True) as answer:
            assert (answer.status, answer.body) == (200, b"whole")
    now = datetime.now(timezone.utc)
    assert is_fresh(kept, now) and not is_fresh(kept, now + timedelta(days=8))


def test_a_large_answer_is_not_kept_and_a_smaller_limit_holds_for_the_kept_one(site, client, monkeypatch):
    site.files["/x"] = (bytes(range(256)) * 40, {"ETag": '"1"'})
    monkeypatch.setattr(cache_module, "MAX_KEPT", 100)
    client.fetch(f"{site.url}/x", conditional=True).close()
    assert client.cache.kept == {}
    monkeypatch.undo()
    client.fetch(f"{site.url}/x", conditional=True).close()
    with pytest.raises(FetchError) as caught:
        client.fetch(f"{site.url}/x", conditional=True, max_bytes=1000)
    assert caught.value.kind == "too_large"


@pytest.mark.parametrize(("portal", "protocol"), [(1000, 20_000), (20_000, 1000), (1000, None)])
def test_the_smaller_of_the_portals_and_the_protocols_limit_holds(site, client, portal, protocol):
    site.files["/x"] = (b"x" * 5000, {})
    client.settings = replace(client.settings, max_bytes=portal)
    for conditional in (False, True):
        with pytest.raises(FetchError) as caught:
            client.fetch(f"{site.url}/x", conditional=conditional, max_bytes=protocol)
        assert caught.value.kind == "too_large" and "1000" in caught.value.text("en")


def test_another_login_is_another_answer(site, client, monkeypatch):
    site.files["/x"] = (b"1", {"ETag": '"1"'})
    client.fetch(f"{site.url}/x", conditional=True).close()
    monkeypatch.setenv("KIELCE_SECRET_A", "jan:tajne")
    other = Client(Source("1", site.url, config={"secret": "A"}), client.settings, client.cache)
    other.fetch(f"{site.url}/x", conditional=True).close()
    assert "if-none-match" not in site.asked[1][1]
    assert "tajne" not in str(list(client.cache.kept))


def test_only_the_engine_lets_a_run_end_at_not_modified(site, client):
    site.files["/x"] = (b"1", {"ETag": '"1"'})
    for _ in range(2):
        answer = client.fetch(f"{site.url}/x", conditional=True)
    client.skip_unchanged(answer)
    client.may_skip = True
    client.skip_unchanged()
    with pytest.raises(SourceUnchangedError):
        client.skip_unchanged(answer)
    fresh = client.fetch(f"{site.url}/x")
    client.skip_unchanged(answer, fresh)


def test_an_unasked_304_is_an_error(site, client):
    """Without a kept body there is nothing that "not modified" could mean."""

    def always(headers, asked):
        return True

    site.files["/x"] = (b"1", {"ETag": '"1"'})
    site.holds = always
    with pytest.raises(FetchError) as caught:
        client.fetch(f"{site.url}/x", conditional=True)
    assert caught.value.status == 304
