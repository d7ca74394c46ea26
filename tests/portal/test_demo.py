"""The filled portal, asked as its users would ask: what was harvested, how it is judged, what the API answers."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from demo.city.sources import sources

pytestmark = pytest.mark.portal

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def get(portal_url: str) -> Callable[..., bytes]:
    """GET an address of the portal; the body."""

    def call(path: str, **headers: str) -> bytes:
        request = urllib.request.Request(portal_url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return bytes(response.read())

    return call


@pytest.fixture(scope="session")
def ask(get: Callable[..., bytes]) -> Ask:
    """Call an action as anybody may."""
    return lambda action, **params: json.loads(
        get(f"/api/3/action/{action}?{urllib.parse.urlencode(params)}")
    )["result"]


@pytest.fixture(scope="session")
def ask_as_admin(get: Callable[..., bytes], portal_token: str) -> Ask:
    """Call an action with the administrator's token."""
    return lambda action, **params: json.loads(
        get(f"/api/3/action/{action}?{urllib.parse.urlencode(params)}", Authorization=portal_token)
    )["result"]


@pytest.fixture(scope="session")
def summary(ask_as_admin: Ask) -> dict[str, Any]:
    return ask_as_admin("kielce_catalogue_summary")


@pytest.fixture(scope="session")
def scores(ask_as_admin: Ask) -> dict[str, dict[str, Any]]:
    """Every score by the dataset's name."""
    found = ask_as_admin("kielce_quality_list", limit=1000, lang="pl")
    assert found["count"] == len(found["results"])
    return {score["name"]: score for score in found["results"]}


@pytest.fixture(scope="session")
def datasets(ask: Ask) -> list[dict[str, Any]]:
    return ask("package_search", q="*:*", rows=1000)["results"]


def test_every_source_was_harvested_without_an_error(summary: dict[str, Any]) -> None:
    made = sources("http://a.example", "http://b.example", "http://c.example")
    assert Counter(row[1] for row in summary["sources"]) == Counter(source["source_type"] for source in made)
    assert [
        row for row in summary["sources"] if not str(row[3]).startswith("Finished") or row[2] == 0 or row[4]
    ] == []


def test_the_catalogue_holds_the_whole_city(datasets: list[dict[str, Any]]) -> None:
    kinds = [dataset["type"] for dataset in datasets]
    assert kinds.count("indicator") == 100
    assert kinds.count("spatial_layer") >= 40
    assert kinds.count("dataset") + kinds.count("live_feed") >= 40
    assert {dataset["domain"] for dataset in datasets} >= {
        "transport",
        "woda",
        "energia",
        "odpady",
        "finanse",
    }


def test_every_dataset_has_a_grade_or_a_reason(
    datasets: list[dict[str, Any]], scores: dict[str, Any]
) -> None:
    missing = [item["name"] for item in datasets if item["name"] not in scores]
    silent = [name for name, score in scores.items() if not score["grade"] and not score["reason_text"]]
    assert (missing, silent) == ([], [])


def test_no_score_is_still_to_come(scores: dict[str, Any]) -> None:
    assert [name for name, score in scores.items() if score["reason"] == "not_scored"] == []


def test_the_scores_are_a_dataset_which_is_scored_itself(
    ask: Ask, datasets: list[dict[str, Any]], scores: dict[str, Any]
) -> None:
    (published,) = [item for item in datasets if item["name"] == "oceny-zbiorow-danych"]
    found = ask("datastore_search", resource_id=published["resources"][0]["id"], limit=1000)
    # its own row comes with tomorrow's scores
    assert len(found["records"]) >= len(scores) - 2
    assert "zuzycie-wody-wedlug-osiedli" in {row["zbior"] for row in found["records"]}
    assert scores["oceny-zbiorow-danych"]["status"] == "fresh"


def test_the_stale_set_is_found(scores: dict[str, Any]) -> None:
    assert scores["ludnosc-wedlug-grup-wieku"]["status"] == "delinquent"


def test_the_truncated_set_is_found(scores: dict[str, Any]) -> None:
    assert "truncated" in scores["zuzycie-wody-wedlug-osiedli"]["labels"]


