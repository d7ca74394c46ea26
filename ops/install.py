"""Brings in what the portal is made of: Python packages from the lock, Solr's jars, the search dictionary."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ops import machine
from ops.console import OperatorError, step
from ops.profile import CACHE, ROOT, VENV
from ops.services import DICTIONARY, PYCSW_PYTHON, SOLR_LIB

DEV_LOCK = ROOT / "requirements-dev.lock"
PYCSW_LOCK = ROOT / "demo" / "requirements-pycsw.lock"
JAR_SUMS = ROOT / "config" / "solr" / "lib.sha256"
SOLR_SOURCES = ("pom.xml", "FoldDictionary.java", "lib.sha256")


def digest(*paths: Path) -> str:
    """One hash over the files' contents."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def run(*command: str | Path | int, cwd: Path = ROOT) -> str:
    """Run a command; its output comes back, and a failure becomes a OperatorError that shows the end of it."""
    # uv trusts the machine's own certificates, as pip and Maven do: offices inspect their traffic.
    environment = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd, env=environment)
    if done.returncode:
        raise OperatorError(
            f"`{' '.join(str(word) for word in command)}` failed:\n{(done.stdout + done.stderr)[-2000:]}"
        )
    return done.stdout


def locked_version(package: str) -> str:
    """The version of a package in the lock."""
    found = re.search(rf"^{re.escape(package)}==([^ \\]+)", DEV_LOCK.read_text(), re.MULTILINE)
    if not found:
        raise OperatorError(f"{package} is not in {DEV_LOCK.name}; `make lock` renews it")
    return found[1]


def python_packages() -> None:
    """``.venv`` exactly as the lock says (hashes checked), with the checkout installed editable."""
    stamp = VENV / "installed"
    wanted = digest(DEV_LOCK, ROOT / "pyproject.toml", ROOT / "setup.py")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with step("Python packages into .venv"):
        python = VENV / "bin" / "python"
        if not python.exists():
            run(sys.executable, "-m", "venv", VENV)
        if not (VENV / "bin" / "uv").exists():
            run(python, "-m", "pip", "install", "--quiet", f"uv=={locked_version('uv')}")
        uv = VENV / "bin" / "uv"
        run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, DEV_LOCK)
        run(uv, "pip", "install", "--quiet", "--no-deps", "--python", python, "--editable", ROOT)
        stamp.write_text(wanted)


def messages() -> None:
    """Compile the translations (``.mo`` files are made, not kept in git)."""
    catalogue = ROOT / "ckanext-kielce" / "ckanext" / "kielce" / "i18n"
    for source in catalogue.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            run(VENV / "bin" / "pybabel", "-q", "compile", "-i", source, "-o", target)


def pycsw_packages() -> None:
    """The stand-in city's catalogue server, in a venv of its own: it needs an older SQLAlchemy than CKAN."""
    folder = PYCSW_PYTHON.parent.parent
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == digest(PYCSW_LOCK):
        return
    with step("pycsw into a venv of its own"):
        if not PYCSW_PYTHON.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            run(sys.executable, "-m", "venv", folder)
        run(
            VENV / "bin" / "uv",
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "--python",
            PYCSW_PYTHON,
            PYCSW_LOCK,
        )
        stamp.write_text(digest(PYCSW_LOCK))


def jar_sums() -> str:
    """``sha256  name`` of every jar, sorted by name."""
    jars = sorted(SOLR_LIB.glob("*.jar"), key=lambda path: path.name)
    return "".join(f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}\n" for jar in jars)


def fetch_jars() -> None:
    """Solr, Jetty and Morfologik from Maven Central, at the versions of ``config/solr/pom.xml``."""
    shutil.rmtree(SOLR_LIB, ignore_errors=True)
    run(
        "mvn", "-q", "-B", "--strict-checksums", "-f", ROOT / "config" / "solr" / "pom.xml",
        "dependency:copy-dependencies", f"-DoutputDirectory={SOLR_LIB}", "-DincludeScope=runtime",
    )  # fmt: skip


def solr() -> None:
    """Jars checked against the pinned sums, and the dictionary of folded Polish made from them."""
    source = ROOT / "config" / "solr"
    stamp = CACHE / "solr" / "installed"
    wanted = digest(*(source / name for name in SOLR_SOURCES))
    if stamp.exists() and stamp.read_text() == wanted and DICTIONARY.exists():
        return
    with step("Solr and its Polish dictionary"):
        fetch_jars()
        got, pinned = jar_sums(), JAR_SUMS.read_text()
        if got != pinned:
            differ = sorted({line.split()[-1] for line in set(got.splitlines()) ^ set(pinned.splitlines())})
            raise OperatorError(
                f"Jars that are not the pinned ones: {', '.join(differ)}. `make lock` renews the list."
            )
        run("java", "-Xmx1500m", "-cp", f"{SOLR_LIB}/*", source / "FoldDictionary.java", DICTIONARY)
        stamp.write_text(wanted)


def everything(browser: bool = False) -> None:
    """Bring in all there is; what is there already is left alone."""
    if sys.version_info < (3, 10):  # noqa: UP036 - this very line tells an older Python what is wrong
        raise OperatorError(f"Python 3.10 or newer is needed; this is {sys.version.split()[0]}")
    machine.provide(machine.NEEDS + (machine.BROWSER_NEEDS if browser else ()))
    machine.provide(machine.NICE_TO_HAVE)

    def python_side() -> None:
        python_packages()
        messages()
        pycsw_packages()

    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(python_side)]
        if not os.environ.get("CKAN_SOLR_URL"):
            tasks.append(pool.submit(solr))
        for task in tasks:
            task.result()


def renew_locks() -> None:
    """``make lock``: resolve the requirements anew and pin versions and hashes."""
    uv = VENV / "bin" / "uv"
    for source, lock in (
        ("requirements.in", "requirements.lock"),
        ("requirements-dev.in", "requirements-dev.lock"),
        ("demo/requirements-pycsw.in", "demo/requirements-pycsw.lock"),
    ):
        with step(lock):
            run(
                uv, "pip", "compile", "--quiet", "--upgrade", "--generate-hashes", "--universal", "--no-header",
                "--python-version", "3.11", source, "-o", lock,
            )  # fmt: skip
    with step(str(JAR_SUMS.relative_to(ROOT))):
        fetch_jars()
        JAR_SUMS.write_text(jar_sums())
