"""Histories written by hand for single border cases, each as small as it can be."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ckanext.kielce.quality.checks import judge_folder

NOW = datetime(2026, 10, 31, 6, tzinfo=timezone.utc)


def month(back: int) -> str:
    """The month so many before September 2026."""
    at = 2026 * 12 + 8 - back
    return f"{at // 12}-{at % 12 + 1:02d}"


class Writer:
    """Writes one history after another and judges them together."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def history(self, name: str, texts: list[str | bytes], *, step: float = 30.4, code: str = "MONTHLY", days: float | None = 30,
                looks: dict[int, dict] | None = None, **extra: object) -> None:  # fmt: skip
        folder = self.root / name
        folder.mkdir()
        said: dict = {"declared_frequency": code, "declared_days": days, "description": "Opis."}
        observations = []
        for n, text in enumerate(texts):
            data = text if isinstance(text, bytes) else text.encode()
            (folder / f"v{n + 1:03d}.csv").write_bytes(data)
            at = (NOW - timedelta(days=20 + step * (len(texts) - 1 - n))).isoformat()
            said = {**said, **(looks or {}).get(n, {})}
            observations.append(
                {"observed_at": at, "file": f"v{n + 1:03d}.csv", "metadata_modified": at, **said}
            )
        timeline = {"title": name, "as_of": NOW.isoformat(), "observations": observations, **extra}
        (folder / "timeline.json").write_text(json.dumps(timeline), encoding="utf-8")

    def labels(self, name: str) -> set[str]:
        verdict = judge_folder(self.root)[name]
        assert verdict.error is None, verdict.error
        return set(verdict.labels)


def unchanged(_back: int, _member: str) -> float:
    return 1.0


def nothing(_back: int, _member: str) -> bool:
    return False


def monthly(until_back: int, *, start: int = 30, members: str = "ABC", factor=unchanged, skip=nothing) -> str:
    rows = ["okres;strefa;wartosc"]
    for back in range(start, until_back - 1, -1):
        for n, member in enumerate(members):
            if not skip(back, member):
                value = (500 + 300 * n + (back * 7 + n * 3) % 23) * factor(back, member)
                rows.append(f"{month(back)};{member};{value:.2f}")
    return "\n".join(rows) + "\n"


def growing(count: int = 12, **how: object) -> list[str]:
    return [monthly(back, **how) for back in range(count - 1, -1, -1)]


def dated(cells: list[str], name: str = "data") -> list[str]:
    first = "\n".join([f"{name};opis", *(f"{cell};x{n}" for n, cell in enumerate(cells))])
    return [first, first + f"\n{cells[0]};nowy"]
