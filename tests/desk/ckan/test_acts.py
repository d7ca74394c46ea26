"""What is done from the desk is done, logged, and asks what it needs; an owner is written to once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckanext.kielce.desk.model import Entry, Mark
from ckanext.kielce.notify.model import Message
from ckanext.kielce.quality.model import Decision, Score
from ckanext.kielce.quality.shared import Filter, issues, transitions

pytestmark = pytest.mark.ckan

#: What the sentence of a fall in rows says.
FALL = {"variant": "rows", "seen": "2026-11-01", "rows": 3, "rows_before": 90, "sound_file": "dane.csv"}


def tasks_of(call: Any, user: dict[str, Any], package: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = call("kielce_desk_list", user, dataset=package["id"], limit=100, lang="pl", **more)
    return {row["task"]: row for row in found["results"]}


def items(package: dict[str, Any], *tasks: str) -> list[dict[str, str]]:
    return [{"id": package["id"], "task": task} for task in tasks]


def test_acknowledged_and_taken_up_again(town: Any, call: Any) -> None:
    user = town.people["coordinator"]
    call("kielce_desk_act", user, act="acknowledge", items=items(town.late, "late"), reason="Wiem o tym")
    assert "late" not in tasks_of(call, user, town.late)
    assert tasks_of(call, user, town.late, state="acknowledged")["late"]["note"] == "Wiem o tym"
    call("kielce_desk_act", user, act="reopen", items=items(town.late, "late"))
    assert "late" in tasks_of(call, user, town.late)
    acts = [
        row.act for row in model.Session.query(Entry).filter_by(package_id=town.late["id"]).order_by(Entry.at)
    ]
    assert acts[-2:] == ["acknowledge", "reopen"]


def test_what_was_said_of_one_occurrence_does_not_hide_the_next(
    town: Any, call: Any, new_set: Any, found: Any
) -> None:
    user = town.people["coordinator"]
    made = new_set(
        town.roads["id"],
        "Pętle",
        resources=[{"name": "a", "url": "https://example.com/a.csv", "format": "CSV"}],
    )
    row = found(made, "volume_collapse", hours=5, **FALL)
    call("kielce_desk_act", user, act="acknowledge", items=items(made, "found:volume_collapse"))
    assert "found:volume_collapse" not in tasks_of(call, user, made)
    row.ended_at = dt.datetime.now(dt.timezone.utc)
    found(made, "volume_collapse", hours=-0.001, **FALL)
    assert "found:volume_collapse" in tasks_of(call, user, made)


def test_what_the_owner_says_is_seen_by_the_coordinator(town: Any, call: Any) -> None:
    reason = "Dane będą w poniedziałek"
    call(
        "kielce_desk_act",
        town.people["owner"],
        act="acknowledge",
        items=items(town.late, "late"),
        reason=reason,
    )
    assert "late" not in tasks_of(call, town.people["owner"], town.late)
    assert tasks_of(call, town.people["coordinator"], town.late)["late"]["answer"] == reason


def test_a_signed_link_leaves_the_same_trace(town: Any, call: Any) -> None:
    from ckanext.kielce.desk.shared import mark

    until = town.now + dt.timedelta(days=3)
    mark(town.late["id"], "late", "snooze", note="po urlopie", until=until)
    model.Session.commit()
    assert tasks_of(call, town.people["coordinator"], town.late)["late"]["answer"] == "po urlopie"
    assert "late" in tasks_of(call, town.people["owner"], town.late, state="snoozed")


def test_assigned_tasks_are_found_by_their_person(town: Any, call: Any) -> None:
    user = town.people["coordinator"]
    call("kielce_desk_act", user, act="assign", items=items(town.late, "late"), user=user["name"])
    mine = call("kielce_desk_list", user, mine="1", limit=100)["results"]
    assert [(row["title"], row["assigned"]) for row in mine] == [("Wypadki", "Coordinator")]


def test_an_owner_gets_one_mail_for_all_that_is_asked(town: Any, call: Any) -> None:
    user, owner = town.people["coordinator"], town.people["owner"]
    model.Session.query(Message).delete()
    model.Session.commit()
    both = items(town.late, "late") + items(town.people_set, "found:persons")
    made = call("kielce_desk_act", user, act="ask", items=both, reason="Proszę do piątku")
    assert len(made["done"]) == 2 and made["failed"] == []
    sent = model.Session.query(Message).all()
    assert [row.recipient_email for row in sent] == [owner["email"]]
    assert (
        "Wypadki" in sent[0].body and "Lista najemców" in sent[0].body and "Proszę do piątku" in sent[0].body
    )
    assert f"/pulpit/zbior/{town.late['name']}" in sent[0].body
    assert sent[0].headers["Reply-To"] == user["email"]
    assert "late" not in tasks_of(call, user, town.late)  # asked: not again for a week
    model.Session.query(Mark).delete()
    model.Session.commit()


def test_a_unit_with_nobody_to_write_to_is_named(town: Any, call: Any, new_set: Any, found: Any) -> None:
    from ckan.tests import factories

    empty = factories.Organization(title="Bez nikogo")
    file = {"name": "a", "url": "https://example.com/a.csv", "format": "CSV"}
    alone = new_set(empty["id"], "Niczyj", resources=[file])
    found(alone, "volume_collapse", **FALL)
    wanted = items(alone, "found:volume_collapse") + items(town.late, "late")
    made = call("kielce_desk_act", town.people["coordinator"], act="ask", items=wanted)
    assert made["done"] == [town.late["id"]]
    assert made["failed"][0]["id"] == alone["id"] and "Bez nikogo" in made["failed"][0]["error"]
    model.Session.query(Mark).delete()
    model.Session.commit()


def test_a_rejected_promise_waits_no_more_and_the_one_before_holds(town: Any, call: Any) -> None:
    user = town.people["coordinator"]
    row = tasks_of(call, user, town.loose)["frequency"]
    assert row["before"] == "co miesiąc" and row["after"] == "co rok"
    stale = call(
        "kielce_desk_act",
        user,
        act="reject",
        items=items(town.loose, "frequency"),
        reason="x",
        subject="inna",
    )
    assert stale["done"] == [] and stale["failed"]
    made = call(
        "kielce_desk_act",
        user,
        act="reject",
        items=items(town.loose, "frequency"),
        reason="Dane są potrzebne co miesiąc",
        subject=row["subject"],
    )
    assert made["done"] == [town.loose["id"]]
    assert "frequency" not in tasks_of(call, user, town.loose)
    decision = model.Session.query(Decision).filter_by(package_id=town.loose["id"]).one()
    assert (decision.kind, decision.reason) == ("frequency_rejected", "Dane są potrzebne co miesiąc")
    assert model.Session.get(Score, town.loose["id"]).assessment["declared_code"] == "MONTHLY"


def test_an_approved_promise_is_in_force(town: Any, call: Any) -> None:
    user = town.people["coordinator"]
    decision = model.Session.query(Decision).filter_by(package_id=town.loose["id"]).one()
    call("kielce_quality_revoke", user, decision_id=decision.id)
    row = tasks_of(call, user, town.loose)["frequency"]
    wanted = {"act": "approve", "items": items(town.loose, "frequency"), "subject": row["subject"]}
    assert call("kielce_desk_act", user, **wanted)["failed"]  # no reason given
    assert call("kielce_desk_act", user, reason="Zmiana ustawy", **wanted)["done"]
    assert "frequency" not in tasks_of(call, user, town.loose)
    assert model.Session.get(Score, town.loose["id"]).assessment["declared_code"] == "ANNUAL"


def test_a_withheld_file_is_restored_by_a_decision_that_is_logged(town: Any, call: Any) -> None:
    user = town.people["coordinator"]
    resource = town.people_set["resources"][0]["id"]
    no_file = call(
        "kielce_desk_act", user, act="clear", items=items(town.people_set, "found:persons"), reason="x"
    )
    assert no_file["failed"]
    made = call(
        "kielce_desk_act",
        user,
        act="clear",
        items=items(town.people_set, "found:persons"),
        reason="To nazwy ulic",
        resource_ids=[resource],
    )
    assert made["done"] == [town.people_set["id"]]
    assert "found:persons" not in tasks_of(call, user, town.people_set)
    assert model.Session.get(Score, town.people_set["id"]).withheld_resources == []
    log = call("kielce_desk_list", user, list="log", dataset=town.people_set["id"], lang="pl")["results"]
    assert ("brak danych osobowych", "To nazwy ulic", "Coordinator") in [
        (row["act"], row["note"], row["who"]) for row in log
    ]


def test_many_are_closed_at_once_and_one_that_is_refused_stops_none(
    town: Any, call: Any, new_set: Any
) -> None:
    user = town.people["coordinator"]
    one = new_set(town.roads["id"], "Ankieta 2019")
    two = new_set(town.roads["id"], "Ankieta 2020")
    wanted = items(one, "set") + items(two, "set")
    without = call("kielce_desk_act", user, act="archive", items=wanted, reason="Badanie jednorazowe")
    assert without["done"] == [] and len(without["failed"]) == 2
    made = call(
        "kielce_desk_act", user, act="archive", items=wanted, reason="Badanie jednorazowe", end="2020-12-31"
    )
    assert len(made["done"]) == 2
    closed = call("kielce_desk_list", user, list="closed", lang="pl")["results"]
    assert {(row["title"], row["end"], row["note"]) for row in closed} == {
        (title, "2020-12-31", "Badanie jednorazowe") for title in ("Ankieta 2019", "Ankieta 2020")
    }


def test_each_transition_is_told_once(town: Any, new_set: Any, found: Any) -> None:
    file = {"name": "a", "url": "https://example.com/a.csv", "format": "CSV"}
    made = new_set(town.heat["id"], "Przejścia", resources=[file])
    start = dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=10)
    row = found(made, "volume_collapse", hours=6, **FALL)
    middle, end = start + dt.timedelta(hours=5), start + dt.timedelta(hours=9)
    row.ended_at = start + dt.timedelta(hours=8)
    model.Session.commit()

    def told(since: dt.datetime, until: dt.datetime) -> list[tuple[str, str]]:
        of_it = transitions(since, until, units=[town.heat["id"]])
        return [(item.kind, item.code) for item in of_it if item.package_id == made["id"]]

    assert told(start, middle) == [("found", "volume_collapse")]
    assert told(middle, end) == [("gone", "volume_collapse")]
    assert told(start, end) == []  # came and went in between
    assert transitions(start, middle, units=[town.roads["id"]], kinds=["gone"]) == []


def test_a_threshold_that_passes_is_a_transition(town: Any) -> None:
    due = town.now + dt.timedelta(days=3)
    after = [
        item
        for item in transitions(due - dt.timedelta(hours=1), due + dt.timedelta(hours=1))
        if item.package_id == town.sound["id"]
    ]
    assert [(item.kind, item.tone) for item in after] == [("due", "note")]
    assert all(text for lang in ("pl", "en") for text in after[0].told(lang))


def test_issues_of_one_dataset_are_of_no_other(town: Any) -> None:
    assert {item.package_id for item in issues(Filter(package_id=town.late["id"]))} == {town.late["id"]}


def test_a_wrong_act_is_named(town: Any, call: Any) -> None:
    with pytest.raises(tk.ValidationError) as error:
        call("kielce_desk_act", town.people["coordinator"], act="fly", items=items(town.late, "late"))
    assert "act" in error.value.error_dict
