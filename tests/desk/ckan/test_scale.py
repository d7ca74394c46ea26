"""A page of the desk asks the database the same few questions for a handful of sets and for hundreds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.quality.model import FindingRow, Score, ScoreDay

pytestmark = pytest.mark.ckan

MANY = 250
#: Most statements of a request, whatever the number of sets: who asks, what he may, the list, its words, the page's frame.
MOST = 60


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    sa.event.listen(model.meta.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(model.meta.engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def many(town: Any) -> Any:
    """Hundreds of late sets with findings and a month of history, written straight into the tables."""
    session = model.Session
    like = session.get(Score, town.late["id"])
    kept = {column.key: getattr(like, column.key) for column in Score.__table__.columns}
    now = town.now
    for number in range(MANY):
        package = model.Package(
            name=f"zbior-{number}",
            title=f"Zbiór {number}",
            type="dataset",
            state="active",
            owner_org=town.roads["id"] if number % 2 else town.heat["id"],
            extras={"domain": "transport"},
        )
        session.add(package)
        session.flush()
        resource = model.Resource(
            package_id=package.id, url=f"https://example.com/{number}.csv", format="CSV"
        )
        session.add(resource)
        session.flush()
        session.add(
            Score(**{**kept, "package_id": package.id, "overdue_at": now - dt.timedelta(days=number + 1)})
        )
        session.add(
            FindingRow(
                package_id=package.id,
                resource_id=resource.id,
                kind="content",
                code="persons",
                place="",
                params={"variant": "found", "file": "a", "column": "b", "count": 3},
                rules_version="1",
                found_at=now - dt.timedelta(hours=2),
                confirmed_at=now,
            )
        )
        session.add_all(
            ScoreDay(
                package_id=package.id,
                day=now.date() - dt.timedelta(days=day),
                rules_version="1",
                quality_index=60.0 - day / 2,
                grade="C",
                status="overdue",
            )
            for day in range(31)
        )
    session.commit()
    return town


LISTS = [
    "",
    "/zmiany",
    "/terminy",
    "/naprawy",
    "/dane-osobowe",
    "/zbiory",
    "/jednostki",
    "/dziennik",
    "/blizniaki",
]


@pytest.mark.parametrize("path", LISTS)
def test_hundreds_of_sets_cost_no_more_questions_than_a_page_of_them(
    app: Any, many: Any, headers: Any, path: str
) -> None:
    app.get(f"/pulpit{path}", headers=headers("coordinator"))  # what is read once a process
    with statements() as one_unit:
        app.get(f"/pulpit{path}?q=Zbi%C3%B3r+1", headers=headers("coordinator"), status=200)
    with statements() as all_sets:
        app.get(f"/pulpit{path}", headers=headers("coordinator"), status=200)
    assert len(all_sets) <= MOST
    assert len(all_sets) <= len(one_unit) + 3


def test_the_list_is_paged_and_complete(many: Any, call: Any) -> None:
    user = many.people["coordinator"]
    pages = [
        call("kielce_desk_list", user, kind="late", q="Zbiór", limit=100, offset=at) for at in (0, 100, 200)
    ]
    assert [page["count"] for page in pages] == [MANY] * 3
    assert len({row["key"] for page in pages for row in page["results"]}) == MANY


def test_a_trend_comes_from_the_daily_history(many: Any, call: Any) -> None:
    found = call("kielce_desk_list", many.people["coordinator"], list="units", q="Zbiór", lang="pl")[
        "results"
    ]
    rows = {row["unit"]: row for row in found}
    assert rows["Ciepłownia"]["trend_30"] == pytest.approx(15, abs=0.5)  # half a point a day
    assert rows["Ciepłownia"]["late"] == MANY // 2
