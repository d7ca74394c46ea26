"""Digests in a real CKAN, read from a mail server in the test."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from unittest import mock

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.kielce.common import periodic
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.digest import answers, jobs, posting, rounds, shared
from ckanext.kielce.digest.model import Letter, News, Round
from ckanext.kielce.notify import sending
from ckanext.kielce.notify.model import Message
from ckanext.kielce.quality.shared import Transition

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config(
        "ckan.plugins", "kielce kielce_quality kielce_notify kielce_digest scheming_datasets dcat"
    ),
    pytest.mark.ckan_config("smtp.mail_from", "dane@kielce.example"),
    pytest.mark.ckan_config("ckan.locale_default", "pl"),
    pytest.mark.ckan_config("ckanext.kielce.digest.coordinator", "koordynator@kielce.example"),
    pytest.mark.usefixtures("with_plugins", "non_clean_db", "clean_queues"),
]
START = dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.timezone.utc)
DAY = dt.timedelta(days=1)
OWNER = "dane@mzd.example"


@pytest.fixture(autouse=True)
def tables(with_plugins, non_clean_db, migrate_db_for):
    for plugin in ("kielce_quality", "kielce_notify", "kielce_digest"):
        migrate_db_for(plugin)
    with model.meta.engine.begin() as connection:
        for table in (News, Letter, Round, Message):
            connection.execute(sa.delete(table))
    model.Session.expire_all()


@pytest.fixture
def unit():
    extras = {"email": OWNER, "director_email": "dyrektor@mzd.example"}
    return factories.Organization(
        title="Zarząd Dróg", extras=[{"key": key, "value": value} for key, value in extras.items()]
    )


@pytest.fixture
def dataset(unit):
    return factories.Dataset(owner_org=unit["id"], title="Liczniki rowerowe", **FIELDS)


FIELDS = {"domain": "transport", "notes": "Opis", "license_id": "CC-BY-4.0"}


def transition(package, kind="late", key="", tone="worse", at=None, **more):
    return Transition(
        key=f"{kind}:{key or package['id']}",
        kind=kind,
        tone=tone,
        at=at or START,
        package_id=package["id"],
        name=package["name"],
        title=package["title"],
        owner_org=package["owner_org"],
        **more,
    )


def turn(now, *turned):
    """A round at which these transitions are found; what it wrote is handed over and sent."""
    with mock.patch.object(rounds, "transitions", lambda *_span, **_more: list(turned)):
        counts = rounds.do(now)
    posting.post_all()
    for message_id in sending.waiting():
        sending.send(message_id)
    return counts


def mails(server):
    """(receiver, mail) of everything the server got, and forget it."""
    found = [
        (receivers[0], email.message_from_string(data, policy=email.policy.default))
        for _peer, _sender, receivers, data in server.get_smtp_messages()
    ]
    server.clear_smtp_messages()
    return found


def plain(mail):
    return mail.get_body(("plain",)).get_content()


def word(mail):
    return re.search(r"/digest/(\S+)", plain(mail))[1]


@pytest.mark.parametrize("table", [News, Letter, Round])
def test_upgrade_makes_the_tables_that_the_model_describes(table):
    inspector = sa.inspect(model.meta.engine)
    columns = {c["name"]: c["nullable"] for c in inspector.get_columns(table.__tablename__)}
    assert columns == {c.name: c.nullable for c in table.__table__.columns}
    assert {i["name"] for i in inspector.get_indexes(table.__tablename__)} == {
        i.name for i in table.__table__.indexes
    }


def test_the_first_round_is_a_baseline(mail_server, dataset):
    assert turn(START, transition(dataset)) == {"news": 0, "letters": 0, "escalated": 0}
    assert mails(mail_server) == []


def test_the_owner_is_told_once_in_both_forms_and_answers_go_to_the_coordinator(mail_server, dataset):
    turn(START)
    assert turn(START + DAY, transition(dataset)) == {"news": 1, "letters": 1, "escalated": 0}
    ((receiver, mail),) = mails(mail_server)
    assert receiver == OWNER
    assert mail["Subject"] == "1 nowa sprawa w danych: Zarząd Dróg"
    assert mail["Reply-To"] == "koordynator@kielce.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Nowych danych nie ma" in plain(mail)
    assert "Liczniki rowerowe" in mail.get_body(("html",)).get_content()
    # The same transition found again, a round with nothing, and a second sending of what waits: silence.
    turn(START + 2 * DAY, transition(dataset))
    turn(START + 3 * DAY)
    assert mails(mail_server) == []


def test_fifty_sets_are_one_mail(mail_server, unit):
    sets = [factories.Dataset(owner_org=unit["id"], title=f"Zbiór {n}", **FIELDS) for n in range(50)]
    turn(START)
    assert turn(START + DAY, *map(transition, sets)) == {"news": 50, "letters": 1, "escalated": 0}
    ((_receiver, mail),) = mails(mail_server)
    assert mail["Subject"].startswith("50 nowych spraw")
    assert len(re.findall(r"^\d+\. Zbiór", plain(mail), re.MULTILINE)) == 50


def test_one_fault_in_five_formats_is_one_matter(mail_server, dataset):
    turn(START)
    files = [transition(dataset, "found", key=f"f{n}", code="truncated", data=TOLD) for n in range(5)]
    turn(START + DAY, *files)
    ((_receiver, mail),) = mails(mail_server)
    assert mail["Subject"].startswith("1 nowa sprawa")
    assert "To samo w jeszcze 4 plikach tego zbioru." in plain(mail)


def test_what_only_follows_is_not_told_beside_its_cause(mail_server, dataset):
    turn(START)
    grade = transition(dataset, "grade_down", data={"before": "A", "after": "C"})
    assert turn(START + DAY, transition(dataset), grade)["news"] == 1
    assert turn(START + 2 * DAY, grade)["news"] == 1


@pytest.mark.parametrize("place", ["rounds", "told", "queued"])
def test_a_death_at_any_point_loses_nothing_and_tells_nothing_twice(mail_server, dataset, place):
    turn(START)
    found = transition(dataset)

    class Killed(BaseException):
        pass

    spots = {
        "rounds": mock.patch.object(rounds, "_letters", side_effect=Killed),
        "told": mock.patch.object(posting, "tell", side_effect=Killed),
        "queued": mock.patch.object(sending, "enqueue", side_effect=Killed),
    }
    with pytest.raises(Killed), spots[place]:
        turn(START + DAY, found)
    model.Session.rollback()
    model.Session.remove()
    for hour in range(1, 4):
        turn(START + DAY + dt.timedelta(hours=hour), found)
    assert [receiver for receiver, _mail in mails(mail_server)] == [OWNER]


def test_scanners_acknowledge_nothing_and_people_do_without_an_account(app, mail_server, dataset):
    turn(START)
    turn(START + DAY, transition(dataset))
    ((_receiver, mail),) = mails(mail_server)
    path = f"/digest/{word(mail)}"
    page = app.get(path)
    app.get(path, headers={"User-Agent": "SafeLinks"})
    assert "Zajmuję się tym" in page.body and "Liczniki rowerowe" in page.body
    assert "no-store" in page.headers["Cache-Control"]
    (news,) = all_news()
    assert news.acknowledged_at is None
    done = app.post(path, data={"news": news.id, "act": "acknowledge", "note": "Do piątku"})
    assert "Dziękujemy" in done.body
    (news,) = all_news()
    assert (news.acknowledged_at is not None, news.answered_by, news.note) == (True, "owner", "Do piątku")
    state = shared.states([dataset["id"]])[dataset["id"]]
    assert (state["waiting"], state["note"]) == (0, "Do piątku")


def all_news():
    model.Session.expire_all()
    return list(model.Session.scalars(sa.select(News).order_by(News.at)))


def test_nobody_answers_with_a_word_that_is_not_ours_or_too_old(app, mail_server, dataset, ckan_config):
    turn(START)
    turn(START + DAY, transition(dataset))
    ((_receiver, mail),) = mails(mail_server)
    good = word(mail)
    (news,) = all_news()
    data = {"news": news.id, "act": "acknowledge"}
    app.post(f"/digest/{good}x", data=data, status=404)
    app.get("/digest/abc", status=404)
    ckan_config["ckanext.kielce.digest.link_days"] = -1
    app.post(f"/digest/{good}", data=data, status=404)
    assert all_news()[0].acknowledged_at is None


def test_a_letter_answers_only_for_its_own_news(app, mail_server, dataset):
    other = factories.Organization(extras=[{"key": "email", "value": "dane@ztm.example"}])
    foreign = factories.Dataset(owner_org=other["id"], title="Rozkłady", **FIELDS)
    turn(START)
    turn(START + DAY, transition(dataset), transition(foreign))
    words = {receiver: word(mail) for receiver, mail in mails(mail_server)}
    ids = {each.address: each.id for each in all_news()}
    app.post(
        f"/digest/{words[OWNER]}", data={"news": ids["dane@ztm.example"], "act": "acknowledge"}, status=422
    )
    assert [each.acknowledged_at for each in all_news()] == [None, None]


def test_what_was_put_off_returns_once_if_it_still_stands(app, mail_server, dataset):
    turn(START)
    turn(START + DAY, transition(dataset))
    ((_receiver, mail),) = mails(mail_server)
    (news,) = all_news()
    app.post(f"/digest/{word(mail)}", data={"news": news.id, "act": "snooze", "days": "8"}, status=422)
    app.post(f"/digest/{word(mail)}", data={"news": news.id, "act": "snooze", "days": "30"})
    until = all_news()[0].snoozed_until
    turn(until - DAY)
    assert mails(mail_server) == []
    turn(until + DAY)
    ((receiver, mail),) = mails(mail_server)
    assert receiver == OWNER and "Wraca, bo odłożono do dziś" in plain(mail)
    turn(until + 2 * DAY)
    assert mails(mail_server) == []


def test_what_was_mended_is_not_reminded_of_nor_escalated(mail_server, dataset):
    turn(START)
    turn(
        START + DAY, transition(dataset), transition(dataset, "found", key="f1", code="truncated", data=TOLD)
    )
    turn(START + 2 * DAY, transition(dataset, "changed", tone="better"))
    assert [each.ended_at is not None for each in sorted(all_news(), key=lambda each: each.kind)] == [
        False,
        True,
    ]
    mails(mail_server)
    turn(START + 3 * DAY, transition(dataset, "gone", key="f1", tone="better", code="truncated", data=TOLD))
    ((_receiver, mail),) = mails(mail_server)
    assert mail["Subject"].startswith("Naprawione") and "/digest/" not in plain(mail)
    assert all(each.ended_at for each in all_news())
    turn(START + 40 * DAY)
    assert mails(mail_server) == []


TOLD = {"told": {"pl": ["Seria urywa się w 2022.", "Dopisz brakujące lata."], "en": ["Cut.", "Add."]}}


def test_the_director_hears_of_it_once_when_nobody_answered(app, mail_server, dataset):
    turn(START)
    turn(START + DAY, transition(dataset))
    mails(mail_server)
    turn(START + 14 * DAY)
    assert mails(mail_server) == []
    assert turn(START + 15 * DAY) == {"news": 0, "letters": 1, "escalated": 1}
    ((receiver, mail),) = mails(mail_server)
    assert receiver == "dyrektor@mzd.example"
    assert mail["Subject"] == "Bez odpowiedzi: 1 sprawa w danych, Zarząd Dróg"
    assert OWNER in plain(mail)
    turn(START + 30 * DAY)
    assert mails(mail_server) == []
    app.post(f"/digest/{word(mail)}", data={"news": all_news()[0].id, "act": "acknowledge"})
    assert all_news()[0].answered_by == "director"


def test_acknowledged_news_is_not_escalated(app, mail_server, dataset):
    turn(START)
    turn(START + DAY, transition(dataset))
    ((_receiver, mail),) = mails(mail_server)
    app.post(f"/digest/{word(mail)}", data={"news": all_news()[0].id, "act": "acknowledge"})
    turn(START + 30 * DAY)
    assert mails(mail_server) == []


@pytest.mark.parametrize(("days", "escalated"), [(3, 1), (-1, 0)])
def test_the_time_set_is_an_option(mail_server, dataset, ckan_config, days, escalated):
    ckan_config["ckanext.kielce.digest.escalate_days"] = days
    turn(START)
    turn(START + DAY, transition(dataset))
    assert turn(START + 4 * DAY)["escalated"] == escalated


def test_strangers_from_harvested_descriptions_are_not_written_to(mail_server, unit):
    inside = factories.Dataset(
        owner_org=unit["id"],
        title="Nasz",
        contact=[{"name": "Dział", "email": "liczniki@mzd.example"}],
        **FIELDS,
    )
    outside = factories.Dataset(
        owner_org=unit["id"],
        title="Obcy",
        contact=[{"name": "X", "email": "ktos@ministerstwo.example"}],
        **FIELDS,
    )
    turn(START)
    turn(START + DAY, transition(inside), transition(outside))
    assert {receiver for receiver, _mail in mails(mail_server)} == {"liczniki@mzd.example", OWNER}


def test_a_unit_without_an_address_is_the_coordinators_matter(mail_server):
    bare = factories.Organization(title="Bez adresu")
    package = factories.Dataset(owner_org=bare["id"], title="Sierota", **FIELDS)
    turn(START)
    turn(START + DAY, transition(package))
    ((receiver, mail),) = mails(mail_server)
    assert receiver == "koordynator@kielce.example" and "Sierota" in plain(mail)


def test_a_unit_that_reads_english_is_written_to_in_english(mail_server):
    extras = [{"key": "email", "value": "data@uni.example"}, {"key": "language", "value": "en"}]
    abroad = factories.Organization(title="Uczelnia", extras=extras)
    package = factories.Dataset(owner_org=abroad["id"], title="Badania", **FIELDS)
    turn(START)
    turn(START + DAY, transition(package))
    ((_receiver, mail),) = mails(mail_server)
    assert mail["Subject"] == "1 new matter in the data: Uczelnia"
    assert "/en/digest/" in plain(mail) and "There are no new data" in plain(mail)


def test_personal_data_come_first_and_then_what_gains_most(mail_server, dataset, unit):
    more = [
        factories.Dataset(owner_org=unit["id"], title=title, **FIELDS) for title in ("Mało", "Dużo", "Osoby")
    ]
    gains = dict(zip([each["id"] for each in more], (2.0, 9.0, 0.0), strict=True))
    turned = [
        transition(more[0]),
        transition(more[1]),
        transition(more[2], "found", key="p", code="pii", private=True, data=TOLD),
    ]
    turn(START)
    with mock.patch.object(
        rounds.weights, "of", lambda items: {item.key: (gains[item.package_id],) * 2 for item in items}
    ):
        turn(START + DAY, *turned)
    ((_receiver, mail),) = mails(mail_server)
    assert re.findall(r"^\d+\. (\w+)$", plain(mail), re.MULTILINE) == ["Osoby", "Dużo", "Mało"]


def test_real_transitions_of_the_quality_room_are_told(mail_server, dataset):
    from ckanext.kielce.quality.model import Event

    now = dt.datetime.now(dt.timezone.utc)
    rounds.do(now - DAY)
    model.Session.add(Event(package_id=dataset["id"], kind="late", at=now, noticed_at=now - DAY / 2, data={}))
    model.Session.commit()
    assert rounds.do(now)["news"] == 1
    assert rounds.do(now + DAY)["news"] == 0


def test_the_tick_does_the_round_once_a_day(mail_server, dataset):
    with mock.patch.object(jobs, "utc_now", lambda: START + dt.timedelta(hours=3)):
        jobs.tick()
        jobs.tick()
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(Round)) == 1
    assert periodic.book("digest", now=1_000_000) is True


def test_actions_are_for_the_desk_and_the_owner(dataset, mail_server):
    owner, stranger, boss = factories.User(), factories.User(), factories.Sysadmin()
    helpers.call_action(
        "organization_member_create",
        {"user": boss["name"]},
        id=dataset["owner_org"],
        username=owner["name"],
        role="editor",
    )
    turn(START)
    turn(START + DAY, transition(dataset))

    def act(action, user, **data):
        return tk.get_action(action)({"user": user["name"]}, data)

    for action, data in (("kielce_digest_list", {}), ("kielce_digest_run", {"check": True})):
        with pytest.raises(tk.NotAuthorized):
            act(action, owner, **data)
    with pytest.raises(tk.NotAuthorized):
        act("kielce_digest_answer", stranger, package_id=dataset["id"], act="acknowledge")
    found = act("kielce_digest_list", boss, waiting=True)
    assert [row["address"] for row in found["results"]] == [OWNER]
    assert act("kielce_digest_answer", owner, package_id=dataset["name"], act="acknowledge") == {
        "answered": 1
    }
    assert act("kielce_digest_list", boss, waiting=True)["count"] == 0
    assert act("kielce_digest_list", boss)["results"][0]["answered_by"] == owner["id"]
    assert act("kielce_digest_run", boss, check=True) == {"news": 0, "told": []}


def test_commands(cli, dataset, mail_server):
    assert "news: 0" in cli.invoke(kielce, ["digest", "run"]).output
    turn(START + 400 * DAY, transition(dataset))
    listed = cli.invoke(kielce, ["digest", "list", "--waiting"]).output
    assert OWNER in listed and "waiting" in listed


def test_a_letter_travels_over_smtp(dataset, smtp_server, ckan_config):
    ckan_config["smtp.server"] = f"127.0.0.1:{smtp_server.port}"
    turn(START)
    turn(START + DAY, transition(dataset))
    (data,) = smtp_server.letters
    mail = email.message_from_bytes(data, policy=email.policy.default)
    (message,) = model.Session.scalars(sa.select(Message))
    assert (message.status, mail["To"].addresses[0].addr_spec) == ("sent", OWNER)
    assert mail["Message-ID"].startswith(f"<{message.id}@")
    assert mail.get_content_type() == "multipart/alternative"
    assert "Liczniki rowerowe" in plain(mail)
    assert mail.get_body(("html",)).get_content().startswith("<!DOCTYPE html>")


def test_the_notes_of_an_answer_are_bounded(dataset, mail_server):
    turn(START)
    turn(START + DAY, transition(dataset))
    answers.acknowledge(all_news(), by="owner", note="x" * 5000)
    assert len(all_news()[0].note) == answers.MOST_NOTE
