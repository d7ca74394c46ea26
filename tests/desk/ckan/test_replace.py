"""A file is judged before it is published: better or worse, published or thrown away, or it expires."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.jobs import get_queue
from ckan.tests import factories
from ckanext.kielce.desk import staging
from ckanext.kielce.desk.model import Staged
from ckanext.kielce.quality.model import Observation

pytestmark = pytest.mark.ckan

HEAD = "miesiac;rejon;liczba\n"


class Table:
    """A table that no other test has: content seen before, under whatever id, is no news."""

    number = 0

    def __init__(self) -> None:
        Table.number += 1
        self.base = 1000 * Table.number

    def months(self, *numbers: int, rows: int = 4) -> str:
        """A row for each month of this year and district."""
        return HEAD + "".join(
            f"2026-{month:02d};Rejon {row};{self.base + month * 10 + row}\n"
            for month in numbers
            for row in range(rows)
        )


@pytest.fixture
def series(town: Any, call: Any, new_set: Any, file_of: Any) -> Any:
    """A set of the owner's with a file of five months, which the portal has seen."""
    from ckanext.kielce.quality.gather.observe import observe_package
    from ckanext.kielce.quality.scoring import score_package

    made = SimpleNamespace(owner=town.people["owner"], months=Table().months)
    made.package = new_set(town.roads["id"], f"Szereg {factories.Dataset.stub().name}")
    made.resource = call(
        "resource_create",
        made.owner,
        package_id=made.package["id"],
        name="dane.csv",
        format="CSV",
        upload=file_of(made.months(1, 2, 3, 4, 5)),
    )
    observe_package(made.package["id"])
    score_package(made.package["id"])
    made.stage = lambda text, name="nowe.csv", user=made.owner: call(
        "kielce_desk_stage",
        user,
        id=made.package["id"],
        resource_id=made.resource["id"],
        upload=file_of(text, name),
    )
    return made


def seen(series: Any) -> list[Observation]:
    return model.Session.query(Observation).filter_by(resource_id=series.resource["id"]).all()


def test_new_months_are_better_and_nothing_is_published_yet(series: Any) -> None:
    made = series.stage(series.months(1, 2, 3, 4, 5, 6))
    found = made["result"]
    assert made["state"] == "judged" and found["verdict"] == "better" and found["news"]
    assert (found["before"]["rows"], found["after"]["rows"]) == (20, 24)
    assert found["cells"]["added"] == 4 and found["cells"]["removed"] == 0
    assert found["added"] == []
    assert any("czerwiec 2026" in line for line in found["difference"]["pl"])
    assert len(seen(series)) == 1  # judged, not written down
    assert len(model.Session.query(Observation).filter_by(package_id=series.package["id"]).all()) == 1


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda months: months(1, 2, 3, 4, 5, rows=1), "volume_collapse"),
        (
            lambda months: months(1, 2, 3, 4, 5, 6).replace("miesiac;rejon;liczba", "okres;rejon;ile"),
            "schema_break",
        ),
        (lambda months: months(1, 2, 3, 4, 5, 6) + "9999-12-31;Rejon 1;5\n", "bad_dates"),
    ],
)
def test_a_fault_that_the_file_would_bring_is_told_before(series: Any, spoil: Any, code: str) -> None:
    found = series.stage(spoil(series.months))["result"]
    assert found["verdict"] in {"worse", "mixed"}
    assert code in {item["code"] for item in found["added"]}
    assert all(item["pl"][0] and item["en"][0] for item in found["added"])


def test_the_same_values_change_nothing(series: Any) -> None:
    found = series.stage("\ufeff" + series.months(1, 2, 3, 4, 5).replace("\n", "\r\n"))["result"]
    assert found["verdict"] == "same" and not found["news"]


def test_what_cannot_be_read_is_said(series: Any) -> None:
    found = series.stage("<!DOCTYPE html><html><body>Zaloguj się</body></html>")["result"]
    assert found["verdict"] == "unreadable"
    assert found["problems"][0]["pl"]


def test_personal_data_may_not_be_published(series: Any, call: Any) -> None:
    numbers = ["44051401359", "02070803628", "90090515836", "92071314764", "81100216357"]  # from textbooks
    text = "pesel;kwota\n" + "".join(f"{number};{place}\n" for place, number in enumerate(numbers))
    made = series.stage(text)
    assert made["result"]["verdict"] == "withheld"
    assert not any(number in str(made["result"]["added"]) for number in numbers)
    with pytest.raises(tk.ValidationError) as error:
        call("kielce_desk_publish", series.owner, id=made["id"])
    assert "id" in error.value.error_dict


