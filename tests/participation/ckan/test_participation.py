"""Reports, requests and reuses in a real CKAN."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce kielce_notify kielce_participation scheming_datasets"),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_queues"),
]
LONG = "W wierszu 12 jest 1200, a powinno być 12."


@pytest.fixture(autouse=True)
def tables(with_plugins: None, clean_db: None, migrate_db_for: Any) -> None:
    migrate_db_for("kielce_notify")
    migrate_db_for("kielce_participation")
    from ckan.lib.redis import connect_to_redis

    connection = connect_to_redis()
    for key in connection.scan_iter("*:kielce:participation:*"):
        connection.delete(key)


@pytest.fixture
def unit() -> dict[str, Any]:
    return factories.Organization(extras=[{"key": "email", "value": "dane@mzd.example"}])


@pytest.fixture
def dataset(unit: dict[str, Any]) -> dict[str, Any]:
    return factories.Dataset(
        owner_org=unit["id"], title="Drogi", title_en="Roads", domain="transport", notes="Drogi miasta"
    )


def anonymous(action: str, **params: Any) -> Any:
    return tk.get_action(action)({"user": "", "ignore_auth": False}, params)


def report(dataset: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return anonymous(
        "kielce_participation_submit",
        **{"kind": "problem", "title": "Zła liczba", "text": LONG, "datasets": dataset["name"], **fields},
    )


def mails() -> list[tuple[str, str]]:
    from ckanext.kielce.notify.model import Message

    query = sa.select(Message.recipient_email, Message.topic).order_by(Message.created_at)
    return [tuple(row) for row in model.Session.execute(query)]


def test_a_report_waits_for_the_unit_and_is_seen_by_nobody_else(dataset: Any, unit: Any) -> None:
    made = report(dataset, email="ktos@example.org")
    assert made["state"] == "received"
    assert anonymous("kielce_participation_list")["count"] == 0
    with pytest.raises(tk.NotAuthorized):
        anonymous("kielce_participation_show", id=str(made["number"]))
    shown = anonymous("kielce_participation_show", id=made["id"])
    assert (shown["text"], shown["unit"]["name"]) == (LONG, unit["name"])
    assert "email" not in shown
    assert mails() == [
        ("dane@mzd.example", "participation.received"),
        ("ktos@example.org", "participation.thanks"),
    ]


def test_the_answer_is_due_in_fourteen_days_of_warsaw(dataset: Any) -> None:
    made = report(dataset)
    from zoneinfo import ZoneInfo

    today = dt.datetime.now(ZoneInfo("Europe/Warsaw")).date()
    assert made["due_on"] == (today + dt.timedelta(days=14)).isoformat()


def test_an_editor_of_the_unit_answers_and_everyone_sees_it(dataset: Any, unit: Any) -> None:
    made = report(dataset, email="ktos@example.org")
    editor = factories.User()
    helpers.call_action("organization_member_create", id=unit["id"], username=editor["name"], role="editor")
    context = {"user": editor["name"], "ignore_auth": False}
    assert tk.get_action("kielce_participation_list")(dict(context), {})["count"] == 1
    decided = tk.get_action("kielce_participation_decide")(
        dict(context), {"id": made["id"], "state": "answered", "answer": "Poprawione.", "public": True}
    )
    assert (decided["state"], decided["answer"], decided["public"]) == ("answered", "Poprawione.", True)
    (listed,) = anonymous("kielce_participation_list", dataset=dataset["name"])["results"]
    assert (listed["number"], listed["open"]) == (made["number"], False)
    assert mails()[-1] == ("ktos@example.org", "participation.moved")


def test_an_editor_of_another_unit_and_a_stranger_may_not_answer(dataset: Any) -> None:
    made = report(dataset)
    other, user = factories.Organization(), factories.User()
    helpers.call_action("organization_member_create", id=other["id"], username=user["name"], role="admin")
    for name in (user["name"], ""):
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("kielce_participation_decide")(
                {"user": name, "ignore_auth": False}, {"id": made["id"], "state": "in_progress"}
            )
    assert tk.get_action("kielce_participation_list")({"user": user["name"]}, {})["count"] == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "krótko"}, "text"),
        ({"title": "x"}, "title"),
        ({"datasets": "nie-ma-takiego"}, "datasets"),
        ({"datasets": ""}, "datasets"),
        ({"email": "to nie adres"}, "email"),
        ({"kind": "spam"}, "kind"),
        ({"kind": "reuse"}, "url"),
        ({"kind": "reuse", "url": "javascript:alert(1)"}, "url"),
        ({"text": "x" * 5001}, "text"),
        ({"kind": "request", "unit": "nie-ma"}, "unit"),
    ],
)
def test_bad_input_names_the_field_and_keeps_nothing(dataset: Any, fields: Any, field: str) -> None:
    with pytest.raises(tk.ValidationError) as error:
        report(dataset, **fields)
    assert list(error.value.error_dict) == [field]
    from ckanext.kielce.participation.model import Submission

    assert model.Session.query(Submission).count() == 0
    assert mails() == []


def test_a_dataset_is_named_by_the_address_of_its_page_as_well(dataset: Any) -> None:
    name = dataset["name"]
    for given in (f"https://dane.example/en/dataset/{name}?page=2#rows", f"/dataset/{name}/", name):
        made = report(dataset, datasets=given)
        (shown,) = anonymous("kielce_participation_show", id=made["id"])["datasets"]
        assert shown["name"] == name, given


def test_english_pages_name_the_dataset_in_english(app: Any, dataset: Any) -> None:
    made = report(dataset)
    for lang, title in (("pl", "Drogi"), ("en", "Roads")):
        shown = anonymous("kielce_participation_show", id=made["id"], lang=lang)
        assert shown["datasets"] == [{"name": dataset["name"], "title": title}]
    assert "“Roads”" in app.get(f"/en/zglos?datasets={dataset['name']}").body


def test_a_private_dataset_can_not_be_told_from_none(unit: Any) -> None:
    private = factories.Dataset(owner_org=unit["id"], private=True, domain="transport", notes="x")
    with pytest.raises(tk.ValidationError) as error:
        report(private)
    assert list(error.value.error_dict) == ["datasets"]


def test_an_answer_needs_words_and_a_reuse_can_not_be_answered(dataset: Any) -> None:
    admin = {"user": factories.Sysadmin()["name"]}
    made = report(dataset)
    with pytest.raises(tk.ValidationError, match="answer"):
        tk.get_action("kielce_participation_decide")(dict(admin), {"id": made["id"], "state": "answered"})
    reuse = report(dataset, kind="reuse", url="https://mapa.example/drogi")
    assert reuse["due_on"] is None
    with pytest.raises(tk.ValidationError, match="state"):
        tk.get_action("kielce_participation_decide")(
            dict(admin), {"id": reuse["id"], "state": "answered", "answer": "tak"}
        )


def test_the_daily_round_reminds_once_and_erases_addresses(dataset: Any) -> None:
    from ckanext.kielce.participation import jobs, store

    made = report(dataset, email="ktos@example.org")
    row, _by_id = store.get(made["id"])
    row.due_on = dt.date(2026, 1, 1)
    model.Session.commit()
    assert jobs.daily_round() == {"late": 1, "erased": 0}
    assert jobs.daily_round() == {"late": 0, "erased": 0}
    assert [topic for _to, topic in mails()].count("participation.late") == 1
    row, _by_id = store.get(made["id"])
    row.state, row.answered_at = "answered", store.now() - dt.timedelta(days=31)
    model.Session.commit()
    assert jobs.daily_round()["erased"] == 1
    row, _by_id = store.get(made["id"])
    model.Session.refresh(row)
    assert row.email is None


def test_a_limit_a_day_for_each_address(app: Any, dataset: Any, ckan_config: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.kielce.participation.a_day", 2)
    given = {"kind": "request", "title": "Psy w mieście", "text": "Ile psów jest na osiedlach?"}
    codes = [
        app.post("/api/3/action/kielce_participation_submit", json=given, status=None).status_code
        for _ in range(3)
    ]
    assert codes == [200, 200, 409]


def test_the_form_is_sent_without_an_account_or_a_session(app: Any, dataset: Any, monkeypatch: Any) -> None:
    from ckanext.kielce.participation import views

    page = app.get(f"/zglos?datasets={dataset['name']}")
    assert "Set-Cookie" not in page.headers
    assert "no-store" in page.headers["Cache-Control"]
    stamp = re.search(r'name="stamp" value="([^"]+)"', page.body).group(1)
    form = {"title": "Zła liczba", "text": LONG, "datasets": dataset["name"], "stamp": stamp}
    assert "very fast" in app.post("/en/zglos", data=form, status=400).body
    assert "hidden field" in app.post("/en/zglos", data={**form, "website": "x"}, status=400).body
    assert "open for too long" in app.post("/en/zglos", data={**form, "stamp": "x"}, status=400).body
    monkeypatch.setattr(views, "LEAST_SECONDS", 0)
    sent = app.post("/zglos", data=form, follow_redirects=False)
    assert sent.status_code == 302
    shown = app.get(sent.headers["Location"])
    assert LONG in shown.body
    assert shown.headers["X-Robots-Tag"] == "noindex"


def test_public_matters_and_reuses_are_on_the_dataset_page(app: Any, dataset: Any) -> None:
    admin = {"user": factories.Sysadmin()["name"]}
    made = report(dataset, title="Dziura w danych <b>1</b>")
    reuse = report(dataset, kind="reuse", title="Mapa dziur", url="https://mapa.example/dziury", what="app")
    assert "Dziura" not in app.get(f"/dataset/{dataset['name']}").body
    for item, state in ((made, "in_progress"), (reuse, "accepted")):
        tk.get_action("kielce_participation_decide")(
            dict(admin), {"id": item["id"], "state": state, "public": True}
        )
    page = app.get(f"/dataset/{dataset['name']}").body
    assert "Dziura w danych &lt;b&gt;1&lt;/b&gt;" in page
    assert "https://mapa.example/dziury" in page
    assert "Mapa dziur" in app.get("/zastosowania").body
    assert "Dziura" in app.get("/pytania?state=open&kind=problem").body
    assert "Dziura" not in app.get("/pytania?state=answered").body
    assert app.get(f"/pytania/{made['number']}").status_code == 200


def test_caches_forget_the_pages_on_which_a_public_matter_stands(dataset: Any) -> None:
    from ckanext.kielce.common import changes

    admin = {"user": factories.Sysadmin()["name"]}
    made = report(dataset)
    forgotten: list[Any] = []

    def hear(_sender: Any, package_ids: Any) -> None:
        forgotten.append(package_ids)

    with changes.changed.connected_to(hear):
        for public in (False, True, False):
            tk.get_action("kielce_participation_decide")(dict(admin), {"id": made["id"], "public": public})
    # What nobody saw is no change; what is shown or hidden is.
    assert forgotten == [[dataset["id"]], [dataset["id"]]]


def test_a_refused_answer_is_named_and_stays_in_the_form(app: Any, dataset: Any, monkeypatch: Any) -> None:
    from ckanext.kielce.participation.kinds import table

    made = report(dataset)
    headers = {"Authorization": factories.SysadminWithToken()["token"]}
    monkeypatch.setitem(table()["lengths"], "answer", [0, 5])
    form = {"answer": "Za długie", "state": "answered", "public": "1"}
    page = app.post(f"/pytania/{made['id']}/odpowiedz", data=form, headers=headers, status=400).body
    assert "Za długie</textarea>" in page
    assert 'id="answer-error"' in page
    assert '<option value="answered" selected>' in page


def test_a_search_that_finds_nothing_leads_to_the_request_with_its_words(app: Any, dataset: Any) -> None:
    page = app.get("/dataset?q=qqqqxyz").body
    address = re.search(r'href="(/popros-o-dane\?[^"]+)"', page).group(1)
    assert 'value="qqqqxyz"' in app.get(address).body
    assert "/popros-o-dane" in app.get("/").body


def test_answering_on_the_page_needs_a_log_in(app: Any, dataset: Any) -> None:
    made = report(dataset)
    sent = app.post(f"/pytania/{made['id']}/odpowiedz", data={"answer": "x"}, follow_redirects=False)
    assert sent.status_code in (400, 403)
    assert "Answer it" not in app.get(f"/en/pytania/sprawa/{made['id']}").body


@pytest.mark.parametrize(
    "path",
    ["/pytania?page=-3", "/pytania?page=99999999999999999999", "/pytania?state=%00", "/pytania/999999"],
)
def test_odd_addresses_are_no_fault_of_ours(app: Any, path: str) -> None:
    assert app.get(path, status=None).status_code in (200, 404)


def test_upgrade_makes_the_table_that_the_model_describes() -> None:
    from ckanext.kielce.participation.model import Submission

    inspector = sa.inspect(model.meta.engine)
    name = Submission.__tablename__
    assert {column["name"]: column["nullable"] for column in inspector.get_columns(name)} == {
        column.name: column.nullable for column in Submission.__table__.columns
    }
    assert {
        index["name"] for index in inspector.get_indexes(name) if not index.get("duplicates_constraint")
    } == {index.name for index in Submission.__table__.indexes}
