"""Followers without an account: mail with double opt-in and one-click end, webhooks with signature and retries."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_notify kielce_quality"),
    pytest.mark.ckan_config("smtp.mail_from", "dane@kielce.example"),
    pytest.mark.ckan_config("ckanext.kielce.http.retries", 0),
    pytest.mark.usefixtures("fresh"),
]


@pytest.fixture(autouse=True)
def counters(fresh: None) -> None:
    """Nobody has asked for anything today."""
    from ckan.lib.redis import connect_to_redis

    connection = connect_to_redis()
    for key in [*connection.scan_iter("*kielce_quality:*"), *connection.scan_iter("*:kielce:follow*")]:
        connection.delete(key)


class Receiver:
    """A webhook's server: what it got, and what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.echo = True

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
            answer = json.loads(body).get("challenge", "") if made.echo else "witaj"
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(str(answer).encode())

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    made.url = f"http://{host}/odbiornik"
    monkeypatch.setitem(ckan_config, "ckanext.kielce.http.allow_hosts", host)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def notify_tables(fresh: None, migrate_db_for: Any) -> None:
    migrate_db_for("kielce_notify")
    import sqlalchemy as sa
    from ckan import model
    from ckanext.kielce.notify.model import Message

    with model.meta.engine.begin() as connection:
        connection.execute(sa.delete(Message))


def mails() -> list[Any]:
    from ckan import model
    from ckanext.kielce.notify import sending

    model.Session.expire_all()
    return list(reversed(sending.recent(100)))


def followers() -> list[Any]:
    from ckan import model
    from ckanext.kielce.quality.model import Follower

    model.Session.expire_all()
    return list(model.Session.query(Follower))


def happen(package: dict[str, Any], kind: str = "late", **data: Any) -> int:
    from ckan import model
    from ckanext.kielce.quality.model import Event
    from ckanext.kielce.quality.publish import journal

    now = dt.datetime.now(dt.timezone.utc)
    event = Event(package_id=package["id"], kind=kind, at=now, noticed_at=now, data=data)
    journal.write([event])
    model.Session.commit()
    return event.number


def tell(now: dt.datetime | None = None) -> dict[str, int]:
    from ckanext.kielce.quality.publish.telling import tell_all

    return tell_all(now)


def path_in(text: str, purpose: str) -> str:
    return re.search(rf"/follow/{purpose}/[\w.\-]+", text).group()


@pytest.mark.usefixtures("notify_tables")
class TestMail:
    def ask(self, app: Any, package: dict[str, Any], **more: Any) -> Any:
        form = {"channel": "email", "email": "jan@example.com", "kinds": ["changed", "late"], **more}
        return app.post(f"/dataset/{package['name']}/follow", data=form)

    def test_nothing_is_told_before_the_address_is_confirmed_by_a_button(
        self, app: Any, make_dataset: Any
    ) -> None:
        package = make_dataset("http://example.com/a.csv", title="Wydatki")
        happen(package)
        assert self.ask(app, package).status_code == 200
        (letter,) = mails()
        assert letter.recipient_email == "jan@example.com"
        happen(package)
        assert tell()["mails"] == 0
        link = path_in(letter.body, "confirm")
        assert "<form" in app.get(link).body  # a program that scans mail opens links
        assert followers()[0].confirmed_at is None
        assert app.post(link).status_code == 200
        assert followers()[0].confirmed_at is not None
        assert tell()["mails"] == 0  # of what happened before, nothing

    def test_one_mail_for_all_that_happened_and_one_click_ends_it(self, app: Any, make_dataset: Any) -> None:
        package = make_dataset("http://example.com/a.csv", title="Wydatki")
        self.ask(app, package)
        app.post(path_in(mails()[0].body, "confirm"))
        happen(package)
        happen(package, "changed", newest_period="2026-10-31")
        happen(package, "broken", problems=["truncated"])  # not asked for
        assert tell()["mails"] == 1
        letter = mails()[-1]
        assert "Wydatki" in letter.body
        assert "truncated" not in letter.body and "urwany" not in letter.body
        assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = letter.headers["List-Unsubscribe"].strip("<>")
        assert tell()["mails"] == 0
        answer = app.post(path_in(address, "end"), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert followers() == []
        assert app.post(path_in(address, "end")).status_code == 200  # twice is no mistake
        happen(package)
        assert tell()["mails"] == 0

    def test_the_mail_really_carries_the_headers(self, app: Any, make_dataset: Any, mail_server: Any) -> None:
        from ckanext.kielce.notify import sending

        package = make_dataset("http://example.com/a.csv", title="Wydatki")
        self.ask(app, package)
        app.post(path_in(mails()[0].body, "confirm"))
        happen(package)
        tell()
        sending.send(mails()[-1].id)
        raw = mail_server.get_smtp_messages()[-1][3]
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw

    def test_links_that_are_not_ours_do_nothing(self, app: Any) -> None:
        assert app.post("/follow/confirm/abc.def.ghi").status_code == 404
        assert app.post("/follow/end/abc").status_code == 404

    def test_an_address_that_is_none_is_refused(self, app: Any, make_dataset: Any) -> None:
        package = make_dataset("http://example.com/a.csv")
        assert self.ask(app, package, email="jan").status_code == 400
        assert self.ask(app, package, email="jan@example.com\nBcc: x@example.com").status_code == 400
        assert followers() == [] and mails() == []

    def test_nobody_is_flooded_with_requests_to_confirm(self, app: Any, make_dataset: Any) -> None:
        package = make_dataset("http://example.com/a.csv")
        answers = [self.ask(app, package).status_code for _ in range(5)]
        assert answers == [200, 200, 200, 400, 400]
        assert len(mails()) == 3

    def test_behind_our_proxy_the_limit_is_each_reader_s_own(self, app: Any, make_dataset: Any) -> None:
        package = make_dataset("http://example.com/a.csv")
        for number in range(25):
            form = {"channel": "email", "email": f"jan{number}@example.com"}
            headers = {"X-Forwarded-For": f"spoofed, 203.0.113.{number}"}
            answer = app.post(f"/dataset/{package['name']}/follow", data=form, headers=headers,
                              environ_overrides={"REMOTE_ADDR": "127.0.0.1"})  # fmt: skip
            assert answer.status_code == 200

    def test_unconfirmed_addresses_are_forgotten(self, app: Any, make_dataset: Any) -> None:
        self.ask(app, make_dataset("http://example.com/a.csv"))
        tell(dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=3))
        assert followers() == []


