"""``ckan kielce harvest …``"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ckanext.kielce.harvest import runs
from ckanext.kielce.harvest.base import RecordError
from click.testing import CliRunner, Result

from tests.harvest.ckan.helpers import Rec

pytestmark = pytest.mark.ckan


@pytest.fixture
def cli(app: Any) -> Callable[..., Result]:
    from ckanext.kielce.harvest import cli as commands

    return lambda *words: CliRunner().invoke(commands.harvest, list(words), catch_exceptions=False)


def test_commands_show_run_and_decide(
    cli: Callable[..., Result], source: Any, harvester: Any, record: Rec
) -> None:
    assert source.name in cli("sources").output
    assert json.loads(cli("show", source.name, "--json").output)["name"] == source.name

    harvester.answer = [record("a", "Drogi dla rowerów"), record("b", "Przystanki")]
    tried = cli("dry-run", source.name, "--inline")
    assert tried.exit_code == 0 and "title: Ścieżki rowerowe -> Drogi dla rowerów" in tried.output
    assert source.datasets()["a"]["title"] == "Ścieżki rowerowe"

    done = cli("run", source.name, "--inline", "--json")
    assert json.loads(done.output)[source.name]["counts"]["change"] == 1

    shown = cli("report", source.name)
    assert "title: Ścieżki rowerowe -> Drogi dla rowerów" in shown.output and shown.exit_code == 0
    by_id = json.loads(cli("report", json.loads(done.output)[source.name]["id"], "--json").output)
    assert by_id["items"][0]["changes"][0]["field"] == "title"
    assert cli("report", "no-such-run").exit_code == 1

    harvester.answer = []
    refused = cli("run", source.name, "--inline")
    assert refused.exit_code == 4 and "refused" in refused.output
    rejected = cli("reject", source.name)
    assert rejected.exit_code == 0, rejected.output
    assert cli("reject", source.name).exit_code == 1
    harvester.answer = RecordError("broken")
    assert cli("run", source.name, "--inline").exit_code in (1, 4)
    assert "rejected" in cli("runs", source.name).output


def test_commands_pause_and_schedule(cli: Callable[..., Result], source: Any) -> None:
    paused = cli("pause", source.name, "--reason", "Przenosiny", "--json")
    assert json.loads(paused.output)["paused"]["reason"] == "Przenosiny"
    assert "Przenosiny" in cli("show", source.name).output
    assert source.name not in json.loads(cli("run", "--all", "--json").output)
    assert cli("resume", source.name).exit_code == 0
    told = json.loads(cli("schedule", source.name, "weekly mon,thu 6:00", "--json").output)
    assert told["schedule"] == "weekly mon,thu 06:00" and told["next_due"]
    wrong = cli("schedule", source.name, "now and then")
    assert wrong.exit_code == 1 and "daily 03:15" in wrong.output
    assert cli("schedule", source.name, "--reset").output.startswith("daily 0")
    unknown = cli("show", "no-such-source")
    assert unknown.exit_code == 1 and source.name in unknown.output


def test_waiting_is_given_up_in_time(cli: Callable[..., Result], source: Any) -> None:
    waited = cli("run", source.name, "--wait", "--timeout", "0")
    assert waited.exit_code == 3
    assert runs.under_way(source.id) is not None


def test_a_run_is_stopped_by_a_command(cli: Callable[..., Result], source: Any) -> None:
    assert cli("stop", source.name).exit_code == 1, "nothing is under way"
    cli("run", source.name)
    told = cli("stop", source.name, "--json")
    assert told.exit_code == 0 and json.loads(told.output)["status"] == "stopped"
    again = cli("stop", json.loads(told.output)["id"])
    assert again.exit_code == 1 and "not under way" in again.output
    assert "stopped" in cli("runs", source.name).output
