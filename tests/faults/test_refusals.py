"""Answers that may not be believed: nothing is removed, the run is refused with the numbers, and the coordinator is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.portal import Portal
from tests.faults.town import Shop, Town

pytestmark = pytest.mark.faults

NUMBER = 24


@pytest.fixture(scope="module")
def catalogue(whole_portal: Portal, town: Town) -> tuple[Shop, str]:
    """A harvested CSW of three pages; its source's id."""
    shop = town.open(f"odmowy-csw-{os.urandom(2).hex()}", NUMBER)
    source = whole_portal.source(shop, "msip_csw", "/csw", page_size=10)
    assert whole_portal.run(source)["outcome"] == "ok"
    return shop, source


@pytest.fixture(scope="module")
def documents(whole_portal: Portal, town: Town) -> tuple[Shop, str]:
    """A harvested manifest; its source's id."""
    shop = town.open(f"odmowy-pliki-{os.urandom(2).hex()}", NUMBER)
    source = whole_portal.source(shop)
    assert whole_portal.run(source)["outcome"] == "ok"
    return shop, source


def refused(portal: Portal, source: str, cause: str) -> dict[str, Any]:
    """Run the source and see that it was refused for the cause, that nothing changed, and that it was told once."""
    portal.sql("UPDATE kielce_harvest_source_state SET told = '{}' WHERE source_id = %(id)s", id=source)
    title = portal.sql("SELECT title FROM harvest_source WHERE id = %(id)s", id=source)[0]["title"]
    before, told = portal.snapshot(source), len(portal.told("harvest.refused", title))
    run = portal.run(source)
    assert (run["state"], run["outcome"], run["reason"]["cause"]) == ("held", "refused", cause), run["reason"]
    assert portal.snapshot(source) == before, "nothing is removed, and nothing touched"
    portal.wait(lambda: len(portal.told("harvest.refused", title)) > told, "the coordinator to be told", 20)
    messages = portal.told("harvest.refused", title)
    assert len(messages) == told + 1 and messages[-1]["recipient_email"] == "koordynator@kielce.example"
    assert any(run["reason"]["pl"] in message["body"] for message in messages), "the message says why"
    return run


CSW_FAULTS: list[tuple[str, int | None, str, dict[str, int]]] = [
    ("nothing", None, "not_the_source", {"read": 0}),
    ("login", None, "not_the_source", {"read": 0}),
    ("capabilities", None, "not_the_source", {"read": 0}),
    ("truncated", None, "not_the_source", {"read": 0}),
    ("entities", None, "not_the_source", {"read": 0}),
    ("empty_list", None, "empty", {"read": 0, "alive": NUMBER, "gone": NUMBER}),
    ("empty_page", None, "not_the_source", {"read": 0}),
]


@pytest.mark.parametrize(
    ("fault", "where", "cause", "numbers"), CSW_FAULTS, ids=[row[0] for row in CSW_FAULTS]
)
def test_a_catalogue_that_answers_nonsense(
    portal: Portal,
    catalogue: tuple[Shop, str],
    fault: str,
    where: int | None,
    cause: str,
    numbers: dict[str, int],
) -> None:
    shop, source = catalogue
    with shop.ill(fault, where):
        run = refused(portal, source, cause)
    assert {name: run["reason"]["numbers"][name] for name in numbers} == numbers
    portal.assert_holds(source, shop.titles)


@pytest.mark.parametrize("fault", ["nothing", "login", "truncated", "empty_list"])
def test_a_manifest_that_is_none(portal: Portal, documents: tuple[Shop, str], fault: str) -> None:
    shop, source = documents
    with shop.ill(fault):
        run = refused(portal, source, "empty" if fault == "empty_list" else "not_the_source")
    assert ("stroną WWW" in run["reason"]["pl"]) == (fault == "login")
    assert run["reason"]["numbers"]["read"] == 0
    portal.assert_holds(source, shop.titles)


@pytest.mark.parametrize("fault", ["empty_page", "login", "truncated"])
def test_a_catalogue_that_goes_wrong_after_its_first_page(
    portal: Portal, catalogue: tuple[Shop, str], fault: str
) -> None:
    """What had come is used; nothing of the rest counts as missing, and the source is asked again soon."""
    shop, source = catalogue
    before = portal.snapshot(source)
    with shop.ill(fault, where=11):
        run = portal.run(source)
    assert (run["outcome"], run["complete"], run["read"]) == ("partly", False, 10)
    assert portal.snapshot(source) == before
    assert portal.state(source)["retry_at"] is not None
    portal.assert_holds(source, shop.titles)


