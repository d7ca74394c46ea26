"""The stand-in city built once for all its tests, and its servers on free ports."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPMessage
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

TODAY = dt.date(2026, 11, 21)
NOW = dt.datetime(2026, 11, 21, 14, 37, tzinfo=dt.UTC)


@dataclass
class Reply:
    """An answer, whatever its status."""

    status: int
    headers: HTTPMessage
    body: bytes = field(repr=False)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


def _ask(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> Reply:
    """One request; ``headers`` with underscores for hyphens."""
    request = urllib.request.Request(
        url, data=data, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.headers, error.read())


@pytest.fixture(scope="session")
def ask():
    """One request whose answer comes back whatever its status: ask(url, method, data, If_None_Match=…)."""
    return _ask


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole city as of TODAY."""
    from demo.city.build import build

    out = tmp_path_factory.mktemp("city")
    build(out, TODAY)
    return out


def _background(server) -> str:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture(scope="session")
def files_url(city_folder: Path):
    """The file server, its clock stopped at NOW."""
    from demo.city.server import make_server

    server = make_server(city_folder, 0, NOW)
    yield _background(server)
    server.shutdown()


@pytest.fixture(scope="session")
def msip_url(city_folder: Path):
    """The MapServer host."""
    from demo.city.msip.server import find_mapserv, make_server

    if find_mapserv() is None:
        pytest.skip("mapserv is not installed (apt-get install cgi-mapserver)")
    server = make_server(city_folder, 0, "http://127.0.0.1:9/csw")
    yield _background(server)
    server.shutdown()


@pytest.fixture(scope="session")
def csw_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pycsw complains of."""
    return tmp_path_factory.mktemp("csw") / "stderr"


@pytest.fixture(scope="session")
def csw_url(city_folder: Path, csw_log: Path):
    """pycsw in its own venv."""
    python = ROOT / "var" / "cache" / "pycsw-venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("pycsw's venv is not there: `make test` makes it from demo/requirements-pycsw.lock")
    command = [
        str(python),
        "-m",
        "demo.city.csw",
        "--data",
        str(city_folder),
        "--port",
        "0",
        "--file-port",
        "8001",
        "--mapserver-port",
        "8002",
    ]
    with csw_log.open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("CSW 2.0.2: "), line
        yield line.split()[2]
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def fault(city_folder: Path):
    """Switch a fault on: fault(server, mode, path). Off again after the test."""
    control = city_folder / "faults.json"

    def switch(server: str, mode: str, path: str = "/") -> None:
        control.write_text(json.dumps({server: {"mode": mode, "path": path}}))

    yield switch
    control.unlink(missing_ok=True)
