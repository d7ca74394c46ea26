"""Every way in: tables written through the API, and manners towards other people's servers."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]

FIELDS = [{"id": "miesiac", "type": "text"}, {"id": "linia", "type": "text"}, {"id": "liczba", "type": "int"}]


def rows(*months: str) -> list[dict[str, Any]]:
    return [
        {"miesiac": month, "linia": f"Linia {n}", "liczba": 100 * at + n}
        for at, month in enumerate(months)
        for n in range(3)
    ]


@pytest.fixture
def table(act: Any, make_dataset: Any) -> dict[str, Any]:
    package = make_dataset(resources=[])
    made = act(
        "datastore_create",
        resource={"package_id": package["id"], "name": "Pasażerowie"},
        fields=FIELDS,
        records=rows("2025-08", "2025-09"),
        primary_key=["miesiac", "linia"],
    )
    return {"package": package["id"], "resource": made["resource_id"]}


def look(package_id: str, **options: Any) -> list[str]:
    from ckanext.kielce.quality.gather.observe import observe_package

    return [item.outcome for item in observe_package(package_id, **options)]


def flush_counts() -> None:
    """PostgreSQL tells of written rows a little later; a test doesn't wait."""
    from ckanext.datastore.backend.postgres import get_write_engine

    get_write_engine().dispose()
    time.sleep(1.1)


def jobs_waiting() -> tuple[list[str], list[str]]:
    from ckan.lib.jobs import get_queue

    queue = get_queue()
    ours = [queue.get_job_ids(), queue.scheduled_job_registry.get_job_ids()]
    waiting, scheduled = ([job for job in jobs if "-observe-" in job] for jobs in ours)
    return waiting, scheduled


def test_a_table_without_a_file_is_observed(table: dict[str, Any]) -> None:
    from ckanext.kielce.quality.gather.observe import latest_observation

    assert look(table["package"]) == ["new"]
    seen = latest_observation(table["resource"])
    assert (seen.method, seen.row_count, seen.newest_period) == ("datastore", 6, dt.date(2025, 9, 30))
    assert seen.profile["columns"] == {"miesiac": "text", "linia": "text", "liczba": "integer"}


def test_a_table_that_nobody_wrote_to_is_not_copied_again(table: dict[str, Any], monkeypatch: Any) -> None:
    from ckanext.kielce.quality.gather import datastore

    flush_counts()
    look(table["package"])

    def never(*_args: Any) -> None:
        raise AssertionError("copied though nothing was written")

    monkeypatch.setattr(datastore, "_copy_out", never)
    assert look(table["package"]) == ["unchanged"]


def test_what_is_written_through_the_api_is_seen_and_compared(act: Any, table: dict[str, Any]) -> None:
    from ckanext.kielce.quality.gather.observe import latest_observation

    look(table["package"])
    act(
        "datastore_upsert",
        resource_id=table["resource"],
        records=rows("2025-10"),
        method="upsert",
        force=True,
    )
    flush_counts()
    assert look(table["package"]) == ["new"]
    assert latest_observation(table["resource"]).newest_period == dt.date(2025, 10, 31)
    from ckanext.kielce.quality.versions import kept_of

    assert len(kept_of(table["resource"])) == 2


def test_a_dropped_table_is_a_failed_look(act: Any, table: dict[str, Any]) -> None:
    look(table["package"])
    act("datastore_delete", resource_id=table["resource"], force=True)
    assert look(table["package"]) == ["failed"]


def test_a_stream_of_writes_makes_one_look(act: Any, table: dict[str, Any]) -> None:
    from ckan.lib.jobs import get_queue
    from ckanext.kielce.quality import jobs

    get_queue().empty()
    get_queue().connection.zremrangebyrank(get_queue().scheduled_job_registry.key, 0, -1)
    for month in ("2025-10", "2025-11", "2025-12"):
        act(
            "datastore_upsert",
            resource_id=table["resource"],
            records=rows(month),
            method="upsert",
            force=True,
        )
    waiting, scheduled = jobs_waiting()
    assert waiting == []
    assert scheduled == [jobs.job_id("observe", table["package"])]
    get_queue().connection.zremrangebyrank(get_queue().scheduled_job_registry.key, 0, -1)


def test_a_dry_run_queues_nothing(act: Any, table: dict[str, Any]) -> None:
    from ckan.lib.jobs import get_queue

    get_queue().empty()
    get_queue().connection.zremrangebyrank(get_queue().scheduled_job_registry.key, 0, -1)
    act(
        "datastore_upsert",
        resource_id=table["resource"],
        records=rows("2025-10"),
        method="upsert",
        force=True,
        dry_run=True,
    )
    assert jobs_waiting() == ([], [])


