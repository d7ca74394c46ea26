"""A map server of samples: answers by the word in the address; how a harvester reads it."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Record, Source
from ckanext.kielce.harvesters.msip import ows

from tests.harvesters.msip import samples

URL = "http://msip.example/ows"
LEGEND = f"{URL}?request=GetLegendGraphic&layer=dzialki"
POINT = """<FeatureCollection numberMatched="1"><member><a><g><Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>50.1 21.9</pos>
</Point></g></a></member></FeatureCollection>"""
HITS = '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="{}"/>'


def service() -> ows.Wfs:
    made = ows.read_wfs(samples.WFS_200.encode(), f"{URL}?service=WFS&request=GetCapabilities")
    for name, (columns, geometry) in ows.read_columns(samples.SCHEMA.encode(), URL).items():
        layer = made.find(name)
        layer.columns, layer.geometry = columns, geometry
    return made


class Server:
    """Answers by a word in the address; an exception is raised, anything without an answer is 404."""

    def __init__(self, **answers: str | Exception) -> None:
        self.answers, self.asked, self.expected = answers, [], None

    def expect(self, number: int) -> None:
        self.expected = number

    def fetch(self, url: str, **more: Any) -> Any:
        self.asked.append(url)
        query = {key.lower(): value for key, value in parse_qsl(urlsplit(url).query)}
        answer = self.answers.get(f"{query['service']}_{query['request']}".lower())
        if isinstance(answer, str):
            return nullcontext(SimpleNamespace(body=answer.encode()))
        raise answer or FetchError("http_error", "404", url, 404)


def harvest(harvester: Any, server: Server, url: str = URL, **config: Any) -> list[Record]:
    return list(harvester.records(None, Source("s", url, config=config), server))


def wfs_server(**more: Any) -> Server:
    return Server(
        wfs_getcapabilities=samples.WFS_200,
        wfs_describefeaturetype=samples.SCHEMA,
        wms_getcapabilities=samples.WMS,
        **more,
    )
