"""History folders: in the documented format, true to the files that are served, and each sickness in its place."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from demo.city.files.model import FileSet, folders

SETS = {s.name: s for f in folders() for s in f.sets if s.history}


def timeline(folder: Path) -> dict:
    return json.loads((folder / "timeline.json").read_text(encoding="utf-8"))


def moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)


def cells(content: bytes, of: FileSet) -> set[tuple[str, ...]]:
    text = content.decode("utf-8-sig" if of.encoding.startswith("utf") else of.encoding)
    return {tuple(row) for row in csv.reader(io.StringIO(text), delimiter=of.delimiter) if row}


@pytest.mark.parametrize("name", SETS)
def test_a_history_is_consistent(name: str, city_folder: Path) -> None:
    folder, of = city_folder / "history" / name, SETS[name]
    line = timeline(folder)
    times = [moment(o["observed_at"]) for o in line["observations"]]
    assert times == sorted(times)
    assert times[-1] <= moment(line["as_of"])
    assert line["dataset"] == name
    seen = []
    for o in line["observations"]:
        content = (folder / o["file"]).read_bytes()
        assert o["http"]["content_length"] == len(content)
        assert o["http"]["etag"] == f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        assert parsedate_to_datetime(o["http"]["last_modified"]) <= moment(o["observed_at"])
        assert o["declared_frequency"] == of.frequency
        seen.append(o["file"])
    assert seen == sorted(seen)
    assert set(seen) == {p.name for p in folder.glob("v*.csv")}, "each version was seen"


@pytest.mark.parametrize("name", SETS)
def test_the_newest_version_is_what_is_served(name: str, city_folder: Path, ask, files_url: str) -> None:
    of = SETS[name]
    path = f"{of.folder}/{of.id}/{of.id}.csv" if of.form == "packages" else f"{of.folder}/{of.id}.csv"
    folder = city_folder / "history" / name
    last = timeline(folder)["observations"][-1]
    answer = ask(f"{files_url}/{path}")
    assert answer.body == (folder / last["file"]).read_bytes()
    assert answer.headers["Last-Modified"] == last["http"]["last_modified"]
    assert answer.headers["ETag"] == last["http"]["etag"]


def test_the_sound_ones_only_grow(city_folder: Path) -> None:
    sound = [s for s in SETS.values() if s.sick is None]
    assert len(sound) >= 12
    for of in sound:
        files = sorted((city_folder / "history" / of.name).glob("v*.csv"))
        versions = [cells(f.read_bytes(), of) for f in files]
        assert all(a < b for a, b in pairwise(versions)), of.name


def one(sick: str) -> FileSet:
    return next(s for s in SETS.values() if s.sick == sick)


def test_touched_only_changes_bytes_and_no_values(city_folder: Path) -> None:
    of = one("touched_only")
    folder = city_folder / "history" / of.name
    *_, base, a, b, c, d, e = sorted(folder.glob("v*.csv"))
    forms = [p.read_bytes() for p in (base, a, b, c, d, e)]
    assert len({bytes(f) for f in forms[:5]}) == 5
    assert {frozenset(cells(f, of)) for f in forms} == {frozenset(cells(forms[0], of))}
    observations = timeline(folder)["observations"]
    first = next(o for o in observations if o["file"] == a.name)
    final = next(o for o in observations if o["file"] == e.name)
    assert moment(final["observed_at"]) - moment(first["observed_at"]) >= dt.timedelta(days=4 * 30)


def test_method_break_is_a_lasting_jump_with_a_note(city_folder: Path) -> None:
    of = one("method_break")
    folder = city_folder / "history" / of.name
    rows = [r.split(of.delimiter) for r in sorted(folder.glob("v*.csv"))[-1].read_text().splitlines()[1:]]
    series: dict[str, list[float]] = {}
    for _, member, value in rows:
        series.setdefault(member, []).append(float(value))
    assert all(sum(v[-3:]) / 3 > 1.25 * sum(v[-6:-3]) / 3 for v in series.values())
    notes = [(o["file"], "zmieniono metodę" in o["description"]) for o in timeline(folder)["observations"]]
    assert sorted({f for f, noted in notes if noted}) == ["v012.csv", "v013.csv", "v014.csv"]


def test_schema_break_renames_a_column_at_the_end(city_folder: Path) -> None:
    of = one("schema_break")
    heads = [
        p.read_text().splitlines()[0] for p in sorted((city_folder / "history" / of.name).glob("v*.csv"))
    ]
    assert len(set(heads[:-1])) == 1
    assert "energia_czynna_kwh" in heads[-1]
    assert "zuzycie_kwh" in heads[0]


def test_truncated_goes_on_without_one_district(city_folder: Path) -> None:
    of = one("truncated")
    assert of.stop is not None
    folder = city_folder / "history" / of.name
    newest = [
        max(r[0] for r in cells(p.read_bytes(), of) if r[1] == of.stop["member"])
        for p in sorted(folder.glob("v*.csv"))
    ]
    assert newest[-1] == newest[-9] == "2025-12"
    assert newest[0] < "2025-12"


def test_twins_name_each_other(city_folder: Path) -> None:
    pair = [s.name for s in SETS.values() if s.sick == "twin_disagreement"]
    assert len(pair) == 2
    for name in pair:
        twin = timeline(city_folder / "history" / name)["twin"]
        assert {twin["other"], name} == set(pair)
        assert set(twin) == {"other", "key", "value", "unit"}
