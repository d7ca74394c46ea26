"""Answers that are slow, endless, huge, or lead astray are cut off and named; the source beside is harvested meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.portal import Portal
from tests.faults.town import Shop

pytestmark = pytest.mark.faults

Open = Callable[..., Shop]
# fault, outcome, cause, what the reason has to say, seconds at least that it goes on beside the other source
ILL = [
    ("slow", "failed", "timeout", "total_timeout", 3),
    ("silent", "failed", "timeout", "nie odpowiadał", 2),
    ("endless", "failed", "too_large", "5000000", 0),
    ("huge", "failed", "too_large", "5000000", 0),
    ("bomb", "failed", "compression_bomb", "200 razy", 0),
    ("inside", "failed", "refused_address", "169.254.169.254", 0),
    ("entities", "refused", "not_the_source", "deklarację typu dokumentu", 0),
]


@pytest.mark.parametrize(("fault", "outcome", "cause", "words", "lasts"), ILL, ids=[row[0] for row in ILL])
def test_what_is_no_answer_is_cut_off_and_the_neighbour_is_harvested(
    portal: Portal, shop: Open, fault: str, outcome: str, cause: str, words: str, lasts: float
) -> None:
    town, beside = shop(4), shop(3, "-obok")
    kind, path = ("msip_csw", "/csw") if fault == "entities" else ("utility_files", "/manifest.json")
    source, neighbour = portal.source(town, kind, path), portal.source(beside)
    portal.run(source)
    before = portal.snapshot(source)
    with town.ill(fault):
        run, began = portal.begin(source), time.monotonic()
        if lasts:
            portal.wait(lambda: portal.run_row(run)["state"] == "reading", "the ill source to be read", 10)
        assert portal.run(neighbour)["outcome"] == "ok"
        portal.assert_holds(neighbour, beside.titles)
        if lasts:
            assert portal.run_row(run)["state"] == "reading" or time.monotonic() - began > lasts, (
                "side by side"
            )
        ended = portal.finish(run, 30)
    assert (ended["outcome"], ended["reason"]["cause"]) == (outcome, cause), ended["reason"]
    assert words in ended["reason"]["pl"], ended["reason"]["pl"]
    assert "root:" not in str(ended["reason"])
    assert portal.snapshot(source) == before
    portal.assert_holds(source, town.titles)


def test_an_internal_address_is_not_even_asked(portal: Portal, shop: Open) -> None:
    """The allow-list is exact: the same host on another port is refused, and so is a redirect to it."""
    redis = portal.profile.ports["redis"]
    source = portal.source(
        f"http://127.0.0.1:{redis}/manifest.json", name=f"awaria-wewnatrz-{time.time_ns()}"
    )
    run = portal.run(source)
    assert (run["outcome"], run["reason"]["cause"]) == ("failed", "refused_address")
    assert f"127.0.0.1:{redis}" in run["reason"]["pl"]
