"""The checks run on real observations: what is found, written down, told, withheld, restored and removed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]

NOW = dt.datetime(2025, 11, 21, 12, tzinfo=dt.timezone.utc)
DAY = dt.timedelta(days=1)
PESELS = ("02271409862", "05240104955", "74071612345", "44051401359", "92032100157")


def look(package: dict[str, Any], when: dt.datetime = NOW, *, scored: bool = True, **options: Any) -> Any:
    from ckanext.kielce.quality.gather.observe import observe_package
    from ckanext.kielce.quality.scoring import score_package

    looks = observe_package(package["id"], now=when, **options)
    if scored:
        score_package(package["id"], now=when)
    return [item.outcome for item in looks]


def standing(package: dict[str, Any]) -> dict[str, Any]:
    from ckanext.kielce.quality import findings

    return {row.code: row for row in findings.load([package["id"]])[package["id"]].standing}


def energy(column: str, months: int, factor: int = 1) -> str:
    lines = [f"miesiac;budynek;{column}"]
    for month in range(1, months + 1):
        lines += [f"2025-{month:02d};Szkoła {n};{factor * (1000 + 37 * n + 11 * month)}" for n in range(6)]
    return "\n".join(lines) + "\n"


def kept(resource_id: str) -> int:
    from ckanext.kielce.quality.versions import kept_of

    return len(kept_of(resource_id))


def test_a_break_is_found_scored_told_and_ends_when_it_is_mended(
    files: Any, make_dataset: Any, act: Any
) -> None:
    package = make_dataset(files.put("a.csv", energy("zuzycie_kwh", 8)))
    look(package)
    assert "schema_break" not in standing(package)
    files.put("a.csv", energy("energia_kwh", 9))
    assert look(package, NOW + 2 * DAY) == ["new"]
    row = standing(package)["schema_break"]
    assert (row.resource_id, row.found_at) == (package["resources"][0]["id"], NOW + 2 * DAY)
    shown = act("kielce_quality_show", id=package["id"], lang="pl")
    assert "schema_break" in [label["code"] for label in shown["labels"]]
    (deduction,) = [item for item in shown["deductions"] if item["code"] == "stability"]
    assert "„zuzycie_kwh”" in deduction["text"] and deduction["points"] > 0 and deduction["remedy"]
    told = {item["code"]: item for item in shown["findings"]}
    assert told["schema_break"]["text"] == deduction["text"]
    assert told["schema_break"]["certainty"] == 1.0
    files.put("a.csv", energy("zuzycie_kwh", 10))
    look(package, NOW + 4 * DAY)
    assert "schema_break" not in standing(package)
    past = act("kielce_quality_findings", id=package["id"], code="schema_break", ended=True)["results"]
    assert [item["ended_at"] for item in past] == [(NOW + 4 * DAY).isoformat()]


def test_a_unit_changed_without_a_word_is_a_break_of_method(files: Any, make_dataset: Any) -> None:
    package = make_dataset(files.put("a.csv", energy("zuzycie", 8)))
    look(package)
    files.put("a.csv", energy("zuzycie", 9, factor=1000))
    look(package, NOW + 30 * DAY)
    assert standing(package)["method_break"].params["variant"] == "unit"


def test_reuploads_without_new_values_are_found_though_looks_are_frequent(
    files: Any, make_dataset: Any
) -> None:
    text = energy("zuzycie", 6)
    package = make_dataset(files.put("a.csv", text, Last_Modified="Fri, 20 Jun 2025 10:00:00 GMT"))
    look(package, scored=False)
    when = NOW
    for number in range(1, 8):
        stamp = (dt.datetime(2025, 6, 20, tzinfo=dt.timezone.utc) + number * 30 * DAY).strftime(
            "%a, %d %b %Y 10:00:00 GMT"
        )
        files.put("a.csv", text, Last_Modified=stamp)
        for _ in range(6):  # every six hours around the upload
            when += dt.timedelta(hours=6)
            look(package, when, scored=False)
        when = NOW + number * 30 * DAY
    look(package, when + DAY)
    assert {"touched_only", "truncated"} <= set(standing(package))


def test_an_etag_that_changes_by_itself_is_no_reupload(files: Any, make_dataset: Any) -> None:
    text = energy("zuzycie", 6)
    package = make_dataset(
        files.put("a.csv", text, ETag='"0"', Last_Modified="Fri, 20 Jun 2025 10:00:00 GMT")
    )
    for number in range(7):
        files.put("a.csv", text, ETag=f'"{number}"', Last_Modified="Fri, 20 Jun 2025 10:00:00 GMT")
        look(package, NOW + number * 30 * DAY, scored=number == 6)
    assert "touched_only" not in standing(package)


def test_pesels_withhold_at_once_and_no_such_version_is_kept(files: Any, make_dataset: Any, act: Any) -> None:
    from ckan.tests import helpers
    from ckanext.kielce.quality import withholding

    package = make_dataset(files.put("a.csv", "nr;opis\n1;sprawa\n2;druga\n3;trzecia\n"))
    look(package)
    resource = package["resources"][0]
    assert kept(resource["id"]) == 1
    people = "nr;opis\n" + "".join(f"{n};wniosek, PESEL {p}\n" for n, p in enumerate(("44051401359",) * 3))
    files.put("a.csv", people)
    look(package, NOW + DAY)
    row = standing(package)["pii"]
    assert row.params["count"] == 3 and "44051401359" not in str(row.params)
    assert kept(resource["id"]) == 1
    assert withholding.is_withheld(resource["id"])
    public = helpers.call_action("kielce_quality_show", {"user": "", "ignore_auth": False}, id=package["id"])
    assert public["reason"] == "personal_data" and public["findings"] == []
    act(
        "kielce_quality_clear_personal_data",
        id=package["id"],
        resource_id=resource["id"],
        reason="numery spraw",
    )
    assert not withholding.is_withheld(resource["id"])
    files.put("a.csv", people + "9;wniosek, PESEL 44051401359\n")
    look(package, NOW + 2 * DAY)
    assert not withholding.is_withheld(resource["id"]), "what was cleared stays cleared"
    assert kept(resource["id"]) == 2


def test_a_file_is_removed_by_decision_with_its_versions_and_the_decision_stays(
    files: Any, make_dataset: Any, act: Any
) -> None:
    from ckan import model
    from ckanext.kielce.quality.model import Decision

    good = files.put("b.csv", energy("zuzycie", 6))
    package = make_dataset(files.put("a.csv", energy("zuzycie", 6)), good)
    look(package)
    files.put("a.csv", "nr;opis\n1;PESEL 44051401359\n2;x\n3;y\n")
    look(package, NOW + DAY)
    resource = package["resources"][0]
    act("kielce_quality_remove_file", id=package["id"], resource_id=resource["id"], reason="PESEL")
    assert kept(resource["id"]) == 0
    assert standing(package).keys().isdisjoint({"pii"})
    assert [r["id"] for r in act("package_show", id=package["id"])["resources"]] == [
        package["resources"][1]["id"]
    ]
    (decision,) = model.Session.query(Decision).filter_by(kind="removed").all()
    assert (decision.subject, decision.reason) == (resource["id"], "PESEL")


def test_only_coordinators_decide(files: Any, make_dataset: Any) -> None:
    import ckan.plugins.toolkit as tk
    from ckan.tests import factories, helpers

    user = factories.User()
    package = make_dataset(files.put("a.csv", energy("zuzycie", 6)))
    resource_id = package["resources"][0]["id"]
    for name in ("kielce_quality_remove_file", "kielce_quality_allow_infrastructure"):
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action(
                name,
                {"user": user["name"], "ignore_auth": False},
                id=package["id"],
                resource_id=resource_id,
                reason="x",
            )


NETWORK = {
    "type": "FeatureCollection",
    "name": "siec_cieplownicza",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": n, "srednica": 100 + n},
            "geometry": {
                "type": "LineString",
                "coordinates": [[20.612345 + n / 1e3, 50.871234], [20.613456 + n / 1e3, 50.872345]],
            },
        }
        for n in range(8)
    ],
}


def test_an_exact_network_is_withheld_until_the_coordinator_allows_it(
    files: Any, make_dataset: Any, act: Any
) -> None:
    import json

    from ckan.tests import helpers
    from ckanext.kielce.quality import withholding

    package = make_dataset(
        files.put("n.geojson", json.dumps(NETWORK)), fmt="GEOJSON", title="Sieć ciepłownicza MPEC"
    )
    look(package)
    resource_id = package["resources"][0]["id"]
    assert standing(package)["sensitive_infrastructure"].params["variant"] == "heat"
    assert withholding.is_withheld(resource_id)
    public = helpers.call_action("kielce_quality_show", {"user": "", "ignore_auth": False}, id=package["id"])
    assert public["reason"] != "personal_data" and "sensitive_infrastructure" not in str(public["findings"])
    act("kielce_quality_allow_infrastructure", id=package["id"], resource_id=resource_id, reason="uzgodniono")
    assert not withholding.is_withheld(resource_id)


def test_twins_that_disagree_are_found_on_both_sides(files: Any, make_dataset: Any, act: Any) -> None:
    def table(extra: int) -> str:
        return "rok;wartosc\n" + "".join(f"{year};{year * 3 + extra}\n" for year in range(2014, 2025))

    one = make_dataset(files.put("a.csv", table(0)), frequency="ANNUAL")
    two = make_dataset(files.put("b.csv", table(0)), frequency="ANNUAL")
    look(one)
    look(two)
    act(
        "kielce_quality_declare_twin",
        id=one["id"],
        resource_id=one["resources"][0]["id"],
        other_resource_id=two["resources"][0]["id"],
        keys=["rok"],
        value="wartosc",
        reason="ten sam wskaźnik",
    )
    look(one, NOW + DAY)
    assert "twin_disagreement" not in standing(one)
    files.put("b.csv", table(5))
    look(two, NOW + 2 * DAY)
    look(one, NOW + 3 * DAY)
    assert "twin_disagreement" in standing(two)
    assert standing(one)["twin_disagreement"].params["count"] == 11


def test_a_member_declared_ended_is_no_series_cut_off(files: Any, make_dataset: Any, act: Any) -> None:
    def table(months: int) -> str:
        rows = [
            f"{2024 + m // 12}-{m % 12 + 1:02d};Linia {n};{100 + m + n}"
            for m in range(months)
            for n in range(4)
            if n != 3 or m < 8
        ]
        return "miesiac;linia;pasazerowie\n" + "\n".join(rows) + "\n"

    package = make_dataset(files.put("a.csv", table(10)))
    for number in range(11, 17):
        files.put("a.csv", table(number))
        look(package, NOW + (number - 10) * 30 * DAY, scored=False)
    assert standing(package)["truncated"].params["member"] == "Linia 3"
    act(
        "kielce_quality_end_member",
        id=package["id"],
        resource_id=package["resources"][0]["id"],
        member="Linia 3",
        reason="zlikwidowana",
    )
    look(package, NOW + 190 * DAY)
    assert "truncated" not in standing(package)


def test_an_export_that_was_cut_short_is_a_collapse_and_a_web_page_ends_it(
    files: Any, make_dataset: Any
) -> None:
    package = make_dataset(files.put("a.csv", energy("zuzycie", 10)))
    look(package)
    full = energy("zuzycie", 10).splitlines()
    files.put("a.csv", "\n".join([full[0], *full[1::6], full[-1]]) + "\n")
    look(package, NOW + DAY)
    assert "volume_collapse" in standing(package)
    files.put("a.csv", "<!doctype html><html><body>Przerwa techniczna</body></html>")
    look(package, NOW + 2 * DAY)
    assert "volume_collapse" not in standing(package), "nothing is known of a page"


def test_the_whole_store_is_bounded_and_each_newest_version_stays_last(
    files: Any, make_dataset: Any, ckan_config: Any, monkeypatch: Any
) -> None:
    from ckanext.kielce.quality.settings import settings
    from ckanext.kielce.quality.versions import kept_of, prune

    one, two = (
        make_dataset(files.put("a.csv", energy("a", 1))),
        make_dataset(files.put("b.csv", energy("b", 1))),
    )
    for number in range(1, 6):
        files.put("a.csv", energy("a", number))
        look(one, NOW + number * DAY, scored=False)
    look(two, scored=False)
    ids = [package["resources"][0]["id"] for package in (one, two)]
    newest = kept_of(ids[0])[-1].sha256
    assert prune(settings()) == 0
    monkeypatch.setitem(ckan_config, "ckanext.kielce.quality.version_store_bytes", "700")
    assert prune(settings()) > 0
    assert [item.sha256 for item in kept_of(ids[0])][-1] == newest
    assert len(kept_of(ids[0])) < 5 and len(kept_of(ids[1])) == 1


def test_versions_are_bounded(files: Any, make_dataset: Any, ckan_config: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.kielce.quality.versions_kept", "5")
    package = make_dataset(files.put("a.csv", energy("zuzycie", 1)))
    for number in range(1, 9):
        files.put("a.csv", energy("zuzycie", number))
        look(package, NOW + number * DAY, scored=False)
    assert kept(package["resources"][0]["id"]) == 5
