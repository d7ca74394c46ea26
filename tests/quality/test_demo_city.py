"""The stand-in city: every set that is sick on purpose is found, by its own failure, and the sound ones are left alone."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from ckanext.kielce.quality.checks import Verdict, judge_folder
from ckanext.kielce.quality.checks.folder import read_folder
from ckanext.kielce.quality.checks.history import History
from ckanext.kielce.quality.checks.twin_disagreement import differing
from ckanext.kielce.quality.content import judge_content
from ckanext.kielce.quality.content.base import Subject, plain
from ckanext.kielce.quality.domain import assess
from ckanext.kielce.quality.domain.model import (
    DatasetEvidence,
    FrequencyDeclaration,
    Observation,
    ResourceEvidence,
)
from ckanext.kielce.tables.shared import TableError, profile, read, sniff

from demo.city.files.history import write_histories
from demo.city.files.model import FileSet, folders
from demo.city.files.publish import write_all
from demo.city.msip import generate
from demo.city.msip.layers import table
from demo.city.places import city

TODAY = dt.date(2026, 11, 21)
LABELS = {
    "truncated": {"truncated"},
    "touched_only": {"touched_only", "truncated"},  # put up again for half a year with nothing new
    "method_break": {"method_break"},
    "schema_break": {"schema_break"},
    "twin_disagreement": {"twin_disagreement"},
}
"""What is wrong on purpose -> labels that the set's history deserves. The rest is found in other ways (below)."""
SETS = {of.name: of for folder in folders() for of in folder.sets}
ELSEWHERE = {"stale", "wrong_encoding", "ragged_rows", "broken_link", "personal_data"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    root = tmp_path_factory.mktemp("history")
    write_histories(root, TODAY)
    return dict(judge_folder(root))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[FileSet, Path, dict[str, Any]]]:
    """(set, file, findings on its content and problems of its reading) of every file that the city serves."""
    root = tmp_path_factory.mktemp("files")
    known = {of.id: of for of in SETS.values()}
    found = []
    for key, files in write_all(root, TODAY).items():
        of = known.get(key) or SETS[key]
        for one in files:
            found.append((of, root / one.path, _look(of, root / one.path)))
    return found


def _look(of: FileSet, path: Path) -> dict[str, Any]:
    sniffed = sniff(path, declared_encoding=of.declared_encoding)
    try:
        tables = read(path, sniffed)
        problems = [item for table in tables for item in table.warnings]
    except TableError as error:
        tables, problems = [], error.problems
    told = {item.code: (item.message_pl, item.message_en) for item in problems}
    words = plain(f"{of.title} {of.domain} {' '.join(of.keywords)} {path.name}")
    findings = judge_content(Subject(path, sniffed.format, tables, path.name, words, {}, told)).findings
    return {"findings": {item.code: item for item in findings}, "problems": set(told)}


def test_every_kind_of_sickness_is_looked_for() -> None:
    assert {of.sick for of in SETS.values() if of.sick} == set(LABELS) | ELSEWHERE


def test_sick_histories_get_their_label_and_sound_ones_none(judged: dict[str, Verdict]) -> None:
    due = {name: LABELS.get(SETS[name].sick or "", set()) for name in judged}
    assert {name: set(verdict.labels) for name, verdict in judged.items()} == due
    assert not [verdict.error for verdict in judged.values() if verdict.error]
    assert sum(map(bool, due.values())) == sum(of.sick in LABELS for of in SETS.values())
    assert sum(not labels for labels in due.values()) >= sum(map(bool, due.values()))


def test_the_set_with_people_is_found_in_its_first_version(
    published: list[tuple[FileSet, Path, dict[str, Any]]], tmp_path: Path
) -> None:
    found = {}
    for of, path, _ in published:
        if path.suffix != ".csv":
            continue
        folder = tmp_path / of.name / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "v001.csv").write_bytes(path.read_bytes())
        look = {"observed_at": "2026-11-20T06:00:00Z", "file": "v001.csv", "declared_frequency": of.frequency}
        (folder / "timeline.json").write_text(
            json.dumps({"title": of.title, "as_of": "2026-11-21T06:00:00Z", "observations": [look]})
        )
        labels = judge_folder(folder)[path.stem].labels
        found[of.name] = found.get(of.name, set()) | set(labels)
    people = {name for name, labels in found.items() if "pii" in labels}
    assert people == {of.name for of in SETS.values() if of.sick == "personal_data"}
    # A part of a series that breaks off shows in one version; all else needs a past.
    others = {name: labels for name, labels in found.items() if labels and name not in people}
    assert others == {of.name: {"truncated"} for of in SETS.values() if of.sick == "truncated"}


