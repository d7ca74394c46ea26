"""Files over SFTP from a real server to uploads that the portal serves, and conditional runs of documents over HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib import uploader
from ckanext.kielce.harvest import uploads

from tests.harvest.site import Site
from tests.harvesters.sftp_server import PASSWORD, USER, SftpServer

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
OLD, NEW = "rok;m3\n2021;1\n", "rok;m3\n2022;2\n"


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    made = SftpServer(tmp_path / "srv")
    made.folder.mkdir()
    monkeypatch.setenv("KIELCE_SECRET_MPEC", f"{USER}:{PASSWORD}")
    monkeypatch.setitem(tk.config, "ckanext.kielce.http.allow_hosts", [made.host])
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    yield made
    made.close()


def source_of(harvest: Make, server: SftpServer, path: str = "/dane/", **config: Any) -> Any:
    return harvest(
        "utility_files",
        server.url + path,
        secret="MPEC",
        host_key=server.fingerprint,
        domain="woda",
        **config,
    )


def stored(resource: dict[str, Any]) -> bytes:
    """The file as the portal keeps it."""
    keeper = uploader.get_resource_uploader(dict(resource))
    path = keeper.get_path(resource["id"])
    storage = getattr(keeper, "storage", None)
    if storage is None or isinstance(storage, str):
        return Path(path).read_bytes()
    from ckan.lib import files

    return storage.content(files.FileData(path))


def test_files_become_uploads_and_only_what_changed_is_fetched(harvest: Make, sftp: SftpServer) -> None:
    sftp.write("dane/zuzycie_wody_2021.csv", OLD)
    sftp.write("dane/Zużycie wody 2022 r.csv", NEW)
    sftp.write("dane/inne.csv", "a;b\n")
    columns = {"zuzycie-wody": {"m3": {"title": "Zużycie", "unit": "m³"}}}
    source = source_of(harvest, sftp, columns=columns)
    assert source.run()["outcome"] == "ok"
    sets = source.datasets()
    assert set(sets) == {"zuzycie-wody", "inne"}
    first, second = sets["zuzycie-wody"]["resources"]
    assert (first["url_type"], first["hash"]) == ("upload", hashlib.sha256(NEW.encode()).hexdigest())
    assert first["url"].startswith(tk.config["ckan.site_url"]) and first["size"] == len(NEW)
    assert (stored(first), stored(second)) == (NEW.encode(), OLD.encode())
    assert first["columns"] == [{"name": "rok"}, {"name": "m3", "title": "Zużycie", "unit": "m³"}]
    assert (first["temporal_start"], first["modified"]) == ("2022-01-01", "2023-11-14")
    assert len(sftp.opened) == 3

    sftp.opened.clear()
    again = source.run()
    assert (again["counts"]["unchanged"], sftp.opened) == (2, []), "nothing changed, nothing is fetched"
    assert source.datasets() == sets

    sftp.write("dane/zuzycie_wody_2021.csv", OLD + "2021;3\n", 1_700_001_000)
    changed = source.run()
    assert (changed["errors"], changed["counts"]["change"]) == ({}, 1)
    assert sftp.opened == ["/dane/zuzycie_wody_2021.csv"]
    after = source.datasets()["zuzycie-wody"]["resources"]
    assert [row["id"] for row in after] == [first["id"], second["id"]]
    assert after[0] | {"metadata_modified": ""} == first | {"metadata_modified": ""}
    assert stored(after[1]) == (OLD + "2021;3\n").encode() and stored(after[0]) == NEW.encode()

    sftp.opened.clear()
    sftp.write("dane/zuzycie_wody_2021.csv", OLD + "2021;3\n", 1_700_002_000)
    source.run()
    assert sftp.opened == ["/dane/zuzycie_wody_2021.csv"], "a new time is looked at"
    assert source.datasets()["zuzycie-wody"]["resources"][1]["hash"] == after[1]["hash"]


def test_a_manifest_over_sftp(harvest: Make, sftp: SftpServer) -> None:
    good, bad = hashlib.sha256(OLD.encode()).hexdigest(), "0" * 64
    rows = [
        {"id": "dobry", "title": "Dobry", "files": [{"path": "pod/a.csv", "sha256": good}, {"path": "https://x.example/b.csv"}]},
        {"id": "zly", "title": "Zły", "files": [{"path": "pod/a.csv", "sha256": bad}]},
        {"id": "obcy", "title": "Obcy", "files": [{"path": "../../etc/passwd"}]},
    ]  # fmt: skip
    sftp.write("dane/manifest.json", json.dumps({"manifest": "1.0", "datasets": rows}))
    sftp.write("dane/pod/a.csv", OLD)
    sftp.write("etc/passwd", "root:x:0:0")
    source = source_of(harvest, sftp)
    done = source.run()
    assert set(source.datasets()) == {"dobry"}
    assert "SHA-256" in done["errors"]["zly"] and "no usable file" in done["errors"]["obcy"]
    urls = [row["url"] for row in source.datasets()["dobry"]["resources"]]
    assert urls[0].endswith("/a.csv") and urls[1] == "https://x.example/b.csv"
    assert "/etc/passwd" not in sftp.opened


def test_a_file_that_fails_leaves_the_last_good_one(
    harvest: Make, sftp: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sftp.write("dane/a.csv", OLD)
    source = source_of(harvest, sftp)
    source.run()
    sftp.write("dane/a.csv", "x" * 3_000_000, 1_700_001_000)
    monkeypatch.setitem(tk.config, "ckan.max_resource_size", 2)
    done = source.run()
    assert "ckan.max_resource_size" in done["errors"]["a"]
    [row] = source.datasets()["a"]["resources"]
    assert stored(row) == OLD.encode()


def test_a_file_lost_before_it_was_written_is_fetched_again(
    harvest: Make, sftp: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sftp.write("dane/a.csv", OLD)
    source = source_of(harvest, sftp)
    with monkeypatch.context() as patch:
        patch.setattr(uploads.Spool, "find", lambda self, sha256: None)
        done = source.run()
    assert "no longer at hand" in done["errors"]["a"] and source.datasets() == {}
    for path in uploads.Spool(source.id).folder.iterdir():
        path.unlink()
    source.run()
    [row] = source.datasets()["a"]["resources"]
    assert stored(row) == OLD.encode()


def test_a_portal_without_uploads_says_so(
    harvest: Make, sftp: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckan.storage_path", "")
    monkeypatch.setitem(tk.config, "ckan.uploads_enabled", False)
    assert "ckan.storage_path" in source_of(harvest, sftp).run()["reason"]["pl"]
    assert sftp.logins == []


def test_another_host_key_refuses_the_run(harvest: Make, sftp: SftpServer) -> None:
    sftp.write("dane/a.csv", OLD)
    source = harvest("utility_files", f"{sftp.url}/dane/", secret="MPEC", host_key="SHA256:" + "A" * 43)
    done = source.run()
    assert done["outcome"] in ("refused", "failed") and sftp.fingerprint in done["reason"]["pl"]
    assert sftp.logins == [] and source.datasets() == {}


def test_a_document_that_is_not_modified_is_one_request_and_no_write(
    harvest: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site()
    monkeypatch.setitem(tk.config, "ckanext.kielce.http.allow_hosts", [site.host])
    rows = [{"id": "a", "title": "A", "files": [{"path": "a.csv"}]}]

    def publish(etag: str) -> None:
        body = json.dumps({"manifest": "1.0", "datasets": rows}).encode()
        site.files["/manifest.json"] = (body, {"ETag": etag, "Content-Type": "application/json"})

    publish('"1"')
    source = harvest("utility_files", f"{site.url}/manifest.json", domain="woda")
    source.run()
    second = source.run()
    assert (second["outcome"], second["run"].requests, second["run"].bytes) == ("unchanged", 1, 0)
    assert len(source.datasets()) == 1
    rows.append({"id": "b", "title": "B", "files": [{"path": "b.csv"}]})
    publish('"2"')
    assert source.run()["counts"]["create"] == 1
    site.httpd.shutdown()
    site.httpd.server_close()
