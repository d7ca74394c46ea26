"""A source that is stuck, switched off or never ran is seen and told, and stops no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.portal import Portal
from tests.faults.town import Shop

pytestmark = pytest.mark.faults

Open = Callable[..., Shop]


def told(portal: Portal, topic: str, word: str) -> None:
    """Within two rounds of the housekeeping, and once only."""
    portal.wait(lambda: portal.told(topic, word), f"the coordinator to be told: {topic}", 30)


def two_days_old(portal: Portal, source: str) -> None:
    portal.sql(
        "UPDATE harvest_source SET frequency = 'DAILY', created = created - interval '2 days' WHERE id = %(id)s",
        id=source,
    )


def test_a_source_that_never_ran_and_one_that_is_off_are_told(portal: Portal, shop: Open) -> None:
    never, off = portal.source(shop(2, "-nigdy")), portal.source(shop(2, "-wyl"))
    for source in (never, off):
        two_days_old(portal, source)
    portal.sql("UPDATE harvest_source SET active = false WHERE id = %(id)s", id=off)
    titles = {row["id"]: row["title"] for row in portal.sql("SELECT id, title FROM harvest_source")}
    told(portal, "harvest.never", titles[never])
    told(portal, "harvest.off", titles[off])


def test_a_run_that_nobody_writes_is_told_and_goes_on_when_somebody_does(portal: Portal, shop: Open) -> None:
    town, beside = shop(3), shop(3, "-obok")
    source, neighbour = portal.source(town), portal.source(beside)
    with portal.down("fetch"):
        run = portal.begin(source)
        portal.wait(lambda: portal.run_row(run)["state"] == "writing", "the run to be read", 30)
        portal.sql(
            "UPDATE kielce_harvest_run SET read_at = read_at - interval '11 minutes' WHERE id = %(id)s",
            id=run,
        )
        told(
            portal,
            "harvest.stuck",
            portal.sql("SELECT title FROM harvest_source WHERE id = %(i)s", i=source)[0]["title"],
        )
        other = portal.begin(neighbour)
        portal.wait(
            lambda: portal.run_row(other)["state"] == "writing", "the neighbour to be read all the same", 30
        )
    assert portal.finish(run)["outcome"] == portal.finish(other)["outcome"] == "ok"
    portal.assert_holds(source, town.titles)
    portal.assert_holds(neighbour, beside.titles)


def test_a_due_source_runs_by_itself_though_worker_and_queue_were_lost(portal: Portal, shop: Open) -> None:
    town = shop(3)
    source = portal.source(town)
    portal.api("kielce_harvest_schedule_update", id=source, schedule="daily 03:15")
    portal.redis().flushdb()
    portal.kill("worker")
    portal.sql("UPDATE kielce_harvest_source_state SET next_due = now() WHERE source_id = %(id)s", id=source)
    portal.wait(lambda: portal.state(source)["last_success_at"], "the source to run by itself", 60)
    portal.assert_holds(source, town.titles)
