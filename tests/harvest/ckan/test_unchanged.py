"""Records that are read late, in part, or are the same: what is asked, kept and not written."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import runs
from ckanext.kielce.harvest.base import Record, RecordError

from tests.harvest.ckan.helpers import Make, Rec, four

pytestmark = pytest.mark.ckan


def test_lazy_content_is_made_for_new_and_changed_records_only(harvest: Make, record: Rec) -> None:
    source, asked = harvest(), []

    def lazy(guid: str, revision: str) -> Record:
        def content() -> dict[str, Any]:
            asked.append(guid)
            return record(guid, f"{guid} {revision}").loaded()

        return Record(guid, revision, content)

    source.run([lazy("a", "1"), lazy("b", "1")])
    asked.clear()
    assert source.run([lazy("a", "1"), lazy("b", "2")])["counts"] == {"unchanged": 1, "change": 1}
    assert asked == ["b"]


def test_content_that_cannot_be_made_fails_its_record_only(harvest: Make, record: Rec) -> None:
    source = harvest()

    def unanswered() -> dict[str, Any]:
        raise FetchError("timeout", "slow", "http://x.example/1")

    def unusable() -> dict[str, Any]:
        raise RecordError("no title", "brak tytułu")

    result = source.run([Record("a", "1", unanswered), Record("b", "1", unusable), record("c", "Dobry")])
    assert result["counts"] == {"create": 1, "failed": 2} and result["outcome"] == "partly"
    assert result["items"]["fail", "a"].error["cause"] == "fetch"
    assert runs.state_of(source.id).retry_at is not None, "what did not answer is asked again soon"


def test_a_record_that_came_in_part_stays_whole_and_is_asked_for_again_soon(
    harvest: Make, record: Rec
) -> None:
    source = harvest()
    source.run([record("a", "Pełny"), record("b", "B")])
    part = dataclasses.replace(record("a", "W części"), incomplete="the map service did not answer")
    result = source.run([part, record("b", "B")])
    assert "map service" in result["errors"]["a"] and source.datasets()["a"]["title"] == "Pełny"
    assert runs.state_of(source.id).retry_at is not None


def test_an_unchanged_run_writes_no_package_index_or_activity(
    harvest: Make, record: Rec, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    source.run(four(record))

    def forbidden(*_args: Any, **_more: Any) -> None:
        raise AssertionError("nothing may be indexed")

    monkeypatch.setattr(search.index.PackageSearchIndex, "index_package", forbidden)
    stamps = dict(model.Session.query(model.Package.id, model.Package.metadata_modified).all())
    assert source.run(four(record))["counts"] == {"unchanged": 4}
    assert dict(model.Session.query(model.Package.id, model.Package.metadata_modified).all()) == stamps
