"""Who follows a dataset, a unit or the portal without an account: asked for, confirmed, ended.

An e-mail address is told nothing until its owner has confirmed it from a mail; a webhook nothing until its server has given
back a random word. Until then, and after the end, nothing is kept of either.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.callers import limit
from ckanext.kielce.common.http import FetchError, fetch
from ckanext.kielce.notify.shared import tell
from sqlalchemy import select

from .. import store
from ..model import Follower
from . import journal, links, mails
from .events import KINDS

ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[A-Za-z0-9-]{2,}")
#: Confirmation mails to one address, and requests from one network address, in a day.
MAILS_A_DAY, REQUESTS_A_DAY = 3, 20
#: Seconds that a webhook's server has for its answer.
ANSWER_SECONDS = 10
MOST_URL = 2000


def scope_of(scope: str, reference: str | None) -> tuple[str, str, str, str]:
    """What is followed: (scope, id, title in Polish, address of its page).

    :raises ckan.plugins.toolkit.ObjectNotFound: there is none, or it is not public
    """
    if scope == "portal":
        return scope, "", str(tk.config.get("ckan.site_title") or ""), "/"
    if scope == "unit":
        unit = ckan_model.Group.get(reference or "")
        if unit is None or not unit.is_organization or unit.state != "active":
            raise tk.ObjectNotFound(tk._("No such organisation"))
        return scope, unit.id, unit.title or unit.name, f"/organization/{unit.name}"
    package = ckan_model.Package.get(reference or "")
    if package is None or package.state != "active" or package.private:
        raise tk.ObjectNotFound(tk._("No such dataset"))
    return scope, package.id, package.title or package.name, f"/dataset/{package.name}"


def ask_by_mail(
    address: str, scope: str, reference: str | None, kinds: Sequence[str], lang: str, caller: str = ""
) -> None:
    """Send a mail that asks to confirm. Says nothing of whether the address is known.

    :param caller: network address of who asks, for the limit
    :raises ckan.plugins.toolkit.ValidationError: no e-mail address, or no kind of events
    :raises TooManyError: too often today
    """
    scope, scope_id, title, path = scope_of(scope, reference)
    address = address.strip()
    if not ADDRESS.fullmatch(address) or not address.isascii() or len(address) > 254:
        raise tk.ValidationError({"email": [tk._("This is not an e-mail address")]})
    wanted = _kinds(kinds)
    limit("follow", caller, REQUESTS_A_DAY)
    limit("follow-mail", address.lower(), MAILS_A_DAY)
    follower = _get_or_make("email", address, scope, scope_id, wanted, lang)
    subject, body = mails.confirmation(follower, title, path)
    tell([address], "quality.follow.confirm", subject, body)


def ask_by_webhook(
    url: str, scope: str, reference: str | None, kinds: Sequence[str], lang: str, caller: str = ""
) -> None:
    """Register a webhook: its server is asked at once, and has to give back the word that it is sent.

    The same message brings the key by which later ones are signed and the address that ends them: whoever asks for a
    webhook learns neither, only whoever answers at its address.

    :raises ckan.plugins.toolkit.ValidationError: the server did not answer as it should; says how
    :raises TooManyError: too often today
    """
    scope, scope_id, _title, _path = scope_of(scope, reference)
    url, wanted = url.strip(), _kinds(kinds)
    if not url.startswith(("https://", "http://")) or len(url) > MOST_URL:
        raise tk.ValidationError({"url": [tk._("Give an address that begins with https://")]})
    limit("follow", caller, REQUESTS_A_DAY)
    follower = _get_or_make("webhook", url, scope, scope_id, wanted, lang)
    word = secrets.token_urlsafe(24)
    content = {
        "type": "verification",
        "challenge": word,
        "secret": links.webhook_secret(follower.id),
        "end": links.site(f"/follow/end/{links.sign(follower.id, 'end')}"),
        "kinds": wanted,
    }
    try:
        answer = post(follower, content, f"verify_{word[:12]}")
    except FetchError as error:
        ckan_model.Session.rollback()
        raise tk.ValidationError({"url": [error.message]}) from error
    if word.encode() not in answer:
        ckan_model.Session.rollback()
        raise tk.ValidationError({"url": [tk._("The server did not give back the word “challenge”")]})
    confirm(follower)


def post(follower: Follower, content: dict[str, Any], message_id: str) -> bytes:
    """Send a signed message to a webhook; returns the beginning of its answer.

    :raises FetchError: it can't be reached, or answers with an error; internal addresses are refused
    """
    body = json.dumps(content, ensure_ascii=False).encode()
    stamp = int(time.time())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": links.signature(links.webhook_secret(follower.id), message_id, stamp, body),
    }
    with fetch(
        follower.target,
        method="POST",
        headers=headers,
        body=body,
        max_bytes=64 * 1024,
        timeout=ANSWER_SECONDS,
    ) as answer:
        return answer.body


def confirm(follower: Follower) -> None:
    """From now on the follower is told what happens; of what happened before, nothing."""
    if follower.confirmed_at is None:
        follower.confirmed_at = store.utc_now()
        follower.told = journal.newest_number()
    ckan_model.Session.commit()


def by_word(word: str, purpose: str) -> Follower | None:
    """The follower whom a signed word from a mail belongs to; None when it ended or the word is not ours."""
    follower_id = links.read(word, purpose)
    return ckan_model.Session.get(Follower, follower_id) if follower_id else None


def end(follower: Follower) -> None:
    """Forget the follower."""
    ckan_model.Session.delete(follower)
    ckan_model.Session.commit()


def forget_unconfirmed(now: dt.datetime) -> int:
    """Forget addresses that were not confirmed in time. :returns: how many"""
    statement = sa.delete(Follower).where(
        Follower.confirmed_at.is_(None),
        Follower.created_at < now - dt.timedelta(days=links.CONFIRM_DAYS),
    )
    made = ckan_model.Session.execute(statement).rowcount
    ckan_model.Session.commit()
    return made


def _get_or_make(
    channel: str, target: str, scope: str, scope_id: str, kinds: list[str], lang: str
) -> Follower:
    table = Follower
    query = select(table).where(
        table.channel == channel, table.target == target, table.scope == scope, table.scope_id == scope_id
    )
    found = ckan_model.Session.scalars(query).first()
    if found is not None and found.confirmed_at is not None:
        return found
    if found is None:
        found = Follower(channel=channel, target=target, scope=scope, scope_id=scope_id, told=0, attempts=0)
        ckan_model.Session.add(found)
    found.kinds, found.lang, found.created_at = kinds, lang, store.utc_now()
    ckan_model.Session.commit() if channel == "email" else ckan_model.Session.flush()
    return found


def _kinds(kinds: Sequence[str]) -> list[str]:
    wanted = [kind for kind in KINDS if kind in kinds] if kinds else list(KINDS)
    if not wanted:
        raise tk.ValidationError({"kinds": [tk._("Choose what you want to be told of")]})
    return wanted
