"""The supervisor's settings, and what is said of a wrong address."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import front, portal, services
from ops import profile as profiles
from ops.console import OperatorError
from ops.profile import ROOT, Profile


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Profile]:
    monkeypatch.setattr(profiles, "ROOT", tmp_path)
    made = Profile("trial")
    yield made
    shutil.rmtree(front.home(made), ignore_errors=True)


def settings(profile: Profile) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(services.write_supervisor_config(profile))
    return parser


def test_every_process_is_supervised_and_restarted(profile: Profile) -> None:
    parser = settings(profile)
    processes = configparser.ConfigParser(interpolation=None)
    processes.read(ROOT / "config" / "processes.ini")
    for section in processes.sections():
        program = parser[f"program:{section.split(':')[1]}"]
        assert program["autorestart"] == "true"
        assert "${" not in program["command"]


def test_a_service_elsewhere_is_not_started(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKAN_REDIS_URL", "redis://redis.example:6379/0")
    parser = settings(profile)
    assert "program:redis" not in parser
    assert "program:solr" in parser
    assert portal.addresses(profile)["redis_url"] == "redis://redis.example:6379/0"


def test_the_settings_file_names_every_service_and_is_private(profile: Profile) -> None:
    path = portal.write_ini(profile)
    text = path.read_text()
    assert "${" not in text
    assert f"127.0.0.1:{profile.ports['solr']}" in text
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_leftovers_of_a_killed_run_are_ended_and_nobody_else(profile: Profile) -> None:
    profile.folder.mkdir(parents=True)
    environment = {**os.environ, "CKAN_INI": str(profile.ini)}
    ours = subprocess.Popen(["sleep", "60"], env=environment)
    others = subprocess.Popen(["sleep", "60"])
    try:
        services.stop_leftovers(profile)
        time.sleep(0.1)
        assert ours.poll() is not None
        assert others.poll() is None
    finally:
        ours.kill()
        others.kill()


@pytest.mark.parametrize(
    ("variable", "address"),
    [("CKAN_SOLR_URL", "http://127.0.0.1:9/solr/ckan"), ("CKAN_REDIS_URL", "redis://:secret@127.0.0.1:9/0")],
)
def test_a_service_elsewhere_that_does_not_answer_is_named(
    variable: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(OperatorError, match=f"check {variable}") as caught:
        services.check_external()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("psycopg2.OperationalError: connection refused", "sqlalchemy.url"),
        ("CRITI Could not connect to Redis", "ckan.redis.url"),
        ("ckan.lib.search.common.SearchIndexError", "solr_url"),
    ],
)
def test_a_wrong_address_is_explained(output: str, remedy: str) -> None:
    assert remedy in portal.explain(output).splitlines()[0]
