"""Telling people things, with a real mail server at the other end."""

import datetime as dt
from unittest import mock

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.mailer import MailerException
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.notify import sending, shared
from ckanext.kielce.notify.model import Message

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce_notify"),
    pytest.mark.ckan_config("smtp.mail_from", "dane@kielce.example"),
    pytest.mark.usefixtures("with_plugins", "non_clean_db", "clean_queues"),
]


@pytest.fixture(autouse=True)
def tables(with_plugins, non_clean_db, migrate_db_for):
    migrate_db_for("kielce_notify")
    with model.meta.engine.begin() as connection:
        connection.execute(sa.delete(Message))


def messages():
    model.Session.expire_all()
    return sending.recent(100)


def test_upgrade_makes_the_table_that_the_model_describes():
    inspector = sa.inspect(model.meta.engine)
    columns = {c["name"]: c["nullable"] for c in inspector.get_columns("kielce_notify_message")}
    assert columns == {c.name: c.nullable for c in Message.__table__.columns}
    assert {i["name"] for i in inspector.get_indexes("kielce_notify_message")} == {
        i.name for i in Message.__table__.indexes
    }


def test_tell_writes_queues_and_sends(mail_server):
    user = factories.User(fullname="Anna Nowak", email="anna@um.kielce.example")
    ids = shared.tell(
        [user["name"], "jan@mpec.example", "JAN@mpec.example"],
        "quality.digest",
        "Dane się spóźniają",
        "Zażółć gęślą jaźń",
    )
    assert len(ids) == 2
    assert {m.status for m in messages()} == {"queued"}
    (job,) = tk.get_job_queue().jobs
    job.func(*job.args)
    sent = messages()
    assert {(m.recipient_name, m.recipient_email, m.status) for m in sent} == {
        ("Anna Nowak", "anna@um.kielce.example", "sent"), ("jan@mpec.example", "jan@mpec.example", "sent"),
    }  # fmt: skip
    assert all(m.sent_at.tzinfo for m in sent)
    assert sorted(m[2][0] for m in mail_server.get_smtp_messages()) == [
        "anna@um.kielce.example",
        "jan@mpec.example",
    ]


def test_a_sent_message_is_not_sent_again(mail_server):
    (message_id,) = shared.tell(["jan@mpec.example"], "t", "s", "b")
    assert sending.send(message_id) == "sent"
    assert sending.send(message_id) is None
    assert len(mail_server.get_smtp_messages()) == 1


def test_a_failure_is_noted_and_can_be_sent_later(mail_server, cli):
    (message_id,) = shared.tell([("Jan", "jan@mpec.example")], "t", "s", "b")
    with mock.patch("ckan.lib.mailer._mail_recipient", side_effect=MailerException("no server")):
        assert sending.send(message_id) == "failed"
    (message,) = messages()
    assert message.error == "no server"
    assert message.attempts == 1
    listed = cli.invoke(kielce, ["notify", "list", "--status", "failed"])
    assert "jan@mpec.example" in listed.output
    assert "1 sent, 0 failed" in cli.invoke(kielce, ["notify", "send"]).output
    assert messages()[0].status == "sent"


def test_a_portal_without_a_sender_says_so(ckan_config):
    ckan_config["smtp.mail_from"] = None
    (message_id,) = shared.tell(["jan@mpec.example"], "t", "s", "b")
    assert sending.send(message_id) == "failed"
    assert "smtp.mail_from" in messages()[0].error


def test_no_header_can_be_smuggled_in(mail_server):
    (message_id,) = shared.tell(
        [("Jan\nBcc: x@y.zz", "jan@mpec.example")], "t", "Temat\r\nBcc: zly@example.com", "b"
    )
    assert sending.send(message_id) == "sent"
    (message,) = messages()
    assert "\n" not in message.subject + message.recipient_name
    ((_peer, _sender, receivers, _data),) = mail_server.get_smtp_messages()
    assert receivers == ["jan@mpec.example"]


def test_who_cannot_be_told_is_left_out():
    factories.User(name="bez_konta", state="deleted")
    assert shared.tell(["nie-ma-takiego", "bez_konta", "to nie @ adres", "a@b"], "t", "s", "b") == []


def test_held_when_switched_off(ckan_config):
    ckan_config["ckanext.kielce.notify.enabled"] = False
    shared.tell(["jan@mpec.example"], "t", "s", "b")
    assert [m.status for m in messages()] == ["held"]
    assert tk.get_job_queue().jobs == []
    assert sending.waiting() == []


def test_the_same_key_is_told_once_and_the_mail_keeps_its_name(mail_server):
    first = shared.tell(["jan@mpec.example"], "t", "s", "b", html="<p>b</p>", key="zestawienie-1")
    assert (
        shared.tell(["JAN@mpec.example", "ewa@mpec.example"], "t", "s", "b", key="zestawienie-1")[0]
        == first[0]
    )
    assert len(messages()) == 2
    assert sending.send(first[0]) == "sent"
    ((_peer, _sender, _receivers, data),) = mail_server.get_smtp_messages()
    assert f"Message-ID: <{first[0]}@" in str(data)
    assert "multipart/alternative" in str(data)


def test_what_was_never_queued_is_queued_again():
    old, new = (shared.tell([f"{name}@mpec.example"], "t", "s", "b")[0] for name in ("a", "b"))
    with model.meta.engine.begin() as connection:
        made = dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=11)
        connection.execute(sa.update(Message).where(Message.id == old).values(created_at=made))
    tk.get_job_queue().empty()
    assert sending.try_again() == 1
    (job,) = tk.get_job_queue().jobs
    assert list(job.args) == [[old]] and new != old
