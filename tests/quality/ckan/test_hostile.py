"""Files that would do harm end in an observation that says so; the look, and the page, go on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (40 * 2**20))
    return packed.getvalue()


def escaping() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../etc/cron.d/a.csv", "a;b\n1;2\n")
    return packed.getvalue()


def workbook_without_end() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook")
    return packed.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str, str | None]] = {
    "zip bomb": ("ZIP", bomb, "archive_bomb", "hostile_file"),
    "path out of the archive": ("ZIP", escaping, "archive_unsafe_path", "hostile_file"),
    "10,000 columns": (
        "CSV",
        lambda: (";".join(f"k{n}" for n in range(10_000)) + "\n" + ";".join(["1"] * 10_000) + "\n").encode(),
        "too_many_columns",
        "hostile_file",
    ),
    "a line without an end": ("CSV", lambda: b"a;b\n1;" + b"x" * 9_000_000, "line_too_long", "hostile_file"),
    "broken XLSX": ("XLSX", workbook_without_end, "unreadable", None),
    "formulas": ("CSV", lambda: b"nr;opis\n1;a\n2;=HYPERLINK(A1)\n3;@SUM(A1:A9)\n", "", "formula_cells"),
    "a web page called CSV": ("CSV", lambda: b"<!doctype html><html><body>x</body></html>", "web_page", None),
    "nothing but zeros": ("CSV", lambda: b"\x00" * 100_000, "empty", None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_an_observation_that_says_so(files: Any, make_dataset: Any, act: Any, name: str) -> None:
    from ckanext.kielce.quality import findings
    from ckanext.kielce.quality.gather.observe import latest_observation, observe_package
    from ckanext.kielce.quality.scoring import score_package

    fmt, content, problem, code = HOSTILE[name]
    sound = files.put("sound.csv", "rok;liczba\n2023;1\n2024;2\n2025;3\n")
    package = make_dataset(files.put("bad", content()), sound, fmt=fmt)
    looks = observe_package(package["id"])
    assert [look.outcome for look in looks] == ["new", "new"], "the file beside it is looked at all the same"
    seen = latest_observation(package["resources"][0]["id"])
    if problem:
        told = next(item for item in seen.problems if item["code"] == problem)
        assert told["message_pl"] and told["message_en"]
    found = {row.code: row for row in findings.load([package["id"]])[package["id"]].standing}
    if code:
        assert found[code].resource_id == package["resources"][0]["id"]
    assert score_package(package["id"]) is not None
    shown = act("kielce_quality_show", id=package["id"], lang="both")
    assert all(item["text"]["pl"] and item["text"]["en"] for item in shown["findings"])


@pytest.mark.ckan_config("ckanext.kielce.quality.stock_templates", "yes")
def test_the_page_tells_what_was_found(files: Any, make_dataset: Any, app: Any) -> None:
    from ckanext.kielce.quality.gather.observe import observe_package
    from ckanext.kielce.quality.scoring import score_package

    package = make_dataset(
        files.put("a.csv", "nr;opis;odsetek [%]\n" + "".join(f"{n};a;{n * 20}\n" for n in range(9)))
    )
    observe_package(package["id"])
    score_package(package["id"])
    page = app.get(f"/dataset/{package['name']}").body
    assert 'data-code="undescribed_columns"' in page
    assert "120" in page and "odsetek" in page
