"""Parts of a source that do not answer: what could not be listed is not missing, and what could not be had is asked for again."""

from __future__ import annotations

import json

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Source, SourceError
from ckanext.kielce.harvesters.utilities.files import UtilityFilesHarvester

from tests.harvesters.canned import CannedClient

INDEX = '<html><title>Index of /</title><h1>Index of /</h1><a href="ruch_2023.csv">a</a> <a href="starsze/">starsze/</a></html>'
LOGIN = """<!doctype html><html><title>Logowanie</title><form method="post"><input name="login">
<input type="password" name="haslo"></form><a href="przypomnij-haslo">Nie pamiętasz hasła?</a></html>"""
WELCOME = "<html><title>Portal</title><p>Serwis jest w przebudowie.</p></html>"
EMPTY = "<html><title>Index of /</title><h1>Index of /</h1><a href='../'>../</a></html>"
BELOW = '<html><title>Index of /starsze</title><h1>Index of /starsze</h1><a href="ruch_2022.csv">a</a></html>'


def read(answers: dict, url: str, **config: object) -> tuple[dict, FetchError | SourceError | None]:
    """guid -> record, and what the reading ended with."""
    harvester, found = UtilityFilesHarvester.__new__(UtilityFilesHarvester), {}
    try:
        for record in harvester.records(
            Source("s", url, "", {"head": False, **config}), CannedClient(answers)
        ):
            found[record.guid] = record
    except (FetchError, SourceError) as error:
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


@pytest.mark.parametrize("body", [LOGIN, WELCOME, INDEX])
def test_a_page_at_the_address_of_a_manifest_is_named_as_one(body: str) -> None:
    found, ended = read({"/otwarte/manifest.json": body}, "https://mzd.example/otwarte/manifest.json")
    assert found == {} and isinstance(ended, SourceError)
    assert "stroną WWW" in ended.text("pl") and "web page" in ended.text("en")
    assert "https://mzd.example/otwarte/manifest.json" in ended.text("pl")


@pytest.mark.parametrize("body", [LOGIN, WELCOME])
def test_a_page_in_place_of_an_index_is_named_as_one(body: str) -> None:
    found, ended = read({"/otwarte/": body}, "https://mzd.example/otwarte/")
    assert found == {} and isinstance(ended, SourceError) and "stroną WWW" in ended.text("pl")


def test_an_empty_folder_is_a_listing() -> None:
    assert read({"/": EMPTY}, "https://mzd.example/") == ({}, None), "and is refused as empty by the engine"


def test_a_page_in_place_of_a_folder_takes_no_file_out_of_a_set() -> None:
    whole, _ended = read({"/": INDEX, "/starsze/": BELOW}, "https://mzd.example/")
    cut, ended = read({"/": INDEX, "/starsze/": LOGIN}, "https://mzd.example/")
    assert isinstance(ended, SourceError), "the run counts nothing as missing and is repeated"
    assert "stroną WWW" in cut["starsze"].error
    assert all(record.incomplete for guid, record in cut.items() if guid in whole)


@pytest.mark.parametrize("form", ["manifest", "package", "catalog", None])
def test_a_page_is_named_whatever_form_was_expected(form: str | None) -> None:
    found, ended = read({"/dane.json": LOGIN}, "https://mzd.example/dane.json", form=form)
    assert found == {} and isinstance(ended, SourceError) and "stroną WWW" in ended.text("pl")


def test_a_page_in_place_of_a_package_is_an_error_of_its_own() -> None:
    catalog = json.dumps({"datasets": [{"name": "a", "package": "a/datapackage.json"}]})
    found, ended = read(
        {"/catalog.json": catalog, "/a/datapackage.json": LOGIN}, "https://mzd.example/catalog.json"
    )
    assert ended is None and "stroną WWW" in found["a"].error
