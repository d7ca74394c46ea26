"""Writing messages down and sending them through CKAN's mailer (and so through every INotifier plugin)."""

from __future__ import annotations

import datetime as dt
import logging
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import redis
import sqlalchemy as sa
from ckan import model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk
from ckanext.kielce.notify.model import Message
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

#: Names of messages that are written once.
KEYS = uuid.UUID("5f0a3c6e-3a0e-4f7b-9a55-0d7c6f1b2e11")
#: For so long a failed message is tried again, and so long a queued one may wait for its job.
RETRY_DAYS = dt.timedelta(days=3)
QUEUE_TIME = dt.timedelta(minutes=10)
Recipient = str | tuple[str, str]
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


def resolve(recipients: Iterable[Recipient]) -> list[tuple[str, str]]:
    """(name, e-mail) of each recipient once: an address, a (name, address) pair, or a user's name or id.

    Users without an address, deleted users and what is no address are left out with a warning in the log.
    """
    found: dict[str, tuple[str, str]] = {}
    for recipient in recipients:
        name, address = recipient if isinstance(recipient, tuple) else ("", recipient)
        if "@" not in address:
            user = model.User.get(address)
            if user is None or user.state != model.State.ACTIVE or not user.email:
                log.warning("Nobody to notify: no active user with an address behind a given name")
                continue
            name, address = user.display_name, user.email
        address = address.strip()
        if not address.isascii() or not _ADDRESS.fullmatch(address):
            log.warning("Nobody to notify: not an e-mail address")
            continue
        found.setdefault(address.lower(), (_one_line(name) or address, address))
    return list(found.values())


def _one_line(text: str) -> str:
    """Without line breaks: what goes into a mail's header must not start another one."""
    return " ".join(text.split())


def write(
    recipients: Iterable[Recipient],
    topic: str,
    subject: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    *,
    html: str | None = None,
    key: str | None = None,
) -> list[str]:
    """Write a message down for each recipient, in a transaction of its own; returns the ids.

    :param html: the body with marks, beside the plain one
    :param key: of what is said; what was written under the same key to the same address is not written again
    """
    status = "queued" if tk.config.get("ckanext.kielce.notify.enabled") else "held"
    with Session(model.meta.engine) as session:
        messages = [
            Message(
                id=str(uuid.uuid5(KEYS, f"{key} {address.lower()}")) if key else str(uuid.uuid4()),
                recipient_name=name,
                recipient_email=address,
                topic=topic,
                subject=_one_line(subject),
                body=body,
                status=status,
                attempts=0,
                headers={name: _one_line(value) for name, value in headers.items()} if headers else None,
                body_html=html,
            )
            for name, address in resolve(recipients)
        ]
        ids = [message.id for message in messages]
        if key:
            written = session.scalars(
                sa.select(Message.id).where(Message.id.in_(ids)).with_for_update()
            ).all()
            messages = [message for message in messages if message.id not in written]
        session.add_all(messages)
        try:
            session.commit()
        except IntegrityError:  # another process wrote the same at the same moment
            session.rollback()
        return ids


def enqueue(ids: Sequence[str]) -> None:
    """Send in the background. When the queue is down the messages wait for ``ckan kielce notify send``."""
    if not ids or not tk.config.get("ckanext.kielce.notify.enabled"):
        return
    try:
        tk.enqueue_job(send_job, [list(ids)], title=f"Send {len(ids)} message(s)")
    except redis.RedisError as err:
        log.error("Could not queue messages: %s", err)


def send_job(ids: Sequence[str]) -> None:
    """The job: send these messages, each on its own."""
    for message_id in ids:
        send(message_id)


def send(message_id: str) -> str | None:
    """Send one message and note the outcome; returns its status, or None when there is nothing to send.

    The row is locked meanwhile, so two workers never send the same message twice.
    """
    with Session(model.meta.engine) as session:
        query = sa.select(Message).where(Message.id == message_id).with_for_update(skip_locked=True)
        message = session.execute(query).scalar_one_or_none()
        if message is None or message.status == "sent":
            return None
        message.attempts += 1
        try:
            if not tk.config.get("smtp.mail_from"):  # CKAN's mailer would break on it with no clear word
                raise mailer.MailerException("The option smtp.mail_from is not set")
            mailer.mail_recipient(
                message.recipient_name,
                message.recipient_email,
                message.subject,
                message.body,
                body_html=message.body_html,
                headers={**(message.headers or {}), "Message-ID": _message_id(message)},
            )
        except (mailer.MailerException, OSError) as err:  # OSError: no server at the other end
            message.status, message.error = "failed", str(err)[:500]
            log.warning("Message %s was not sent: %s", message.id, err)
        else:
            message.status, message.error = "sent", None
            message.sent_at = dt.datetime.now(dt.timezone.utc)
        session.commit()
        return message.status


def _message_id(message: Message) -> str:
    """The same at every attempt, so that a mail program shows once what a server got twice.

    A worker that dies after the server's yes and before it could write that down sends again.
    """
    host = urlsplit(str(tk.config.get("ckan.site_url"))).hostname or "localhost"
    return f"<{message.id}@{host}>"


def try_again() -> int:
    """Queue what is still waiting: after a failure, or because a process died before it could queue it.

    Of failed messages those of the last `RETRY_DAYS` days; returns how many were queued.
    """
    now = dt.datetime.now(dt.timezone.utc)
    query = sa.select(Message.id).where(
        Message.created_at.between(now - RETRY_DAYS, now - QUEUE_TIME),
        Message.status.in_(("queued", "failed")),
    )
    ids = list(model.Session.execute(query.order_by(Message.created_at)).scalars())
    enqueue(ids)
    return len(ids)


def waiting() -> list[str]:
    """Ids of messages that were not sent: queued or failed, oldest first."""
    query = sa.select(Message.id).where(Message.status.in_(("queued", "failed"))).order_by(Message.created_at)
    return list(model.Session.execute(query).scalars())


def recent(limit: int, topic: str | None = None, status: str | None = None) -> list[Message]:
    """The last messages, newest first."""
    query = sa.select(Message).order_by(Message.created_at.desc()).limit(limit)
    if topic:
        query = query.where(Message.topic == topic)
    if status:
        query = query.where(Message.status == status)
    return list(model.Session.execute(query).scalars())
