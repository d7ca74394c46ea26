"""Both harvesters end to end: a real HTTP server in front, real tables and the city's schema behind."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ckan.plugins.core
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.harvest import jobs, report, store

pytestmark = pytest.mark.ckan

spec = importlib.util.spec_from_file_location("msip_samples", Path(__file__).parent.parent / "samples.py")
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)


class City:
    """A server with a WFS, a WMS and a CSW; ``down`` holds the services that answer 503."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down: set[str] = set()
        self.records: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {k.lower(): v for k, v in parse_qsl(urlsplit(self.path).query)}
                outer.asked.append(f"{query.get('service')} {query.get('request')}")
                self._send(
                    query.get("service", ""),
                    {
                        ("WFS", "GetCapabilities"): samples.WFS_200.encode(),
                        ("WFS", "DescribeFeatureType"): samples.SCHEMA.encode(),
                        ("WMS", "GetCapabilities"): samples.WMS.encode(),
                    }.get((query.get("service", ""), query.get("request", "")), b""),
                )

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append("CSW GetRecords")
                self._send("CSW", samples.answer(outer.records, len(outer.records)))

            def _send(self, service: str, body: bytes) -> None:
                self.send_response(404 if service in outer.down or not body else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                return

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.httpd.server_address[1]}"
        self.url = f"http://{self.address}/ows"
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture(scope="module")
def plugins(reset_db_once: None, migrate_db_for: Any) -> Iterator[None]:
    ckan.plugins.core.load_all()
    for plugin in ("activity", "harvest"):
        migrate_db_for(plugin)
    yield
    ckan.plugins.core.unload_all()


@pytest.fixture
def city(plugins: None, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    made = City()
    monkeypatch.setitem(ckan_config, "ckanext.kielce.http.allow_hosts", made.address)
    yield made
    made.httpd.shutdown()
    made.httpd.server_close()


def source(kind: str, url: str, **config: Any) -> HarvestSource:
    made = tk.get_action("harvest_source_create")(
        store.site_context(),
        {
            "name": factories.Dataset.stub().name,
            "url": url,
            "source_type": kind,
            "owner_org": factories.Organization()["id"],
            "config": json.dumps(config),
        },
    )
    return HarvestSource.get(made["id"])


def run(row: HarvestSource) -> dict[str, Any]:
    jobs.run_inline(row)
    model.Session.expire_all()
    return report.report(row, "source")


def datasets(row: HarvestSource) -> dict[str, dict[str, Any]]:
    context = {"ignore_auth": True, "use_cache": False}
    return {
        guid: tk.get_action("package_show")(dict(context), {"id": entry.package_id})
        for guid, entry in store.known(row.id).items()
    }


def test_wfs(city: City) -> None:
    row = source("msip_wfs", f"{city.url}?service=WFS", domain="transport", frequency="MONTHLY")
    first = run(row)
    assert first["outcome"] == "ok" and first["counts"]["create"] == 2, first
    assert city.asked == ["WFS GetCapabilities", "WFS DescribeFeatureType", "WMS GetCapabilities"]
    found = datasets(row)
    parcels = found["ms:dzialki"]
    assert (parcels["type"], parcels["name"][:18]) == ("spatial_layer", "dzialki-ewidencyjn")
    assert parcels["domain"] == "planowanie-przestrzenne", (
        "the INSPIRE keyword is nearer than the source's default"
    )
    assert found["ms:bez_niczego"]["domain"] == "transport"
    assert [entry["format"] for entry in parcels["resources"]] == ["GEOJSON", "GML", "WFS_SRVC", "WMS_SRVC"]
    assert [column["name"] for column in parcels["resources"][0]["columns"]] == [
        "numer",
        "pole",
        "data",
        "opis",
    ]
    assert "opis kolumn" in str(first["notes"]) or "columns" in str(first["notes"])
    second = run(row)
    assert second["counts"]["unchanged"] == 2 and datasets(row) == found


def test_wfs_layers_can_be_chosen(city: City) -> None:
    row = source("msip_wfs", city.url, layers=["dzialk*"], domain="transport", wms_url=city.url)
    assert run(row)["counts"]["create"] == 1


def test_csw(city: City) -> None:
    onlines = samples.online(f"{city.url}?service=WFS", "OGC:WFS", "ms:dzialki")
    city.records = [
        samples.record("r1", onlines=onlines),
        samples.record("zly", "A & B"),
        samples.record("bez", title=""),
        samples.record("r2", "Budynki", onlines=onlines.replace("ms:dzialki", "ms:nieznana")),
    ]
    row = source("msip_csw", f"http://{city.address}/csw")
    first = run(row)
    assert first["outcome"] == "partly" and first["counts"]["create"] == 2 and first["counts"]["failed"] == 2
    assert city.asked == ["CSW GetRecords", "WFS GetCapabilities", "WFS DescribeFeatureType"]
    assert {entry["guid"] for entry in first["errors"]} == {"zly", "bez"}
    found = datasets(row)
    assert found["r1"]["layer_name"] == "ms:dzialki" and found["r1"]["crs"] == ["EPSG:2178"]
    assert found["r1"]["resources"][0]["format"] == "GEOJSON"
    assert [entry["format"] for entry in found["r2"]["resources"]] == ["WFS_SRVC"]
    assert any("ms:nieznana" in note for note in first["notes"]["r2"])

    city.down = {"WFS"}
    while_down = run(row)
    assert datasets(row) == found, "a WFS that is down must not cost the datasets their files"
    assert any("WFS" in entry["message"] or "404" in entry["message"] for entry in while_down["errors"])


@pytest.mark.parametrize("kind", ["msip_csw", "msip_wfs"])
def test_wrong_and_dead_addresses_are_named(city: City, kind: str) -> None:
    city.down = {"WFS", "CSW"}
    wrong = run(source(kind, f"http://{city.address}/nothing-here"))
    assert wrong["outcome"] == "failed" and wrong["reason"]
    refused = run(source(kind, f"http://127.0.0.1:9/{kind}"))
    assert "allow_hosts" in refused["reason"]["en"]
