"""Fifty runs of one source with random changes and random faults: at the end exactly its records, once each."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.portal import Portal
from tests.faults.town import Shop

pytestmark = pytest.mark.faults

# A source is held in the middle of an answer while processes are killed: not to be given up for that.
OPTIONS = {"ckanext.kielce.http.read_timeout": 90, "ckanext.kielce.http.total_timeout": 120}

SEED = int(os.environ.get("KIELCE_SOAK_SEED", "37120"))
RUNS = int(os.environ.get("KIELCE_SOAK_RUNS", "50"))
RECORDS = 60
# What happens to a run, and how often among all of them. A killed process costs some ten seconds, hence the few.
EVENTS = {
    "nothing": 15,
    "status_500": 3,
    "status_503": 2,
    "reset": 4,
    "login": 2,
    "nothing_at_all": 2,
    "capabilities": 2,
    "empty_list": 3,
    "empty_page": 3,
    "truncated": 2,
    "malformed": 4,
    "half": 4,
    "kill gather": 1,
    "kill fetch": 2,
    "kill both": 1,
}


class Soak:
    """The source, its changes, and what is known of it from outside."""

    def __init__(self, portal: Portal, town: Shop, chance: random.Random) -> None:
        self.portal, self.town, self.chance = portal, town, chance
        self.source = portal.source(town, "msip_csw", "/csw", page_size=10)
        self.away: dict[str, dict[str, str]] = {}
        self.next, self.known = RECORDS, set[str]()
        self.addresses: dict[str, tuple[str, str]] = {}
        self.outcomes: Counter[str] = Counter()

    def change(self, number: int) -> None:
        """Some records get new titles, some go, some come, some come back."""
        records, chance = self.town.records, self.chance
        for guid in chance.sample(sorted(records), chance.randint(0, 4)):
            records[guid] = {"title": f"{guid} w przebiegu {number}", "notes": f"Opis {chance.random()}"}
        for guid in chance.sample(sorted(records), chance.randint(0, 3)):
            self.away[guid] = records.pop(guid)
        for guid in chance.sample(sorted(self.away), min(len(self.away), chance.randint(0, 2))):
            records[guid] = self.away.pop(guid)
        self.town.fill(new := chance.randint(0, 1), self.next)
        self.next += new

    def run(self, event: str) -> None:
        """One run with the event; its end is waited for, and a refused one is decided upon."""
        town, portal = self.town, self.portal
        hidden: dict[str, dict[str, str]] = {}
        if event == "half":
            hidden = {
                guid: town.records.pop(guid)
                for guid in self.chance.sample(sorted(town.records), len(town.records) // 2)
            }
        if event.startswith("kill"):
            run = self.killed(event)
        elif event in ("nothing", "half"):
            run = portal.run(self.source)
        else:
            page = self.chance.choice((1, 1, 11, 21, 41))
            with town.ill("nothing" if event == "nothing_at_all" else event, where=page):
                run = portal.run(self.source)
        town.records.update(hidden)
        if run["state"] == "held":
            answer = self.chance.choice(("accept", "reject", "leave"))
            self.outcomes[answer] += 1
            if answer != "leave":
                portal.api(f"kielce_harvest_run_{answer}", id=run["id"])
                run = portal.finish(run["id"])
        self.outcomes[run["outcome"]] += 1

    def killed(self, event: str) -> dict[str, object]:
        """A run in which gather is killed in the middle of reading, or fetch in the middle of writing, or both."""
        for guid in self.chance.sample(sorted(self.town.records), 20):
            self.town.records[guid]["title"] += "!"
        if event == "kill fetch":
            run = self.portal.begin(self.source)
        else:
            with self.town.shut(start=21):
                run = self.portal.begin(self.source)
                assert self.town.waiting.wait(60)
                self.portal.kill("gather")
        if event != "kill gather":
            self.portal.wait(
                lambda: self.portal.run_row(run)["state"] in ("writing", "finished"), "writing", 60
            )
            self.portal.kill("fetch")
        return self.portal.finish(run)

    def look(self) -> None:
        """After every run: nothing that was ever there is lost, and no address has changed."""
        rows = self.portal.records(self.source)
        assert self.known <= set(rows), "no record is forgotten"
        self.known = set(rows)
        assert {row["package_state"] for row in rows.values() if row["package_id"]} <= {"active"}
        for guid, row in rows.items():
            assert self.addresses.setdefault(guid, (row["package_id"], row["name"])) == (
                row["package_id"],
                row["name"],
            )


def test_fifty_runs_with_random_faults(portal: Portal, shop: Callable[..., Shop]) -> None:
    print(f"\n    seed {SEED}", flush=True)
    chance = random.Random(SEED)
    soak = Soak(portal, shop(RECORDS), chance)
    events = [event for event, times in EVENTS.items() for _ in range(times)]
    chance.shuffle(events)
    events = events[:RUNS]
    began = time.monotonic()
    for number, event in enumerate(events):
        soak.change(number)
        if number % 15 == 14:
            portal.age(soak.source, days=8)  # some of the missing are archived, and may come back from there
        soak.run(event)
        soak.look()
    soak.change(RUNS)
    last = portal.run(soak.source)
    if last["state"] == "held":  # so much went at once that even the truth is asked about
        portal.api("kielce_harvest_run_accept", id=last["id"])
        last = portal.finish(last["id"])
    assert last["outcome"] == "ok", last["reason"]
    soak.look()
    gone = soak.known - set(soak.town.records)
    portal.assert_holds(soak.source, soak.town.titles, missing=gone)
    states = Counter(row["state"] for row in portal.records(soak.source).values())
    print(
        f"    {len(events)} runs in {time.monotonic() - began:.0f} s: {dict(soak.outcomes)}, {dict(states)}",
        flush=True,
    )
    assert (
        soak.outcomes["ok"]
        and soak.outcomes["partly"]
        and soak.outcomes["failed"]
        and soak.outcomes["accept"]
    )
    assert states["archived"] and states["missing"]
