"""Another CKAN: every dataset once whatever moves meanwhile, digests that ignore what changes by itself, the mapping."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.portals.ckan_api import essence, filters, read, root
from ckanext.kielce.harvesters.portals.ckan_mapping import dataset

from tests.harvesters.canned import CannedClient

SEARCH = "/api/3/action/package_search"
LOGIN = "<!doctype html><html><form><input type='password'></form></html>"


def package(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{number:08d}-0000-4000-8000-000000000000", "name": f"zbior-{number}", "title": f"Zbiór {number}",
        "notes": "Opis", "type": "dataset", "tags": [{"name": "woda", "display_name": "woda", "id": str(number)}],
        "resources": [{"id": f"r{number}", "url": f"https://x.example/{number}.csv", "name": "Plik", "format": "CSV"}],
        **more,
    }  # fmt: skip


class Portal:
    """CKAN's package_search over ``packages``; ``before`` runs ahead of each answer, ``keyset`` honours id ranges."""

    def __init__(self, packages: list[dict[str, Any]], keyset: bool = True) -> None:
        self.packages, self.keyset = packages, keyset
        self.before: list[Any] = []

    def __call__(self, query: dict[str, str]) -> dict[str, Any]:
        if self.before:
            self.before.pop(0)()
        found = sorted(self.packages, key=lambda row: row["id"])
        after = re.search(r"id:\{(\S+) TO \*\]", query["fq"])
        if after and self.keyset:
            found = [row for row in found if row["id"] > after.group(1)]
        start = int(query["start"])
        page = found[start : start + int(query["rows"])]
        return {"success": True, "result": {"count": len(found), "results": page}}


def guids(portal: Portal, **config: Any) -> tuple[list[str], CannedClient]:
    client = CannedClient({SEARCH: portal})
    found = [record.guid for record in read(client, "https://x.example", {"page_size": 10, **config})]
    return [guid[:8].lstrip("0") for guid in found], client


@pytest.mark.parametrize("keyset", [True, False])
@pytest.mark.parametrize("count", [1, 9, 10, 11, 20, 25])
def test_every_dataset_once(count: int, keyset: bool) -> None:
    found, client = guids(Portal([package(n) for n in range(1, count + 1)], keyset))
    assert found == [str(n) for n in range(1, count + 1)]
    assert client.expected == count


def test_nothing_is_skipped_when_datasets_go_while_we_read() -> None:
    portal = Portal([package(n) for n in range(1, 31)])
    portal.before = [
        lambda: None,
        lambda: portal.packages.pop(0),
    ]  # the first goes: by offset, 11 would be skipped
    found, client = guids(portal)
    assert found == [str(n) for n in range(1, 31)]
    assert client.expected == 30


def test_nothing_comes_twice_when_datasets_appear_while_we_read() -> None:
    portal = Portal([package(n) for n in range(2, 31)], keyset=False)
    portal.before = [lambda: None, lambda: portal.packages.append(package(1))]
    found, _client = guids(portal)
    assert len(found) == len(set(found))


def test_a_list_that_is_cut_off_is_told() -> None:
    portal = Portal([package(n) for n in range(1, 6)])
    client = CannedClient(
        {SEARCH: lambda q: {"success": True, "result": {**portal(q)["result"], "count": 500}}}
    )
    assert len(list(read(client, "https://x.example", {}))) == 5
    assert client.expected > 5


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (LOGIN, "stroną WWW"),
        ("", "pustą treścią"),
        ('{"success": true, "result": {"cou', "nie jest pełnym JSON-em"),
        ({"success": False, "error": {"message": "fq: bad"}}, "fq: bad"),
        ([1, 2], "nie obiekt"),
        ({"features": []}, "nie tak jak API CKAN-a"),
        ({"success": True, "result": {"count": "5", "results": []}}, "nie tak jak API CKAN-a"),
    ],
)
def test_what_is_no_answer_of_ckan_is_refused(answer: Any, word: str) -> None:
    with pytest.raises(SourceError) as error:
        list(read(CannedClient({SEARCH: answer}), "https://x.example", {}))
    assert word in error.value.text("pl")
    assert error.value.text("en") != error.value.text("pl")


def revision(**more: Any) -> str:
    (record,) = read(CannedClient({SEARCH: Portal([package(1, **more)])}), "https://x.example", {})
    return record.revision


@pytest.mark.parametrize(
    "more",
    [
        {"metadata_modified": "2026-11-21T10:00:00"},
        {"tracking_summary": {"total": 7}},
        {"num_tags": 1, "revision_id": "abc"},
        {"tags": [{"name": "woda", "display_name": "woda", "id": "other", "vocabulary_id": None}]},
    ],
)
def test_what_changes_by_itself_is_no_change(more: dict[str, Any]) -> None:
    assert revision(**more) == revision()


@pytest.mark.parametrize(
    "more",
    [{"title": "Inny"}, {"resources": []}, {"license_id": "cc-by"}, {"extras": [{"key": "a", "value": "b"}]}],
)
def test_what_is_said_otherwise_is_a_change(more: dict[str, Any]) -> None:
    assert revision(**more) != revision()


def test_the_order_of_extras_is_no_change() -> None:
    extras = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    assert revision(extras=extras) == revision(extras=extras[::-1])


