"""The checks on histories of the second maker: every failure found by name, sound sets left alone."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from ckanext.kielce.quality.checks import judge_folder, registered

from tests.quality.checks.city_sick_time import SICK_TIME
from tests.quality.checks.city_sick_values import SICK_VALUES
from tests.quality.checks.city_sound_time import SOUND_TIME
from tests.quality.checks.city_sound_values import SOUND_VALUES

SEED = 41
"""Not one of those the rules were looked at with."""
EACH = {"sick": 3, "sound": 3}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, set[str], set[str]]]:
    """(scenario, labels due, labels found) of each history."""
    root: Path = tmp_path_factory.mktemp("city")
    truth: dict[str, tuple[str, set[str]]] = {}
    for group, makers in (("sick", SICK_TIME | SICK_VALUES), ("sound", SOUND_TIME | SOUND_VALUES)):
        for name, make in makers.items():
            for number in range(EACH[group]):
                *made, due = make(random.Random(f"{SEED}-{name}-{number}"))
                names = [f"{name}-{number}-{at}" for at in range(len(made))]
                if len(made) == 2:
                    made[0].twin["other"] = names[1]
                for folder, one in zip(names, made, strict=True):
                    one.write(root, folder)
                    truth[folder] = (name, due)
    verdicts = judge_folder(root)
    assert not [verdict.error for verdict in verdicts.values() if verdict.error]
    return [(kind, due, set(verdicts[name].labels)) for name, (kind, due) in truth.items()]


def test_there_are_at_least_as_many_sound_sets_as_sick_ones(judged):
    assert sum(not due for _, due, _ in judged) >= sum(bool(due) for _, due, _ in judged)


def test_macro_f1(judged):
    hits, misses = Counter(), Counter()
    for _, due, found in judged:
        hits.update(due & found)
        misses.update(due ^ found)
    scores = {
        check.code: 2 * hits[check.code] / (2 * hits[check.code] + misses[check.code])
        for check in registered()
    }
    wrong = [(kind, due, found) for kind, due, found in judged if due != found]
    assert sum(scores.values()) / len(scores) >= 0.95, wrong
    assert min(scores.values()) >= 0.8, wrong


def test_sound_sets_are_left_alone(judged):
    alarms = [(kind, found) for kind, due, found in judged if not due and found]
    assert len(alarms) <= 0.01 * sum(not due for _, due, _ in judged), alarms
