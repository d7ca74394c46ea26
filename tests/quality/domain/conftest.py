"""Builders of evidence for the tests of the quality model."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from ckanext.kielce.common.periods import parse_period
from ckanext.kielce.quality.domain.days import add_months
from ckanext.kielce.quality.domain.model import (
    DatasetEvidence,
    FrequencyDeclaration,
    MetricScore,
    MqaResult,
    Observation,
    ResourceEvidence,
)
from ckanext.kielce.quality.domain.rules import MQA_METRICS


def at(day, hour=10):
    """Return a moment (UTC) from "2026-11-03"."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=timezone.utc)


def look(day, newest=None, **more):
    """One clean observation of a monthly table, seen on a day."""
    period = date.fromisoformat(newest) if newest else None
    known = {
        "method": "get",
        "newest_period": period,
        "oldest_period": date(2020, 1, 31) if period else None,
        "period_grain": "month" if period else None,
        "value_hash": f"values up to {newest}" if newest else f"values of {day}",
        "bytes_sha256": f"bytes of {day}",
        "rows": 100,
        "parsed": True,
        "undated": period is None,
        "format_true": "CSV",
        "format_declared": "CSV",
        "described_columns": 4,
        "total_columns": 4,
        "null_share": 0.0,
        "pii": (),
        "columns": {"miesiac": "date", "wartosc": "number"},
    }
    moment = at(day) if isinstance(day, str) else day
    return Observation(moment, **(known | more))


def monthly(count, first="2026-01-31", lag=3):
    """Looks at a monthly table that brings one more month, `lag` days after its end, `count` times."""
    end = date.fromisoformat(first)
    looks = []
    for step in range(count):
        period = add_months(end, step, keep_month_end=True)
        seen = period + timedelta(days=lag)
        looks.append(look(seen.isoformat(), period.isoformat()))
    return looks


def table(looks, **more):
    known = {"resource_id": "r1", "name": "pasażerowie.csv", "format": "CSV", "link": "up"}
    return ResourceEvidence(**(known | more), observations=tuple(looks))


def declared(code="MONTHLY", day="2020-01-01", **more):
    return FrequencyDeclaration(at(day), code, **more)


def mqa(points=405):
    """An MQA result: metrics in order earn their points until the wanted sum is reached."""
    left, metrics = points, []
    for metric in MQA_METRICS:
        earned = metric.points if metric.points <= left else 0
        left -= earned
        metrics.append(MetricScore(metric.name, metric.dimension, earned, metric.points))
    return MqaResult(tuple(metrics))


def dataset(looks=(), code="MONTHLY", **more):
    known = {"dataset_id": "d1", "title": "Liczba pasażerów", "mqa": mqa()}
    known["declarations"] = (declared(code),) if code else ()
    known["resources"] = (table(looks),)
    return DatasetEvidence(**(known | more))


# --- a plain reader of the sample histories -------------------------------------------------------------------


def _decode(data):
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1250")


def _rows(path):
    text = _decode(path.read_bytes())
    dialect = max(";,\t", key=text.splitlines()[0].count)
    return [row for row in csv.reader(io.StringIO(text), delimiter=dialect) if any(row)]


def _time_column(header, rows):
    for index, _name in enumerate(header):
        values = [row[index] for row in rows if len(row) > index and row[index].strip()]
        periods = [parse_period(value) for value in values]
        if (
            values
            and all(periods)
            and not all(value.strip().isdigit() and len(value) < 4 for value in values)
        ):
            return index, periods
    return None, []


def _number(text):
    return text.replace(",", ".").rstrip("0").rstrip(".") if any(mark in text for mark in ".,") else text


def read_version(path, seen):
    """Return what an observation of a version of a sample history says."""
    header, *rows = _rows(path)
    index, periods = _time_column(header, rows)
    today = seen.date()
    values = sorted("|".join(_number(cell) for cell in row) for row in rows)
    known = {
        "value_hash": hashlib.sha256("\n".join([*sorted(header), *values]).encode()).hexdigest(),
        "bytes_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rows": len(rows),
        "row_hashes": frozenset(int(hashlib.sha256(row.encode()).hexdigest()[:15], 16) for row in values),
        "undated": index is None,
        "parsed": True,
        "columns": dict.fromkeys(header, "text"),
        "format_true": "CSV",
        "format_declared": "CSV",
        "pii": (),
    }
    if index is not None:
        ended = [period for period in periods if period.end <= today]
        known["newest_period"] = max(period.end for period in ended)
        known["oldest_period"] = min(period.end for period in ended)
        known["period_grain"] = periods[0].grain
        known["announced_until"] = max(period.end for period in periods)
        members = {}
        for row, period in zip(rows, periods, strict=False):
            name = row[1 - index] if index < 2 else row[0]
            if period.end <= today:
                members[name] = max(period.end, members.get(name, period.end))
        if 1 < len(members) <= 60:
            known["series"] = members
    return known


def read_history(folder):
    """Return the evidence of a sample history and the moment at which to judge it."""
    timeline = json.loads((folder / "timeline.json").read_text(encoding="utf-8"))
    looks, declarations = [], []
    for entry in timeline["observations"]:
        seen = datetime.fromisoformat(entry["observed_at"].replace("Z", "+00:00"))
        code = entry["declared_frequency"]
        if not declarations or declarations[-1].code != code:
            declarations.append(FrequencyDeclaration(seen, code))
        version = read_version(folder / entry["file"], seen)
        if looks and looks[-1].bytes_sha256 == version["bytes_sha256"]:
            looks[-1] = replace(looks[-1], checks=looks[-1].checks + 1, last_checked_at=seen)
        else:
            looks.append(Observation(seen, **version))
    resource = table(looks, name=folder.name)
    evidence = DatasetEvidence(folder.name, timeline["title"], tuple(declarations), (resource,))
    return evidence, datetime.fromisoformat(timeline["as_of"].replace("Z", "+00:00"))


@pytest.fixture(scope="session")
def make():
    """Builders: make.look, make.monthly, make.table, make.dataset, make.declared, make.mqa, make.at."""
    return SimpleNamespace(
        at=at,
        look=look,
        monthly=monthly,
        table=table,
        dataset=dataset,
        declared=declared,
        mqa=mqa,
        history=read_history,
    )
