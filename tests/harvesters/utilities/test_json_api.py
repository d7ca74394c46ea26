"""JSON interfaces read by a mapping: pages, pointers, and what is refused."""

import json

import pytest
from ckanext.kielce.harvesters.said import Said
from ckanext.kielce.harvesters.utilities.json_api import complaint, pointed, read_sets
from ckanext.kielce.harvesters.utilities.model import FileSet, FormError

URL = "https://api.example/v1/sets?lang=pl"
MAPPING = {
    "items": "/data", "next": "/links/next", "total": "/meta/total", "id": "/id", "title": "/attributes/title",
    "keywords": "/attributes/tags", "modified": "/attributes/changed", "temporal_start": "/attributes/from",
    "files": "/attributes/files", "file_url": "/href", "file_title": "/name", "file_size": "/bytes",
}  # fmt: skip


def item(number, **more):
    files = [{"href": f"/pliki/{number}.csv", "name": "CSV", "bytes": 7}]
    about = {
        "title": f"Zbiór {number}",
        "tags": ["a", "b"],
        "changed": "2026-11-01",
        "from": "2020-01-01",
        "files": files,
    }
    return {"id": number, "attributes": {**about, **more}}


def read(pages, mapping=MAPPING, expected=None):
    asked = []

    def get(url):
        asked.append(url)
        return json.dumps(pages[url]).encode(), url

    return list(read_sets(URL, mapping, get, (expected if expected is not None else []).append)), asked


def test_pages_by_link():
    second = "https://api.example/v1/sets?page=2"
    pages = {
        URL: {"data": [item(1), item(2)], "links": {"next": "/v1/sets?page=2"}, "meta": {"total": 4}},
        second: {"data": [item(3), {"id": 4}], "links": {"next": None}},
    }
    expected = []
    found, asked = read(pages, expected=expected)
    assert asked == [URL, second] and expected == [4]
    assert [one.guid for one in found if isinstance(one, FileSet)] == ["1", "2", "3"]
    assert isinstance(found[3], Said) and "pozycja 4" in found[3].pl
    first = found[0]
    assert (first.title, first.fields["keywords"], first.fields["temporal"]) == (
        "Zbiór 1",
        ["a", "b"],
        {"start": "2020-01-01"},
    )
    assert (first.files[0].url, first.files[0].title, first.files[0].size) == (
        "https://api.example/pliki/1.csv",
        "CSV",
        7,
    )


def test_pages_by_number_and_items_that_are_files():
    mapping = {"items": "", "id": "/nr", "title": "/nazwa", "file_url": "/plik", "keywords": "/slowa",
               "page": {"parameter": "strona", "first": 0, "size_parameter": "na_strone", "size": 2}}  # fmt: skip
    base = "https://api.example/v1/sets?lang=pl&strona={}&na_strone=2"
    rows = [
        {"nr": n, "nazwa": f"Z{n}", "plik": f"https://x.example/{n}.json", "slowa": "a, b"} for n in range(3)
    ]
    found, asked = read({base.format(0): rows[:2], base.format(1): rows[2:], base.format(2): []}, mapping)
    assert asked == [base.format(n) for n in range(3)]
    assert [(one.guid, one.files[0].id, one.fields["keywords"]) for one in found][2] == (
        "2",
        "2.json",
        ["a", "b"],
    )


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"rows": []}, "nie ma listy"),
        ({"data": [], "links": {"next": URL}}, "powtarzają"),
        ({"data": [], "links": {"next": "https://evil.example/2"}}, "innym serwerze"),
        ({"data": [], "links": {"next": "http://169.254.169.254/"}}, "innym serwerze"),
    ],
)
def test_answers_that_do_not_fit(page, words):
    with pytest.raises(FormError) as caught:
        read({URL: page})
    assert words in caught.value.said.pl


def test_files_without_a_web_address_are_told():
    [found], _ = read({URL: {"data": [item(1, files=[{"href": "file:///etc/passwd"}, {"href": ""}])]}})
    assert found.files == [] and len(found.problems) == 2


def test_pointers():
    document = {"a/b": [{"~": 1}], "x": None}
    assert pointed(document, "/a~1b/0/~0") == 1
    assert pointed(document, "") is document
    assert pointed(document, "/x/y") is pointed(document, "/a~1b/9") is pointed(document, "/a~1b/-1") is None


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ([], "object"),
        ({"items": "/d"}, "needed: id, title, file_url"),
        ({**MAPPING, "colour": "/c"}, "unknown keys: colour"),
        ({**MAPPING, "title": "title"}, "title"),
        ({**MAPPING, "page": {"size": 1}}, "page"),
    ],
)
def test_a_mapping_with_faults_is_not_saved(mapping, words):
    assert words in complaint(mapping)


def test_a_good_mapping_is():
    assert complaint(MAPPING) is None
