"""What the portal emits against the official SHACL shapes of DCAT-AP 3.0.1 (their source: ``dcat-ap-3.0.1/SOURCE.md``)."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from ckan.tests import factories, helpers
from ckanext.dcat.processors import RDFSerializer
from pyshacl import validate
from rdflib import RDF, Graph, Namespace

FOLDER = Path(__file__).parent.parent / "dcat-ap-3.0.1"
SH = Namespace("http://www.w3.org/ns/shacl#")
PLUGINS = "kielce datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins", "clean_db"),
]


def examples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples", Path(__file__).parent.parent / "examples.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def shapes(name: str) -> Graph:
    """The file, without the property shapes that have no path, which pyshacl refuses."""
    graph = Graph().parse(FOLDER / name)
    for shape in set(graph.subjects(RDF.type, SH.PropertyShape)) | set(graph.objects(None, SH.property)):
        if graph.value(shape, SH.path) is None:
            graph.remove((shape, None, None))
            graph.remove((None, SH.property, shape))
    return graph


def violations(data: Graph, name: str) -> set[tuple[str, str, str]]:
    """(file, path, component) of every violation."""
    _conforms, report, _text = validate(data, shacl_graph=shapes(name), advanced=False, inplace=False)
    found = set()
    for result in report.objects(None, SH.result):
        if report.value(result, SH.resultSeverity) == SH.Violation:
            path, component = (
                report.value(result, SH.resultPath),
                report.value(result, SH.sourceConstraintComponent),
            )
            found.add((name, str(path), str(component).removeprefix(str(SH))))
    return found


def excluded() -> dict[tuple[str, str, str], str]:
    with (FOLDER / "exclusions.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["file"], row["path"], row["component"]): row["reason"] for row in csv.DictReader(stream)}


def test_the_shapes_are_the_pinned_ones() -> None:
    told = dict(re.findall(r"^\| (\S+\.ttl) \| ([0-9a-f]{64}) \|$", (FOLDER / "SOURCE.md").read_text(), re.M))
    assert told == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.ttl")}


def test_all_kinds_of_datasets_pass_the_official_shapes() -> None:
    unit = factories.Organization(name="urzad-miasta", title="Urząd Miasta Kielce")
    made = examples()
    found: dict[tuple[str, str, str], str] = {}
    for kind in made.EXAMPLES:
        created = helpers.call_action("package_create", **made.example(kind, owner_org=unit["id"]))
        serializer = RDFSerializer(profiles=["kielce_dcat_ap"])
        serializer.graph_from_dataset(helpers.call_action("package_show", id=created["id"]))
        for name in sorted(path.name for path in FOLDER.glob("*.ttl")):
            found |= dict.fromkeys(violations(serializer.g, name), kind)
    assert {each: kind for each, kind in found.items() if each not in excluded()} == {}
    assert set(excluded()) == set(found), "an exclusion that is not needed any more"


def test_what_breaks_the_profile_is_seen() -> None:
    """The shapes as they are read here do refuse: a dataset without title and description."""
    graph = Graph().parse(
        data="@prefix dcat: <http://www.w3.org/ns/dcat#> . <https://a.example/1> a dcat:Dataset .",
        format="turtle",
    )
    paths = {path for _file, path, _component in violations(graph, "dcat-ap-SHACL.ttl")}
    assert {"http://purl.org/dc/terms/title", "http://purl.org/dc/terms/description"} <= paths
