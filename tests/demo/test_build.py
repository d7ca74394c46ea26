"""The generator: repeatable to the byte, cached, complete, and moving with the day it is built for."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from demo.city.__main__ import city_day, main
from demo.city.build import build
from demo.city.files.history import write_histories
from demo.city.files.publish import write_all
from demo.city.gtfs import feed

TODAY = dt.date(2026, 11, 21)


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_two_builds_give_the_same_bytes(city_folder: Path, tmp_path: Path) -> None:
    build(tmp_path, TODAY)
    for part in ("msip", "csw", "files", "history"):
        first, second = hashes(city_folder / part), hashes(tmp_path / part)
        assert first == second, f"{part} differs"
        assert first


def test_an_up_to_date_build_is_kept(city_folder: Path) -> None:
    before = (city_folder / "build.json").stat().st_mtime_ns
    assert build(city_folder, TODAY)["skipped"] is True
    assert (city_folder / "build.json").stat().st_mtime_ns == before


def test_another_day_moves_the_data(city_folder: Path, tmp_path: Path) -> None:
    write_all(tmp_path, TODAY + dt.timedelta(days=40))
    later = (tmp_path / "wodociagi" / "jakosc-wody.csv").read_text(encoding="cp1250").splitlines()
    now = (city_folder / "files" / "wodociagi" / "jakosc-wody.csv").read_text(encoding="cp1250").splitlines()
    assert now[-1].startswith("31.10.2026;")
    assert later[-1].startswith("30.11.2026;")
    # the past does not change with the day of the build
    assert set(now[30:]) - set(later) == set()
    assert feed(TODAY + dt.timedelta(days=40))["feed_info.txt"] != feed(TODAY)["feed_info.txt"]


def test_histories_do_not_depend_on_the_folder(tmp_path: Path) -> None:
    names = write_histories(tmp_path / "a", TODAY)
    assert len(names) >= 18
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("hour", "expected"), [(3, dt.date(2026, 11, 20)), (5, dt.date(2026, 11, 20)), (6, TODAY), (20, TODAY)]
)
def test_nothing_is_published_in_the_future(hour: int, expected: dt.date) -> None:
    assert city_day(TODAY, dt.datetime(2026, 11, 21, hour, tzinfo=dt.UTC)) == expected


def test_a_fixed_day_of_long_ago_is_taken_as_it_is() -> None:
    assert city_day(dt.date(2026, 1, 5), dt.datetime(2026, 11, 21, 1, tzinfo=dt.UTC)) == dt.date(2026, 1, 5)


@pytest.mark.parametrize("command", ["serve", "serve-msip"])
def test_serving_without_data_says_what_to_do(command: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"demo\.city build --out"):
        main([command, "--data", str(tmp_path), "--port", "0"])


def test_a_port_in_use_is_named(city_folder: Path, files_url: str) -> None:
    port = files_url.rsplit(":", 1)[1]
    with pytest.raises(SystemExit, match=f"port {port} cannot be used"):
        main(["serve", "--data", str(city_folder), "--port", port])
