"""Fixtures of the whole suite. CKAN is not imported here: the pure tests run without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
