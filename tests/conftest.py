"""Fixtures of the whole suite. CKAN is not imported here: the pure tests run without it."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Loading the plugins quicker: CKAN's tests do it twice a test.

    The application loads again what the fixture has just loaded, and unloads it first. For each plugin CKAN reads the metadata
    of all installed packages; each `add_template_directory` and its like look up the source of every frame of the call stack,
    of which they use one file's name; schemas and declarations are read by PyYAML's Python parser where its C parser would do.
    """
    if config.getoption("--ckan-ini", default=None):
        from ckan import plugins

        plugins.core.entry_points = functools.cache(plugins.core.entry_points)
        plugins.load_all = plugins.core.load_all = load_all
        inspect.stack = stack
        yaml.safe_load = functools.partial(yaml.load, Loader=yaml.CSafeLoader)


def load_all(force_update: bool = False) -> None:
    """What `ckan.plugins.load_all` does, once."""
    from ckan.common import aslist, config
    from ckan.plugins import core

    wanted, update = aslist(config.get("ckan.plugins")), core.plugins_update
    if wanted == core._PLUGINS:
        return update()
    core.plugins_update = lambda: None
    try:
        core.unload_all()
    finally:
        core.plugins_update = update
    core.load(*wanted, force_update=True)
    return None


def stack(context: int = 0) -> list[inspect.FrameInfo]:
    """What `inspect.stack` returns, without the source."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        code = frame.f_code
        found.append(inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None))
        frame = frame.f_back
    return found


@pytest.fixture(scope="session", autouse=True)
def tables_of_every_plugin(request: pytest.FixtureRequest) -> None:
    """Keep the tables that `ckan db upgrade` has made for all plugins.

    CKAN's first clean-up of a session drops every table and makes the core's only; told that the tables are there, it
    deletes rows, as it does from the second clean-up on.
    """
    if request.config.getoption("--ckan-ini", default=None):
        from ckan import model

        model.repo.tables_created_and_initialised = True


@pytest.fixture(scope="module", autouse=True)
def empty_redis(request: pytest.FixtureRequest, tables_of_every_plugin: None) -> None:
    """Jobs, schedules and locks that one module leaves in the tests' Redis database are not the next one's."""
    if request.config.getoption("--ckan-ini", default=None):
        from ckan.lib.redis import connect_to_redis

        connect_to_redis().flushdb()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


def beside(*parts: str) -> Path:
    """A folder of reference data beside the checkout; its absence skips the test."""
    folder = ROOT.parent.joinpath("shared", "data", *parts)
    if not folder.is_dir():
        pytest.skip(f"reference data not beside the checkout: {Path(*parts)}")
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real answers of Polish services, kept beside the checkout for reference."""
    return beside("real")


@pytest.fixture(scope="session")
def history_example() -> Path:
    """Labelled histories of data sets, kept beside the checkout for reference."""
    return beside("history_example")


@pytest.fixture(scope="session")
def portal_url() -> str:
    """Address of the running portal which ``make test`` has raised and filled."""
    url = os.environ.get("KIELCE_PORTAL_URL")
    if not url:
        pytest.skip("no running portal: `make test` raises one and sets KIELCE_PORTAL_URL")
    return url.rstrip("/")


@pytest.fixture(scope="session")
def portal_token() -> str:
    """A sysadmin API token of the running portal."""
    token = os.environ.get("KIELCE_PORTAL_TOKEN")
    if not token:
        pytest.skip("no running portal: `make test` raises one and sets KIELCE_PORTAL_TOKEN")
    return token
