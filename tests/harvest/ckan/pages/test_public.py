"""What everybody sees of sources, and what nobody may: errors, settings, passwords."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.kielce.harvest import overview, store
from ckanext.kielce.harvest.base import SourceError
from ckanext.kielce.harvest.model import HarvestDay

from tests.harvest.ckan.helpers import Make
from tests.harvest.ckan.pages.helpers import LOG_IN, call, last_run, page

pytestmark = pytest.mark.ckan


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
