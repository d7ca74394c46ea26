"""The portal that ``make test`` has raised, with a town of ill sources beside it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator

import pytest

from ops import portal as operator
from ops import services
from ops.profile import Profile
from tests.faults.portal import Portal
from tests.faults.town import Shop, Town

# The lease of a portal in use is 45 s; KIELCE_FAULTS_LEASE=45 shows how long it takes with that.
LEASE = int(os.environ.get("KIELCE_FAULTS_LEASE", "5"))

# Short enough for tests; what is cut off is cut off at these limits, and said with them.
OPTIONS = {
    "ckanext.kielce.harvest.tick_seconds": 5,
    "ckanext.kielce.harvest.lease_seconds": LEASE,
    "ckanext.kielce.harvest.coordinators": "koordynator@kielce.example",
    "ckanext.kielce.http.read_timeout": 2,
    "ckanext.kielce.http.total_timeout": 6,
    "ckanext.kielce.http.max_bytes": 5_000_000,
    "ckanext.kielce.http.retries": 1,
    "ckanext.kielce.http.backoff_ms": 200,
}


def configure(portal: Portal, town: Town, options: dict[str, object]) -> None:
    """Write the portal's settings anew with these options, and start the processes that read them at their start only."""
    if options == portal.options:
        return
    path = operator.write_ini(portal.profile)
    added = [f"{key} = {value}" for key, value in options.items()]
    text = path.read_text().replace("[app:main]\n", "\n".join(["[app:main]", *added, ""]), 1)
    path.write_text(
        re.sub(r"(?m)^(ckanext\.kielce\.http\.allow_hosts = .*)$", rf"\1 127.0.0.1:{town.port}", text)
    )
    services.control(portal.profile, "restart", "portal:worker", "portal:gather", "portal:fetch")
    portal.options = options
    # a process that the supervisor calls running may still be loading: it runs when it has done some work
    portal.run(portal.source(town.open(f"rozruch-{os.urandom(2).hex()}", 1)), 300)


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """The ill sources' server."""
    made = Town()
    yield made
    made.close()


@pytest.fixture(scope="session")
def running_portal(town: Town) -> Iterator[Portal]:
    """The portal whose processes may be killed; afterwards it has its own settings again (from their next start on)."""
    name = os.environ.get("KIELCE_PORTAL_PROFILE")
    if not name:
        pytest.skip(
            "no portal whose processes may be killed: `make test` raises one and sets KIELCE_PORTAL_PROFILE"
        )
    portal = Portal(Profile(name))
    yield portal
    operator.write_ini(portal.profile)


@pytest.fixture(scope="module")
def whole_portal(running_portal: Portal, town: Town, request: pytest.FixtureRequest) -> Portal:
    """The portal with the short limits of `OPTIONS`, or with those that the module names itself."""
    configure(running_portal, town, {**OPTIONS, **getattr(request.module, "OPTIONS", {})})
    return running_portal


@pytest.fixture
def portal(whole_portal: Portal) -> Portal:
    """The portal with all its processes up."""
    whole_portal.wait(whole_portal.all_up, "all processes to run")
    return whole_portal


@pytest.fixture
def shop(town: Town, request: pytest.FixtureRequest) -> Callable[..., Shop]:
    """Opens shops whose names are of this test alone."""
    word = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")[:40]

    def open_(records: int = 0, name: str = "") -> Shop:
        return town.open(f"{word}{name}-{os.urandom(2).hex()}", records)

    return open_


@pytest.fixture
def clock(record_property: Callable[[str, object], None]) -> Callable[[str, float], None]:
    """Says how long something took, in the report and on the terminal (``-s``)."""

    def say(what: str, began: float) -> None:
        seconds = round(time.monotonic() - began, 1)
        record_property(what, seconds)
        print(f"\n    {what}: {seconds} s", flush=True)

    return say
