"""Builders of evidence for the tests of the quality model."""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
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
from ckanext.kielce.tables import shared as tables


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


# --- the sample histories, read as the portal reads files ------------------------------------------------------


def read_version(path, seen):
    """Return what an observation of a version of a sample history says."""
    sniffed = tables.sniff(path)
    found = tables.read(path, sniffed)[0]
    profile = tables.profile(found, seen.date())
    undated = profile.time_layout is None
    return {
        "value_hash": profile.value_hash,
        "bytes_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "schema_fingerprint": profile.schema_fingerprint,
        "columns": {column.name: column.type for column in found.columns},
        "rows": profile.rows,
        "row_hashes": frozenset(tables.row_keys(found)) if undated else frozenset(),
        "undated": undated,
        "newest_period": profile.newest_period,
        "oldest_period": profile.oldest_period,
        "period_grain": profile.period_grain,
        "series": profile.series,
        "parsed": True,
        "problems": tuple(problem.code for problem in found.warnings),
        "format_true": sniffed.format,
        "format_declared": "CSV",
        "pii": (),
    }


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
