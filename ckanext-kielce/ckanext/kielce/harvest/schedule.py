"""When a source is read: a small grammar, the next due moment, and the same in words. Pure, no CKAN inside.

    manual                      only when somebody asks
    every 15 minutes            counted from midnight UTC, 1 January 1970, so that the slots never move
    every 6 hours
    daily 03:15
    weekly mon,thu 06:00
    monthly 1 02:00             in a month without that day on its last one

Hours are those of the clock in Kielce (Europe/Warsaw). A time that the clock skips in spring comes as much later as
the clock jumped; one that it shows twice in autumn comes once, the first time.
"""

from __future__ import annotations

import calendar
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from ckanext.kielce.common.formatting import WARSAW, number, plural

Kind = Literal["manual", "every", "daily", "weekly", "monthly"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ON_DAYS_PL = (
    "w poniedziałki",
    "we wtorki",
    "w środy",
    "w czwartki",
    "w piątki",
    "w soboty",
    "w niedziele",
)
ON_DAYS_EN = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
WORKDAYS = (0, 1, 2, 3, 4)
LONGEST = timedelta(days=366)  # an interval longer than this is a mistype
DAY = timedelta(days=1)

EVERY = re.compile(r"every (\d{1,5}) (minute|hour)s?")
DAILY = re.compile(r"daily (\d{1,2}):(\d{2})")
WEEKLY = re.compile(r"weekly ([a-z]{3}(?:,[a-z]{3})*) (\d{1,2}):(\d{2})")
MONTHLY = re.compile(r"monthly (\d{1,2}) (\d{1,2}):(\d{2})")

# ckanext-harvest's own frequencies. Daily ones and rarer come at night, spread so that not all sources come at once.
FREQUENCIES = {
    "MANUAL": "manual",
    "ALWAYS": "every 15 minutes",
    "DAILY": "daily {time}",
    "WEEKLY": "weekly {day} {time}",
    "BIWEEKLY": "every 336 hours",
    "MONTHLY": "monthly {date} {time}",
}
FIRST_HOUR, SLOTS, SLOT_MINUTES = 3, 24, 5  # 3:00 to 4:55


class ScheduleError(ValueError):
    """The text is no schedule; ``message`` and ``message_pl`` say what can be written instead."""

    def __init__(self, given: str, why: str, why_pl: str) -> None:
        examples = '"manual", "every 15 minutes", "daily 03:15", "weekly mon,thu 06:00", "monthly 1 02:00"'
        polish = re.sub(r'"([^"]+)"', r"„\1”", examples)
        self.message = f'"{given}" is no schedule: {why}. Write for instance {examples}.'
        self.message_pl = f"„{given}” to nie harmonogram: {why_pl}. Wpisz na przykład {polish}."
        super().__init__(self.message)

    def text(self, lang: str) -> str:
        """The message in Polish ("pl") or else in English."""
        return self.message_pl if lang == "pl" else self.message


@dataclass(frozen=True)
class Schedule:
    """A schedule taken apart; ``str()`` gives its normal form, the one that is stored."""

    kind: Kind
    every: timedelta = timedelta()
    days: tuple[int, ...] = ()
    day_of_month: int = 0
    hour: int = 0
    minute: int = 0

    def __str__(self) -> str:
        clock = f"{self.hour:02d}:{self.minute:02d}"
        if self.kind == "every":
            minutes = int(self.every.total_seconds()) // 60
            return f"every {minutes // 60} hours" if minutes % 60 == 0 else f"every {minutes} minutes"
        return {
            "manual": "manual",
            "daily": f"daily {clock}",
            "weekly": f"weekly {','.join(DAYS[day] for day in self.days)} {clock}",
            "monthly": f"monthly {self.day_of_month} {clock}",
        }[self.kind]


def parse(text: str) -> Schedule:
    """The schedule that ``text`` says. Raises ScheduleError."""
    plain = " ".join(text.lower().replace(", ", ",").split())
    if plain == "manual":
        return Schedule("manual")
    if match := EVERY.fullmatch(plain):
        return _every(text, int(match[1]), match[2])
    if match := DAILY.fullmatch(plain):
        hour, minute = _clock(text, match[1], match[2])
        return Schedule("daily", hour=hour, minute=minute)
    if match := WEEKLY.fullmatch(plain):
        unknown = [day for day in match[1].split(",") if day not in DAYS]
        if unknown:
            known = ", ".join(DAYS)
            raise ScheduleError(
                text, f'"{unknown[0]}" is none of {known}', f"„{unknown[0]}” nie jest żadnym z: {known}"
            )
        days = tuple(sorted({DAYS.index(day) for day in match[1].split(",")}))
        hour, minute = _clock(text, match[2], match[3])
        return Schedule("weekly", days=days, hour=hour, minute=minute)
    if match := MONTHLY.fullmatch(plain):
        if not 1 <= int(match[1]) <= 31:
            raise ScheduleError(text, "a month has days 1 to 31", "miesiąc ma dni od 1 do 31")
        hour, minute = _clock(text, match[2], match[3])
        return Schedule("monthly", day_of_month=int(match[1]), hour=hour, minute=minute)
    raise ScheduleError(text, "it has another form", "ma inną postać")


def _every(text: str, count: int, unit: str) -> Schedule:
    every = timedelta(minutes=count) if unit == "minute" else timedelta(hours=count)
    if not timedelta(minutes=1) <= every <= LONGEST:
        raise ScheduleError(
            text, "the interval is from 1 minute to 366 days", "odstęp wynosi od 1 minuty do 366 dni"
        )
    return Schedule("every", every=every)


def _clock(text: str, hour: str, minute: str) -> tuple[int, int]:
    if int(hour) > 23 or int(minute) > 59:
        raise ScheduleError(text, f"there is no hour {hour}:{minute}", f"nie ma godziny {hour}:{minute}")
    return int(hour), int(minute)


def normal(text: str) -> str:
    """The schedule as it is stored ("Daily 3:15" is "daily 03:15"). Raises ScheduleError."""
    return str(parse(text))


def next_due(schedule: str | Schedule, after: datetime) -> datetime | None:
    """The first due moment later than ``after`` (aware), in UTC; None for a source that is run by hand.

    Raises ScheduleError, and ValueError for a moment without a zone.
    """
    if after.tzinfo is None:
        raise ValueError("next_due needs a moment with its time zone")
    plan = _taken(schedule)
    if plan.kind == "manual":
        return None
    if plan.kind == "every":
        step = int(plan.every.total_seconds())
        return datetime.fromtimestamp((int(after.timestamp()) // step + 1) * step, tz=timezone.utc)
    # From the day before: just after midnight yesterday's skipped hour may still be ahead.
    start = after.astimezone(WARSAW).date() - DAY
    return next(moment for moment in _moments(plan, start) if moment > after)


def _moments(plan: Schedule, start: date) -> Iterator[datetime]:
    """The due moments from the day ``start`` on, in UTC."""
    day = start
    while True:
        if _falls_on(plan, day):
            local = datetime(day.year, day.month, day.day, plan.hour, plan.minute, tzinfo=WARSAW)
            yield local.astimezone(timezone.utc)
        day += DAY


def _falls_on(plan: Schedule, day: date) -> bool:
    if plan.kind == "weekly":
        return day.weekday() in plan.days
    if plan.kind == "monthly":
        return day.day == min(plan.day_of_month, calendar.monthrange(day.year, day.month)[1])
    return True


def period(schedule: str | Schedule) -> timedelta | None:
    """The longest time between two due moments, an hour of the clock's change apart; None when run by hand."""
    plan = _taken(schedule)
    if plan.kind == "weekly":
        following = [*plan.days[1:], plan.days[0] + 7]
        return DAY * max(later - day for day, later in zip(plan.days, following, strict=True))
    return {"manual": None, "every": plan.every, "daily": DAY, "monthly": DAY * 31}[plan.kind]


def words(schedule: str | Schedule, lang: str) -> str:
    """The schedule as the end of a sentence, in Polish ("pl") or else English: "codziennie o 3:15"."""
    plan = _taken(schedule)
    polish = lang == "pl"
    if plan.kind == "manual":
        return "ręcznie" if polish else "by hand"
    if plan.kind == "every":
        return _interval(plan.every, polish)
    at = f" o {plan.hour}:{plan.minute:02d}" if polish else f" at {plan.hour}:{plan.minute:02d}"
    if plan.kind == "weekly" and len(plan.days) < len(DAYS):
        return _on_days(plan.days, polish) + at
    if plan.kind == "monthly":
        return _on_date(plan.day_of_month, polish) + at
    return ("codziennie" if polish else "every day") + at


def _interval(every: timedelta, polish: bool) -> str:
    minutes = int(every.total_seconds()) // 60
    for size, one, pl, en in (
        (1440, ("raz na dobę", "once a day"), ("dzień", "dni", "dni"), "days"),
        (60, ("co godzinę", "every hour"), ("godzinę", "godziny", "godzin"), "hours"),
        (1, ("co minutę", "every minute"), ("minutę", "minuty", "minut"), "minutes"),
    ):
        if minutes % size == 0:
            count = minutes // size
            if count == 1:
                return one[0] if polish else one[1]
            shown = number(count, "pl" if polish else "en")
            return f"co {shown} {plural(count, *pl)}" if polish else f"every {shown} {en}"
    raise AssertionError("every interval is a whole number of minutes")


def _on_days(days: tuple[int, ...], polish: bool) -> str:
    if days == WORKDAYS:
        return "od poniedziałku do piątku" if polish else "from Monday to Friday"
    names = [(ON_DAYS_PL if polish else ON_DAYS_EN)[day] for day in days]
    if polish:
        # One preposition for all, as long as it is the same: "w poniedziałki i czwartki", "we wtorki i w czwartki".
        same = len({name.split()[0] for name in names}) == 1
        names = [names[0], *(name.split()[1] if same else name for name in names[1:])]
    joined = ", ".join(names[:-1]) + ((" i " if polish else " and ") if names[1:] else "") + names[-1]
    return joined if polish else f"on {joined}"


def _on_date(day: int, polish: bool) -> str:
    short = day > 28
    if polish:
        return f"{day}. dnia miesiąca" + (" (w krótszych ostatniego)" if short else "")
    return f"on day {day} of the month" + (" (the last of shorter ones)" if short else "")


def from_frequency(frequency: str | None, key: str = "") -> str:
    """The schedule for one of ckanext-harvest's frequencies (MANUAL DAILY WEEKLY BIWEEKLY MONTHLY ALWAYS).

    ``key`` (a source's id) spreads the sources over the night, each always at the same time. Raises ScheduleError.
    """
    name = (frequency or "MANUAL").upper()
    if name not in FREQUENCIES:
        known = ", ".join(FREQUENCIES)
        raise ScheduleError(name, f"frequencies are {known}", f"częstości to {known}")
    draw = zlib.crc32(key.encode())
    minutes = draw % SLOTS * SLOT_MINUTES
    time = f"{FIRST_HOUR + minutes // 60:02d}:{minutes % 60:02d}"
    day, day_of_month = DAYS[draw // SLOTS % 7], draw // SLOTS % 28 + 1
    return FREQUENCIES[name].format(time=time, day=day, date=day_of_month)


def _taken(schedule: str | Schedule) -> Schedule:
    return schedule if isinstance(schedule, Schedule) else parse(schedule)
