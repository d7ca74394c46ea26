"""Facts of the room: forms, sources, addresses, sentences."""

from ckanext.kielce.export import sources
from ckanext.kielce.export.formats import FORMS, SYSTEMS
from ckanext.kielce.export.service import JsonList
from ckanext.kielce.export.words import FAILURES


def test_every_form_is_known_by_its_code():
    assert {code for code, form in FORMS.items() if form.of == "table"} == {
        "csv",
        "excel",
        "xlsx",
        "json",
        "parquet",
    }
    assert {code for code, form in FORMS.items() if form.of == "layer"} == {"geojson", "gpkg", "shp", "wkt"}
    assert SYSTEMS == ("4326", "2178", "2180")
    assert FAILURES["source"]


def resource(id_, format_, url="https://example.org/x"):
    return {"id": id_, "format": format_, "url": url}


def test_one_layer_in_five_formats_is_one_layer_read_from_the_most_faithful():
    pkg = {
        "resources": [
            resource("a", "GEOJSON"),
            resource("b", "GML"),
            resource("c", "CSV"),
            resource("d", "GPKG"),
        ]
    }
    assert [layer["id"] for layer in sources.layers_of(pkg)] == ["d"]


def test_files_of_one_format_are_layers_of_their_own():
    pkg = {"resources": [resource("a", "GEOJSON"), resource("b", "GEOJSON")]}
    assert [layer["id"] for layer in sources.layers_of(pkg)] == ["a", "b"]


def test_a_service_is_a_layer_when_the_layer_is_named():
    pkg = {
        "resources": [
            resource("a", "WFS_SRVC", "https://geo.example/wfs?map=x&service=WFS&request=GetCapabilities")
        ]
    }
    assert sources.layers_of(pkg) == []
    assert len(sources.layers_of({**pkg, "layer_name": "msip:sciezki"})) == 1
    assert sources.feature_url(pkg["resources"][0]["url"], "msip:sciezki") == (
        "https://geo.example/wfs?map=x&service=WFS&version=2.0.0&request=GetFeature&typeNames=msip%3Asciezki"
    )


def test_withheld_files_have_no_address_and_no_layer():
    assert sources.layers_of({"resources": [resource("a", "GEOJSON", "")]}) == []


class Sink:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data


def test_lines_become_a_list_wherever_they_are_cut():
    whole = Sink()
    stream = JsonList(whole)
    for piece in (b'{"a"', b':1}\n{"a":', b"2}\n"):
        stream.write(piece)
    stream.end()
    assert whole.data == b'[\n{"a":1},\n{"a":2}\n]\n'
    empty = Sink()
    JsonList(empty).end()
    assert empty.data == b"[]\n"


def test_the_attributes_of_a_layer_in_many_formats_are_one_table(monkeypatch):
    from ckanext.kielce.export import offers

    monkeypatch.setattr(offers, "may_see", lambda _id, _user=None: True)
    formats = ("GEOJSON", "GPKG", "CSV", "GML")
    files = [{**resource(format_, format_), "datastore_active": True} for format_ in formats]
    assert [table["id"] for table in offers.tables_of({"resources": files})] == ["CSV"]
    layers = [file for file in files if file["id"] != "CSV"]
    assert [table["id"] for table in offers.tables_of({"resources": layers})] == ["GEOJSON"]
