"""Another city's CKAN, really started: its own ini, only ``activity datastore kielce_quality``, a web server of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]
CKAN = Path(sys.executable).with_name("ckan")


def plain_ini(source: str, folder: Path, port: int) -> Path:
    """The ini of the tests without anything that belongs to other plugins."""
    text = Path(source).read_text(encoding="utf-8")
    text = re.sub(
        r"(?m)^(ckan\.plugins|scheming\.\S+|ckanext\.\S+|ckan\.harvest\.\S+)\s*=.*\n((?:[ \t]+.*\n)*)",
        "",
        text,
    )
    options = f"ckan.plugins = activity datastore kielce_quality\nckan.site_url = http://127.0.0.1:{port}\n"
    text = re.sub(r"(?m)^ckan\.site_url\s*=.*\n", "", text)
    path = folder / "plain.ini"
    path.write_text(text.replace("use = egg:ckan\n", f"use = egg:ckan\n{options}", 1), encoding="utf-8")
    return path


@pytest.fixture
def portal(ckan_config: Any, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address and ini of the running portal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ini = plain_ini(ckan_config["__file__"], tmp_path, port)
    log = (tmp_path / "portal.log").open("wb")
    command = [CKAN, "-c", ini, "run", "--host", "127.0.0.1", "--port", str(port), "--disable-reloader"]
    server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None, (tmp_path / "portal.log").read_text()
            try:
                urllib.request.urlopen(f"{address}/api/3/action/status_show", timeout=20).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        yield address, ini
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        log.close()


def test_another_city_sees_grade_and_reason(
    files: Any, make_dataset: Any, months: Any, act: Any, portal: tuple[str, Path]
) -> None:
    address, ini = portal
    package = make_dataset(files.put("a.csv", months("2019-01", "2019-02", "2019-03")))
    act("kielce_quality_observe", id=package["id"])
    score = get(f"{address}/api/3/action/kielce_quality_show?id={package['name']}&lang=en")["result"]
    assert score["status"] == "delinquent"
    assert score["grade"] or score["reason_text"]
    assert any("March 2019" in item["text"] for item in score["deductions"])
    with urllib.request.urlopen(f"{address}/en/dataset/{package['name']}", timeout=60) as answer:
        page = answer.read().decode()
    assert "kq-status--delinquent" in page
    assert "March 2019" in page
    shown = subprocess.run(
        [CKAN, "-c", ini, "kielce", "quality", "show", package["name"], "--json", "--lang", "en"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(shown.stdout)["index"] == score["index"]
    upgraded = subprocess.run(
        [CKAN, "-c", ini, "db", "upgrade", "-p", "kielce_quality"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (upgraded.returncode, "SUCCESS" in upgraded.stdout) == (0, True), upgraded.stderr


def get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)
