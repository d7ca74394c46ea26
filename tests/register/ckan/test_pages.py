"""The register's pages, with all plugins of the portal."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckanext.kielce.register.model import Change, Entry

pytestmark = [pytest.mark.ckan, pytest.mark.usefixtures("with_plugins", "non_clean_db")]


@pytest.fixture(autouse=True)
def tables(with_plugins, non_clean_db, migrate_db_for):
    migrate_db_for("kielce_register")
    with model.meta.engine.begin() as connection:
        connection.execute(sa.delete(Entry))
        connection.execute(sa.delete(Change))


@pytest.fixture
def headers():
    user = factories.UserWithToken()
    factories.Organization(
        name="mzd-proba", title="MZD na próbę", users=[{"name": user["name"], "capacity": "editor"}]
    )
    yield {"Authorization": user["token"]}
    model.Session.execute(
        sa.text("UPDATE \"group\" SET name = name || '-' || id, state = 'deleted' WHERE name = 'mzd-proba'")
    )
    model.Session.commit()


FORM = {"title": "Zajęcia pasa drogowego", "unit": "mzd-proba", "tier": "internal", "contact": "Jan Kowalski", "public": "true",
        "cost": "2", "obstacles": ["personal_data"], "planned": "2027-06"}  # fmt: skip


def entries():
    model.Session.expire_all()
    return list(model.Session.scalars(sa.select(Entry)))


def test_a_form_makes_an_entry_and_changes_it(app, headers):
    page = app.post("/rejestr/nowy", data=FORM, headers=headers)
    assert "Zapisano" in page.body and "Jan Kowalski" in page.body
    (entry,) = entries()
    assert (entry.criteria, entry.obstacles, str(entry.planned)) == (
        {"cost": 2},
        ["personal_data"],
        "2027-06-30",
    )
    form = app.get(f"/rejestr/{entry.id}/edycja", headers=headers).body
    assert 'value="2027-06-30"' in form and 'name="cost" value="2" checked' in form
    app.post(f"/rejestr/{entry.id}/edycja", data={**FORM, "cost": "", "title": "Inny"}, headers=headers)
    (entry,) = entries()
    assert (entry.criteria, entry.title) == ({}, "Inny")


def test_a_bad_form_keeps_what_was_typed_and_says_what_is_wrong(app, headers):
    page = app.post(
        "/rejestr/nowy", data={**FORM, "planned": "wkrótce", "tier": ""}, headers=headers, status=422
    )
    assert "to nie data" in page.body and 'value="wkrótce"' in page.body
    assert entries() == []


def test_the_public_pages_name_no_person(app, headers):
    app.post("/rejestr/nowy", data=FORM, headers=headers)
    (entry,) = entries()
    for path in ("/rejestr", f"/rejestr/{entry.id}", "/rejestr.csv", f"/en/rejestr/{entry.id}"):
        body = app.get(path).body
        assert "Zajęcia pasa drogowego" in body
        assert "Kowalski" not in body
    assert "edycja" not in app.get(f"/rejestr/{entry.id}").body
    listed = app.get("/rejestr.csv", headers=headers).body
    assert "Kowalski" in listed


def test_filters_are_in_the_address_and_nonsense_is_no_error(app, headers):
    app.post("/rejestr/nowy", data=FORM, headers=headers)
    assert "Zajęcia pasa" in app.get("/rejestr?tier=internal&q=pasa&planned=later&sort=planned").body
    assert "Zajęcia pasa" not in app.get("/rejestr?tier=open").body
    app.get("/rejestr?tier=%00&sort=drop&page=-1&planned=x&obstacle=y&unit=nie&q=%25_")
    assert "Zajęcia pasa" not in app.get("/rejestr.csv?unit=nie-ma").body


def test_what_is_not_public_is_not_there_for_others(app, headers):
    app.post("/rejestr/nowy", data={**FORM, "public": ""}, headers=headers)
    (entry,) = entries()
    app.get(f"/rejestr/{entry.id}", status=404)
    app.get(f"/rejestr/{entry.id}", headers=headers, status=200)
    app.get("/rejestr/nie-ma", status=404)


def test_forms_are_for_those_who_keep_the_register(app, headers):
    app.post("/rejestr/nowy", data=FORM, headers=headers)
    (entry,) = entries()
    stranger = {"Authorization": factories.UserWithToken()["token"]}
    for path in ("/rejestr/nowy", "/rejestr/lista", f"/rejestr/{entry.id}/edycja"):
        app.get(path, status=403)
        app.get(path, headers=stranger, status=403)
    app.post(f"/rejestr/{entry.id}/usun", headers=stranger, status=403)
    app.post("/rejestr/wypelnij", headers=headers, status=403)
    assert [row.removed_at for row in entries()] == [None]
    app.post(f"/rejestr/{entry.id}/usun", headers=headers)
    assert [row.removed_at is None for row in entries()] == [False]


def test_a_list_is_read_in_or_its_rows_are_told(app, headers):
    def send(text, **more):
        data = {"upload": (io.BytesIO(text.encode()), "lista.csv"), **more}
        return app.post("/rejestr/lista", data=data, headers=headers, content_type="multipart/form-data")

    page = send("tytuł;jednostka;poziom\nUmowy;mzd-proba;tajny\n")
    assert page.status_code == 422 and "Nie ma poziomu" in page.body
    page = send("tytuł;jednostka;poziom\nUmowy;mzd-proba;wewnętrzny\n", check="true")
    assert "Jeszcze niczego nie zapisano" in page.body and entries() == []
    page = send("tytuł;jednostka;poziom\nUmowy;MZD na próbę;wewnętrzny\n")
    assert "Lista została wczytana" in page.body and len(entries()) == 1


def test_markup_in_fields_is_shown_as_text(app, headers):
    nasty = "<script>alert(1)</script>"
    app.post(
        "/rejestr/nowy", data={**FORM, "title": nasty, "reason": nasty, "description": nasty}, headers=headers
    )
    (entry,) = entries()
    for path in ("/rejestr", f"/rejestr/{entry.id}"):
        assert nasty not in app.get(path).body
