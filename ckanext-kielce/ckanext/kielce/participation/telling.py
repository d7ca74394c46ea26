"""Who is told: the unit and the coordinator's mailbox when a submission comes and when it is late, its sender of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.formatting import date as spoken_date
from ckanext.kielce.notify.shared import tell

from .kinds import word
from .model import Submission

_MAILS = yaml.safe_load(Path(__file__).with_name("mails.yaml").read_text(encoding="utf-8"))


def tell_received(row: Submission) -> None:
    """Tell those who are to answer, and the sender that it has come."""
    _tell(_city(row), "received", row, "pl")
    if row.email:
        _tell([row.email], "thanks", row, row.lang)


def tell_moved(row: Submission) -> None:
    """Tell the sender what has become of it."""
    if row.email:
        _tell([row.email], "moved", row, row.lang)


def tell_late(row: Submission) -> None:
    """Tell those who are to answer that the day has passed."""
    _tell(_city(row), "late", row, "pl")


def page(row: Submission, lang: str) -> str:
    """Address that shows the matter to its holder, public or not."""
    prefix = "" if lang == tk.config["ckan.locale_default"] else f"/{lang}"
    return f"{str(tk.config['ckan.site_url']).rstrip('/')}{prefix}/pytania/sprawa/{row.id}"


def _city(row: Submission) -> list[str]:
    named = [str(entry) for entry in tk.aslist(tk.config["ckanext.kielce.participation.mailbox"])]
    unit = ckan_model.Group.get(row.unit_id) if row.unit_id else None
    email = unit.extras.get("email") if unit is not None else None
    return [*([email] if email else []), *named]


def _tell(recipients: list[str], topic: str, row: Submission, lang: str) -> None:
    mail = _MAILS[topic][lang]
    values: dict[str, Any] = {
        "kind": word("kinds", row.kind, lang),
        "number": row.number,
        "title": row.title,
        "text": row.text,
        "state": word("states", row.state, lang),
        "due": spoken_date(row.due_on, lang) if row.due_on else "",
        "answer": row.answer or "",
        "page": page(row, lang),
        "site": str(tk.config.get("ckan.site_title") or ""),
    }
    if recipients:
        body = "\n\n".join(part for part in mail["body"].format(**values).split("\n\n") if part.strip())
        tell(recipients, f"participation.{topic}", mail["subject"].format(**values), body)
