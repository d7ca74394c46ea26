"""Days of service: calendar.txt's weekly patterns with calendar_dates.txt's added and removed days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: A weekly pattern is followed no longer than this when looking for its first and last day that wasn't removed.
_MAX_DAYS = 366 * 6


def read_date(text: str) -> date | None:
    """A GTFS date (``YYYYMMDD``), None if it isn't one."""
    try:
        return datetime.strptime(text.strip(), "%Y%m%d").date() if len(text.strip()) == 8 else None  # noqa: DTZ007 a day has no zone
    except ValueError:
        return None


class ServiceDays:
    """Collects the rows of both calendars and tells the first and last day on which anything runs."""

    def __init__(self) -> None:
        self._patterns: dict[str, list[tuple[date, date, frozenset[int]]]] = defaultdict(list)
        self._added: dict[str, set[date]] = defaultdict(set)
        self._removed: dict[str, set[date]] = defaultdict(set)

    def add_calendar(self, row: dict[str, str]) -> bool:
        """Take a row of calendar.txt; False if its dates are wrong."""
        start, end = read_date(row["start_date"]), read_date(row["end_date"])
        if start is None or end is None or end < start:
            return False
        days = frozenset(index for index, name in enumerate(WEEKDAYS) if row.get(name) == "1")
        self._patterns[row["service_id"]].append((start, end, days))
        return True

    def add_exception(self, row: dict[str, str]) -> bool:
        """Take a row of calendar_dates.txt (1 adds the day, 2 removes it); False if it is wrong."""
        day = read_date(row["date"])
        target = {"1": self._added, "2": self._removed}.get(row["exception_type"])
        if day is None or target is None:
            return False
        target[row["service_id"]].add(day)
        return True

    def span(self) -> tuple[date | None, date | None]:
        """The first and the last day with service; (None, None) when nothing ever runs."""
        days: list[date] = []
        for service, patterns in self._patterns.items():
            removed = self._removed[service]
            for start, end, weekdays in patterns:
                if not weekdays:
                    continue
                steps = range(min((end - start).days + 1, _MAX_DAYS))
                forward = (start + timedelta(days=step) for step in steps)
                backward = (end - timedelta(days=step) for step in steps)
                for run in (forward, backward):
                    found = next(
                        (day for day in run if day.weekday() in weekdays and day not in removed), None
                    )
                    if found:
                        days.append(found)
        for added in self._added.values():
            days.extend(added)
        return (min(days), max(days)) if days else (None, None)
