"""The SFTP client against a real server: pinned key, log-in, guard, limits."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import replace

import paramiko
import pytest
from ckanext.kielce.common.http import FetchError, HttpSettings
from ckanext.kielce.harvest.records import Client, Source, SourceError
from ckanext.kielce.harvesters.utilities import sftp
from ckanext.kielce.harvesters.utilities.sftp import SftpFolder, host_key_complaint

from tests.harvesters.sftp_server import PASSWORD, USER, SftpServer


@pytest.fixture
def server(tmp_path):
    made = SftpServer(tmp_path / "srv")
    made.folder.mkdir()
    made.write("dane/a.csv", "a;b\n1;2\n")
    yield made
    made.close()


@pytest.fixture
def folder(server, monkeypatch):
    """Makes the folder of a source at ``path``; settings and configuration may be changed."""
    monkeypatch.setenv("KIELCE_SECRET_MPEC", f"{USER}:{PASSWORD}")

    def make(path="/dane/", url=None, config=None, **limits):
        known = {
            "allow_hosts": frozenset({server.host}),
            "connect_timeout": 1,
            "read_timeout": 1,
            "total_timeout": 3,
        }
        rules = replace(HttpSettings.defaults(), **{**known, **limits})
        given = {"secret": "MPEC", "host_key": server.fingerprint, **(config or {})}
        source = Source("1", url or server.url + path, "", {k: v for k, v in given.items() if v is not None})
        return SftpFolder(source, Client(source, rules))

    return make


def failure(made, call=lambda folder: folder.entries()):
    with pytest.raises((FetchError, SourceError)) as caught, made as folder:
        call(folder)
    assert caught.value.message != caught.value.message_pl
    assert PASSWORD not in caught.value.message + caught.value.message_pl
    return caught.value


def test_a_listing_leaves_out_links_hidden_files_and_devices(server, folder):
    server.write("dane/ż ó.csv", "x")
    server.write("dane/.ukryty", "x")
    server.write("dane/pod/b.csv", "x")
    (server.folder / "dane" / "link.csv").symlink_to("/etc/passwd")
    os.mkfifo(server.folder / "dane" / "fifo.csv")
    with folder() as remote:
        found = remote.entries()
    assert [(entry.name, entry.folder, entry.size) for entry in found] == [
        ("a.csv", False, 8), ("pod", True, None), ("ż ó.csv", False, 1),
    ]  # fmt: skip
    assert found[0].modified == "2023-11-14"
    assert found[2].url == f"{server.url}/dane/%C5%BC%20%C3%B3.csv"


def test_a_file_is_copied_with_its_hash(server, folder, tmp_path):
    server.write("dane/big.bin", b"x" * 200_000)
    with folder() as remote:
        sha256 = remote.download("/dane/big.bin", tmp_path / "out", 1 << 20)
        assert remote.read("/dane/a.csv", 100) == b"a;b\n1;2\n"
    assert (tmp_path / "out").read_bytes() == b"x" * 200_000 and len(sha256) == 64
    assert remote.client.bytes == 200_008


def test_only_paths_inside_the_folder_are_addresses_of_it(server, folder):
    made = folder()
    assert made.path(f"{server.url}/dane/a%20b.csv") == "/dane/a b.csv"
    for url in ("/inne/a.csv", "/dane/../etc/passwd", "/dane/%2e%2e/x", "/dane/a%00.csv", "/danex/a.csv"):
        assert made.path(server.url + url) is None, url
    assert made.path("sftp://other.example/dane/a.csv") is made.path("http://127.0.0.1/dane/a.csv") is None


def test_another_key_gets_no_password(server, folder):
    other = folder(config={"host_key": "SHA256:" + "A" * 43})
    error = failure(other)
    assert isinstance(error, SourceError) and server.fingerprint in error.message_pl
    missing = failure(folder(config={"host_key": None}))
    assert server.fingerprint in missing.message and "host_key" in missing.message_pl
    assert server.logins == []
    several = folder(config={"host_key": f"SHA256:{'A' * 43} {server.fingerprint}="})
    with several as remote:
        assert remote.entries()


def test_any_of_the_servers_keys_may_be_pinned(server, folder):
    """A server shows one key of several; its operator may have told the fingerprint of another."""
    rsa = paramiko.RSAKey.generate(2048)
    server.more_keys = [rsa]
    with folder(config={"host_key": sftp.fingerprint(rsa)}) as remote:
        assert remote.entries()
    with folder() as remote:
        assert remote.entries()


def test_log_in(server, folder, monkeypatch):
    monkeypatch.setenv("KIELCE_SECRET_MPEC", f"{USER}:inne")
    error = failure(folder())
    assert error.kind == "connection" and "KIELCE_SECRET_MPEC" in error.message_pl
    monkeypatch.setenv("KIELCE_SECRET_MPEC", "bez-dwukropka")
    assert "user:password" in failure(folder()).message


def test_a_key_as_log_in(server, folder, monkeypatch, tmp_path):
    key = paramiko.RSAKey.generate(2048)
    server.client_key = key
    path = tmp_path / "id"
    key.write_private_key_file(str(path))
    for value in (f"{USER}:file:{path}", f"{USER}:{path.read_text()}"):
        monkeypatch.setenv("KIELCE_SECRET_MPEC", value)
        with folder() as remote:
            assert remote.entries()
    monkeypatch.setenv("KIELCE_SECRET_MPEC", f"{USER}:file:{tmp_path}/none")
    assert "Ed25519" in failure(folder()).message


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "169.254.169.254", "10.0.0.1"]
)
def test_internal_addresses_are_refused_unless_listed(server, folder, host):
    port = server.host.split(":")[1]
    error = failure(folder(url=f"sftp://{host}:{port}/dane/", allow_hosts=frozenset()))
    assert error.kind == "refused_address" and "allow_hosts" in error.message_pl
    assert server.transports == []


def test_missing_folder_and_dead_port(folder):
    assert "KIELCE" not in failure(folder("/nie-ma/")).message
    with socket.create_server(("127.0.0.1", 0)) as free:
        dead = f"127.0.0.1:{free.getsockname()[1]}"
    error = failure(folder(url=f"sftp://{dead}/", allow_hosts=frozenset({dead})))
    assert error.kind == "connection"


def test_too_large_and_too_many(server, folder, tmp_path, monkeypatch):
    server.write("dane/big.bin", b"x" * 5000)
    with folder() as remote, pytest.raises(FetchError) as caught:
        remote.download("/dane/big.bin", tmp_path / "out", 1000)
    assert caught.value.kind == "too_large" and server.opened == []
    monkeypatch.setattr(sftp, "MAX_ENTRIES", 1)
    assert "1 entries" in failure(folder()).message


def test_a_file_that_changes_while_it_is_read_is_not_taken(server, folder, tmp_path):
    path = server.write("dane/rosnie.csv", b"x" * 100_000)
    with folder() as remote:
        remote.entries()
        path.write_bytes(b"x" * 120_000)
        with pytest.raises(FetchError) as caught:
            remote.download("/dane/rosnie.csv", tmp_path / "out", 1 << 20)
    assert "changed" in caught.value.message


def test_a_slow_or_silent_server_is_cut_off(server, folder, tmp_path):
    server.write("dane/big.bin", b"x" * 2_000_000)
    server.delay = 0.2
    with folder(total_timeout=1.5, read_timeout=1) as remote:
        start = time.monotonic()
        with pytest.raises(FetchError) as caught:
            remote.download("/dane/big.bin", tmp_path / "out", 1 << 30)
        assert caught.value.kind == "timeout" and time.monotonic() - start < 4
    server.delay = 5
    assert failure(folder()).kind == "timeout"


def test_a_server_that_is_no_ssh(folder):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"

        def drip():
            sock, _ = listener.accept()
            with sock, contextlib.suppress(OSError):
                for _ in range(100):
                    sock.sendall(b"HTTP/1.1 200 OK\r\n")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        start = time.monotonic()
        error = failure(folder(url=f"sftp://{host}/", allow_hosts=frozenset({host})))
        assert error.kind in {"connection", "timeout"} and time.monotonic() - start < 4


def test_a_broken_line_is_taken_up_again(server, folder):
    with folder() as remote:
        remote.entries()
        server.cut()
        time.sleep(0.2)
        assert remote.read("/dane/a.csv", 100) == b"a;b\n1;2\n"


def test_the_setting_host_key():
    good = "SHA256:" + "a" * 43
    assert host_key_complaint(good) is host_key_complaint(f"{good} {good}") is None
    assert (
        host_key_complaint("") and host_key_complaint("MD5:aa:bb") and host_key_complaint("ssh-ed25519 AAAA")
    )
