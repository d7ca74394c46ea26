"""The next moment at which any dataset crosses a threshold, remembered for some seconds: each list that is made asks for it."""

from __future__ import annotations

import datetime as dt

from ckan import model
from ckanext.kielce.quality import shared

#: Seconds for which a process believes what it was told, unless the moment passes before.
BELIEVED = 5
_last: tuple[dt.datetime, dt.datetime | None] | None = None


def first_of_all(now: dt.datetime) -> dt.datetime | None:
    """The first crossing of all datasets after ``now``; None for never."""
    global _last
    if _last is not None:
        asked, moment = _last
        if now - asked < dt.timedelta(seconds=BELIEVED) and (moment is None or moment > now):
            return moment
    moment = shared.next_crossing(None, now)
    model.Session.remove()
    _last = (now, moment)
    return moment


def forget() -> None:
    """Ask anew next time."""
    global _last
    _last = None
