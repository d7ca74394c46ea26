"""The benchmark's sources are readable, the peers' datasets fit the schema, the ratios are right. Nothing is timed."""

from __future__ import annotations

import pytest
import rdflib
from ckanext.kielce.harvesters.msip import iso as reader
from ckanext.kielce.harvesters.msip import iso_map
from ckanext.kielce.harvesters.msip.xml import parse
from lxml import etree
from rdflib.namespace import DCAT, RDF

from benchmarks import peers, report
from benchmarks.sources import dcat, endless, iso
from benchmarks.sources.words import is_changed

HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")


def read(number, **changes):
    return reader.read(parse(iso.record(number, **changes)[1].encode(), "http://127.0.0.1/csw"))


def test_a_record_is_the_same_in_every_run_and_has_its_own_identifier():
    assert iso.record(7) == iso.record(7)
    assert read(7)["id"] == iso.record(7)[0] == iso.identifier(7)
    assert len({iso.identifier(number) for number in range(500)}) == 500


def test_a_hundredth_changes_and_keeps_its_identifier():
    assert sum(is_changed(number) for number in range(2000)) == 20
    before, after = read(37), read(37, changed=True)
    assert before["id"] == after["id"]
    assert after["title"] == before["title"] + " (zmieniona)"


@pytest.mark.parametrize("number", [0, 1])
def test_our_mapping_takes_the_records_whole(number):
    draft = iso_map.to_dataset({"iso": read(number), "services": {}, "layers": {}}, "pl")
    assert draft.data["type"] == "spatial_layer"
    assert len(draft.data["resources"]) == 1 + number
    assert draft.data["spatial"] and draft.data["domain"] == "srodowisko"


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (100, [100]), (205, [100, 100, 5])])
def test_catalogue_pages_hold_every_dataset_once_and_lead_to_the_next(count, sizes):
    pages = [
        rdflib.Graph().parse(data=page, format="turtle")
        for page in dcat.pages("http://127.0.0.1/n", range(count))
    ]
    datasets = [set(page.subjects(RDF.type, DCAT.Dataset)) for page in pages]
    assert [len(found) for found in datasets] == sizes
    assert len(set().union(*datasets)) == count
    following = [[str(each) for each in page.objects(None, HYDRA.nextPage)] for page in pages]
    assert following == [
        [f"http://127.0.0.1/n/catalog.ttl?page={number}"] for number in range(2, len(pages) + 1)
    ] + [[]]


def test_a_changed_catalogue_differs_in_its_changed_datasets_only():
    first, changed = (
        "".join(dcat.pages("http://127.0.0.1/n", range(200), changed=each)) for each in (False, True)
    )
    different = [a for a, b in zip(first.splitlines(), changed.splitlines(), strict=True) if a != b]
    assert len(different) == 2
    assert all("/dataset/37>" in line or "/dataset/137>" in line for line in different)


@pytest.mark.parametrize(
    ("start", "returned", "following"), [(1, 100, 101), (101, 100, 201), (201, 5, 0), (206, 0, 0)]
)
def test_the_endless_catalogue_pages_as_csw_does(start, returned, following):
    root = etree.fromstring(endless.page(start, 1000, 205).encode())
    results = root[1]
    assert results.get("numberOfRecordsMatched") == "205"
    assert int(results.get("numberOfRecordsReturned")) == len(results) == returned
    if returned:
        assert int(results.get("nextRecord")) == following


def test_what_a_peer_writes_fits_the_schema():
    package = {
        "title": "Warstwa",
        "extras": [
            {"key": "spatial", "value": '{"type": "Point", "coordinates": [20, 50]}'},
            {"key": "guid", "value": "a"},
            {"key": "licence_url", "value": "https://a.example"},
            {"key": "progress", "value": ""},
        ],
    }
    fitted = peers.fitted(package)
    assert fitted["spatial"].startswith("{") and fitted["domain"] and fitted["frequency"]
    assert fitted["extras"] == [{"key": "guid", "value": "a"}]
    assert len(package["extras"]) == 4


def side(records, seconds, requests, writers=1, proven=None):
    written = {"package": 1, "resource": 1, "activity": 1}
    found = {
        "seconds": seconds,
        "proven": records if proven is None else proven,
        "requests": requests,
        "cpu_seconds": {"consumers": seconds},
        "written": written,
        "index_adds": 1,
    }
    return {
        "runs": {run: dict(found) for run in report.RUNS},
        "task": {"records": records, "writers": writers},
        "memory": {"gather": 10**8},
    }


def test_ratios_are_of_records_a_second_and_unproven_records_do_not_count():
    results = {
        "machine": {},
        "ceiling": [],
        "sides": {"csw peer 1": side(100, 50.0, 210), "csw ours": side(1000, 50.0, 10, proven=500)},
    }
    peer, ours = report.comparison(results)[:2]
    assert peer[6:10] == ("2.0", "5.0 x", "210", "2.100")
    assert ours[6:10] == ("10.0", "", "10", "0.010")
    assert "500" in ours
    assert "5.0 x" in report.text(results)


def test_a_side_measured_alone_has_no_ratio():
    results = {"machine": {}, "sides": {"dcat ours": side(100, 1.0, 1)}}
    assert report.comparison(results)[0][7] == ""
    assert "dcat: first harvest" in report.text(results)
