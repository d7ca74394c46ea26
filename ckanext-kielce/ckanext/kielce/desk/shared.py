"""The public face of the coordinator's desk: other rooms import from here and from nowhere else in it.

Everything is silent while plugin ``kielce_desk`` is off.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from ckan import model as ckan_model
from ckan.plugins import plugin_loaded

from . import acts, journal, roles

__all__ = ["coordinators", "is_auditor", "is_coordinator", "mark"]


def is_coordinator(user: str | None) -> bool:
    """Whether a user (name or id) was granted the role; sysadmins are coordinators without it."""
    return plugin_loaded("kielce_desk") and roles.has_role(user, "coordinator")


def is_auditor(user: str | None) -> bool:
    """Whether a user (name or id) reads all and changes nothing."""
    return plugin_loaded("kielce_desk") and roles.has_role(user, "auditor")


def coordinators() -> list[str]:
    """Names of the users who are told what a coordinator has to know; [] while the plugin is off."""
    return roles.coordinators() if plugin_loaded("kielce_desk") else []


def mark(
    package_id: str,
    task: str,
    act: Literal["acknowledge", "snooze"],
    *,
    user: str | None = None,
    note: str = "",
    until: dt.datetime | None = None,
) -> None:
    """Write down what the owner's side said of a task, by a signed link or elsewhere, and log it; the caller commits.

    :param task: ``late``, ``broken``, ``frequency`` or ``found:CODE``
    :param until: up to when it is put off (``snooze``)
    """
    if not plugin_loaded("kielce_desk"):
        return
    values = {"snoozed_until": until} if act == "snooze" else {"acknowledged_at": journal.utc_now()}
    acts.set_mark(package_id, task, "unit", user, note=note or None, **values)
    journal.write(user, act, package_id=package_id, task=task, note=note)
    ckan_model.Session.flush()
