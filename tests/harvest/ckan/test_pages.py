"""Pages, actions and commands about sources: what everybody sees, what those who look after a source see and can do."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import ckan.plugins
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import _get_test_app
from ckanext.kielce.harvest import overview, runs, store
from ckanext.kielce.harvest.base import Record, RecordError, SourceError
from ckanext.kielce.harvest.model import HarvestDay, HarvestRecord, HarvestRun, HarvestSourceState
from click.testing import CliRunner, Result

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
Rec = Callable[..., Record]
LOG_IN = "http://jan:tajne@zrodlo.example/"


@pytest.fixture(scope="module")
def app(list_plugin: None) -> Any:
    """The portal, made once a module; making it loads the ini's plugins anew, so the list harvester comes after."""
    made = _get_test_app()
    ckan.plugins.load("list_harvest")
    return made


@pytest.fixture
def harvest(app: Any, harvest: Make) -> Make:
    return harvest


@pytest.fixture
def editor(app: Any) -> dict[str, Any]:
    return factories.UserWithToken()


@pytest.fixture
def source(harvest: Make, record: Rec, editor: dict[str, Any]) -> Any:
    """A source with two datasets, which ``editor`` looks after."""
    made = harvest()
    tk.get_action("organization_member_create")(
        store.site_context(), {"id": made.org["id"], "username": editor["name"], "role": "editor"}
    )
    made.run([record("a", "Ścieżki rowerowe"), record("b", "Przystanki")])
    return made


