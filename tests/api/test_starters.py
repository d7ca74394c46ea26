"""Notebook, QGIS project, sitemap and code to copy, without CKAN."""

from __future__ import annotations

import datetime as dt
import json
import urllib.parse

import nbformat
import pytest
from ckanext.kielce.api import codes, notebook, own_paths, problems, qgis, sitemap
from lxml import etree

ABOUT = {
    "title": "Zbiór {z} klamrami",
    "notes": "Opis.",
    "page": "https://dane.example/dataset/z",
    "publisher": "MZD",
    "licence": "CC BY 4.0",
    "developers": "https://dane.example/developers",
    "openapi": "https://dane.example/api/openapi.json?dataset=z",
    "changes": "https://dane.example/api/changes.atom?dataset=z",
}


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_a_notebook_is_valid_and_its_code_compiles(lang):
    found = notebook.build(
        portal="https://dane.example",
        lang=lang,
        about=ABOUT,
        tables=[("t-1", 'Tabela "A"'), ("t-2", 'Tabela "A"')],
        files=[{"name": "Plan'y", "format": "PDF", "url": "https://example.org/a.pdf"}],
    )
    nbformat.validate(nbformat.from_dict(found))
    cells = [cell for cell in found["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        compile(cell["source"], "cell", "exec")
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])
    assert "Zbiór {z} klamrami" in found["cells"][0]["source"]
    assert any("t-1" in cell["source"] and "t-2" in cell["source"] for cell in cells)


def test_a_notebook_of_a_dataset_without_tables_lists_its_files():
    files = [{"name": "a", "format": "PDF", "url": "https://example.org/a.pdf"}]
    found = notebook.build(portal="https://dane.example", lang="pl", about=ABOUT, tables=[], files=files)
    nbformat.validate(nbformat.from_dict(found))
    assert not any("TABLES" in cell["source"] for cell in found["cells"])


LAYER = {
    "title": "Ścieżki & 'drogi' <x>",
    "crs": "urn:ogc:def:crs:EPSG::2178",
    "layer_name": "ms:sciezki",
    "wfs_url": "https://mapy.example/ows?map=/a.map&SERVICE=WFS&request=GetCapabilities",
    "wms_url": "https://mapy.example/wms",
}


def test_a_qgis_project_has_each_way_to_the_layer():
    files = [
        {"name": "Plik", "format": "GeoJSON", "url": "https://example.org/a.geojson"},
        {"name": "Opis", "format": "PDF", "url": "https://example.org/a.pdf"},
        {"name": "Zły", "format": "GEOJSON", "url": "javascript:alert(1)"},
    ]
    found = qgis.layers(LAYER, files)
    assert [layer.provider for layer in found] == ["WFS", "wms", "ogr"]
    root = etree.fromstring(qgis.project(LAYER["title"], found))
    assert root.tag == "qgis"
    sources = root.xpath("//maplayer/datasource/text()")
    assert "typename='ms:sciezki' url='https://mapy.example/ows?map=/a.map' version='auto'" in sources[0]
    assert sources[2] == "/vsicurl/https://example.org/a.geojson"
    assert root.xpath("//maplayer/srs/spatialrefsys/authid/text()") == ["EPSG:2178", "EPSG:2178", "EPSG:4326"]
    # The tree, the list and the order speak of the same layers.
    ids = root.xpath("//maplayer/id/text()")
    assert ids == root.xpath("//layer-tree-layer/@id") == root.xpath("//layerorder/layer/@id")
    assert root.findtext("title") == LAYER["title"]


def test_a_dataset_without_layers_has_no_project():
    assert (
        qgis.layers({"title": "x"}, [{"name": "a", "format": "CSV", "url": "https://example.org/a.csv"}])
        == []
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:2180", "EPSG:2180"),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326"),
        ("", "EPSG:2180"),
    ],
)
def test_systems_of_coordinates_are_read_in_their_usual_forms(text, code):
    assert qgis.epsg(text) == code


def test_a_sitemap_has_addresses_moments_and_languages():
    moment = dt.datetime(2026, 11, 3, 8, tzinfo=dt.timezone.utc)
    root = etree.fromstring(sitemap.page("https://dane.example", [sitemap.Place("/dataset/a&b", moment)]))
    space = {"s": sitemap.NS, "x": sitemap.XHTML}
    assert root.xpath("//s:loc/text()", namespaces=space) == ["https://dane.example/dataset/a&b"]
    assert root.xpath("//s:lastmod/text()", namespaces=space) == ["2026-11-03T08:00:00Z"]
    assert root.xpath("//x:link/@href", namespaces=space)[1] == "https://dane.example/en/dataset/a&b"
    index = etree.fromstring(sitemap.index([("https://dane.example/sitemap-1.xml", None)]))
    assert index.xpath("//s:sitemap/s:loc/text()", namespaces=space) == ["https://dane.example/sitemap-1.xml"]


def test_an_address_is_made_of_path_and_parameters():
    url = codes.address(
        "https://d", "/api/tables/{resource_id}/rows", {"resource_id": "a/b", "q": "ż ó", "sort": ""}
    )
    assert url == "https://d/api/tables/a%2Fb/rows?q=%C5%BC+%C3%B3"


def test_code_to_copy_quotes_the_address_and_compiles():
    hostile = "https://d/x?q='%22;rm"
    assert codes.curl(hostile) == "curl 'https://d/x?q='\"'\"'%22;rm'"
    python = codes.python(hostile, "result.records")
    compile(python, "code", "exec")
    assert 'answer["result"]["records"]' in python
    assert "answer$result$records" in codes.r(hostile, "result.records")
    assert "answer.result.records" in codes.javascript(hostile, "result.records")
    assert json.dumps(hostile) in codes.r(hostile)


def test_tables_of_words_are_whole():
    for entry in [*problems.kinds()["statuses"].values(), *problems.kinds()["names"].values()]:
        assert entry["pl"]
        assert entry["en"]
    for path, entry in own_paths.TABLE["paths"].items():
        assert set(entry["parameters"]) <= set(own_paths.TABLE["parameters"]), path
        wanted = {part[1:-1] for part in urllib.parse.urlsplit(path).path.split("/") if part.startswith("{")}
        assert wanted <= set(entry["parameters"]), path
