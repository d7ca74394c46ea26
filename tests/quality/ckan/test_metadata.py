"""M on the RDF that ckanext-dcat emits, and when it is computed again."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore dcat kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The graphs that were validated."""
    from ckanext.kielce.quality import rdf

    asked: list[Any] = []
    monkeypatch.setattr(rdf, "validate", lambda graph: asked.append(graph) or True)
    return asked


def metric(package: dict[str, Any], name: str) -> dict[str, Any]:
    from ckanext.kielce.quality.store import score_of

    score = score_of(package["id"])
    return next(item for item in score.mqa["metrics"] if item["name"] == name)


def test_points_are_those_of_the_emitted_rdf(
    act: Any, files: Any, make_dataset: Any, months: Any, validations: list[Any]
) -> None:
    package = make_dataset(
        files.put("a.csv", months("2026-10")), tags=[{"name": "autobus"}], license_id="cc-by"
    )
    act("kielce_quality_observe", id=package["id"])
    assert metric(package, "keywordAvailability")["points"] == 30
    assert metric(package, "accessUrlStatusCode")["points"] == 50
    assert metric(package, "categoryAvailability")["points"] == 0
    assert metric(package, "dcatApCompliance")["points"] == 30
    shown = act("kielce_quality_show", id=package["id"])
    assert shown["components"][0]["measured"] is True
    points = sum(part["params"]["points"] for part in shown["components"][0]["parts"])
    assert shown["components"][0]["score"] == pytest.approx(100 * points / 405, abs=0.06)


def test_a_dead_link_costs_its_points(
    act: Any, files: Any, make_dataset: Any, validations: list[Any]
) -> None:
    package = make_dataset(f"{files.base}/nothing.csv")
    act("kielce_quality_observe", id=package["id"])
    assert metric(package, "accessUrlStatusCode")["points"] == 0
    assert metric(package, "accessUrlStatusCode")["measured"] is True


def test_the_same_description_is_validated_once(
    act: Any, files: Any, make_dataset: Any, months: Any, validations: list[Any]
) -> None:
    package = make_dataset(files.put("a.csv", months("2026-10")))
    act("kielce_quality_observe", id=package["id"])
    act("kielce_quality_observe", id=package["id"])
    act("kielce_quality_score", id=package["id"])
    assert len(validations) == 1
    act("package_patch", id=package["id"], title="Inny tytuł")
    act("kielce_quality_score", id=package["id"])
    assert len(validations) == 2


def test_the_hash_of_a_graph_does_not_see_names_of_blank_nodes() -> None:
    from ckanext.kielce.quality.rdf import graph_hash
    from rdflib import Graph

    one = Graph().parse(data='<urn:a> <urn:p> [ <urn:q> "1" ; <urn:r> [ <urn:q> "2" ] ] .')
    two = Graph().parse(data='_:x <urn:q> "2" . _:y <urn:r> _:x ; <urn:q> "1" . <urn:a> <urn:p> _:y .')
    other = Graph().parse(data='<urn:a> <urn:p> [ <urn:q> "1" ; <urn:r> [ <urn:q> "3" ] ] .')
    assert graph_hash(one) == graph_hash(two)
    assert graph_hash(one) != graph_hash(other)


def test_odd_keys_of_other_plugins_do_not_matter(fresh: None) -> None:
    from ckanext.kielce.quality.rdf import source_hash

    one = source_hash({"id": "x", "config": {None: 1, "a": 2}}, {})
    assert one == source_hash({"config": {"a": 2, None: 1}, "id": "x"}, {})
    assert one != source_hash({"id": "x", "config": {None: 1, "a": 3}}, {})
