"""What the machine lacks is named with the one line that brings it."""

from __future__ import annotations

import pytest

from ops import machine
from ops.console import OperatorError
from ops.machine import Need

HAVE = Need("something present", lambda: True, "present")
LACK = Need("A tool", lambda: False, "tool-package")
LACK_ELSEWHERE = Need("Solr", lambda: False, "solr-package", "CKAN_SOLR_URL")


def test_nothing_is_done_when_all_is_there() -> None:
    machine.provide((HAVE,))


def test_an_ordinary_user_gets_the_exact_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    with pytest.raises(
        OperatorError, match=r"sudo apt-get install -y --no-install-recommends tool-package\n"
    ):
        machine.provide((HAVE, LACK))


def test_a_service_elsewhere_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKAN_SOLR_URL", "http://solr.example:8983/solr/ckan")
    assert machine.missing((LACK_ELSEWHERE,)) == []
    monkeypatch.delenv("CKAN_SOLR_URL")
    assert machine.missing((LACK_ELSEWHERE,)) == [LACK_ELSEWHERE]
