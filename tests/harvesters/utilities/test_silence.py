"""Parts of a source that do not answer: what could not be listed is not missing, and what could not be had is asked for again."""

from __future__ import annotations

import json

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Source
from ckanext.kielce.harvesters.utilities.files import UtilityFilesHarvester

from tests.harvesters.canned import CannedClient

INDEX = '<html><title>Index of /</title><h1>Index of /</h1><a href="ruch_2023.csv">a</a> <a href="starsze/">starsze/</a></html>'
BELOW = '<html><title>Index of /starsze</title><h1>Index of /starsze</h1><a href="ruch_2022.csv">a</a></html>'


def read(answers: dict, url: str, **config: object) -> tuple[dict, Exception | None]:
    """guid -> record, and what the reading ended with."""
    harvester, found = UtilityFilesHarvester.__new__(UtilityFilesHarvester), {}
    try:
        for record in harvester.records(
            Source("s", url, "", {"head": False, **config}), CannedClient(answers)
        ):
            found[record.guid] = record
    except FetchError as error:
        return found, error
    return found, None


@pytest.fixture(autouse=True)
def polish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckanext.kielce.harvesters.utilities.files.language", lambda: "pl")


def test_a_folder_that_does_not_answer_leaves_the_sets_as_they_were() -> None:
    whole, ended = read({"/": INDEX, "/starsze/": BELOW}, "https://mzd.example/")
    assert ended is None and {record.incomplete for record in whole.values()} == {None}
    silent = FetchError("timeout", "silent", "https://mzd.example/starsze/")
    cut, ended = read({"/": INDEX, "/starsze/": silent}, "https://mzd.example/")
    assert ended is silent, "the run counts nothing as missing and is repeated"
    read_sets = [record for guid, record in cut.items() if guid in whole]
    assert read_sets and all(record.incomplete for record in read_sets), (
        "a set without the files of that folder replaces no whole one"
    )


def test_a_folder_that_is_gone_is_an_error_of_its_own_only() -> None:
    gone = FetchError("http_error", "404", "https://mzd.example/starsze/", 404)
    found, ended = read({"/": INDEX, "/starsze/": gone}, "https://mzd.example/")
    assert ended is None and len(found) == 2
    with pytest.raises(FetchError):
        found["starsze"].loaded()


def test_a_package_that_does_not_answer_fails_as_what_may_pass() -> None:
    catalog = json.dumps({"datasets": [{"name": "a", "package": "a/datapackage.json"}]})
    silent = FetchError("timeout", "silent", "https://mzd.example/a/datapackage.json")
    found, ended = read(
        {"/catalog.json": catalog, "/a/datapackage.json": silent},
        "https://mzd.example/catalog.json",
        form="catalog",
    )
    assert ended is None and found["a"].error is None
    with pytest.raises(FetchError):
        found["a"].loaded()