def test_a_list_that_is_shorter_than_it_says(portal: Portal, catalogue: tuple[Shop, str]) -> None:
    """The catalogue promises more than its pages hold and then ends without a word."""
    shop, source = catalogue
    gone = {guid: shop.records.pop(guid) for guid in list(shop.records)[-4:]}
    shop.promised = NUMBER
    before = portal.snapshot(source)
    try:
        run = portal.run(source)
    finally:
        shop.promised = None
        shop.records.update(gone)
    assert run["outcome"] in ("refused", "partly") and not run["counts"].get("missing")
    assert str(NUMBER) in run["reason"]["pl"] and str(NUMBER - 4) in run["reason"]["pl"], "with the numbers"
    assert portal.snapshot(source) == before


def test_half_of_the_records_gone_and_one_call_accepts_it(portal: Portal, shop: Callable[..., Shop]) -> None:
    town = shop(NUMBER)
    source = portal.source(town)
    portal.run(source)
    whole = town.titles
    lost = {guid: town.records.pop(guid) for guid in list(town.records)[::2]}
    run = refused(portal, source, "shrunk")
    numbers = run["reason"]["numbers"]
    assert (numbers["read"], numbers["alive"], numbers["left"]) == (12, 24, 12)
    portal.assert_holds(source, whole)

    portal.api("kielce_harvest_run_accept", id=run["id"])
    assert portal.finish(run["id"])["outcome"] == "ok"
    portal.assert_holds(source, town.titles, missing=set(lost))
    addresses = {guid: row["name"] for guid, row in portal.records(source).items()}
    town.records.update(lost)
    assert portal.run(source)["counts"]["return"] == 12
    portal.assert_holds(source, whole)
    assert {guid: row["name"] for guid, row in portal.records(source).items()} == addresses


def test_a_refused_run_is_accepted_or_rejected_by_a_command(
    portal: Portal, shop: Callable[..., Shop]
) -> None:
    town = shop(4)
    source = portal.source(town)
    portal.run(source)
    whole = town.titles
    with town.ill("empty_list"):
        first = portal.run(source)
        portal.api("kielce_harvest_run_reject", id=first["id"])
        assert portal.run_row(first["id"])["outcome"] == "rejected"
        portal.assert_holds(source, whole)
        second = portal.run(source)
    portal.cli("kielce", "harvest", "accept", second["id"])
    assert portal.finish(second["id"])["outcome"] == "ok"
    portal.assert_holds(source, {}, missing=set(whole))


# The stand-in city's own servers


@pytest.fixture
def city(portal: Portal) -> Any:
    """Makes one of the city's servers ill; it is well again after the test."""
    control = portal.profile.folder / "city" / "faults.json"

    def make_ill(server: str, fault: str) -> None:
        control.write_text(json.dumps({server: fault}))

    yield make_ill
    control.unlink(missing_ok=True)


def of_city(portal: Portal, name: str) -> str:
    return str(
        portal.sql("SELECT id FROM package WHERE name = %(name)s AND type = 'harvest'", name=name)[0]["id"]
    )


@pytest.mark.parametrize("fault", ["empty", "login_page", "capabilities", "truncated", "empty_page"])
def test_pycsw_with_a_fault(portal: Portal, city: Any, fault: str) -> None:
    source = of_city(portal, "msip-csw")
    assert len(portal.snapshot(source)) > 30
    city("csw", fault)
    refused(portal, source, "not_the_source")


@pytest.mark.parametrize("fault", ["empty", "login_page", "truncated", "empty_page"])
def test_mapserver_with_a_fault(portal: Portal, city: Any, fault: str) -> None:
    source = of_city(portal, "msip-wfs")
    assert len(portal.snapshot(source)) > 3
    city("msip", fault)
    refused(portal, source, "not_the_source")


def test_pycsw_with_one_broken_record(portal: Portal, city: Any) -> None:
    source = of_city(portal, "msip-csw")
    before = portal.snapshot(source)
    city("csw", "malformed_record")
    run = portal.run(source)
    assert (run["outcome"], run["counts"]["failed"]) == ("partly", 1)
    assert portal.snapshot(source) == before, "it keeps its last good state, and so do the others"


def test_pycsw_that_is_away(portal: Portal, city: Any) -> None:
    source = of_city(portal, "msip-csw")
    before = portal.snapshot(source)
    city("csw", "down")
    run = portal.run(source)
    assert (run["outcome"], run["reason"]["cause"]) == ("failed", "http_error")
    assert portal.snapshot(source) == before
    assert portal.state(source)["retry_at"] is not None, "it is asked again"
