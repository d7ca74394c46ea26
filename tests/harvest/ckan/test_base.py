"""What must happen to a source's records, through the real tables and actions (no consumers)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import housekeeping, store
from ckanext.kielce.harvest.base import Record, SourceError
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
Rec = Callable[..., Record]


def made(guid: str, title: str) -> Record:
    return Record(guid, None, {"dataset": {"title": title, "notes": "Opis", "domain": "transport"}})


def test_create_then_nothing_then_change(harvest: Make, record: Rec) -> None:
    source = harvest()
    first = source.run([record("a", "Ścieżki rowerowe w Łodzi"), record("b", "Drugi")])
    assert first["outcome"] == "ok" and first["counts"]["create"] == 2
    before = source.datasets()
    assert before["a"]["name"].startswith("sciezki-rowerowe-w-lodzi")
    assert before["a"]["owner_org"] == source.org["id"]

    second = source.run([record("a", "Ścieżki rowerowe w Łodzi"), record("b", "Drugi")])
    assert second["counts"] == {"unchanged": 2}
    assert source.datasets() == before, "an unchanged record must not be written"

    third = source.run([record("a", "Nowy tytuł"), record("b", "Drugi")])
    assert third["counts"]["change"] == 1 and third["counts"]["unchanged"] == 1
    after = source.datasets()
    assert (after["a"]["title"], after["a"]["name"]) == ("Nowy tytuł", before["a"]["name"])
    assert after["b"]["metadata_modified"] == before["b"]["metadata_modified"]


def test_the_index_names_the_source(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([record("a", "W indeksie")])
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}"})
    assert [entry["title"] for entry in found["results"]] == ["W indeksie"]


def test_file_ids_and_hand_edits_survive(harvest: Make, record: Rec) -> None:
    source = harvest()
    files = [{"url": "http://x.example/1.csv", "name": "Rok 2023", "format": "CSV"}]
    source.run([record("a", "Zbiór", resources=files, url="http://x.example/", version_notes="1")])
    dataset = source.datasets()["a"]
    first_id = dataset["resources"][0]["id"]
    tk.get_action("package_patch")(store.site_context(), {"id": dataset["id"], "legal_basis": "Uchwała"})

    files = [
        {"url": "http://x.example/2.csv", "name": "Rok 2024", "format": "CSV"},
        {"url": "http://x.example/1.csv", "name": "Rok 2023 (poprawiony)", "format": "CSV"},
    ]
    source.run([record("a", "Zbiór", resources=files, url="http://x.example/")])
    after = source.datasets()["a"]
    assert [entry["name"] for entry in after["resources"]] == ["Rok 2024", "Rok 2023 (poprawiony)"]
    assert after["resources"][1]["id"] == first_id and after["resources"][0]["id"] != first_id
    assert after["legal_basis"] == "Uchwała", "a field that the source never gave stays"
    assert not after.get("version_notes"), "a field that the source gave and dropped goes"


def test_same_guids_in_two_sources_are_two_datasets(harvest: Make, record: Rec) -> None:
    one, two = harvest(), harvest()
    one.run([record("same", "Wspólny")])
    two.run([record("same", "Wspólny")])
    one.run([record("same", "Zmieniony")])
    first, second = one.datasets()["same"], two.datasets()["same"]
    assert first["id"] != second["id"] and first["name"] != second["name"]
    assert (first["title"], second["title"]) == ("Zmieniony", "Wspólny")


def test_one_bad_record_harms_only_itself(harvest: Make, record: Rec) -> None:
    source = harvest()
    good = [record("good", "Dobry")]
    bad = [
        Record("explodes", None, {"explode": True}),
        Record("refused", None, {"refuse": True}),
        Record("unreadable", None, {}, error="nie jest to XML"),
        record("invalid", "Zły adres", frequency="czasem"),
        Record("", None, {"title": "Bez identyfikatora"}),
        record("good", "Drugi o tym samym identyfikatorze"),
    ]
    result = source.run([*bad[:3], *good, *bad[3:]])
    assert result["outcome"] == "partly"
    assert (result["counts"]["create"], result["counts"]["failed"]) == (1, 5)
    assert source.datasets()["good"]["title"] == "Dobry"
    told = result["errors"]
    assert "no title" in told["refused"] and "more than once" in told["good"]
    assert "nie jest to XML" in told["unreadable"]
    assert "invalid" in told["invalid"] and "overrides" in told["invalid"]
    assert len(told) == 6

    later = source.run([record("explodes", "Naprawiony"), *good])
    assert later["outcome"] == "ok" and later["counts"]["create"] == 1 and later["counts"]["unchanged"] == 1


def test_a_failing_update_keeps_the_last_good_state(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([record("a", "Dobry")])
    before = source.datasets()["a"]
    result = source.run([record("a", "Zły", frequency="czasem")])
    assert result["counts"]["failed"] == 1
    assert source.datasets()["a"] == before
    assert source.run([record("a", "Dobry")])["counts"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ([], "refused"),
        ([made("1", "Zbiór 1")], "refused"),
        ([made("1", "Zbiór 1"), made("2", "Zbiór 2")], "refused"),
        (SourceError("this is a login page", "to strona logowania"), "refused"),
        (FetchError("connection", "dead", "http://x.example/"), "failed"),
        (RuntimeError("bug"), "refused"),
    ],
    ids=["empty", "truncated", "half", "login page", "dead", "bug"],
)
def test_a_bad_answer_changes_nothing_and_says_so(
    harvest: Make, record: Rec, answer: Any, expected: str
) -> None:
    source = harvest()
    full = [record(str(number), f"Zbiór {number}") for number in range(4)]
    source.run(full)
    before = source.datasets()
    result = source.run(answer)
    assert result["outcome"] == expected and result["reason"]["pl"]
    assert HarvestJob.get(result["run"].id).status == "Finished", "the next run must not be blocked"
    assert source.datasets() == before
    assert {record.state for record in source.records().values()} == {"active"}
    assert source.run(full)["counts"] == {"unchanged": 4}


def test_a_dataset_deleted_by_hand_stays_deleted(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([record("a", "Usunięty")])
    dataset = source.datasets()["a"]
    tk.get_action("package_delete")(store.site_context(), {"id": dataset["id"]})
    source.run([record("a", "Usunięty, ale zmieniony")])
    assert model.Package.get(dataset["id"]).state == "deleted"


def test_one_permanent_object_per_dataset_and_old_runs_are_pruned(
    harvest: Make, record: Rec, ckan_config: Any
) -> None:
    source = harvest()
    ckan_config["ckanext.kielce.harvest.keep_runs"] = 2
    for number in range(5):
        source.run([record("a", f"Wydanie {number}"), record("b", "Stały")])
    objects = model.Session.query(HarvestObject).filter_by(harvest_source_id=source.id)
    assert [row.current for row in objects] == [True, True]
    housekeeping.prune()
    assert model.Session.query(HarvestRun).filter_by(source_id=source.id).count() == 2
    assert model.Session.query(HarvestItem).filter_by(source_id=source.id).count() == 2
    # the two last, and the first, which made b
    assert model.Session.query(HarvestJob).filter_by(source_id=source.id).count() == 3
    assert source.run([record("a", "Wydanie 4"), record("b", "Stały")])["counts"] == {"unchanged": 2}
    ckan_config["ckanext.kielce.harvest.keep_runs"] = 10


def test_source_settings_fill_what_records_leave_open(harvest: Make, record: Rec) -> None:
    owner = factories.Organization()
    source = harvest(
        organization=owner["name"],
        license_id="CC-BY-4.0",
        overrides={"a": {"license_id": "CC0-1.0"}, "*": {"legal_basis": "Wspólna"}},
    )
    source.run([record("a", "Jeden"), record("b", "Dwa"), record("c", "Trzy", license_id="ODbL-1.0")])
    found = source.datasets()
    assert {guid: entry["license_id"] for guid, entry in found.items()} == {
        "a": "CC0-1.0",
        "b": "CC-BY-4.0",
        "c": "ODbL-1.0",
    }
    assert {entry["owner_org"] for entry in found.values()} == {owner["id"]}
    assert found["b"]["legal_basis"] == "Wspólna"


def test_an_incomplete_record_makes_but_does_not_replace(harvest: Make, record: Rec) -> None:
    """A map service that does not answer must not cost a dataset its files."""
    source = harvest()
    full = record("a", "Pełny").content
    partial = Record("a", None, record("a", "Okrojony").content, incomplete="WFS nie odpowiada")
    assert source.run([partial])["counts"]["create"] == 1
    assert source.run([Record("a", None, full)])["counts"]["change"] == 1
    result = source.run([partial])
    assert source.datasets()["a"]["title"] == "Pełny"
    assert "WFS nie odpowiada" in result["errors"]["a"]
    assert source.run([Record("a", None, full)])["counts"]["unchanged"] == 1


def test_the_organisation_a_record_names(harvest: Make, harvester: Any) -> None:
    other = factories.Organization(title="Miejski Zarząd Dróg " + factories.Organization.stub().name)
    source = harvest(match_organization=True)
    content = {"dataset": {"title": "Drogi", "notes": "Opis", "domain": "transport"}}
    source.run(
        [
            Record("a", None, {**content, "owner": other["title"].upper()}),
            Record("b", None, {**content, "owner": "Nieznany"}),
        ]
    )
    found = source.datasets()
    assert (found["a"]["owner_org"], found["b"]["owner_org"]) == (other["id"], source.org["id"])


def test_a_change_of_settings_reaches_unchanged_records(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([record("a", "Jeden")])
    row = source.source
    row.config = json.dumps({"settings": {"license_id": "CC-BY-4.0"}})
    row.save()
    assert source.run([record("a", "Jeden")])["counts"]["change"] == 1
    assert source.datasets()["a"]["license_id"] == "CC-BY-4.0"


def test_the_settings_do_not_overwrite_the_sources_own_fields(harvest: Make) -> None:
    """ckanext-harvest shows every key of the stored configuration as a field of the source."""
    owner = factories.Organization()
    source = harvest(organization=owner["name"], frequency="MONTHLY")
    shown = tk.get_action("harvest_source_show")(store.site_context(), {"id": source.id})
    assert shown["organization"]["id"] == source.org["id"] and shown["frequency"] == "DAILY"


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ('{"organization": "x"', "not JSON"),
        ('["x"]', "JSON object"),
        ('{"organisation": "x"}', 'did you mean "organization"'),
        ('{"organization": "no-such-unit"}', "no organisation"),
        ('{"domain": "transprot"}', 'did you mean "transport"'),
        ('{"frequency": "SOMETIMES"}', "unknown frequency"),
        ('{"license_id": "mine"}', "unknown licence"),
        ('{"contact_email": "jan"}', "e-mail"),
        ('{"secret": "user:hunter2"}', "KIELCE_SECRET_"),
        ('{"minimum_share": "half"}', "number"),
        ('{"overrides": {"a": {"domain": "x"}}}', "overrides, a: domain"),
    ],
)
def test_configuration_complaints(list_plugin: None, config: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        queue.get_harvester("list").validate_config(config)


def test_no_secret_no_run(harvest: Make, record: Rec, monkeypatch: pytest.MonkeyPatch) -> None:
    source = harvest(secret="MSIP")
    result = source.run([record("a", "Jeden")])
    assert result["outcome"] == "failed" and "KIELCE_SECRET_MSIP" in result["reason"]["en"]
    monkeypatch.setenv("KIELCE_SECRET_MSIP", "jan:tajne")
    assert source.run([record("a", "Jeden")])["outcome"] == "ok"


def test_what_was_not_mapped_is_reported(harvest: Make, record: Rec) -> None:
    source = harvest()
    contents = [record("a", "A").content, record("b", "B").content]
    records = [
        Record("a", None, {**contents[0], "unmapped": ["topic: x", "contact: y"]}),
        Record("b", None, {**contents[1], "unmapped": ["topic: z"]}, problems=["extent: too small"]),
    ]
    result = source.run(records)
    assert result["notes"] == {"a": ["topic: x", "contact: y"], "b": ["extent: too small", "topic: z"]}
    assert source.run(records)["notes"] == result["notes"], "also after a run that changed nothing"


def test_a_source_indexed_again_keeps_its_settings(harvest: Make, record: Rec) -> None:
    """ckanext-harvest's own reindexing dropped them from what the form of the source shows."""
    source = harvest(license_id="CC0-1.0")
    source.run([record("a", "A")])
    tk.get_action("harvest_source_reindex")(store.site_context(), {"id": source.id})
    shown = tk.get_action("harvest_source_show")(store.site_context(), {"id": source.id})
    assert (shown["frequency"], shown["source_type"]) == ("DAILY", "list") and "CC0-1.0" in shown["config"]
