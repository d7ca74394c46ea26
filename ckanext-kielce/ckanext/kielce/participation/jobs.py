"""The daily round: remind of what is late, erase addresses that are no longer needed."""

from __future__ import annotations

from ckan import model as ckan_model
from ckanext.kielce.common import periodic

from . import store, telling


def daily_round() -> dict[str, int]:
    """The job: one round. :returns: how many were late, how many addresses were erased"""
    now = store.now()
    late = store.overdue(now.astimezone(store.WARSAW).date())
    for row in late:
        row.reminded_at = now
    erased = store.erase_addresses(now)
    ckan_model.Session.commit()  # before the mails: a second round must not remind again
    for row in late:
        telling.tell_late(row)
    return {"late": len(late), "erased": erased}


#: In the morning: 6:00 in Warsaw in winter, 7:00 in summer.
periodic.every("participation-round", "kielce_participation", lambda: 86400, daily_round, after=5 * 3600)
