"""A calendar (RFC 5545) of the days on which new data are expected. Pure.

An expected update is a day in Kielce, not an hour: all-day events, whose days are those of Europe/Warsaw. They are
"transparent", for nobody's time is taken by them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

ZONE = "Europe/Warsaw"
#: Time of Warsaw since 1996, as the calendar's readers need it spelled out.
VTIMEZONE = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19960331T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)
LONGEST_LINE = 75


@dataclass(frozen=True)
class Expected:
    """An expected update.

    :ivar uid: stays the same for a dataset, so that a moved forecast moves its event
    :ivar day: in Warsaw
    :ivar changed_at: when this was last worked out
    """

    uid: str
    day: dt.date
    title: str
    text: str
    link: str
    changed_at: dt.datetime
    categories: tuple[str, ...] = ()


def local_day(moment: dt.datetime) -> dt.date:
    """The day that a moment falls on in Warsaw."""
    return moment.astimezone(ZoneInfo(ZONE)).date()


def calendar(name: str, text: str, events: Sequence[Expected], lang: str) -> bytes:
    """The calendar, lines folded and ended as the RFC asks."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Kielce//ckanext-kielce//{lang.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
        f"NAME:{escape(name)}",
        f"DESCRIPTION:{escape(text)}",
        f"X-WR-CALDESC:{escape(text)}",
        f"X-WR-TIMEZONE:{ZONE}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        *VTIMEZONE,
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_stamp(event.changed_at)}",
            f"LAST-MODIFIED:{_stamp(event.changed_at)}",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY;LANGUAGE={lang}:{escape(event.title)}",
            f"DESCRIPTION;LANGUAGE={lang}:{escape(event.text)}",
            f"URL:{event.link}",
            "TRANSP:TRANSPARENT",
            "CLASS:PUBLIC",
        ]
        if event.categories:
            lines.append("CATEGORIES:" + ",".join(escape(word) for word in event.categories))
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines).encode()


def escape(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line breaks escaped, control characters left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\\n").replace("\n", "\\n")
    return "".join(sign for sign in text if ord(sign) >= 0x20 or sign == "\t")


def fold(line: str) -> str:
    """A content line in pieces of at most 75 octets, never cut within a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LONGEST_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += width
    return "\r\n".join([*pieces, piece])


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
