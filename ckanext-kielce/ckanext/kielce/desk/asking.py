"""Ask the owners of sets: one mail to each person of a unit, with what was seen, what mends it and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.notify.shared import tell
from ckanext.kielce.quality.shared import Filter, issues

from . import lists, naming, tasks
from .roles import Viewer, people_of

#: Mails are in Polish: owners are the city's own.
LANG = "pl"


@cache
def _words() -> dict[str, str]:
    return yaml.safe_load(Path(__file__).with_name("mails.yaml").read_text(encoding="utf-8"))


def ask(
    viewer: Viewer, wanted: Sequence[tuple[Any, str]], note: str
) -> tuple[dict[str, int], dict[str, str]]:
    """Write to the people of the units whose sets they are.

    :param wanted: (package, task)
    :returns: dataset -> to how many was written; dataset -> why nobody could be
    """
    by_unit: dict[str | None, list[tuple[Any, str]]] = defaultdict(list)
    for package, task in wanted:
        by_unit[package.owner_org].append((package, task))
    people = people_of(unit for unit in by_unit if unit)
    titles = naming.unit_titles(by_unit, LANG)
    sender = ckan_model.User.get(viewer.name)
    headers = {"Reply-To": sender.email} if sender is not None and sender.email else None
    asked: dict[str, int] = {}
    refused: dict[str, str] = {}
    for unit_id, members in by_unit.items():
        name, title = titles.get(unit_id, ("", ""))
        recipients: list[str | tuple[str, str]] = [
            (shown, email) for _id, shown, email in people.get(unit_id or "", ()) if email
        ]
        if not recipients and (address := _role_address(unit_id, name)):
            recipients = [(title, address)]
        sent = []
        if recipients:
            subject = _words()["subject"].format(title=members[0][0].title or members[0][0].name)
            if len(members) > 1:
                subject = _words()["subject_many"].format(n=len({package.id for package, _ in members}))
            sent = tell(recipients, "desk.ask", subject, _body(viewer, members, note, sender), headers)
        for package, _task in members:
            if sent:
                asked[package.id] = len(sent)
            else:
                refused[package.id] = tk._(
                    "Nobody of the unit {title} has an address to write to. Give it an editor with an e-mail address."
                ).format(title=title or "–")
    return asked, refused


def _role_address(unit_id: str | None, name: str) -> str:
    """The unit's own address: its field ``email``, else that of the vocabulary of units; "" for none."""
    group = ckan_model.Group.get(unit_id) if unit_id else None
    given = (group.extras or {}).get("email") if group is not None else ""
    entry = vocabularies.unit(name) if name else None
    return str(given or (entry.data.get("email") if entry else "") or "").strip()


def _body(viewer: Viewer, members: Sequence[tuple[Any, str]], note: str, sender: Any) -> str:
    say = _words()
    now = utc_now()
    parts = [say["greeting"], say["intro"]]
    if note:
        parts.append(say["note"].format(note=note))
    for package_id in dict.fromkeys(package.id for package, _task in members):
        package = next(item for item, _task in members if item.id == package_id)
        wanted = {task for item, task in members if item.id == package_id}
        found = tasks.with_marks(issues(Filter(package_id=package_id), now=now), viewer, now)
        rows = [
            row
            for row in lists.task_rows(sorted(found, key=lambda task: task.order), LANG, now)
            if row["task"] in wanted or "set" in wanted
        ]
        lines = [f"{package.title or package.name}"]
        lines += [f"- {row['what']} {row['remedy']}".strip() for row in rows]
        address = tk.url_for("kielce_desk.dataset", name=package.name, locale=LANG, qualified=True)
        lines.append(say["mend"].format(url=address))
        parts.append("\n".join(lines))
    shown = (sender.fullname or sender.name) if sender is not None else ""
    parts.append(say["end"].format(name=shown))
    return "\n\n".join(parts)
