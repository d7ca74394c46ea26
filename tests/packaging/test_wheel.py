"""The wheel carries everything that the checkout does, and the locked packages fit together."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TREES = {
    "ckanext-kielce/ckanext/kielce": "ckanext/kielce",
    "harvesters": "ckanext/kielce/harvesters",
    "schemas": "ckanext/kielce/schemas",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from what git tracks (a build in the checkout would also see its clutter)."""
    source = tmp_path_factory.mktemp("source")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    archive = subprocess.run(
        ["tar", "--null", "-T", "-", "-cf", "-"], cwd=ROOT, input=tracked, capture_output=True, check=True
    )
    subprocess.run(["tar", "-xf", "-"], cwd=source, input=archive.stdout, check=True)
    target = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(target),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return zipfile.ZipFile(next(target.glob("ckanext_kielce-*.whl")))


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *TREES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return listed.splitlines()


def test_every_file_of_the_three_trees_is_inside(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    expected = set()
    for path in tracked_files():
        for folder, place in TREES.items():
            if path.startswith(f"{folder}/"):
                expected.add(place + path[len(folder) :])
    assert expected - inside == set()


def test_templates_schemas_assets_and_migrations_are_among_them(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    for part in (
        "/templates/",
        "/schemas/dataset.yaml",
        "/assets/css/tokens.css",
        "/migration/",
        "config_declaration.yaml",
    ):
        assert any(part in name for name in names), part


def test_translations_are_compiled(wheel: zipfile.ZipFile) -> None:
    assert "ckanext/kielce/i18n/pl/LC_MESSAGES/ckanext-kielce.mo" in wheel.namelist()


def test_tests_and_the_stand_in_city_stay_out(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.startswith(("tests/", "demo/", "ops/"))] == []


def test_the_locked_packages_fit_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
