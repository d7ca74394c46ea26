"""The cache of kept answers in its table."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.harvest import cache_store
from ckanext.kielce.harvest.cache import Cached
from ckanext.kielce.harvest.cache_store import DatabaseCache
from ckanext.kielce.harvest.model import HarvestCache

pytestmark = pytest.mark.ckan


@pytest.fixture(autouse=True)
def empty(reset_db_once: None, migrate_db_for: object) -> None:
    model.Session.rollback()
    model.Session.execute(sa.delete(HarvestCache))
    model.Session.commit()


def test_each_source_keeps_its_own_last_answer() -> None:
    one, two = DatabaseCache("1"), DatabaseCache("2")
    one.put("http://x/", '"1"', None, b"old")
    one.put("http://x/", None, "Mon, 02 Nov 2026 08:00:00 GMT", b"new")
    assert one.get("http://x/") == Cached(None, "Mon, 02 Nov 2026 08:00:00 GMT", b"new")
    assert two.get("http://x/") is None
    one.forget("http://x/")
    assert one.get("http://x/") is None


def test_a_dry_run_sees_what_is_kept_and_leaves_no_trace() -> None:
    DatabaseCache("1").put("http://x/", '"1"', None, b"kept")
    dry = DatabaseCache("1", writes=False)
    used = model.Session.scalar(sa.select(HarvestCache.used_at))
    model.Session.rollback()
    assert dry.get("http://x/") == Cached('"1"', None, b"kept")
    dry.put("http://x/", '"2"', None, b"seen")
    dry.forget("http://x/")
    assert DatabaseCache("1", writes=False).get("http://x/") == Cached('"1"', None, b"kept")
    assert model.Session.scalar(sa.select(HarvestCache.used_at)) == used


def test_what_the_run_has_not_committed_stays_uncommitted() -> None:
    """The cache has transactions of its own: a run that fails and rolls back keeps its answers, and only these."""
    model.Session.execute(sa.text("CREATE TEMPORARY TABLE of_the_run (n int)"))
    DatabaseCache("1").put("http://x/", '"1"', None, b"kept")
    model.Session.rollback()
    assert DatabaseCache("1").get("http://x/") is not None
    with pytest.raises(sa.exc.ProgrammingError):
        model.Session.execute(sa.text("SELECT * FROM of_the_run"))
    model.Session.rollback()


@pytest.mark.parametrize(("limit", "value"), [("MAX_ENTRIES", 3), ("MAX_BYTES", 30)])
def test_a_source_keeps_no_more_than_its_share(
    limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that carries the time is another one each run."""
    DatabaseCache("2").put("http://other/", '"1"', None, b"x" * 10)
    monkeypatch.setattr(cache_store, limit, value)
    for number in range(6):
        DatabaseCache("1").put(f"http://x/?now={number}", '"1"', None, b"x" * 10)
    kept = model.Session.scalars(sa.select(HarvestCache.url).order_by(HarvestCache.url)).all()
    assert kept == ["http://other/", *(f"http://x/?now={number}" for number in (3, 4, 5))]
