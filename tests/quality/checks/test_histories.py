"""The checks on histories made up for the purpose: what is sick is found, what is sound is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from ckanext.kielce.quality.checks import judge_folder, registered

from tests.quality.checks.generator import write_all
from tests.quality.checks.sick import SICK
from tests.quality.checks.sound import SOUND

SEED = 20261031
"""Not one of those the thresholds were looked at with."""
LABELS = [check.code for check in registered()]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory):
    """(scenario, labels due, labels found) of 60 sick and 70 sound histories."""
    found = []
    for name, scenarios, count in (("sick", SICK, 60), ("sound", SOUND, 70)):
        root: Path = tmp_path_factory.mktemp(name)
        truth = write_all(root, SEED, scenarios, count)
        verdicts = judge_folder(root)
        assert set(verdicts) == set(truth)
        assert not [verdict.error for verdict in verdicts.values() if verdict.error]
        found += [(kind, due, set(verdicts[folder].labels)) for folder, (kind, due) in truth.items()]
    return found


def test_every_scenario_took_part(judged):
    assert {kind for kind, _, _ in judged} == set(SICK) | set(SOUND)


@pytest.mark.parametrize("label", LABELS)
def test_each_label_is_found_where_it_is_due(judged, label):
    hits = sum(label in due and label in found for _, due, found in judged)
    misses = [kind for kind, due, found in judged if (label in due) != (label in found)]
    assert hits, f"no history with {label}"
    assert 2 * hits / (2 * hits + len(misses)) >= 0.95, misses


def test_sound_sets_are_left_alone(judged):
    sound = [(kind, found) for kind, due, found in judged if not due]
    alarms = [(kind, found) for kind, found in sound if found]
    assert len(alarms) <= len(sound) / 100, alarms
