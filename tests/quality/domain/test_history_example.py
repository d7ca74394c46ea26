"""The sample histories: every sentence must make sense to someone who knows the set."""

import pytest
from ckanext.kielce.quality.domain import assess, status_sentence


@pytest.mark.parametrize(
    ("name", "status", "rhythm"),
    [
        ("ds_0001", "fresh", "Aktualizowany zwykle co"),
        ("ds_0006", "fresh", "Aktualizowany zwykle co"),
        ("ds_0009", "fresh", "Aktualizowany zwykle co"),
        ("ds_0015", "fresh", "Aktualizowany zwykle co"),
        ("ds_0421", "fresh", "Aktualizowany zwykle co"),
        ("ds_0040", None, "Aktualizowany zwykle co"),
    ],
)
def test_sample_histories(make, history_example, name, status, rhythm):
    evidence, now = make.history(history_example / name)
    found = assess(evidence, now)
    said = status_sentence(found, "pl")
    assert said.startswith(rhythm), said
    if status:
        assert found.status == status, said
    truncated = {gate.code for gate in found.gates} & {"truncated"}
    assert bool(truncated) == (name == "ds_0040"), said
