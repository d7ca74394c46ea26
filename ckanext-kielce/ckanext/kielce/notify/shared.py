"""The public face of the notify room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ckan.plugins import plugin_loaded
from ckanext.kielce.notify import sending
from ckanext.kielce.notify.sending import Recipient


def tell(
    recipients: Iterable[Recipient],
    topic: str,
    subject: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    *,
    html: str | None = None,
    key: str | None = None,
) -> list[str]:
    """Tell people something: written down at once, sent by a background job.

    ``recipients`` are e-mail addresses, (name, address) pairs, or names or ids of users; each is told once.
    ``headers`` go into the mail besides the usual ones (``List-Unsubscribe``).
    ``html`` is the body with marks, beside the plain one. What was told under the same ``key`` to the same address is
    not told again, so that who dies between telling and noting it may tell once more.
    Returns the ids of the messages; [] while plugin ``kielce_notify`` is off.
    """
    if not plugin_loaded("kielce_notify"):
        return []
    ids = sending.write(recipients, topic, subject, body, headers, html=html, key=key)
    sending.enqueue(ids)
    return ids
