"""What the machine must have, and how it gets it: Debian's packages, by name."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops.console import OperatorError, step


def program(*names: str) -> Callable[[], bool]:
    """A check that one of the programs is on the path."""
    return lambda: any(shutil.which(name) for name in names)


def file(*patterns: str) -> Callable[[], bool]:
    """A check that a file matches one of the glob patterns (from the root folder)."""
    return lambda: any(next(Path("/").glob(pattern.lstrip("/")), None) for pattern in patterns)


def python_headers() -> bool:
    """Headers of the Python that runs us: psycopg2 is compiled against them."""
    import sysconfig

    return (Path(sysconfig.get_paths()["include"]) / "Python.h").exists()


def venv_module() -> bool:
    """Debian's Python comes without the module that makes virtual environments whole."""
    import importlib.util

    return importlib.util.find_spec("ensurepip") is not None


@dataclass(frozen=True)
class Need:
    """One thing the portal needs: how to tell that it is there, and the Debian package that brings it."""

    what: str
    present: Callable[[], bool]
    package: str
    unless_env: str = ""  # not needed when this variable names a service elsewhere
    without: str = ""  # what the portal is like without it; one that can't do without has nothing here


NEEDS = (
    Need("Python's venv module", venv_module, "python3-venv"),
    Need("Python headers", python_headers, "python3-dev"),
    Need("C compiler", program("gcc", "cc"), "gcc"),
    Need("libpq headers", program("pg_config"), "libpq-dev"),
    Need("C library headers", file("/usr/include/stdlib.h"), "libc6-dev"),
    Need("libmagic", lambda: bool(ctypes.util.find_library("magic")), "libmagic1"),
    Need("PostgreSQL server", file("/usr/lib/postgresql/*/bin/initdb"), "postgresql", "CKAN_SQLALCHEMY_URL"),
    Need("Redis server", program("redis-server"), "redis-server", "CKAN_REDIS_URL"),
    Need("Java 17", program("java"), "default-jdk-headless", "CKAN_SOLR_URL"),
    Need("Maven", program("mvn"), "maven", "CKAN_SOLR_URL"),
    Need("MapServer (CGI)", file("/usr/lib/cgi-bin/mapserv"), "cgi-mapserver"),
)
# Debian's Varnish and its modules: dynamic ones, so that both packages are looked for.
WITHOUT_CACHE = "pages come straight from the web server, some ten times slower under load"
NICE_TO_HAVE = (
    Need("Varnish", program("varnishd"), "varnish", "KIELCE_WITHOUT_CACHE", WITHOUT_CACHE),
    Need(
        "Varnish's modules",
        file("/usr/lib/*/varnish/vmods/libvmod_xkey.so"),
        "varnish-modules",
        "KIELCE_WITHOUT_CACHE",
        WITHOUT_CACHE,
    ),
)
BROWSER_NEEDS = (Need("Chromium", program("chromium"), "chromium"),)


def missing(needs: tuple[Need, ...]) -> list[Need]:
    """The needs that are not met."""
    return [
        need
        for need in needs
        if not (need.unless_env and os.environ.get(need.unless_env)) and not need.present()
    ]


def provide(needs: tuple[Need, ...]) -> None:
    """Install what is missing when we are root on Debian; otherwise say the one line that does it.

    Raises OperatorError naming what is missing and the exact remedy. What the portal can do without is only told.
    """
    absent = missing(needs)
    if not absent:
        return
    if all(need.without for need in absent):
        try:
            install(absent)
        except OperatorError as error:
            print(f"  ! without {', '.join(need.what for need in absent)}: {absent[0].without}\n    {error}")
        return
    install(absent)


def install(absent: list[Need]) -> None:
    """Bring in Debian packages. Raises OperatorError when they can't be had."""
    names = " ".join(need.package for need in absent)
    line = f"apt-get install -y --no-install-recommends {names}"
    what = ", ".join(need.what for need in absent)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise OperatorError(f"Missing: {what}.\nInstall it as root, then run this again:\n\n  sudo {line}\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Debian packages: {names}"):
        for command in (["apt-get", "-q", "update"], line.split()):
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            if done.returncode:
                raise OperatorError(f"`{' '.join(command)}` failed:\n{(done.stdout + done.stderr)[-1500:]}")
    still = missing(tuple(absent))
    if still:
        raise OperatorError(f"Installed {names}, but still missing: {', '.join(need.what for need in still)}")
