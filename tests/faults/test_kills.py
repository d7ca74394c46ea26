"""Processes killed and services restarted in mid-run: the run ends by itself, with nothing doubled and nothing lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ops import services
from tests.faults.portal import GROUPS, LIMIT, Portal
from tests.faults.town import Shop

pytestmark = pytest.mark.faults

# A source is held in the middle of an answer while processes are killed: not to be given up for that.
OPTIONS = {"ckanext.kielce.http.read_timeout": 90, "ckanext.kielce.http.total_timeout": 120}

Open = Callable[..., Shop]
Clock = Callable[[str, float], None]
# Records of the source that is being read, and of the one that is being written: more than two slices, for the new ones of
# a slice are made together.
READ, WRITTEN = 30, 120


class Pair:
    """Two sources: one is held while it is read, the other is being written."""

    def __init__(self, portal: Portal, shop: Open) -> None:
        self.portal = portal
        self.reading, self.writing = shop(READ, "-r"), shop(WRITTEN, "-w")
        self.csw = portal.source(self.reading, "msip_csw", "/csw", page_size=10)
        self.files = portal.source(self.writing)
        self.round = 0

    @contextmanager
    def in_the_middle(self, limit: float = LIMIT) -> Iterator[None]:
        """Both runs in their middle at the block's beginning; whole again, within the limit, after its end."""
        self.round += 1
        for town in (self.reading, self.writing):
            for guid, record in town.records.items():
                record["title"] = f"{guid} w rundzie {self.round}"
        with self.reading.shut(start=21):
            first, second = self.portal.begin(self.csw), self.portal.begin(self.files)
            assert self.reading.waiting.wait(60), "the reading has come to its middle"
            self.portal.wait(
                lambda: 3 <= self.written(second) < WRITTEN, "the writing to be in its middle", 60
            )
            began = time.monotonic()
            yield
            assert self.portal.run_row(first)["state"] == "reading", "it was in mid-run all the time"
        for run in (first, second):
            assert self.portal.finish(run, limit - (time.monotonic() - began))["outcome"] == "ok"
        self.portal.assert_holds(self.csw, self.reading.titles)
        self.portal.assert_holds(self.files, self.writing.titles)

    def written(self, run: str) -> int:
        rows = self.portal.sql(
            "SELECT count(*) AS n FROM kielce_harvest_item WHERE run_id = %(run)s AND state IN ('written', 'done')",
            run=run,
        )
        return int(rows[0]["n"])


def test_kill_9_of_gather_and_fetch(portal: Portal, shop: Open, clock: Clock) -> None:
    pair = Pair(portal, shop)
    with pair.in_the_middle():
        began = time.monotonic()
        portal.kill("gather", "fetch")
    clock("gather and fetch killed: both runs whole after", began)
    assert portal.sql(
        "SELECT attempts FROM kielce_harvest_run WHERE source_id = %(s)s ORDER BY created_at DESC LIMIT 1",
        s=pair.csw,
    ) == [{"attempts": 2}], "the reading was begun again"


def test_kill_9_of_web_and_worker(portal: Portal, shop: Open, clock: Clock) -> None:
    pair = Pair(portal, shop)
    with pair.in_the_middle():
        began = time.monotonic()
        portal.kill("web", "worker")
        portal.wait(portal.all_up, "web and worker to be back")
        clock("web and worker killed: both back after", began)
    clock("web and worker killed: both runs whole after", began)


@pytest.mark.parametrize("service", ["postgres", "redis", "solr"])
def test_a_service_killed_and_restarted(portal: Portal, shop: Open, clock: Clock, service: str) -> None:
    if services.is_external(service):
        pytest.skip(f"{service} is the operator's own")
    pair = Pair(portal, shop)
    for how, disturb in (("killed", portal.kill), ("restarted", portal.restart)):
        with pair.in_the_middle():
            began = time.monotonic()
            disturb(service)
            portal.wait(lambda: services.healthy(portal.profile, service), f"{service} to answer again")
            clock(f"{service} {how}: it answers again after", began)
        clock(f"{service} {how}: both runs whole after", began)


def test_a_power_cut(portal: Portal, shop: Open, clock: Clock) -> None:
    """Everything is killed at once; everything comes back and ends what it had begun (twice the time: all start at once)."""
    pair = Pair(portal, shop)
    with pair.in_the_middle(2 * LIMIT):
        portal.kill(
            *(name for name in GROUPS if name not in services.EXTERNAL or not services.is_external(name))
        )
        began = time.monotonic()
    clock("all killed: both runs whole after", began)


def test_the_index_is_the_database(portal: Portal) -> None:
    """After all that: every dataset of the whole portal is found as it is stored."""
    portal.assert_index_is_database()
