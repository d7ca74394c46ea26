"""How often one caller may ask: told in headers, refused by 429, and nobody is known afterwards."""

from __future__ import annotations

import json

import pytest
import redis
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from ckanext.kielce.api import rate

from tests.api.plugins import PLUGINS

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.api.rate_anonymous", 3),
    pytest.mark.ckan_config("ckanext.kielce.api.rate_with_token", 5),
    pytest.mark.ckan_config("ckanext.kielce.cache.purge_urls", ""),
    pytest.mark.usefixtures("portal", "clean_redis"),
]
PATH = "/api/3/action/license_list"


def ask(app, address="203.0.113.9", path=PATH, **headers):
    return app.get(path, headers={"X-Forwarded-For": address, **headers})


def test_the_fourth_request_of_an_address_is_refused_and_told_when(app):
    for left in (2, 1, 0):
        answer = ask(app)
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"default";q=3;w=60'
        assert answer.headers["RateLimit"].startswith(f'"default";r={left};t=')
    refused = ask(app)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    problem = json.loads(refused.body)
    assert problem["status"] == 429
    assert problem["success"] is False
    assert "public" not in refused.headers["Cache-Control"]
    assert ask(app, "203.0.113.10").status_code == 200


def test_what_stands_before_our_proxys_entry_is_the_callers_own_claim(app):
    for number in range(3):
        ask(app, f"198.51.100.{number}, 203.0.113.9")
    assert ask(app, "198.51.100.77, 203.0.113.9").status_code == 429


def test_a_token_has_an_allowance_of_its_own(app):
    sysadmin = factories.SysadminWithToken()
    for _ in range(4):
        assert ask(app, Authorization=sysadmin["token"]).status_code == 200
    assert ask(app, Authorization=sysadmin["token"]).headers["RateLimit-Policy"] == '"default";q=5;w=60'
    assert ask(app, Authorization=sysadmin["token"]).status_code == 429
    assert ask(app).status_code == 200


def test_pages_the_health_check_and_this_machine_are_not_limited(app):
    for _ in range(6):
        assert ask(app, path="/api/3/action/status_show").status_code == 200
        assert app.get(PATH).status_code == 200
        assert ask(app, path="/accessibility").status_code == 200


def test_nothing_in_redis_names_the_caller(app):
    ask(app)
    connection = connect_to_redis()
    keys = [key.decode() for key in connection.keys("*kielce:rate*")]
    assert keys
    for key in keys:
        assert "203.0.113" not in key
        assert connection.ttl(key) > 0, key


def test_everyone_may_ask_while_redis_is_away(app, monkeypatch):
    def away(*_args):
        raise redis.ConnectionError("away")

    monkeypatch.setattr(rate, "count", away)
    for _ in range(5):
        assert ask(app).status_code == 200