class TestWebhook:
    def test_it_is_verified_and_its_messages_are_signed(
        self, act: Any, make_dataset: Any, receiver: Any
    ) -> None:
        package = make_dataset("http://example.com/a.csv", title="Wydatki")
        act(
            "kielce_quality_follow",
            channel="webhook",
            target=receiver.url,
            scope="dataset",
            id=package["name"],
        )
        first = receiver.messages()[0]
        assert first["type"] == "verification"
        key = base64.b64decode(first["secret"].removeprefix("whsec_"))
        number = happen(package, last_content="2026-10-09T06:00:00+00:00")
        assert tell()["messages"] == 1
        headers, body = receiver.got[1]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{wanted}"
        told = json.loads(body)
        assert (told["type"], told["data"]["number"]) == ("dataset.late", number)
        assert told["data"]["dataset"]["url"].endswith(f"/dataset/{package['name']}")
        assert tell()["messages"] == 0

    def test_a_server_that_does_not_answer_the_word_gets_nothing(
        self, act: Any, make_dataset: Any, receiver: Any
    ) -> None:
        from ckan.plugins import toolkit as tk

        receiver.echo = False
        with pytest.raises(tk.ValidationError):
            act("kielce_quality_follow", channel="webhook", target=receiver.url)
        assert followers() == []

    def test_internal_addresses_are_refused(self, act: Any) -> None:
        from ckan.plugins import toolkit as tk

        for address in ("http://127.0.0.1:5432/", "http://169.254.169.254/latest/", "file:///etc/passwd"):
            with pytest.raises(tk.ValidationError):
                act("kielce_quality_follow", channel="webhook", target=address)
        assert followers() == []

    def test_what_fails_is_tried_again_in_order_and_given_up_in_the_end(
        self, act: Any, make_dataset: Any, receiver: Any
    ) -> None:
        package = make_dataset("http://example.com/a.csv")
        act("kielce_quality_follow", channel="webhook", target=receiver.url)
        first, second = happen(package), happen(package, "changed")
        receiver.status = 500
        now = dt.datetime.now(dt.timezone.utc)
        assert tell(now) == {"mails": 0, "messages": 0, "failed": 1}
        assert tell(now) == {"mails": 0, "messages": 0, "failed": 0}  # not at once
        receiver.status, receiver.got = 200, []
        assert tell(now + dt.timedelta(minutes=2))["messages"] == 2
        assert [message["data"]["number"] for message in receiver.messages()] == [first, second]
        receiver.status = 500
        happen(package)
        for day in range(1, 12):
            tell(now + dt.timedelta(days=3 * day))
        assert followers() == []

    def test_gone_is_gone(self, act: Any, make_dataset: Any, receiver: Any) -> None:
        package = make_dataset("http://example.com/a.csv")
        act("kielce_quality_follow", channel="webhook", target=receiver.url)
        happen(package)
        receiver.status = 410
        tell()
        assert followers() == []

    def test_private_and_withheld_datasets_are_not_told_of(
        self, act: Any, make_dataset: Any, receiver: Any
    ) -> None:
        package = make_dataset("http://example.com/a.csv", private=True)
        act("kielce_quality_follow", channel="webhook", target=receiver.url)
        happen(package)
        assert tell()["messages"] == 0


