"""``make test``: a throw-away portal on ports of its own, and every test against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops import demo, install, portal, services
from ops.console import step
from ops.profile import CACHE, ROOT, VENV, Profile

PURE = "not ckan and not portal and not browser and not faults"


def pytest(*words: str, **environment: str) -> int:
    """Run pytest with the extra environment; its exit code."""
    command = [str(VENV / "bin" / "python"), "-m", "pytest", *words]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}).returncode


def wipe(profile: Profile) -> None:
    """Stop what a former run left and delete its data."""
    services.stop(profile)
    data = profile.folder / "pg"
    if data.is_symlink():
        shutil.rmtree(data.resolve(), ignore_errors=True)
        data.unlink()
    if profile.folder.exists():
        shutil.rmtree(profile.folder)


def run(words: list[str]) -> int:
    """The whole suite; ``words`` are handed to pytest (for instance ``-k freshness``)."""
    install.everything(browser=True)
    failed = lint()
    failed |= pytest("-p", "no:ckan", "-p", "no:ckan_fixtures", "-m", PURE, *words) not in (0, 5)
    profile = Profile("test")
    wipe(profile)
    try:
        print("A portal for the tests:")
        demo.build(profile, browser=True)
        portal.make_databases(profile, ("unit",))
        ini = portal.write_ini(profile, "unit")
        portal.make_tables(profile, "unit")
        failed |= pytest(
            "-m", "ckan or portal or browser", f"--ckan-ini={ini}", *words,
            KIELCE_PORTAL_URL=profile.site_url, KIELCE_PORTAL_TOKEN=profile.secrets["token"], KIELCE_PORTAL_INI=str(profile.ini),
        ) not in (0, 5)  # fmt: skip
        # Last, for they kill and restart the portal's processes.
        failed |= pytest(
            "-p", "no:ckan", "-p", "no:ckan_fixtures", "-m", "faults", "-s", *words, KIELCE_PORTAL_PROFILE=profile.name
        ) not in (0, 5)  # fmt: skip
    finally:
        with step("The tests' portal stopped"):
            services.stop(profile)
    return int(failed)


def lint() -> bool:
    """ruff (rules and form) and the type checker over everything; True when something is wrong."""
    tools = VENV / "bin"
    wrong = False
    for title, command in (
        ("ruff check", [tools / "ruff", "check", "--quiet", "."]),
        ("ruff format", [tools / "ruff", "format", "--quiet", "--check", "."]),
        (
            "mypy",
            [
                tools / "mypy",
                "--cache-dir",
                CACHE / "mypy",
                "ops",
                "demo",
                "harvesters",
                "schemas",
                "ckanext-kielce/ckanext",
            ],
        ),
    ):
        done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True)
        print(f"  {'✓' if done.returncode == 0 else '✗'} {title}", flush=True)
        if done.returncode:
            print(done.stdout + done.stderr, file=sys.stderr)
            wrong = True
    return wrong


def wheel() -> list[Path]:
    """Build the package into ``dist/`` and return what was made."""
    install.run(
        VENV / "bin" / "python", "-m", "build", "--wheel", "--no-isolation", "--outdir", ROOT / "dist", ROOT
    )
    return sorted((ROOT / "dist").glob("*.whl"))
