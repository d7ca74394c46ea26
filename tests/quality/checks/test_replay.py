"""The command: labels and reasons of a folder, with no service and no CKAN."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from ckanext.kielce.quality import replay
from ckanext.kielce.quality.checks import judge_folder, registered, sentence
from ckanext.kielce.quality.checks.sentences import templates

from tests.quality.checks.generator import write_all
from tests.quality.checks.sick import SICK
from tests.quality.checks.sound_series import plain


def test_the_example(history_example: Path):
    due = json.loads((history_example / "labels.json").read_text(encoding="utf-8"))
    found = {name: verdict.labels for name, verdict in judge_folder(history_example).items()}
    assert {name: set(labels) for name, labels in found.items()} == {
        name: set(labels) for name, labels in due.items()
    }


def test_one_folder_alone_finds_its_twin_beside_it(history_example: Path):
    assert judge_folder(history_example / "ds_0421")["ds_0421"].labels == ["twin_disagreement"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plain(random.Random(1)).save(tmp_path / "sound")
    SICK["truncated_member"](random.Random(2)).save(tmp_path / "cut")
    return tmp_path


def break_it(folder: Path, how: str) -> None:
    broken = folder / "broken"
    plain(random.Random(3)).save(broken)
    timeline = json.loads((broken / "timeline.json").read_text(encoding="utf-8"))
    if how == "no timeline":
        (broken / "timeline.json").unlink()
        return
    if how == "not json":
        (broken / "timeline.json").write_text("{", encoding="utf-8")
        return
    if how == "file missing":
        (broken / "v002.csv").unlink()
        return
    if how == "outside":
        timeline["observations"][0]["file"] = "../sound/v001.csv"
    if how == "no observations":
        timeline["observations"] = []
    if how == "no time":
        del timeline["observations"][0]["observed_at"]
    if how == "bad time":
        timeline["observations"][0]["observed_at"] = "wczoraj"
    (broken / "timeline.json").write_text(json.dumps(timeline), encoding="utf-8")


HOW = ("no timeline", "not json", "file missing", "outside", "no observations", "no time", "bad time")


@pytest.mark.parametrize("how", HOW)
def test_a_broken_folder_is_named_and_does_not_stop_the_others(folder, how, capsys):
    break_it(folder, how)
    assert replay.main([str(folder), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["sound"] == {"labels": [], "reasons": []}
    assert answer["cut"]["labels"] == ["truncated"]
    assert answer["broken"]["labels"] == []
    assert "timeline.json" in answer["broken"]["error"]
    assert answer["broken"]["reasons"] == [{"label": None, "text": answer["broken"]["error"]}]


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 500, b'"' * 4001, b"a;b\n", "a" * 300_000, b"x\n" * 10])
def test_a_hostile_version_stops_nothing(folder, data):
    (folder / "sound" / "v003.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    last = max((folder / "sound").glob("v*.csv"))
    last.write_bytes(data if isinstance(data, bytes) else data.encode())
    verdicts = judge_folder(folder)
    assert verdicts["cut"].labels == ["truncated"]


def test_reasons_say_what_where_since_when_and_what_mends_it(folder, capsys):
    assert replay.main([str(folder), "--json", "--lang", "en"]) == 0
    (reason,) = json.loads(capsys.readouterr().out)["cut"]["reasons"]
    assert reason["label"] == "truncated"
    assert reason["since"]
    assert reason["where"]["file"].startswith("v")
    assert reason["where"]["column"] and reason["where"]["row"]
    assert 0 < reason["certainty"] <= 1
    assert "no data for" in reason["text"]
    assert reason["remedy"]
    assert replay.main([str(folder)]) == 0
    out = capsys.readouterr().out
    assert "cut: truncated" in out
    assert "nie ma danych dla" in out
    assert "sound: -" in out


def test_nothing_to_judge(tmp_path, capsys):
    assert replay.main([str(tmp_path)]) == 2
    assert replay.main([str(tmp_path / "missing")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_it_runs_without_ckan(folder):
    code = (
        "import sys; from ckanext.kielce.quality.replay import main; main(sys.argv[1:]);"
        "bad = [m for m in sys.modules if m in ('ckan', 'flask', 'sqlalchemy', 'polars') or m.startswith('ckan.')];"
        "sys.exit(3 if bad else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_sentence_can_be_said_in_both_languages(tmp_path):
    assert set(templates()) == {check.code for check in registered()}
    write_all(tmp_path, 5, SICK, 2 * len(SICK))
    said = set()
    for verdict in judge_folder(tmp_path).values():
        for finding in verdict.findings:
            said.add((finding.code, finding.params["variant"]))
            for lang in ("pl", "en"):
                text, remedy = sentence(finding, lang)
                assert "?" not in text, text
                assert "{" not in text + remedy
    assert len(said) >= 12


def test_no_sentence_holds_a_persons_number(tmp_path):
    found = SICK["pii_column"](random.Random(7))
    found.save(tmp_path / "a")
    finding = judge_folder(tmp_path)["a"].findings[0]
    data = (tmp_path / "a" / finding.params["file"]).read_text(encoding="latin-1")
    shown = json.dumps(judge_folder(tmp_path)["a"].reasons("pl"))
    words = {word.strip() for word in data.replace(";", ",").replace("\t", ",").split(",")}
    assert not [word for word in words if len(word) == 11 and word in shown]