class TestSchedule:
    def test_what_is_due_is_scored_once_and_tells_of_the_delay(
        self, act: Any, files: Any, make_dataset: Any, months: Any
    ) -> None:
        from ckan import model
        from ckanext.kielce.quality import many, store
        from ckanext.kielce.quality.model import Score

        package = make_dataset(files.put("a.csv", months("2026-09", "2026-10")), frequency="MONTHLY")
        act("kielce_quality_observe", id=package["id"])
        score = model.Session.get(Score, package["id"])
        crossing = score.overdue_at
        assert crossing is not None
        assert many.score_due(5, now=score.next_crossing - dt.timedelta(hours=1)).scored == 0
        report = many.score_due(5, now=crossing + dt.timedelta(minutes=1))
        assert report.scored == 1
        model.Session.expire_all()
        after = model.Session.get(Score, package["id"])
        assert after.status == "overdue"
        assert after.next_crossing > crossing
        events = act("kielce_quality_events", scope="dataset", id=package["id"])
        assert [event["kind"] for event in events] == ["late"]
        assert store.due_to_score(crossing + dt.timedelta(minutes=1)) == []

    def test_other_rules_make_every_score_due(
        self, act: Any, files: Any, make_dataset: Any, months: Any
    ) -> None:
        from ckan import model
        from ckanext.kielce.quality import many
        from ckanext.kielce.quality.model import Score

        package = make_dataset(files.put("a.csv", months("2026-10")))
        act("kielce_quality_observe", id=package["id"])
        score = model.Session.get(Score, package["id"])
        score.rules_version = "2020.1"
        model.Session.commit()
        assert many.score_due(5).scored == 1
        assert many.score_due(5).scored == 0

    def test_one_odd_dataset_does_not_keep_the_others_from_their_score(
        self, act: Any, files: Any, make_dataset: Any, months: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ckan import model
        from ckanext.kielce.quality import many, scoring
        from ckanext.kielce.quality.model import Score

        one, two = (make_dataset(files.put(f"{name}.csv", months("2026-10"))) for name in "ab")
        real = scoring.assess

        def assess(evidence: Any, now: Any) -> Any:
            if evidence.dataset_id == one["id"]:
                raise ValueError("odd")
            return real(evidence, now)

        monkeypatch.setattr(scoring, "assess", assess)
        report = many.score_many([one["id"], two["id"]])
        assert (report.scored, report.failed) == (1, 1)
        assert model.Session.get(Score, two["id"]) is not None

    def test_in_slices_and_alone_the_score_is_the_same(
        self, act: Any, files: Any, make_dataset: Any, months: Any
    ) -> None:
        from ckan import model
        from ckanext.kielce.quality import many, scoring
        from ckanext.kielce.quality.model import Score

        now = dt.datetime.now(dt.timezone.utc)
        package = make_dataset(files.put("a.csv", months("2026-08", "2026-09")))
        act("kielce_quality_observe", id=package["id"])
        scoring.score_package(package["id"], now=now)
        kept = {
            column.name: getattr(model.Session.get(Score, package["id"]), column.name)
            for column in Score.__table__.columns
        }
        many.score_many([package["id"]], now=now)
        after = {
            column.name: getattr(model.Session.get(Score, package["id"]), column.name)
            for column in Score.__table__.columns
        }
        assert after == kept

    def test_a_look_that_finds_nothing_new_leaves_the_score_and_sets_the_next_look(
        self, act: Any, files: Any, make_dataset: Any, months: Any
    ) -> None:
        from ckan import model
        from ckanext.kielce.quality import jobs
        from ckanext.kielce.quality.model import Score

        package = make_dataset(files.put("a.csv", months("2026-09", "2026-10")))

        def looked() -> Score:
            jobs.observe_dataset(package["id"])
            model.Session.expire_all()
            return model.Session.get(Score, package["id"])

        first = looked()
        scored, check = first.scored_at, first.next_check
        again = looked()
        assert again.scored_at == scored
        assert again.next_check > check
        files.put("a.csv", months("2026-09", "2026-10", "2026-11"))
        assert looked().scored_at > scored
        scored = looked().scored_at
        act("package_patch", id=package["id"], notes="inny opis")
        assert looked().scored_at > scored
        scored = looked().scored_at
        files.answers.clear()  # the link is dead now
        assert looked().scored_at > scored
