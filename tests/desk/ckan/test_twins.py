"""Twins that disagree stand side by side, with the cells that differ."""

from __future__ import annotations

from typing import Any

import pytest
from ckanext.kielce.quality.shared import twin_pairs

pytestmark = pytest.mark.ckan

HERE = "miesiac;liczba\n2026-01;100\n2026-02;210\n2026-03;310\n"
THERE = "okres;ile\n2026-01;100\n2026-02;200\n2026-03;310\n"


@pytest.fixture(scope="module")
def pair(town: Any, call: Any, new_set: Any, file_of: Any) -> list[dict[str, Any]]:
    """Two sets of two units with a month on which they disagree."""
    from ckanext.kielce.quality.gather.observe import observe_package

    made = []
    for unit, who, title, text in (
        (town.roads, "owner", "Przejazdy zarządu", HERE),
        (town.heat, "neighbour", "Przejazdy spółki", THERE),
    ):
        package = new_set(unit["id"], title)
        call(
            "resource_create",
            town.people[who],
            package_id=package["id"],
            name=f"{title}.csv",
            format="CSV",
            upload=file_of(text),
        )
        observe_package(package["id"])
        made.append(call("package_show", town.people["admin"], id=package["id"]))
    call(
        "kielce_quality_declare_twin",
        town.people["coordinator"],
        id=made[0]["id"],
        resource_id=made[0]["resources"][0]["id"],
        other_resource_id=made[1]["resources"][0]["id"],
        keys=[["miesiac", "okres"]],
        value=["liczba", "ile"],
        reason="Te same przejazdy",
    )
    return made


def test_twins_stand_side_by_side(town: Any, pair: Any, call: Any) -> None:
    found = call("kielce_desk_list", town.people["coordinator"], list="twins", lang="pl")
    assert found["count"] == 1
    row = found["results"][0]
    assert [(side["title"], side["column"], side["unit"]) for side in row["sides"]] == [
        ("Przejazdy zarządu", "liczba", "Zarząd Dróg"),
        ("Przejazdy spółki", "ile", "Ciepłownia"),
    ]
    assert (row["count"], row["compared"], row["note"]) == (1, 3, "Te same przejazdy")
    assert [(cell["one"], cell["two"]) for cell in row["cells"]] == [("210", "200")]


def test_both_owners_see_the_pair_and_others_do_not(town: Any, pair: Any, call: Any) -> None:
    for who, number in (("owner", 1), ("neighbour", 1), ("auditor", 1)):
        assert call("kielce_desk_list", town.people[who], list="twins")["count"] == number
    assert call("kielce_desk_list", town.people["owner"], list="twins", q="nic takiego")["count"] == 0


def test_the_page_shows_both(app: Any, town: Any, pair: Any, headers: Any) -> None:
    shown = app.get("/pulpit/blizniaki", headers=headers("coordinator"), status=200).body
    assert "Przejazdy zarządu" in shown and "Przejazdy spółki" in shown
    assert ">210<" in shown and ">200<" in shown


def test_pairs_that_agree_are_there_when_asked_for(town: Any, pair: Any) -> None:
    assert len(twin_pairs(disagreeing=False)) >= len(twin_pairs()) == 1
