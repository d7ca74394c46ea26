"""Fixtures of the tests on the checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality.checks.by_hand import Writer


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes one history after another and judges them together."""
    return Writer(tmp_path)
