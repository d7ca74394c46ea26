"""Signed links of a letter: whoever holds one may answer for its news, without an account, until it expires."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckanext.kielce.common.addresses import site
from itsdangerous import BadSignature, URLSafeTimedSerializer

from .settings import settings

SALT = "kielce-digest-letter"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(tk.config["SECRET_KEY"]), salt=SALT)


def answer(letter_id: str, lang: str) -> str:
    """Address of the page on which a letter is answered."""
    return site(f"/digest/{_signer().dumps(letter_id)}", lang)


def read(word: str) -> str | None:
    """Id of the letter that a signed word is of; None for one that is not ours, or too old."""
    try:
        return str(_signer().loads(word, max_age=settings().link_days * 86400))
    except BadSignature:
        return None


def dataset(name: str, lang: str) -> str:
    """Address of a dataset's page."""
    return site(f"/dataset/{name}", lang)
