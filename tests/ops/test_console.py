"""What the person at the terminal reads while a step runs."""

from __future__ import annotations

import pytest

from ops import console


def test_a_step_tells_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with console.step("Work"):
        pass
    assert capsys.readouterr().out.startswith("  ✓ Work  (0.0 s)")


def test_a_failed_step_is_marked_and_the_error_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="why"), console.step("Work"):
        raise ValueError("why")
    assert "✗ Work" in capsys.readouterr().out


def test_in_a_log_progress_is_told_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "QUIET_SECONDS", 3600)
    with console.step("Work") as note:
        note("1 to go")
    assert "to go" not in capsys.readouterr().out
    monkeypatch.setattr(console, "QUIET_SECONDS", -1)
    with console.step("Work") as note:
        note("1 to go")
    assert "  … Work: 1 to go\n" in capsys.readouterr().out


def test_a_table_is_aligned() -> None:
    assert console.table([("a", "bb"), ("ccc", "d")]).splitlines() == ["a    bb", "───  ──", "ccc  d"]
