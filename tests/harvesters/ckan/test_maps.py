"""Map services and catalogues end to end: a real HTTP server in front, real tables and the city's schema behind."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

pytestmark = pytest.mark.ckan

spec = importlib.util.spec_from_file_location(
    "msip_samples", Path(__file__).parent.parent / "msip" / "samples.py"
)
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)
spec = importlib.util.spec_from_file_location(
    "ogc_service", Path(__file__).parent.parent / "ogc" / "service.py"
)
ogc = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ogc)


Make = Callable[..., Any]
HITS = '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="0"/>'


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
                        ("WFS", "GetFeature"): HITS.encode(),
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


@pytest.fixture
def city(portal: None, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    made = City()
    monkeypatch.setitem(ckan_config, "ckanext.kielce.http.allow_hosts", made.address)
    monkeypatch.setitem(ckan_config, "ckanext.kielce.http.retries", 0)
    yield made
    made.httpd.shutdown()
    made.httpd.server_close()


def test_wfs(city: City, harvest: Make) -> None:
    source = harvest("msip_wfs", f"{city.url}?service=WFS", domain="transport", frequency="MONTHLY")
    first = source.run()
    assert (first["outcome"], first["counts"]["create"]) == ("ok", 2), first
    assert city.asked == [
        "WFS GetCapabilities",
        "WFS DescribeFeatureType",
        "WMS GetCapabilities",
        *["WFS GetFeature"] * 2,
    ]
    found = source.datasets()
    parcels = found["ms:dzialki"]
    assert (parcels["type"], parcels["name"][:18]) == ("spatial_layer", "dzialki-ewidencyjn")
    assert parcels["domain"] == "planowanie-przestrzenne", (
        "the INSPIRE keyword is nearer than the source's default"
    )
    assert found["ms:bez_niczego"]["domain"] == "transport"
    assert [entry["format"] for entry in parcels["resources"]] == ["GEOJSON", "GML", "WFS_SRVC", "WMS_SRVC"]
    assert parcels["resources"][3]["documentation"] and "1:10000" in parcels["resources"][3]["description"]
    assert [column["name"] for column in parcels["resources"][0]["columns"]] == [
        "numer",
        "pole",
        "data",
        "opis",
    ]
    assert any("columns" in note or "kolumn" in note for note in first["notes"]["ms:bez_niczego"])
    city.asked.clear()
    second = source.run()
    assert second["counts"]["unchanged"] == 2 and source.datasets() == found
    assert len(city.asked) == 3, "nothing is counted for what has not changed"


def test_csw(city: City, harvest: Make) -> None:
    onlines = samples.online(f"{city.url}?service=WFS", "OGC:WFS", "ms:dzialki")
    city.records = [
        samples.record("r1", onlines=onlines),
        samples.record("zly", "A & B"),
        samples.record("bez", title=""),
        samples.record("r2", "Budynki", onlines=onlines.replace("ms:dzialki", "ms:nieznana")),
    ]
    source = harvest("msip_csw", f"http://{city.address}/csw")
    first = source.run()
    assert (first["outcome"], first["counts"]["create"], first["counts"]["failed"]) == ("partly", 2, 2), first
    assert city.asked == ["CSW GetRecords", "WFS GetCapabilities", "WFS DescribeFeatureType"]
    assert set(first["errors"]) == {"zly", "bez"}
    found = source.datasets()
    assert found["r1"]["layer_name"] == "ms:dzialki" and found["r1"]["crs"] == ["EPSG:2178"]
    assert found["r1"]["resources"][0]["format"] == "GEOJSON"
    assert [entry["format"] for entry in found["r2"]["resources"]] == ["WFS_SRVC"]
    assert any("ms:nieznana" in note for note in first["notes"]["r2"])

    city.down = {"WFS"}
    source.run()
    assert source.datasets() == found, "a WFS that is down must not cost the datasets their files"


def test_a_layer_that_comes_by_three_ways_is_one_dataset(city: City, harvest: Make) -> None:
    city.records = [
        samples.record("r1", onlines=samples.online(f"{city.url}?service=WFS", "OGC:WFS", "ms:dzialki"))
    ]
    catalogue = harvest("msip_csw", f"http://{city.address}/csw")
    catalogue.run()
    found = catalogue.datasets()
    features = harvest("msip_wfs", city.url, layers=["dzialk*"], domain="transport", wms_url=city.url)
    images = harvest("msip_wms", city.url, layers=["dzialki"], domain="transport")
    for source in (features, images):
        done = source.run()
        assert (done["outcome"], done["counts"]) == ("ok", {"linked": 1}), done
        assert [each["id"] for each in source.datasets().values()] == [found["r1"]["id"]]
    assert catalogue.datasets() == found, "the others write nothing"


def test_wms(city: City, harvest: Make) -> None:
    source = harvest("msip_wms", city.url, domain="transport", frequency="MONTHLY", exclude=["dzialki"])
    assert source.run()["counts"] == {"create": 1}
    (image,) = source.datasets().values()
    assert (image["layer_name"], image["crs"], image["wms_url"]) == ("orto", ["EPSG:2180"], city.url)


@pytest.mark.parametrize("kind", ["msip_csw", "msip_wfs", "msip_wms"])
def test_wrong_and_dead_addresses_are_named(city: City, harvest: Make, kind: str) -> None:
    city.down = {"WFS", "CSW", "WMS"}
    wrong = harvest(kind, f"http://{city.address}/nothing-here").run()
    assert wrong["outcome"] == "failed" and "404" in wrong["reason"]["en"]
    refused = harvest(kind, f"http://127.0.0.1:9/{kind}").run()
    assert "allow_hosts" in refused["reason"]["en"]


PLAIN = {"domain": "transport", "frequency": "ANNUAL"}


def test_ogc_api_features(server: Any, harvest: Make) -> None:
    answers = ogc.features()
    for url, answer in answers.items():
        path = url.removeprefix("https://api.example")
        server.put(
            path,
            json.dumps(answer)
            .replace("https://api.example", server.url)
            .replace("http://api.example", server.url),
        )
    source = harvest("ogc_features", f"{server.url}/ogc", **PLAIN)
    first = source.run()
    assert (first["outcome"], first["counts"]) == ("ok", {"create": 2}), first
    districts = source.datasets()["dzielnice"]
    assert (districts["crs"], districts["domain"], districts["geometry_type"]) == (
        ["EPSG:2178"],
        "administracja",
        "polygon",
    )
    assert [entry["format"] for entry in districts["resources"]] == ["GEOJSON", "CSV", "REST"]
    assert districts["resources"][0]["columns"][0]["title"] == "Nazwa dzielnicy"
    server.asked.clear()
    assert source.run()["counts"] == {"unchanged": 2}
    assert not any("/items" in path for _method, path in server.asked)


def test_ogc_api_records(server: Any, harvest: Make) -> None:
    page = {"type": "FeatureCollection", "numberMatched": 2}
    following = {
        "rel": "next",
        "type": "application/geo+json",
        "href": f"{server.url}/ogc/collections/k/items?offset=1",
    }
    collection = {
        "id": "k",
        "itemType": "record",
        "links": [{"rel": "items", "href": f"{server.url}/ogc/collections/k/items"}],
    }
    server.put("/ogc", json.dumps({"links": []}))
    server.put("/ogc/collections", json.dumps({"collections": [collection]}))
    server.put(
        "/ogc/collections/k/items", json.dumps({**page, "features": [ogc.record(1)], "links": [following]})
    )
    server.put(
        "/ogc/collections/k/items?offset=1", json.dumps({**page, "features": [ogc.record(2)], "links": []})
    )
    source = harvest("ogc_records", f"{server.url}/ogc", **PLAIN)
    first = source.run()
    assert (first["outcome"], first["counts"]) == ("ok", {"create": 2}), first
    assert {each["title"] for each in source.datasets().values()} == {"Ścieżki 1", "Ścieżki 2"}
    assert source.run()["counts"] == {"unchanged": 2}

    for parameters in ("offset=1", "offset=1&f=json"):
        server.put(f"/ogc/collections/k/items?{parameters}", ogc.LOGIN)
    cut = source.run()
    assert cut["outcome"] == "partly" and len(source.datasets()) == 2, cut
    assert "web page" in cut["reason"]["en"]
