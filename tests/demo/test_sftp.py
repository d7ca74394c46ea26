"""The units' folders over SFTP, read by the harvester's own client."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from ckanext.kielce.common.http import FetchError, HttpSettings
from ckanext.kielce.harvest.records import Client, Source
from ckanext.kielce.harvesters.utilities.sftp import SftpFolder

from demo.city.sftp import PASSWORD, USER, SftpServer


@pytest.fixture
def served(tmp_path: Path):
    folder = tmp_path / "files" / "pgo"
    folder.mkdir(parents=True)
    (folder / "masa-2025.csv").write_text("rok;m\n")
    (tmp_path / "tajne.txt").write_text("nie dla nas")
    server = SftpServer(tmp_path, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.close()


def folder_of(served: SftpServer, monkeypatch: pytest.MonkeyPatch, password: str = PASSWORD) -> SftpFolder:
    given = served.source("pgo", "pgo")
    monkeypatch.setenv("KIELCE_SECRET_SFTP", f"{USER}:{password}")
    rules = replace(HttpSettings.defaults(), allow_hosts=frozenset({f"127.0.0.1:{served.port}"}))
    source = Source("1", given["url"], "", given["config"])
    return SftpFolder(source, Client(source, rules))


def test_the_source_it_prints_is_read(served, monkeypatch, tmp_path):
    with folder_of(served, monkeypatch) as remote:
        assert [entry.name for entry in remote.entries()] == ["masa-2025.csv"]
        assert remote.read("/pgo/masa-2025.csv", 100) == b"rok;m\n"
    again = SftpServer(tmp_path, 0)
    assert again.source("pgo", "pgo")["config"] == served.source("pgo", "pgo")["config"], "the key is kept"
    again.close()


def test_nothing_outside_is_reached_and_nothing_written(served, monkeypatch):
    with pytest.raises(FetchError), folder_of(served, monkeypatch, "inne") as remote:
        remote.entries()
    transport = paramiko.Transport(("127.0.0.1", served.port))
    transport.connect(username=USER, password=PASSWORD)
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None
    for path in ("/../tajne.txt", "../tajne.txt", "/pgo/../../tajne.txt"):
        with pytest.raises(OSError):
            client.open(path).read()
    for attempt in (lambda: client.open("/pgo/nowy.csv", "w"), lambda: client.remove("/pgo/masa-2025.csv")):
        with pytest.raises(OSError):
            attempt()
    transport.close()
