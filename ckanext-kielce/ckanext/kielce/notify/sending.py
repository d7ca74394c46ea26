"""Writing messages down and sending them through CKAN's mailer (and so through every INotifier plugin)."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Mapping, Sequence

import redis
import sqlalchemy as sa
from ckan import model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk
from ckanext.kielce.notify.model import Message
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

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
) -> list[str]:
    """Write a message down for each recipient, in a transaction of its own; returns the ids."""
    status = "queued" if tk.config.get("ckanext.kielce.notify.enabled") else "held"
    with Session(model.meta.engine) as session:
        messages = [
            Message(
                recipient_name=name,
                recipient_email=address,
                topic=topic,
                subject=_one_line(subject),
                body=body,
                status=status,
                attempts=0,
                headers={key: _one_line(value) for key, value in headers.items()} if headers else None,
            )
            for name, address in resolve(recipients)
        ]
        session.add_all(messages)
        session.commit()
        return [message.id for message in messages]


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
                headers=dict(message.headers) if message.headers else None,
            )
        except (mailer.MailerException, OSError) as err:  # OSError: no server at the other end
            message.status, message.error = "failed", str(err)[:500]
            log.warning("Message %s was not sent: %s", message.id, err)
        else:
            message.status, message.error = "sent", None
            message.sent_at = dt.datetime.now(dt.timezone.utc)
        session.commit()
        return message.status


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
