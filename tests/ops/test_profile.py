"""A portal's folder: ports that are free, secrets that stay and stay private."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from ops import profile as profiles
from ops.profile import Profile, port_is_free


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    monkeypatch.setattr(profiles, "ROOT", tmp_path)
    return Profile("trial")


def test_every_server_has_a_port_of_its_own(profile: Profile) -> None:
    assert sorted(profile.ports) == sorted(profiles.SERVERS)
    assert len(set(profile.ports.values())) == len(profiles.SERVERS)


def test_ports_stay_the_same_between_runs(profile: Profile) -> None:
    first = profile.ports
    assert Profile("trial").ports == first


def test_a_port_in_use_is_passed_over(profile: Profile) -> None:
    taken = profile.ports["web"]
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", taken))
        listener.listen()
        assert not port_is_free(taken)
        assert taken not in profile.choose_ports().values()


def test_secrets_are_made_once_and_readable_by_their_owner_only(profile: Profile) -> None:
    first = profile.secrets
    assert Profile("trial").secrets == first
    assert all(len(value) >= 20 for value in first.values())
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((profile.folder / "secrets.json").stat().st_mode) == 0o600


def test_two_portals_have_different_secrets(profile: Profile) -> None:
    assert Profile("other").secrets["admin"] != profile.secrets["admin"]