@pytest.fixture
def as_editor(editor: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": editor["token"]}


def page(app: Any, path: str, headers: dict[str, str] | None = None, status: int = 200) -> str:
    answer = app.get(path, headers=headers or {}, status=status, follow_redirects=False)
    return re.sub(r"\s+", " ", answer.body.replace("\u00a0", " "))


def as_user(user: dict[str, Any]) -> dict[str, Any]:
    return {"user": user["name"], "ignore_auth": False}


def anonymous() -> dict[str, Any]:
    return {"user": "", "ignore_auth": False}


def call(name: str, user: dict[str, Any] | None, **data: Any) -> Any:
    return tk.get_action(name)(as_user(user) if user else anonymous(), data)


# What everybody sees


def test_everybody_sees_what_a_source_promises_and_kept(app: Any, source: Any) -> None:
    today = overview.utc_now().astimezone(overview.WARSAW).date()
    for back, kept in ((1, 1), (2, 0), (3, 1), (4, 1)):
        model.Session.add(
            HarvestDay(source_id=source.id, day=today - dt.timedelta(days=back), due=1, kept=kept)
        )
    model.Session.commit()
    shown = page(app, f"/harvest/{source.name}")
    assert "codziennie o" in shown and "W ciągu 90 dni: 3 z 4 odczytań na czas (75 %)." in shown
    assert "Ścieżki rowerowe" in shown and "Przystanki" in shown
    assert 'role="img"' in shown and "Zabrakło:" in shown
    for private in (
        "Uruchom teraz",
        "Ostatnie uruchomienia",
        "Steruj",
        '<form method="post" action="/harvest',
    ):
        assert private not in shown
    listed = page(app, "/zrodla")
    assert source.name in listed and "3 z 4" in listed
    assert (
        page(app, "/en/zrodla").count("3 of 4 readings on time") == 2
    )  # the figure and its text alternative


def test_the_public_action_quotes_no_error_and_no_setting(source: Any) -> None:
    source.run(SourceError("http://10.0.0.7/wewnetrzny does not answer"))
    told = json.dumps(call("kielce_harvest_source_show", None, id=source.name), ensure_ascii=False)
    assert "10.0.0.7" not in told and '"details": false' in told and "remedy" not in told
    assert "config" not in told
    with pytest.raises(tk.NotAuthorized):
        call("kielce_harvest_run_show", None, id=last_run(source).id)
    stranger = factories.User()
    assert call("kielce_harvest_source_show", stranger, id=source.name)["details"] is False
    with pytest.raises(tk.NotAuthorized):
        call("kielce_harvest_run_create", stranger, id=source.name)


def test_the_actions_of_ckanext_harvest_quote_no_error_either(source: Any, editor: dict[str, Any]) -> None:
    source.run(SourceError("http://10.0.0.7/wewnetrzny does not answer"))
    for name, data in (
        ("harvest_source_show", {"id": source.name}),
        ("package_show", {"id": source.name}),
        ("harvest_source_show_status", {"id": source.id}),
        ("harvest_source_list", {"return_last_job_status": True}),
        ("package_search", {"fq": "dataset_type:harvest"}),
    ):
        assert "10.0.0.7" not in json.dumps(call(name, None, **data), default=str), name
    assert call("package_search", None, q="wewnetrzny", fq="dataset_type:harvest")["count"] == 0


@pytest.mark.parametrize(
    "name",
    ["kielce_harvest_run_create", "kielce_harvest_source_pause", "kielce_harvest_schedule_update"],
)
def test_strangers_steer_nothing(source: Any, name: str) -> None:
    for user in (None, factories.User()):
        with pytest.raises(tk.NotAuthorized):
            call(name, user, id=source.name)


# What those who look after it see and do


def last_run(source: Any) -> HarvestRun:
    model.Session.expire_all()
    return (
        model.Session.query(HarvestRun)
        .filter_by(source_id=source.id)
        .order_by(HarvestRun.created_at.desc())
        .first()
    )


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


def test_a_held_run_names_datasets_that_it_has_not_written(
    app: Any, source: Any, record: Rec, as_editor: dict[str, str]
) -> None:
    more = [record(guid, f"Zbiór {guid}") for guid in "cdefg"]
    source.run([record("a", "Ścieżki rowerowe"), record("b", "Przystanki"), *more])
    source.run([record("a", "Inny tytuł")])
    held = last_run(source)
    assert held.state == "held"
    shown = page(app, f"/harvest/{source.name}/run/{held.id}", as_editor)
    assert "Ścieżki rowerowe</a>" in shown and "będzie wiadomo, gdy rekord zostanie zapisany" in shown
    assert "Przystanki</a>" in shown and "Zbiór c</a>" in shown, "those that would be missing"


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
        call(
            "harvest_source_clear",
            {"name": source.org["users"][0]["name"]} if False else factories.User(),
            id=source.id,
        )


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


def test_the_list_costs_the_same_queries_for_many_sources(harvest: Make) -> None:
    import sqlalchemy as sa

    def cost() -> int:
        seen: list[str] = []
        listener = lambda *given: seen.append(given[2])  # noqa: E731
        sa.event.listen(model.meta.engine, "before_cursor_execute", listener)
        try:
            call("kielce_harvest_source_list", None)
        finally:
            sa.event.remove(model.meta.engine, "before_cursor_execute", listener)
        return len(seen)

    harvest()
    one = cost()
    for _number in range(3):
        harvest()
    assert cost() <= one


# No password in public


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", LOG_IN),
        ("url", "https://zrodlo.example/ows?api_key=tajne"),
        ("config", json.dumps({"rights": f"zob. {LOG_IN}"})),
    ],
)
def test_a_password_in_address_or_settings_is_refused(
    harvest: Make, field: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = harvest()
    shown = tk.get_action("package_show")(store.site_context(), {"id": made.id})
    for action, data in (
        ("harvest_source_update", {**shown, field: value}),
        ("package_patch", {"id": made.id, field: value}),
        ("harvest_source_create", {**shown, "id": None, "name": f"{made.name}-2", field: value}),
    ):
        with pytest.raises(tk.ValidationError) as refused:
            tk.get_action(action)(store.site_context(), data)
        assert "secret" in str(refused.value.error_dict), action
    assert "tajne" not in (made.source.url + (made.source.config or ""))
    assert "tajne" not in caplog.text


def test_an_address_saved_before_is_shown_without_its_password(app: Any, harvest: Make) -> None:
    made = harvest()
    made.source.url = LOG_IN
    model.Package.get(made.id).url = LOG_IN
    model.Session.commit()
    for told in (
        page(app, f"/harvest/{made.name}"),
        page(app, "/zrodla"),
        json.dumps(call("package_show", None, id=made.id), default=str),
        json.dumps(call("harvest_source_show", None, id=made.id), default=str),
        json.dumps(call("harvest_source_list", None), default=str),
        json.dumps(call("kielce_harvest_source_list", None), default=str),
    ):
        assert "tajne" not in told


# Old addresses


@pytest.mark.parametrize("kind", ["dataset", "indicator"])
def test_a_renamed_dataset_is_found_at_its_old_address(
    app: Any, harvest: Make, record: Rec, kind: str
) -> None:
    made = harvest()
    made.run([record("a", "Zbiór o starym adresie")])
    pkg = made.datasets()["a"]
    new = f"{pkg['name']}-nowy"
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "name": new})
    moved = app.get(f"/{kind}/{pkg['name']}?q=1", follow_redirects=False)
    assert moved.status_code == 301 and moved.headers["Location"].endswith(f"/{kind}/{new}?q=1")
    english = app.get(f"/en/{kind}/{pkg['name']}", follow_redirects=False)
    assert english.status_code == 301 and f"/en/{kind}/{new}" in english.headers["Location"]
    answer = app.get(f"/api/3/action/package_show?id={pkg['name']}")
    assert json.loads(answer.body)["result"]["name"] == new

    # back again: both addresses work, and neither turns in circles
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "name": pkg["name"]})
    assert app.get(f"/dataset/{pkg['name']}", follow_redirects=False).status_code == 200
    assert app.get(f"/dataset/{new}", follow_redirects=False).status_code == 301


