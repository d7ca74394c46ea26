"""What those who look after a source see and do on its pages."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.kielce.harvest import overview, store, write
from ckanext.kielce.harvest.base import Record
from ckanext.kielce.harvest.model import HarvestRecord, HarvestRun, HarvestSourceState

from tests.harvest.ckan.helpers import Make, Rec
from tests.harvest.ckan.pages.helpers import LOG_IN, call, last_run, page

pytestmark = pytest.mark.ckan


def test_the_source_page_shows_runs_and_errors_by_cause(
    app: Any, source: Any, record: Rec, as_editor: dict[str, str]
) -> None:
    source.run(
        [
            record("a", "Ścieżki rowerowe"),
            record("b", "Przystanki"),
            Record("c", None, {"dataset": {"title": "Zły", "notes": "x", "domain": "nie-ma"}}),
            Record("d", None, {"refuse": True}),
        ]
    )
    shown = page(app, f"/harvest/{source.name}", as_editor)
    assert "Ostatnie uruchomienia" in shown and "Uruchom teraz" in shown
    assert "Rekord nie spełnia wymagań katalogu" in shown
    assert "Co pomoże:" in shown and "<strong>d</strong>" in shown
    assert "2 rekordy mają błędy" in shown
    assert f'href="{source.source.url}" rel="nofollow noreferrer">w źródle' in shown


def test_the_run_page_shows_changes_field_by_field(
    app: Any, source: Any, record: Rec, as_editor: dict[str, str]
) -> None:
    source.run([record("a", "Drogi dla rowerów"), record("b", "Przystanki"), record("n", "Nowy")])
    run = last_run(source)
    shown = page(app, f"/harvest/{source.name}/run/{run.id}", as_editor)
    assert "Tytuł:" in shown and "Ścieżki rowerowe" in shown and "Drogi dla rowerów" in shown
    only_new = page(app, f"/harvest/{source.name}/run/{run.id}?action=create", as_editor)
    assert "Nowy" in only_new and "Drogi dla rowerów" not in only_new
    page(app, f"/harvest/{source.name}/run/{run.id}", status=403)
    page(app, f"/harvest/inne-zrodlo/run/{run.id}", as_editor, status=404)


def test_a_dry_run_says_that_nothing_was_written(
    app: Any, source: Any, record: Rec, as_editor: dict[str, str]
) -> None:
    before = source.datasets()
    source.run([record("a", "Drogi dla rowerów"), record("b", "Przystanki")], dry_run=True)
    assert source.datasets() == before
    assert (last_run(source).state, last_run(source).outcome) == ("finished", "ok")
    shown = page(app, f"/harvest/{source.name}/run/{last_run(source).id}", as_editor)
    assert "To była próba" in shown and "Drogi dla rowerów" in shown


def test_a_refused_run_is_decided_on_the_page(
    app: Any, source: Any, record: Rec, as_editor: dict[str, str]
) -> None:
    source.run([])
    held = last_run(source)
    shown = page(app, f"/harvest/{source.name}", as_editor)
    assert "czeka na decyzję" in shown and "Przyjmij" in shown
    assert re.search(r"dotąd</dt>\s*<dd>2</dd>", shown)
    assert "Przyjmij" not in page(app, f"/harvest/{source.name}")
    app.post(f"/harvest/{source.name}/run/{held.id}/reject", status=403)
    app.post(f"/harvest/{source.name}/run/{held.id}/reject", headers=as_editor)
    assert last_run(source).outcome == "rejected"
    source.run([])
    app.post(f"/harvest/{source.name}/run/{last_run(source).id}/accept", headers=as_editor)
    records = model.Session.query(HarvestRecord).filter_by(source_id=source.id).all()
    assert {row.state for row in records} == {"missing"}
    after = page(app, f"/harvest/{source.name}", as_editor)
    assert "Czego źródło już nie ma" in after
    again = app.post(f"/harvest/{source.name}/run/{held.id}/accept", headers=as_editor)
    assert "nie czeka już na decyzję" in again.body


def test_a_held_run_shows_what_it_would_change_and_changes_nothing(
    app: Any, source: Any, record: Rec, as_editor: dict[str, str]
) -> None:
    more = [record(guid, f"Zbiór {guid}") for guid in "cdefg"]
    source.run([record("a", "Ścieżki rowerowe"), record("b", "Przystanki"), *more])
    source.run([record("a", "Inny tytuł")])
    held = last_run(source)
    assert held.state == "held"
    shown = page(app, f"/harvest/{source.name}/run/{held.id}", as_editor)
    assert "Inny tytuł</a>" in shown
    assert re.search(r"Tytuł:.*?<del>.*?Ścieżki rowerowe</del>.*?<ins>.*?Inny tytuł</ins>", shown), "by field"
    assert "Przystanki</a>" in shown and "Zbiór c</a>" in shown, "those that would be missing"
    assert source.datasets()["a"]["title"] == "Ścieżki rowerowe"
    app.post(f"/harvest/{source.name}/run/{held.id}/accept", headers=as_editor)
    while write.work("writer"):
        pass
    assert source.datasets()["a"]["title"] == "Inny tytuł", "what was shown is what is written"


def test_a_run_is_stopped_on_the_page(app: Any, source: Any, as_editor: dict[str, str]) -> None:
    app.post(f"/harvest/{source.name}/start", headers=as_editor)
    run = last_run(source)
    for path in (f"/harvest/{source.name}", f"/harvest/{source.name}/run/{run.id}"):
        assert "Zatrzymaj uruchomienie" in page(app, path, as_editor), path
    assert "Zatrzymaj uruchomienie" not in page(app, f"/harvest/{source.name}")
    app.post(f"/harvest/{source.name}/run/{run.id}/stop", status=403)
    stopped = app.post(f"/harvest/{source.name}/run/{run.id}/stop", headers=as_editor)
    assert "Zatrzymano. To, co zapisano, zostaje" in stopped.body
    assert last_run(source).outcome == "stopped"
    shown = page(app, f"/harvest/{source.name}", as_editor)
    assert "zatrzymano, zanim się skończyło" in shown and "Zatrzymaj uruchomienie" not in shown
    assert "Zatrzymane przez użytkownika" in page(app, f"/harvest/{source.name}/run/{run.id}", as_editor)
    again = app.post(f"/harvest/{source.name}/run/{run.id}/stop", headers=as_editor)
    assert "To uruchomienie już się skończyło" in again.body


def test_run_pause_and_schedule_from_the_page(app: Any, source: Any, as_editor: dict[str, str]) -> None:
    app.post(
        f"/harvest/{source.name}/pause", data={"paused": "true", "reason": "Przenosiny"}, headers=as_editor
    )
    shown = page(app, f"/harvest/{source.name}", as_editor)
    assert "wstrzymane" in shown and "Przenosiny" in shown
    assert "Przenosiny" not in page(app, f"/harvest/{source.name}")
    app.post(f"/harvest/{source.name}/pause", data={"paused": "false"}, headers=as_editor)

    form = {"kind": "weekly", "days": ["mon", "thu"], "time": "06:00"}
    app.post(f"/harvest/{source.name}/schedule", data=form, headers=as_editor)
    assert "w poniedziałki i czwartki o 6:00" in page(app, f"/harvest/{source.name}")
    wrong = app.post(
        f"/harvest/{source.name}/schedule", data={"kind": "monthly", "day": "40"}, headers=as_editor
    )
    assert "to nie harmonogram" in wrong.body
    assert overview.rows([source.id])[0].schedule == "weekly mon,thu 06:00"

    call("kielce_harvest_schedule_update", factories.Sysadmin(), id=source.name, schedule="")
    assert "codziennie o" in page(app, f"/harvest/{source.name}")
    tk.get_action("harvest_source_patch")(store.site_context(), {"id": source.id, "frequency": "MONTHLY"})
    assert "dnia miesiąca" in page(app, f"/harvest/{source.name}")
    state = model.Session.get(HarvestSourceState, source.id, populate_existing=True)
    assert state is not None and state.next_due is None, "set anew by the next round of housekeeping"

    app.post(f"/harvest/{source.name}/start", headers=as_editor)
    assert last_run(source).state == "queued"
    shown = page(app, f"/harvest/{source.name}", as_editor)
    assert "czeka w kolejce" in shown and 'http-equiv="refresh"' in shown
    assert "<progress" in page(app, f"/harvest/{source.name}/progress", as_editor)
    page(app, f"/harvest/{source.name}/progress", status=403)


def test_a_source_is_switched_off_and_on_again(app: Any, source: Any, as_editor: dict[str, str]) -> None:
    before = source.datasets()
    app.post(f"/harvest/{source.name}/switch", data={"active": "false"}, headers=as_editor)
    assert not source.source.active
    assert "wyłączone" in page(app, "/zrodla") and "wyłączone" in page(app, f"/harvest/{source.name}")
    shown = page(app, f"/harvest/{source.name}", as_editor)
    assert "Włącz źródło" in shown and "Uruchom teraz" not in shown
    with pytest.raises(tk.ValidationError):
        call("kielce_harvest_run_create", factories.Sysadmin(), id=source.name)
    app.post(f"/harvest/{source.name}/switch", data={"active": "true"}, headers=as_editor)
    model.Session.expire_all()
    assert source.source.active
    assert source.datasets() == before


def test_the_old_pages_lead_to_the_new_ones_and_do_nothing_by_a_link(
    app: Any, source: Any, editor: dict[str, Any], as_editor: dict[str, str]
) -> None:
    count = len(source.datasets())
    for path in ("admin", "about", "refresh", "clear", "delete"):
        answer = app.get(
            f"/harvest/{path}/{source.name}?clear=True", headers=as_editor, follow_redirects=False
        )
        assert answer.status_code == 302
        assert answer.headers["Location"].endswith(f"/harvest/{source.name}")
    assert len(source.datasets()) == count and source.source.active
    assert app.get("/harvest", follow_redirects=False).headers["Location"].endswith("/zrodla")
    with pytest.raises(tk.NotAuthorized):
        call("harvest_source_clear", factories.User(), id=source.id)


def test_progress_and_eta(source: Any) -> None:
    from ckanext.kielce.harvest import runlog

    now = overview.utc_now()
    run = HarvestRun(
        id="x",
        source_id=source.id,
        kind="run",
        state="reading",
        read=30,
        expected=120,
        created_at=now,
        started_at=now - dt.timedelta(seconds=10),
        counts={},
    )
    told = runlog.progress(run, now)
    assert told == {"phase": "reading", "done": 30, "total": 120, "share": 0.25, "eta_seconds": 30}
    run.expected = None
    told = runlog.progress(run, now)
    assert told is not None and told["share"] is None and told["eta_seconds"] is None
    run.state = "finished"
    assert runlog.progress(run, now) is None


# Values in words


def test_values_are_said_in_words(app: Any, source: Any) -> None:
    from ckanext.kielce.harvest import helpers

    monthly = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
    with app.flask_app.test_request_context("/"):
        said = {
            "address": helpers.kielce_harvest_value(monthly),
            "unit": helpers.kielce_harvest_value(source.org["id"], "owner_org"),
            "tags": helpers.kielce_harvest_value('[{"name": "rowery"}, {"name": "drogi"}]'),
            "long": helpers.kielce_harvest_value("x" * 1000),
            "time": helpers.kielce_harvest_duration(7805),
        }
        fields = [
            helpers.kielce_harvest_field(name)
            for name in ("notes", "resources/Rok 2024", "resources/Rok 2024/url", "nowe")
        ]
    assert said["address"] in ("co miesiąc", "monthly", "every month")
    assert said["unit"] == source.org["title"] and said["tags"] == "rowery; drogi"
    assert len(said["long"]) <= helpers.VALUE_LENGTH + 1
    assert said["time"].replace("\u00a0", " ") in ("2 godz. 10 min", "2 h 10 min")
    assert fields[3] == "nowe" and "Rok 2024" in fields[1] and fields[2].startswith(fields[1])


# The form of a source


def test_a_source_is_made_and_edited_in_polish(
    app: Any, harvest: Make, as_editor: dict[str, str], editor: dict[str, Any]
) -> None:
    org = harvest().org
    tk.get_action("organization_member_create")(
        store.site_context(), {"id": org["id"], "username": editor["name"], "role": "editor"}
    )
    shown = page(app, "/harvest/new", as_editor)
    for words in ("Rodzaj źródła", "Jak często czytać", "Zapisz źródło", "Krótka nazwa w adresie"):
        assert words in shown
    assert "Source type" not in shown and "Save" not in re.sub(r'value="Save"', "", shown)
    form = {
        "title": "Źródło pod Łysicą",
        "url": LOG_IN,
        "source_type": "list",
        "frequency": "WEEKLY",
        "owner_org": org["id"],
        "config": "",
        "name": "",
        "save": "Save",
    }
    refused = app.post("/harvest/new", data=form, headers=as_editor)
    assert "W adresie jest nazwa użytkownika" in refused.body and "Źródło pod Łysicą" in refused.body
    wrong = {**form, "url": "http://lysica.example/", "config": '{"organisation": "mzd"}'}
    refused = app.post("/harvest/new", data=wrong, headers=as_editor)
    assert "czy chodzi o „organization”?" in refused.body
    made = app.post(
        "/harvest/new",
        data={**form, "url": "http://lysica.example/"},
        headers=as_editor,
        follow_redirects=False,
    )
    assert made.status_code == 302 and made.headers["Location"].endswith("/harvest/zrodlo-pod-lysica")
    edit = page(app, "/harvest/edit/zrodlo-pod-lysica", as_editor)
    assert "Edycja źródła" in edit and 'value="zrodlo-pod-lysica"' in edit
    app.post(
        "/harvest/edit/zrodlo-pod-lysica",
        data={**form, "url": "http://lysica.example/", "name": "zrodlo-pod-lysica", "notes": "Nowy opis"},
        headers=as_editor,
    )
    assert "Nowy opis" in page(app, "/harvest/zrodlo-pod-lysica")
