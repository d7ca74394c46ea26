"""The daily round on CKAN's queue: looked for every quarter of an hour, done once a day."""

from __future__ import annotations

import datetime as dt

from ckanext.kielce.common import periodic
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.common.formatting import WARSAW

from . import posting, rounds
from .settings import Settings, settings

#: Seconds between two looks whether it is time.
TICK = 900
SATURDAY = 5


def due(now: dt.datetime, last: dt.datetime | None, options: Settings) -> bool:
    """Whether the day's digests are to be written now.

    :param last: when the last round was, None when there was none
    """
    local = now.astimezone(WARSAW)
    if not options.enabled or local.hour < options.hour:
        return False
    if local.weekday() >= SATURDAY and not options.weekends:
        return False
    return last is None or last.astimezone(WARSAW).date() < local.date()


def tick() -> None:
    """Do the day's round if it is time; hand over what an earlier one left behind."""
    now = utc_now()
    if due(now, rounds.last_until(), settings()):
        rounds.do(now)
    posting.post_all()


periodic.every("digest", "kielce_digest", lambda: TICK, tick)