def test_a_renamed_column_is_found(scores: dict[str, Any]) -> None:
    assert "schema_break" in scores["zuzycie-energii-w-budynkach-miejskich"]["labels"]


def test_personal_data_are_withheld_from_the_public_and_shown_to_the_coordinator(
    ask: Ask, get: Callable[..., bytes], scores: dict[str, Any]
) -> None:
    suspected = [name for name, score in scores.items() if score["reason"] == "personal_data"]
    assert len(suspected) == 1
    public = ask("kielce_quality_list", limit=1000)["results"]
    assert suspected[0] not in {score["name"] for score in public}
    assert get(f"/dataset/{suspected[0]}")
    resource = ask("package_show", id=suspected[0])["resources"][0]
    assert resource["url"] == ""
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask("datastore_search", resource_id=resource["id"])
    assert refused.value.code == 403


def test_a_broken_link_leaves_the_set_without_a_grade_and_says_why(scores: dict[str, Any]) -> None:
    score = scores["mapa-dzikich-wysypisk"]
    assert (score["grade"], score["reason"]) == (None, "insufficient_evidence")


def test_registers_with_years_of_construction_are_not_called_stale(scores: dict[str, Any]) -> None:
    for name in ("budynki-z-ewidencji-gruntow-i-budynkow", "sciezki-rowerowe", "obszary-chronione"):
        assert scores[name]["status"] in ("fresh", "due"), name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("sciezki rowerowe", "sciezki-rowerowe"),
        ("ścieżek rowerowych", "sciezki-rowerowe"),
        ("zuzycie wody osiedla", "zuzycie-wody-wedlug-osiedli"),
        ("rozklad jazdy", "rozklad-jazdy-komunikacji-miejskiej-gtfs"),
    ],
)
def test_polish_search_finds_inflected_words_with_and_without_diacritics(
    ask: Ask, words: str, name: str
) -> None:
    found = ask("package_search", q=words, rows=3)["results"]
    assert name in [item["name"] for item in found]


def test_tables_have_types_and_answer_polish_questions(ask: Ask) -> None:
    dataset = ask("package_show", id="zuzycie-wody-wedlug-osiedli")
    resource = next(item for item in dataset["resources"] if item["datastore_active"])
    answer = ask("datastore_search", resource_id=resource["id"], q="slichowice", limit=5)
    types = {field["id"]: field["type"] for field in answer["fields"]}
    assert answer["total"] > 0
    assert {"numeric", "int8"} & set(types.values())


def test_kielce_has_98_of_100_indicators_and_two_explained_gaps(ask: Ask) -> None:
    values = ask("kielce_indicator_values", area="Kielce", limit=1000)["results"]
    with_value = [item for item in values if item["value"] is not None]
    assert (len(values), len(with_value)) == (100, 98)
    assert {item["indicator"] for item in values if item["value"] is None} == {"EV 8.8", "WS 21.6"}


def test_indicator_files_are_there_to_download(get: Callable[..., bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(get("/wskazniki.csv").decode("utf-8-sig"))))
    assert len(rows) == 500


@pytest.mark.parametrize("name", ["sciezki-rowerowe", "zuzycie-wody-wedlug-osiedli"])
def test_the_rdf_of_a_dataset_is_dcat_ap(ask: Ask, get: Callable[..., bytes], name: str) -> None:
    report = ask("kielce_dataset_validate", id=name)
    assert (report["conforms"], report["violations"]) == (True, [])
    assert b"http://www.w3.org/ns/dcat#" in get(f"/dataset/{name}.ttl")


def test_a_wrong_name_is_a_clear_404(portal_url: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{portal_url}/api/3/action/package_show?id=nie-ma-takiego", timeout=30)
    assert caught.value.code == 404
    assert json.load(caught.value)["success"] is False


def test_anybodys_program_may_read(portal_url: str) -> None:
    request = urllib.request.Request(
        f"{portal_url}/api/3/action/status_show", headers={"Origin": "https://app.example"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
