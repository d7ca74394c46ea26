"""Two sources of one thing, curated fields, addresses: nothing is stolen or overwritten by a run."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckanext.kielce.harvest import store

from tests.harvest.ckan.helpers import Make, Rec, age, four, patch

pytestmark = pytest.mark.ckan


# Two sources


def test_a_shared_key_makes_one_dataset_with_two_sources(harvest: Make, record: Rec) -> None:
    one, two = harvest(), harvest()
    one.run([record("a", "Działki", keys=("layer:x/ows#ms:dzialki",))])
    linked = two.run([record("b", "Działki z WFS", keys=("layer:x/ows#ms:dzialki",)), record("c", "Inne")])
    assert linked["counts"] == {"linked": 1, "create": 1}
    owner, also = one.records()["a"], two.records()["b"]
    assert (owner.role, also.role, also.package_id) == ("owner", "also", owner.package_id)
    assert one.datasets()["a"]["title"] == "Działki", "the second source writes nothing"
    assert two.run([record("b", "Działki z WFS", keys=("layer:x/ows#ms:dzialki",)), record("c", "Inne")])[
        "counts"
    ] == {"unchanged": 2}


def test_the_second_source_takes_over_when_the_first_is_gone(harvest: Make, record: Rec) -> None:
    key = ("uuid:11111111-2222-3333-4444-555555555555",)
    one, two = harvest(), harvest()
    one.run([*four(record), record("a", "Działki", keys=key)])
    second = [record("b", "Działki z WFS", keys=key)]
    two.run(second)
    address = one.datasets()["a"]["name"]
    one.run(four(record))
    age(one, "a", days=8)
    one.run(four(record))
    assert (one.records()["a"].role, two.records()["b"].role) == ("also", "owner")
    assert not two.datasets()["b"].get("archived"), "the dataset lives on"
    two.run(second)
    taken = two.datasets()["b"]
    assert (taken["title"], taken["name"]) == ("Działki z WFS", address)


def test_a_source_of_higher_precedence_takes_over_and_curated_fields_survive(
    harvest: Make, record: Rec
) -> None:
    key = ("layer:z/ows#ms:dzialki",)
    picture, catalogue = harvest(precedence=40), harvest(precedence=80)
    picture.run([record("a", "Z obrazka", keys=key, legal_basis="z usługi")])
    before = picture.datasets()["a"]
    patch(before, notes="Poprawiony opis")
    dry = catalogue.run([record("b", "Z katalogu", keys=key)], dry_run=True)
    assert ("create", "b") in dry["items"] and picture.records()["a"].role == "owner"
    taken = catalogue.run([record("b", "Z katalogu", keys=key)])
    assert taken["outcome"] == "ok" and taken["counts"] == {"change": 1}
    assert (picture.records()["a"].role, catalogue.records()["b"].role) == ("also", "owner")
    after = catalogue.datasets()["b"]
    assert (after["id"], after["name"], after["title"]) == (before["id"], before["name"], "Z katalogu")
    assert after["notes"] == "Poprawiony opis" and not after.get("legal_basis")
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{catalogue.id}"})
    assert [row["id"] for row in found["results"]] == [before["id"]]
    assert picture.run([record("a", "Z obrazka, zmieniony", keys=key)])["counts"] == {"linked": 1}


def test_the_second_source_makes_its_own_when_the_dataset_was_purged(harvest: Make, record: Rec) -> None:
    one, two = harvest(), harvest()
    one.run([record("a", "Działki", keys=("layer:y/ows#ms:dzialki",))])
    second = [record("b", "Działki z WFS", keys=("layer:y/ows#ms:dzialki",))]
    two.run(second)
    tk.get_action("dataset_purge")(store.site_context(), {"id": one.datasets()["a"]["id"]})
    two.run(second)
    assert two.records()["b"].role == "owner" and two.datasets()["b"]["title"] == "Działki z WFS"


# Curated fields


def test_curated_fields_survive_and_the_rest_follows_the_source(harvest: Make, record: Rec) -> None:
    source = harvest()
    files = [{"url": "http://x.example/1.csv", "name": "Plik", "format": "CSV", "description": "z źródła"}]
    source.run([record("a", "Tytuł", legal_basis="Uchwała", tags=[{"name": "woda"}], resources=files)])
    dataset = source.datasets()["a"]
    patch(dataset, notes="Lepszy opis", version_notes="Dopisane ręcznie")
    tk.get_action("resource_patch")(
        store.site_context(), {"id": dataset["resources"][0]["id"], "description": "lepiej"}
    )
    files = [{**files[0], "name": "Plik 2024", "description": "nowszy z źródła"}]
    changed = record(
        "a", "Nowy tytuł", notes="Nowy opis źródła", version_notes="ze źródła", resources=files,
        tags=[{"name": "woda"}, {"name": "rzeki"}],
    )  # fmt: skip
    result = source.run([changed])
    after = source.datasets()["a"]
    assert (after["title"], after["notes"], after["version_notes"]) == (
        "Nowy tytuł", "Lepszy opis", "Dopisane ręcznie",
    )  # fmt: skip
    assert not after.get("legal_basis") and {tag["name"] for tag in after["tags"]} == {"woda", "rzeki"}
    assert (after["resources"][0]["name"], after["resources"][0]["description"]) == ("Plik 2024", "lepiej")
    told = {row["field"]: row["kept"] for row in result["items"]["change", "a"].changes}
    assert (
        told["title"] is False and told["notes"] is True and told["resources/Plik 2024/description"] is True
    )
    # and once more: what was curated stays curated
    again = record("a", "Nowy tytuł", notes="Jeszcze nowszy", version_notes="znowu", resources=files)
    source.run([again])
    assert (source.datasets()["a"]["notes"], source.datasets()["a"]["version_notes"]) == (
        "Lepszy opis", "Dopisane ręcznie",
    )  # fmt: skip


def test_files_added_and_taken_out_by_hand_stay_so(harvest: Make, record: Rec) -> None:
    source = harvest()
    files = [{"url": f"http://x.example/{n}.csv", "name": f"Plik {n}", "format": "CSV"} for n in (1, 2)]
    source.run([record("a", "Tytuł", resources=files)])
    dataset = source.datasets()["a"]
    tk.get_action("resource_delete")(store.site_context(), {"id": dataset["resources"][1]["id"]})
    tk.get_action("resource_create")(
        store.site_context(),
        {"package_id": dataset["id"], "url": "http://x.example/opis.pdf", "name": "Opis", "format": "PDF"},
    )
    source.run([record("a", "Nowy tytuł", resources=files)])
    assert [row["name"] for row in source.datasets()["a"]["resources"]] == ["Plik 1", "Opis"]


# Addresses


def test_a_new_title_keeps_the_address(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([record("a", "Stary tytuł")])
    address = source.datasets()["a"]["name"]
    source.run([record("a", "Zupełnie inny")])
    assert source.datasets()["a"]["name"] == address
