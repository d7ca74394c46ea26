"""``make test``: a throw-away portal on ports of its own, and every test against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from ops import demo, front, install, portal, services
from ops.console import step
from ops.profile import CACHE, ROOT, VENV, Profile

PURE = "not ckan and not portal and not browser and not faults"


def pytest(*words: str, output: TextIO | None = None, **environment: str) -> int:
    """Run pytest with the extra environment; its exit code. ``output`` takes what it prints."""
    command = [str(VENV / "bin" / "python"), "-m", "pytest", *words]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
    )
    return done.returncode


def wipe(profile: Profile) -> None:
    """Stop what a former run left and delete its data."""
    services.stop(profile)
    data = profile.folder / "pg"
    if data.is_symlink():
        shutil.rmtree(data.resolve(), ignore_errors=True)
        data.unlink()
    shutil.rmtree(front.home(profile), ignore_errors=True)
    if profile.folder.exists():
        shutil.rmtree(profile.folder)


class Lane:
    """Several runs of pytest, one after the other, beside the main thread; what they print is shown when they are done."""

    def __init__(self, title: str, log: Path, *runs: Sequence[str]) -> None:
        self.title, self.log, self.runs = title, log, runs
        self.codes: list[int] = []
        self.thread = threading.Thread(target=self._go, daemon=True)
        self.thread.start()

    def _go(self) -> None:
        with self.log.open("w", encoding="utf-8") as log:
            for words in self.runs:
                self.codes.append(pytest(*words, output=log))

    def failed(self) -> bool:
        """Wait for the end; True when a run failed or broke off."""
        with step(self.title):
            self.thread.join()
        print(self.log.read_text(encoding="utf-8"), flush=True)
        return len(self.codes) < len(self.runs) or any(code not in (0, 5) for code in self.codes)


def run(words: list[str]) -> int:
    """The whole suite; ``words`` are handed to pytest (for instance ``-k freshness``).

    Tests that need no portal run beside the raising of one and the tests of its pages: they have databases, an index and
    a Redis number of their own.
    """
    install.everything(browser=True)
    failed = lint()
    profile = Profile("test")
    wipe(profile)
    try:
        print("A portal for the tests:")
        demo.raise_services(profile)
        portal.make_databases(profile, ("unit",))
        ini = portal.write_ini(profile, "unit")
        portal.make_tables(profile, "unit")
        lane = Lane(
            "Tests that need no portal",
            profile.folder / "lane.log",
            ["-p", "no:ckan", "-p", "no:ckan_fixtures", "-m", PURE, *words],
            ["-m", "ckan", f"--ckan-ini={ini}", *words],
        )
        demo.build(profile, browser=True)
        failed |= pytest(
            "-m", "portal or browser", f"--ckan-ini={ini}", *words,
            KIELCE_PORTAL_URL=profile.site_url, KIELCE_PORTAL_TOKEN=profile.secrets["token"], KIELCE_PORTAL_INI=str(profile.ini),
        ) not in (0, 5)  # fmt: skip
        failed |= lane.failed()
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