def test_faults_of_files_are_found_where_they_are_and_nowhere_else(
    published: list[tuple[FileSet, Path, dict[str, Any]]],
) -> None:
    ragged = {of.name for of, _, look in published if "ragged_rows" in look["problems"]}
    assert ragged == {of.name for of in SETS.values() if of.sick == "ragged_rows"}
    otherwise = {of.name for of, _, look in published if "declared_otherwise" in look["findings"]}
    assert otherwise == {of.name for of in SETS.values() if of.sick == "wrong_encoding"}
    others = {(of.name, code) for of, _, look in published for code in look["findings"]}
    sick = {of.name for of in SETS.values() if of.sick in ELSEWHERE}
    assert {pair for pair in others if pair[0] not in sick} == set()


def test_the_stale_set_is_late_and_the_others_with_a_history_are_not(
    judged: dict[str, Verdict], tmp_path: Path
) -> None:
    write_histories(tmp_path, TODAY)
    late = set()
    for name in judged:
        of = SETS[name]
        line = json.loads((tmp_path / name / "timeline.json").read_text())
        looks, known = [], {}
        for item in line["observations"]:
            at = dt.datetime.fromisoformat(item["observed_at"].replace("Z", "+00:00"))
            if item["file"] not in known:
                (table,) = read(tmp_path / name / item["file"])
                known[item["file"]] = profile(table, at.date())
            seen = known[item["file"]]
            looks.append(
                Observation(
                    at,
                    value_hash=seen.value_hash,
                    newest_period=seen.newest_period,
                    oldest_period=seen.oldest_period,
                    period_grain=seen.period_grain,
                    series=seen.series,
                    rows=seen.rows,
                )
            )
        declared = FrequencyDeclaration(looks[0].observed_at, of.frequency)
        table_of = ResourceEvidence(name, name, "CSV", observations=tuple(looks), link="up")
        evidence = DatasetEvidence(name, of.title, declarations=(declared,), resources=(table_of,))
        now = dt.datetime.combine(TODAY, dt.time(6), dt.timezone.utc)
        if assess(evidence, now).status in {"overdue", "delinquent"}:
            late.add(name)
    idle = {of.name for of in SETS.values() if of.history and of.sick in {"stale", "touched_only"}}
    assert late == idle


def test_one_declared_pair_disagrees_and_one_agrees(tmp_path: Path) -> None:
    """Each side names the other, and cells are really compared: silence alone would not show agreement."""
    write_histories(tmp_path, TODAY)
    histories = {path.name: History(path.name, read_folder(path)) for path in tmp_path.iterdir()}
    found = {}
    for name, one in histories.items():
        if (twin := one.folder.twin) is not None:
            other = histories[twin.other]
            assert other.folder.twin is not None and other.folder.twin.other == name
            _, _, compared, off = differing(one, other, twin, 1e-9)
            found[name] = (len(compared) >= 20, bool(off))
    assert {SETS[name].id: state for name, state in found.items()} == {
        "dostep-do-sieci": (True, True),
        "korzystajacy-z-sieci": (True, True),
        "mieszkania-oddane": (True, False),
        "mieszkania-statystyka": (True, False),
    }


def test_layers_of_things_with_years_are_no_series_cut_off(tmp_path: Path) -> None:
    """Protected areas, drinking fountains: the year in which each was made is none in which they were counted."""
    layers = [layer for layer in table().layers.values() if "rok" in layer.columns and not layer.wms_only]
    assert {"obszary_chronione", "zdroje_i_poidelka"} <= {layer.name for layer in layers}
    for layer in layers:
        _, columns = generate.RECIPES[layer.name](generate.Bench(city(), TODAY, layer.name))
        rows = zip(itertools.count(1), *columns.values())
        text = "\n".join(";".join(map(str, row)) for row in [("gid", *columns), *rows]).encode()
        folder = tmp_path / "history" / layer.name
        folder.mkdir(parents=True)
        looks = []
        for number in range(9):  # put up again year after year
            (folder / f"v{number}.csv").write_bytes(text + b"\n" * number)
            at = f"{2018 + number}-11-20T06:00:00Z"
            looks.append({"observed_at": at, "file": f"v{number}.csv", "declared_frequency": "IRREG"})
        (folder / "timeline.json").write_text(json.dumps({"title": layer.title, "observations": looks}))
    assert {
        name: verdict.labels for name, verdict in judge_folder(tmp_path / "history").items() if verdict.labels
    } == {}
