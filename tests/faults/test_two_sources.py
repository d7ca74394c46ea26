"""What comes by two ways is one dataset with both as sources, or two; never is one source's dataset taken by another."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.faults.portal import Portal
from tests.faults.town import Shop

pytestmark = pytest.mark.faults

Open = Callable[..., Shop]


def roles(portal: Portal, source: str) -> dict[str, str]:
    return {guid: row["role"] for guid, row in portal.records(source).items()}


def test_the_same_plain_guids_in_two_sources_are_two_datasets_each(portal: Portal, shop: Open) -> None:
    first, second = shop(5), shop(0, "-b")
    second.records = {guid: {"title": f"Inny {guid}", "notes": "Inne źródło"} for guid in first.records}
    one, two = portal.source(first), portal.source(second)
    portal.run(one)
    portal.run(two)
    portal.assert_holds(one, first.titles)
    portal.assert_holds(two, second.titles)


def test_the_same_uuid_in_two_catalogues_is_one_dataset_with_both(portal: Portal, shop: Open) -> None:
    """The first owns it; the second changes nothing of it, and takes it over when the first is without it for good."""
    first, second = shop(3), shop(2, "-b")
    common = str(uuid.uuid4())
    first.records[common] = {"title": "Wspólny z pierwszego", "notes": "Opis"}
    second.records[common] = {"title": "Wspólny z drugiego", "notes": "Opis"}
    one = portal.source(first, "msip_csw", "/csw")
    two = portal.source(second, "msip_csw", "/csw")
    runs = [portal.begin(one), portal.begin(two)]  # at once
    assert [portal.finish(run)["outcome"] for run in runs] == ["ok", "ok"]
    owner, other = (one, two) if roles(portal, one)[common] == "owner" else (two, one)
    mine, theirs = portal.records(owner)[common], portal.records(other)[common]
    assert (mine["role"], theirs["role"], theirs["package_id"]) == ("owner", "also", mine["package_id"])
    titles = {one: "Wspólny z pierwszego", two: "Wspólny z drugiego"}
    assert mine["title"] == titles[owner]
    again = portal.run(other)
    assert again["counts"] == {"unchanged": len(portal.records(other))} and again["total"] == 0

    town = {one: first, two: second}[owner]
    town.records.pop(common)
    portal.run(owner)
    portal.age(owner, days=8)
    portal.run(owner)
    assert (roles(portal, owner)[common], roles(portal, other)[common]) == ("also", "owner")
    portal.run(other)
    after = portal.records(other)[common]
    assert (after["package_id"], after["name"], after["title"]) == (
        mine["package_id"],
        mine["name"],
        titles[other],
    )


def test_one_file_published_by_two_units_is_one_dataset(portal: Portal, shop: Open) -> None:
    first, second = shop(2), shop(2, "-b")
    address = f"{first.url}/plik/wspolny.pdf"
    first.records["plik"] = {"title": "Wspólny plik", "file": address}
    second.records["ten-sam"] = {"title": "Ten sam plik", "file": address}
    one, two = portal.source(first), portal.source(second)
    portal.run(one)
    run = portal.run(two)
    assert (run["counts"]["linked"], run["counts"]["create"]) == (1, 2)
    assert portal.records(two)["ten-sam"]["package_id"] == portal.records(one)["plik"]["package_id"]
    portal.assert_holds(one, first.titles)


# The stand-in city's own servers


def test_the_same_layers_by_csw_and_wfs_are_one_dataset_each(portal: Portal) -> None:
    """MapServer's layers that pycsw describes: the WFS becomes their second source, and nothing of them is touched."""
    csw = str(portal.sql("SELECT id FROM package WHERE name = 'msip-csw' AND type = 'harvest'")[0]["id"])
    before = portal.snapshot(csw)
    url = f"http://127.0.0.1:{portal.profile.ports['mapserver']}/ows/geoportal"
    wfs = portal.source(url, "msip_wfs", name=f"awaria-wfs-{uuid.uuid4().hex[:6]}")
    run = portal.run(wfs)
    assert run["outcome"] == "ok" and run["counts"]["linked"] > 20, run["counts"]
    owners = {row["package_id"] for row in portal.records(csw).values()}
    linked = [row for row in portal.records(wfs).values() if row["role"] == "also"]
    assert len(linked) == run["counts"]["linked"] and {row["package_id"] for row in linked} <= owners
    assert portal.snapshot(csw) == before, "no theft"


def test_the_same_catalogue_twice_makes_nothing_twice(portal: Portal) -> None:
    csw = str(portal.sql("SELECT id FROM package WHERE name = 'msip-csw' AND type = 'harvest'")[0]["id"])
    before = portal.snapshot(csw)
    url = f"http://127.0.0.1:{portal.profile.ports['pycsw']}/csw"
    second = portal.source(url, "msip_csw", name=f"awaria-csw-{uuid.uuid4().hex[:6]}")
    portal.run(second)
    mine = portal.records(second)
    assert {row["role"] for row in mine.values() if row["package_id"]} == {"also"}
    assert {row["package_id"] for row in mine.values()} == {row[1] for row in before.values()}
    assert portal.snapshot(csw) == before