def test_an_old_address_gives_no_private_dataset_away(app: Any, harvest: Make, record: Rec) -> None:
    made = harvest()
    made.run([record("a", "Zbiór poufny")])
    pkg = made.datasets()["a"]
    tk.get_action("package_patch")(
        store.site_context(), {"id": pkg["id"], "name": "tajny-nowy-adres", "private": True}
    )
    for path in (f"/dataset/{pkg['name']}", f"/api/3/action/package_show?id={pkg['name']}"):
        answer = app.get(path, follow_redirects=False)
        assert answer.status_code in (403, 404) and "tajny-nowy-adres" not in answer.body
    assert app.get("/dataset/nigdy-nie-bylo", follow_redirects=False).status_code == 404


# On the dataset's page


def test_the_dataset_names_its_sources_and_when_they_had_it(app: Any, source: Any) -> None:
    pkg = source.datasets()["a"]
    shown = page(app, f"/dataset/{pkg['name']}")
    assert "Źródła tego zbioru" in shown and f"/harvest/{source.name}" in shown
    assert "Przywróć wartość źródła" not in shown


def test_an_archived_dataset_says_so(app: Any, source: Any) -> None:
    pkg = source.datasets()["a"]
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "archived": "2026-11-03"})
    assert "Od 3 listopada 2026 źródło nie ma już tych danych" in page(app, f"/dataset/{pkg['name']}")


def test_one_click_gives_the_source_its_field_back(
    app: Any, source: Any, record: Rec, editor: dict[str, Any], as_editor: dict[str, str]
) -> None:
    pkg = source.datasets()["a"]
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "notes": "Nasz lepszy opis"})
    found = call("kielce_harvest_curated_show", editor, id=pkg["name"])
    assert [(row["field"], row["our_value"], row["source_value"]) for row in found["fields"]] == [
        ("notes", "Nasz lepszy opis", "Opis")
    ]
    with pytest.raises(tk.NotAuthorized):
        call("kielce_harvest_curated_show", None, id=pkg["name"])
    shown = page(app, f"/dataset/{pkg['name']}", as_editor)
    assert "Przywróć wartość źródła" in shown and "Nasz lepszy opis" in shown
    app.post(f"/dataset/{pkg['id']}/restore", data={"field": "notes"}, status=403)
    app.post(f"/dataset/{pkg['id']}/restore", data={"field": "notes"}, headers=as_editor)
    assert source.datasets()["a"]["notes"] == "Opis"
    assert call("kielce_harvest_curated_show", editor, id=pkg["name"])["fields"] == []
    with pytest.raises(tk.ValidationError):
        call("kielce_harvest_field_restore", editor, id=pkg["name"], field="legal_basis")


# Commands


@pytest.fixture
def cli(app: Any) -> Callable[..., Result]:
    from ckanext.kielce.harvest import cli as commands

    return lambda *words: CliRunner().invoke(commands.harvest, list(words), catch_exceptions=False)


def test_commands_show_run_and_decide(
    cli: Callable[..., Result], source: Any, harvester: Any, record: Rec
) -> None:
    assert source.name in cli("sources").output
    assert json.loads(cli("show", source.name, "--json").output)["name"] == source.name

    harvester.answer = [record("a", "Drogi dla rowerów"), record("b", "Przystanki")]
    tried = cli("dry-run", source.name, "--inline")
    assert tried.exit_code == 0 and "title: Ścieżki rowerowe -> Drogi dla rowerów" in tried.output
    assert source.datasets()["a"]["title"] == "Ścieżki rowerowe"

    done = cli("run", source.name, "--inline", "--json")
    assert json.loads(done.output)[source.name]["counts"]["change"] == 1

    harvester.answer = []
    refused = cli("run", source.name, "--inline")
    assert refused.exit_code == 4 and "refused" in refused.output
    rejected = cli("reject", source.name)
    assert rejected.exit_code == 0, rejected.output
    assert cli("reject", source.name).exit_code == 1
    harvester.answer = RecordError("broken")
    assert cli("run", source.name, "--inline").exit_code in (1, 4)
    assert "rejected" in cli("runs", source.name).output


def test_commands_pause_and_schedule(cli: Callable[..., Result], source: Any) -> None:
    assert cli("pause", source.name, "--reason", "Przenosiny").exit_code == 0
    assert "Przenosiny" in cli("show", source.name).output
    assert source.name not in json.loads(cli("run", "--all", "--json").output)
    assert cli("resume", source.name).exit_code == 0
    told = json.loads(cli("schedule", source.name, "weekly mon,thu 6:00", "--json").output)
    assert told["schedule"] == "weekly mon,thu 06:00" and told["next_due"]
    wrong = cli("schedule", source.name, "now and then")
    assert wrong.exit_code == 1 and "daily 03:15" in wrong.output
    assert cli("schedule", source.name, "--reset").output.startswith("daily 0")
    unknown = cli("show", "no-such-source")
    assert unknown.exit_code == 1 and source.name in unknown.output


def test_waiting_is_given_up_in_time(cli: Callable[..., Result], source: Any) -> None:
    waited = cli("run", source.name, "--wait", "--timeout", "0")
    assert waited.exit_code == 3
    assert runs.under_way(source.id) is not None


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
