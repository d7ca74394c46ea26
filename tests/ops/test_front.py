"""The cache in front: where Varnish is installed it has the public port, elsewhere the web server has."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import front, machine, portal, services
from ops import profile as profiles
from ops.console import OperatorError
from ops.profile import Profile


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Profile]:
    monkeypatch.setattr(profiles, "ROOT", tmp_path)
    monkeypatch.delenv(front.WITHOUT, raising=False)
    made = Profile("trial")
    yield made
    shutil.rmtree(front.home(made), ignore_errors=True)


def commands(profile: Profile) -> dict[str, str]:
    """Command lines of the supervised programs, by name."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(services.write_supervisor_config(profile))
    return {name[8:]: parser[name]["command"] for name in parser.sections() if name.startswith("program:")}


def test_with_varnish_the_cache_has_the_public_port(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "available", lambda: True)
    found, ports = commands(profile), profile.ports
    assert f"http=127.0.0.1:{ports['web']}" in found["cache"]
    assert f"purge=127.0.0.1:{ports['purge']}" in found["cache"]
    assert f"--bind 127.0.0.1:{ports['app']}" in found["web"]
    assert profile.site_url.endswith(f":{ports['web']}")
    assert f"cache.purge_urls = http://127.0.0.1:{ports['purge']}/\n" in portal.write_ini(profile).read_text()
    rules = front.write_vcl(profile).read_text()
    assert f'.port = "{ports["app"]}"' in rules
    assert "${" not in rules


def test_without_varnish_the_web_server_has_it(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(front.WITHOUT, "1")
    found = commands(profile)
    assert "cache" not in found
    assert f"--bind 127.0.0.1:{profile.ports['web']}" in found["web"]
    assert "cache.purge_urls = \n" in portal.write_ini(profile).read_text()


def test_a_portal_raised_before_there_was_a_cache_keeps_its_ports(profile: Profile) -> None:
    profile.folder.mkdir(parents=True)
    old = {name: 41000 + place for place, name in enumerate(profiles.SERVERS) if name not in ("app", "purge")}
    (profile.folder / "ports.json").write_text(str(old).replace("'", '"'))
    assert old.items() <= profile.ports.items()
    assert len(set(profile.ports.values())) == len(profiles.SERVERS)


def test_what_the_portal_can_do_without_is_only_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_absent: object) -> None:
        raise OperatorError("no network")

    monkeypatch.setattr(machine, "install", refuse)
    lack = machine.Need("Varnish", lambda: False, "varnish", without="pages are slower")
    machine.provide((lack,))
    assert "without Varnish: pages are slower" in capsys.readouterr().out
    with pytest.raises(OperatorError):
        machine.provide((lack, machine.Need("Redis", lambda: False, "redis")))


@pytest.mark.skipif(not front.available(), reason="Varnish is not installed")
def test_varnish_takes_the_rules(profile: Profile) -> None:
    path = front.write_vcl(profile)
    done = subprocess.run(
        [str(shutil.which("varnishd")), "-C", "-f", str(path), "-n", str(path.with_name("work"))],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
