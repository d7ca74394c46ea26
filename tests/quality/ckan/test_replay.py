"""`ckan kielce quality replay`: the portal's own history under other thresholds, and nothing written."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from click.testing import CliRunner

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]

NOW = dt.datetime(2025, 11, 21, 12, tzinfo=dt.timezone.utc)
DAY = dt.timedelta(days=1)


def run(*arguments: str) -> Any:
    from ckanext.kielce.common.cli import kielce
    from ckanext.kielce.quality import cli  # noqa: F401

    return CliRunner().invoke(kielce, ["quality", "replay", *arguments])


def table(rows: int) -> str:
    lines = [f"2025-0{m};Szkoła {n};{m * 100 + n * 3}" for m in range(1, 9) for n in range(rows)]
    return "\n".join(["miesiac;szkola;liczba", *lines]) + "\n"


@pytest.fixture
def thinned(files: Any, make_dataset: Any) -> dict[str, Any]:
    """A set whose second version has 60 % of the rows of the first: sound by the rules in force."""
    from ckanext.kielce.quality.gather.observe import observe_package
    from ckanext.kielce.quality.scoring import score_package

    package = make_dataset(files.put("a.csv", table(10)))
    observe_package(package["id"], now=NOW)
    files.put("a.csv", table(6))
    observe_package(package["id"], now=NOW + DAY)
    score_package(package["id"], now=NOW + DAY)
    return package


def snapshot() -> list[Any]:
    from ckan import model
    from ckanext.kielce.quality.model import FindingRow, Score

    model.Session.expire_all()
    scores = [(s.package_id, s.quality_index, s.grade, s.labels) for s in model.Session.query(Score)]
    return [scores, model.Session.query(FindingRow).count()]


def test_the_rules_in_force_move_nothing(thinned: dict[str, Any]) -> None:
    result = run("--json", "--all")
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert (report["judged"], report["moved"], report["regraded"]) == (1, 0, 0)
    (item,) = report["datasets"]
    assert item["index"]["before"] == item["index"]["after"]


def test_a_stricter_threshold_shows_what_would_move_and_writes_nothing(thinned: dict[str, Any]) -> None:
    before = snapshot()
    result = run("--rule", "volume_share=0.7", "--json")
    assert result.exit_code == 0, result.output
    (item,) = json.loads(result.output)["datasets"]
    assert item["name"] == thinned["name"]
    assert item["added"] == ["volume_collapse"]
    assert item["index"]["after"] < item["index"]["before"]
    assert snapshot() == before


def test_a_change_of_the_model_alone(thinned: dict[str, Any]) -> None:
    result = run("--rule", 'grades=[["A", 5], ["B", 3], ["C", 2], ["D", 0]]', thinned["name"])
    assert result.exit_code == 0, result.output
    assert "-> A" in result.output
    assert "1 get another grade" in result.output or "1 would change, 0" in result.output


@pytest.mark.parametrize("change", ["nonsense=1", "volume_share", "volume_share=lots", 'volume_share="x"'])
def test_a_threshold_that_is_none_is_refused_with_the_remedy(change: str) -> None:
    result = run("--rule", change)
    assert result.exit_code == 1
    assert change.split("=")[0] in result.output
