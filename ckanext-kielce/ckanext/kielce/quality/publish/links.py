"""Addresses of what is published, the same in a request, a job and a command; and signed words in them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common.addresses import site
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

SALT = "kielce-quality-follow"
#: Days in which an e-mail address has to be confirmed.
CONFIRM_DAYS = 2


def dataset(package: Any, lang: str | None = None) -> str:
    """Address of a dataset's page (``package``: a dict or a row)."""
    name = package["name"] if isinstance(package, dict) else package.name
    return site(f"/dataset/{name}", lang)


def _key() -> str:
    return str(tk.config["SECRET_KEY"])


def sign(follower_id: str, purpose: str) -> str:
    """A word that proves that its bearer was sent it: ``confirm`` or ``end``."""
    if purpose == "confirm":
        return str(URLSafeTimedSerializer(_key(), salt=f"{SALT}:confirm").dumps(follower_id))
    return str(URLSafeSerializer(_key(), salt=f"{SALT}:{purpose}").dumps(follower_id))


def read(word: str, purpose: str) -> str | None:
    """Id of the follower that a signed word is of; None for one that is not ours or came too late."""
    try:
        if purpose == "confirm":
            found = URLSafeTimedSerializer(_key(), salt=f"{SALT}:confirm").loads(
                word, max_age=CONFIRM_DAYS * 86400
            )
        else:
            found = URLSafeSerializer(_key(), salt=f"{SALT}:{purpose}").loads(word)
    except BadSignature:
        return None
    return str(found)


def webhook_secret(follower_id: str) -> str:
    """The key with which a webhook's messages are signed, in the form of Standard Webhooks.

    It is derived, so that no database and no backup holds it.
    """
    digest = hmac.new(_key().encode(), f"{SALT}:webhook:{follower_id}".encode(), hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(digest).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Signature of a message after the specification Standard Webhooks 1.0 (HMAC-SHA256)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