def test_keys_hold_in_the_portals_catalogue_too() -> None:
    (record,) = read(CannedClient({SEARCH: Portal([package(1)])}), "https://x.example/dataset", {})
    guid = "00000001-0000-4000-8000-000000000000"
    assert record.keys == (f"uuid:{guid}", f"uri:x.example/dataset/{guid}")


@pytest.mark.parametrize(
    "page", ["", "/", "/api/3", "/api/3/action/package_list", "/dataset", "/dataset/?q=woda"]
)
def test_any_page_of_the_portal_may_be_pasted(page: str) -> None:
    assert root(f"https://x.example/portal{page}") == "https://x.example/portal"


def test_filters() -> None:
    config = {"organizations": ["um", 'a"b'], "groups": ["woda"], "fq": "tags:x OR tags:y"}
    assert filters(config) == [
        "-dataset_type:harvest", 'organization:("um" OR "ab")', 'groups:("woda")', "(tags:x OR tags:y)",
    ]  # fmt: skip


def test_a_filter_that_only_excludes_stays_one() -> None:
    assert filters({"fq": "-tags:stare"})[1:] == ["-tags:stare"]
    client = CannedClient({SEARCH: Portal([package(1)])})
    list(read(client, "https://x.example", {"fq": "-tags:stare"}))
    assert "fq=-dataset_type%3Aharvest+-tags%3Astare" in client.asked[0]


def mapped(given: dict[str, Any], **options: Any) -> Any:
    return dataset(essence(given), "https://x.example", options.get("domains"), "pl")


def test_the_mapping() -> None:
    draft = mapped(
        package(
            1, license_id="cc-by", groups=[{"name": "odpady-stale", "title": "Odpady"}], url="nie adres",
            organization={"title": "Wydział Środowiska", "id": "o", "name": "w", "image_url": "x.png"},
            maintainer="Jan", maintainer_email="dane@x.example; inny@x.example", metadata_created="2020-05-27T15:44:27",
            notes="Wiersz<br>drugi, <a href='https://x.example/a'>opis</a> &amp; koniec",
            extras=[{"key": "frequency", "value": "co kwartał"}, {"key": "spatial", "value": "{zły"},
                    {"key": "Kontakt", "value": "pokój 5"}],
        )
    )  # fmt: skip
    data = draft.data
    assert (data["license_id"], data["domain"], data["issued"]) == ("CC-BY-4.0", "odpady", "2020-05-27")
    assert data["frequency"].endswith("/QUARTERLY")
    assert data["url"] == "https://x.example/dataset/zbior-1"
    assert data["notes"] == "Wiersz\ndrugi, [opis](https://x.example/a) & koniec"
    assert data["contact"] == [{"name": "Jan", "email": "dane@x.example"}]
    assert draft.owner_title == "Wydział Środowiska"
    assert {line.split(":")[0] for line in draft.unmapped} == {"pole Kontakt", "zasięg"}


def test_files_keep_their_address_at_the_portal_and_their_checksum() -> None:
    rows = [
        {
            "id": "r1",
            "url": "https://x.example/a.csv",
            "format": "csv",
            "hash": "a" * 32,
            "size": "123",
            "name": "",
        },
        {"id": "r2", "url": "https://x.example/b", "format": "cudo", "hash": "nie suma"},
    ]
    draft = mapped(package(1, resources=rows))
    first, second = draft.data["resources"]
    page = "https://x.example/dataset/00000001-0000-4000-8000-000000000000/resource"
    assert (first["uri"], second["uri"]) == (f"{page}/r1", f"{page}/r2")
    assert (first["format"], first["size"], first["hash_algorithm"]) == ("CSV", 123, "md5")
    assert "hash" not in second
    assert second["format"] == "CUDO"
    assert draft.unmapped == ["format: cudo (nieznany)"]


def test_own_table_of_domains_comes_first() -> None:
    given = package(1, groups=[{"name": "srodowisko", "title": "Środowisko"}])
    assert mapped(given, domains={"Środowisko": "woda"}).data["domain"] == "woda"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("geometry_type", "kwadrat"),
        ("indicator_kind", "inny"),
        ("indicator_theme", "ZZ"),
        ("scale_denominator", "1:5000"),
        ("update_interval_seconds", "co chwilę"),
        ("teryt", "abc"),
        ("notes_en", "English only"),
        ("spatial", '{"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}'),
    ],
)
def test_a_value_that_the_schema_refuses_is_told_and_does_not_cost_the_record(field: str, value: str) -> None:
    draft = mapped(package(1, **{field: value}))
    assert field not in draft.data
    assert len(draft.unmapped) == 1


def test_odd_facts_of_files_are_left_out() -> None:
    row = {
        "id": "a",
        "url": "https://x.example/a.csv",
        "mimetype": "nie typ",
        "delimiter": "ab",
        "encoding": "klingon",
    }
    (file,) = mapped(package(1, resources=[row])).data["resources"]
    assert file["mimetype"] == "text/csv"
    assert not {"delimiter", "encoding"} & set(file)


@pytest.mark.parametrize("name", ["gdansk_current_package_list_with_resources", "gdynia_ckan_example"])
def test_real_portals(real_data: Any, name: str) -> None:
    packages = json.loads((real_data / "ckan" / f"{name}.json").read_text(encoding="utf-8"))["result"]
    for each in packages:
        data = mapped(each).data
        assert data["title"]
        assert data["notes"]
        assert len(data.get("resources", [])) == len(each["resources"])
        assert not re.search(r"<(br|a |p>)", data["notes"])