def test_published_in_two_clicks(app: Any, series: Any, headers: Any, call: Any) -> None:
    upload = {"upload": (io.BytesIO(series.months(1, 2, 3, 4, 5, 6).encode()), "nowe.csv")}
    answer = app.post(
        f"/pulpit/zbior/{series.package['name']}/plik/{series.resource['id']}",
        headers=headers("owner"),
        data=upload,
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    assert "Lepszy od opublikowanego" in answer.body and "Opublikuj" in answer.body
    row = model.Session.query(Staged).filter_by(package_id=series.package["id"]).one()
    assert staging.path_of(row.id).is_file()
    done = app.post(f"/pulpit/podmiana/{row.id}/opublikuj", headers=headers("owner"), follow_redirects=True)
    assert "Opublikowano" in done.body
    resource = call("resource_show", series.owner, id=series.resource["id"])
    assert resource["url"].endswith("/nowe.csv") and resource["url_type"] == "upload"
    assert not staging.path_of(row.id).exists()
    from ckanext.kielce.quality.gather.observe import observe_package

    observe_package(series.package["id"])
    assert sorted(item.row_count for item in seen(series)) == [20, 24]


def test_thrown_away(series: Any, call: Any) -> None:
    made = series.stage(series.months(1, 2, 3, 4, 5, 6))
    call("kielce_desk_discard", series.owner, id=made["id"])
    assert not staging.path_of(made["id"]).exists()
    with pytest.raises(tk.ValidationError):
        call("kielce_desk_publish", series.owner, id=made["id"])
    assert call("resource_show", series.owner, id=series.resource["id"])["url"].endswith("/dane.csv")


def test_over_another_file_than_it_was_checked_against_it_is_not_published(
    series: Any, call: Any, file_of: Any
) -> None:
    made = series.stage(series.months(1, 2, 3, 4, 5, 6))
    call(
        "resource_patch",
        series.owner,
        id=series.resource["id"],
        upload=file_of(series.months(1, 2, 3, 4, 5, 6, 7), "inny.csv"),
    )
    with pytest.raises(tk.ValidationError):
        call("kielce_desk_publish", series.owner, id=made["id"])


def test_what_nobody_publishes_expires(series: Any, call: Any) -> None:
    made = series.stage(series.months(1, 2, 3, 4, 5, 6))
    row = model.Session.get(Staged, made["id"])
    row.expires_at = dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=1)
    model.Session.commit()
    assert call("kielce_desk_staged_show", series.owner, id=made["id"])["state"] == "expired"
    with pytest.raises(tk.ValidationError):
        call("kielce_desk_publish", series.owner, id=made["id"])
    queue = get_queue()
    booked = [queue.fetch_job(name) for name in queue.scheduled_job_registry.get_job_ids()]
    next(job for job in booked if job.func_name.endswith("expire_job")).perform()
    assert not staging.path_of(made["id"]).exists()
    assert model.Session.get(Staged, made["id"]).state == "expired"


def test_a_large_file_is_checked_in_the_background(
    series: Any, call: Any, monkeypatch: Any, ckan_config: Any
) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.kielce.desk.inline_bytes", 10)
    queued: list[Any] = []
    monkeypatch.setattr(tk, "enqueue_job", lambda function, args, **_more: queued.append((function, args)))
    made = series.stage(series.months(1, 2, 3, 4, 5, 6))
    assert made["state"] == "waiting"
    function, args = queued[-1]
    function(*args)
    assert call("kielce_desk_staged_show", series.owner, id=made["id"])["result"]["verdict"] == "better"


def test_too_large_and_empty_files_are_refused_with_the_remedy(
    series: Any, monkeypatch: Any, ckan_config: Any
) -> None:
    with pytest.raises(tk.ValidationError) as error:
        series.stage("")
    assert "upload" in error.value.error_dict
    monkeypatch.setitem(ckan_config, "ckan.max_resource_size", 1)
    with pytest.raises(tk.ValidationError) as error:
        series.stage("x" * 1_100_000)
    assert "1 MB" in error.value.error_dict["upload"][0]


@pytest.mark.parametrize("who", ["neighbour", "stranger", "auditor", "nobody"])
def test_nobody_else_checks_sees_or_publishes(town: Any, series: Any, call: Any, who: str) -> None:
    made = series.stage(series.months(1, 2, 3, 4, 5, 6))
    with pytest.raises(tk.NotAuthorized):
        series.stage(series.months(1), user=town.people[who])
    for action in ("kielce_desk_staged_show", "kielce_desk_publish", "kielce_desk_discard"):
        with pytest.raises(tk.NotAuthorized):
            call(action, town.people[who], id=made["id"])


def test_a_name_from_outside_becomes_no_path(series: Any) -> None:
    made = series.stage(series.months(1, 2, 3, 4, 5, 6), name="../../../etc/dane.csv")
    assert made["name"] == "dane.csv"
    assert staging.path_of(made["id"]).name == made["id"]