# --- manners


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> str:
    """A host that isn't the operator's own."""
    from ckan.lib.redis import connect_to_redis
    from ckanext.kielce.quality.gather import hosts

    url = "https://dane.example.org/a.csv"
    for kind in ("pause", "last", "host"):
        connect_to_redis().delete(hosts._key(kind, url))
    return url


def test_four_requests_a_second_to_one_host(stranger: str) -> None:
    from ckanext.kielce.quality.gather.hosts import pace

    started = time.monotonic()
    waits = [pace(stranger) for _ in range(5)]
    assert waits[0] == 0 and all(wait > 0 for wait in waits[1:])
    assert time.monotonic() - started >= 0.95


def test_never_two_at_once_on_one_host(stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ckanext.kielce.quality.gather import hosts

    monkeypatch.setattr(hosts, "HOST_WAIT", 0.2)
    with (
        hosts.host_turn(stranger),
        pytest.raises(hosts.SourceBusyError),
        hosts.host_turn("https://dane.example.org/b.csv"),
    ):
        pass
    with hosts.host_turn(stranger):
        pass


def test_a_host_that_asks_for_patience_is_left_alone_for_as_long(stranger: str) -> None:
    from ckan.lib.redis import connect_to_redis
    from ckanext.kielce.common.http import FetchError
    from ckanext.kielce.quality.gather import hosts

    error = FetchError("http_error", "too many requests", stranger, 429)
    error.retry_after = 3600.0
    assert hosts.note_refusal(stranger, error) == 3600
    with pytest.raises(hosts.SourceBusyError), hosts.host_turn(stranger):
        pass
    left = connect_to_redis().pttl(hosts._key("pause", stranger)) / 1000
    assert 3500 < left <= 3600
    assert hosts.note_refusal(stranger, FetchError("http_error", "gone", stranger, 404)) == 0


def test_a_look_at_a_host_that_waits_leaves_the_set_due(
    stranger: str, make_dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckan.lib.redis import connect_to_redis
    from ckanext.kielce.quality import store
    from ckanext.kielce.quality.gather import hosts
    from ckanext.kielce.quality.scoring import score_package

    package = make_dataset(stranger)
    connect_to_redis().set(hosts._key("pause", stranger), 1, ex=60)
    assert look(package["id"]) == ["busy"]
    score_package(package["id"])
    connect_to_redis().delete(hosts._key("pause", stranger))
    later = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=2)
    assert package["id"] in store.due_to_observe(later)


def test_a_look_that_is_killed_keeps_what_it_saw_and_leaves_the_set_due(
    files: Any, make_dataset: Any, months: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckan import model
    from ckanext.kielce.quality import store
    from ckanext.kielce.quality.gather import observe

    package = make_dataset(*(files.put(f"{name}.csv", months("2025-10")) for name in "ab"))
    plain = observe.observe_resource

    def killed(found: Any, resource: Any, *args: Any, **options: Any) -> Any:
        if resource["id"] == package["resources"][1]["id"]:
            raise SystemExit(137)
        return plain(found, resource, *args, **options)

    monkeypatch.setattr(observe, "observe_resource", killed)
    with pytest.raises(SystemExit):
        look(package["id"])
    model.Session.rollback()
    assert observe.latest_observation(package["resources"][0]["id"]) is not None
    assert package["id"] in store.due_to_observe(dt.datetime.now(dt.timezone.utc))


def test_a_second_look_after_a_kill_brings_the_rest(
    files: Any, make_dataset: Any, months: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckan import model
    from ckanext.kielce.quality import judging
    from ckanext.kielce.quality.gather import observe
    from ckanext.kielce.quality.model import Judgement

    package = make_dataset(files.put("a.csv", months("2025-09")))
    look(package["id"])
    files.put("a.csv", months("2025-09", "2025-10"))

    def killed(*_args: Any, **_options: Any) -> Any:
        raise SystemExit(137)

    whole = judging.judge_package
    monkeypatch.setattr(judging, "judge_package", killed)
    with pytest.raises(SystemExit):
        look(package["id"])
    model.Session.rollback()
    monkeypatch.setattr(judging, "judge_package", whole)
    assert look(package["id"]) == ["unchanged"]
    (judged,) = model.Session.query(Judgement).filter_by(kind="history")
    newest = observe.latest_observation(package["resources"][0]["id"])
    assert judged.judged_at >= newest.observed_at, "what wasn't judged is judged now"
