"""The register in a real CKAN: who reads and writes what, filling from the catalogue, lists."""

from __future__ import annotations

import io
from unittest import mock

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.kielce.common import periodic
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.harvest.shared import KnownRecord
from ckanext.kielce.register import proposals, shared
from ckanext.kielce.register.model import Change, Entry
from werkzeug.datastructures import FileStorage

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce_register"),
    pytest.mark.usefixtures("with_plugins", "non_clean_db", "clean_queues"),
]
CONTACT = "Jan Kowalski, wewn. 123"
SCORES = {
    "cost": 3, "technical_readiness": 2, "quality": 2, "updatability": 1, "innovation": 2, "transparency": 3,
}  # fmt: skip


@pytest.fixture(autouse=True)
def tables(with_plugins, non_clean_db, migrate_db_for):
    migrate_db_for("kielce_register")
    with model.meta.engine.begin() as connection:
        connection.execute(sa.delete(Entry))
        connection.execute(sa.delete(Change))
        connection.execute(sa.update(model.Package).values(state="deleted"))
    model.Session.expire_all()


@pytest.fixture
def editor():
    return factories.User()


@pytest.fixture
def unit(editor):
    return factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])


def act(action, user="", **data):
    return tk.get_action(action)({"user": user}, data)


def create(editor, unit_, /, **more):
    given = {"title": "Rejestr umów", "unit": unit_["name"], "tier": "internal", "contact": CONTACT, **more}
    return act("kielce_register_create", editor["name"], **given)


def prefill():
    sysadmin = factories.Sysadmin()
    return act("kielce_register_prefill", sysadmin["name"])


def only():
    model.Session.expire_all()
    (entry,) = model.Session.scalars(sa.select(Entry).where(Entry.removed_at.is_(None)))
    return entry


def upload(text, name="lista.csv"):
    return FileStorage(io.BytesIO(text if isinstance(text, bytes) else text.encode()), filename=name)


@pytest.mark.parametrize("table", [Entry, Change])
def test_upgrade_makes_the_tables_that_the_model_describes(table):
    inspector = sa.inspect(model.meta.engine)
    columns = {c["name"]: c["nullable"] for c in inspector.get_columns(table.__tablename__)}
    assert columns == {c.name: c.nullable for c in table.__table__.columns}
    assert {i["name"] for i in inspector.get_indexes(table.__tablename__)} == {
        i.name for i in table.__table__.indexes
    }


def test_a_person_enters_a_set_and_the_public_sees_no_person(editor, unit):
    made = create(editor, unit, criteria=SCORES, obstacles=["personal_data"], planned="II kw. 2027")
    shown = act("kielce_register_show", id=made["id"])
    assert (shown["points"], shown["rank"], shown["planned"]) == (13, 1, "2027-06-30")
    assert "contact" not in shown and "Kowalski" not in str(shown)
    assert [row["kind"] for row in shown["history"]] == ["create"]
    assert "actor" not in shown["history"][0]
    mine = act("kielce_register_show", editor["name"], id=made["id"])
    assert mine["contact"] == CONTACT
    assert mine["history"][0]["actor"] == model.User.get(editor["id"]).display_name


def test_what_is_not_public_is_for_the_unit_only(editor, unit):
    made = create(editor, unit, public=False)
    assert act("kielce_register_list")["count"] == 0
    assert act("kielce_register_list", editor["name"])["count"] == 1
    stranger = factories.User()
    with pytest.raises(tk.NotAuthorized):
        helpers.call_auth("kielce_register_show", {"user": stranger["name"]}, id=made["id"])
    with pytest.raises(tk.NotAuthorized):
        act("kielce_register_show", stranger["name"], id=made["id"])


def test_nobody_writes_for_another_unit(editor, unit):
    made = create(editor, unit)
    other = factories.Organization()
    stranger = factories.User()
    factories.Organization(users=[{"name": stranger["name"], "capacity": "editor"}])
    for user, action, data in (
        ("", "kielce_register_create", {"title": "X", "unit": unit["name"], "tier": "internal"}),
        (
            stranger["name"],
            "kielce_register_create",
            {"title": "X", "unit": unit["name"], "tier": "internal"},
        ),
        (stranger["name"], "kielce_register_update", {"id": made["id"], "title": "X"}),
        (stranger["name"], "kielce_register_delete", {"id": made["id"]}),
        (editor["name"], "kielce_register_update", {"id": made["id"], "unit": other["name"]}),
        (editor["name"], "kielce_register_prefill", {}),
    ):
        with pytest.raises(tk.NotAuthorized):
            act(action, user, **data)
        model.Session.rollback()
    assert only().title == "Rejestr umów"


def test_a_change_is_written_down_with_who_and_what(editor, unit):
    made = create(editor, unit)
    act(
        "kielce_register_update",
        editor["name"],
        id=made["id"],
        tier="shared",
        shared_with=["Policja"],
        contact="",
    )
    act("kielce_register_update", editor["name"], id=made["id"], tier="shared")
    history = act("kielce_register_show", editor["name"], id=made["id"])["history"]
    assert [row["kind"] for row in history] == ["update", "create"]
    assert {each["field"] for each in history[0]["changes"]} == {"tier", "shared_with", "contact"}
    public = act("kielce_register_show", id=made["id"])["history"]
    assert {each["field"] for each in public[0]["changes"]} == {"tier", "shared_with"}
    assert "Kowalski" not in str(public)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("tier", {"tier": "tajny"}),
        ("unit", {"unit": "nie-ma"}),
        ("dataset", {"tier": "open"}),
        ("dataset", {"dataset": "nie-ma"}),
        ("planned", {"planned": "kiedyś"}),
        ("cost", {"criteria": {"cost": 9}}),
        ("domain", {"domain": "kosmos"}),
        ("title", {"title": "  "}),
    ],
)
def test_bad_input_names_its_field(editor, unit, field, given):
    with pytest.raises(tk.ValidationError) as error:
        create(editor, unit, **given)
    assert list(error.value.error_dict) == [field]


def test_the_register_fills_itself_and_a_second_time_writes_nothing(unit):
    factories.Dataset(owner_org=unit["id"], title="Liczniki rowerowe")
    factories.Dataset(owner_org=unit["id"], title="Rejestr skarg", private=True)
    assert prefill() == {"created": 2, "changed": 0, "unchanged": 0, "gone": 0, "removed": 0}
    found = {
        row["title"]: row for row in act("kielce_register_list", factories.Sysadmin()["name"])["results"]
    }
    assert [(found[t]["tier"], found[t]["public"]) for t in ("Liczniki rowerowe", "Rejestr skarg")] == [
        ("open", True),
        ("internal", False),
    ]
    assert not found["Liczniki rowerowe"]["checked"]
    assert [row["title"] for row in act("kielce_register_list")["results"]] == ["Liczniki rowerowe"]
    changes = model.Session.scalar(sa.select(sa.func.count()).select_from(Change))
    assert prefill() == {"created": 0, "changed": 0, "unchanged": 2, "gone": 0, "removed": 0}
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(Change)) == changes


def test_what_a_person_wrote_is_never_written_over(editor, unit):
    dataset = factories.Dataset(owner_org=unit["id"], title="Stary tytuł", private=True)
    prefill()
    entry = only()
    act("kielce_register_update", editor["name"], id=entry.id, title="Tytuł z urzędu", reason="Trwa kontrola")
    helpers.call_action("package_patch", id=dataset["id"], title="Nowy tytuł", private=False)
    assert prefill()["changed"] == 1
    entry = only()
    # The title is a person's; the tier nobody touched, so it follows the dataset that was made public.
    assert (entry.title, entry.reason, entry.tier) == ("Tytuł z urzędu", "Trwa kontrola", "open")
    shown = act("kielce_register_show", editor["name"], id=entry.id)
    assert shown["differs"] == [{"field": "title", "ours": "Tytuł z urzędu", "portal": "Nowy tytuł"}]
    assert [row["source"] for row in shown["history"]] == ["catalogue", "person", "catalogue"]


def test_a_set_that_a_person_entered_before_is_not_made_twice(editor, unit):
    create(editor, unit, title="Rejestr umów", planned="2027")
    dataset = factories.Dataset(owner_org=unit["id"], title="rejestr  UMÓW")
    assert prefill()["created"] == 0
    entry = only()
    assert (entry.title, entry.tier, entry.dataset_id) == ("Rejestr umów", "internal", dataset["id"])
    assert prefill()["unchanged"] == 1


def test_what_was_taken_out_stays_out(editor, unit):
    factories.Dataset(owner_org=unit["id"])
    prefill()
    act("kielce_register_delete", editor["name"], id=only().id)
    assert prefill() == {"created": 0, "changed": 0, "unchanged": 0, "gone": 0, "removed": 1}
    assert act("kielce_register_list", factories.Sysadmin()["name"])["count"] == 0


def test_a_set_that_left_the_portal_is_held_still_and_not_open(unit):
    dataset = factories.Dataset(owner_org=unit["id"])
    prefill()
    helpers.call_action("package_delete", id=dataset["id"])
    assert prefill()["gone"] == 1
    entry = only()
    assert (entry.tier, entry.public, entry.dataset_id) == ("internal", False, None)
    assert prefill()["gone"] == 0


def record(unit, package_id=None, state="active"):
    return KnownRecord("zrodlo", "warstwa-1", state, package_id, "Sieć cieplna", "Opis", "", unit["name"])


def test_a_record_without_a_dataset_is_known_and_becomes_its_dataset(unit):
    with mock.patch.object(proposals, "known_records", lambda: iter([record(unit)])):
        assert prefill()["created"] == 1
    entry = only()
    assert (entry.title, entry.tier, entry.public, entry.source_id) == (
        "Sieć cieplna", "internal", False, "zrodlo",
    )  # fmt: skip
    dataset = factories.Dataset(owner_org=unit["id"], title="Sieć cieplna")
    with mock.patch.object(proposals, "known_records", lambda: iter([record(unit, dataset["id"])])):
        assert prefill() == {"created": 0, "changed": 1, "unchanged": 0, "gone": 0, "removed": 0}
    assert (only().tier, only().dataset_id) == ("open", dataset["id"])


def test_a_list_is_read_and_read_again(editor, unit):
    text = f"tytuł;jednostka;poziom;ocena: koszt\nUmowy;{unit['title']};wewnętrzny;2\nZnaki;{unit['name']};jeszcze nie cyfrowy;\n"
    counts = act("kielce_register_import", editor["name"], upload=upload(text))
    assert counts == {"created": 2, "changed": 0, "unchanged": 0, "check": False}
    assert act("kielce_register_import", editor["name"], upload=upload(text))["unchanged"] == 2
    text = f"tytuł;jednostka;planowany termin\nUmowy;{unit['name']};2027-01-31\n"
    assert act("kielce_register_import", editor["name"], upload=upload(text))["changed"] == 1
    (row,) = act("kielce_register_list", q="umowy")["results"]
    assert (row["planned"], row["tier"]) == ("2027-01-31", "internal")
    assert [each["score"] for each in row["criteria"] if each["code"] == "cost"] == [2]


def test_a_list_with_one_bad_row_writes_nothing(editor, unit):
    other = factories.Organization()
    text = (
        f"tytuł;jednostka;poziom;termin\nDobry;{unit['name']};wewnętrzny;\nObcy;{other['name']};wewnętrzny;\n"
        f"Bez zbioru;{unit['name']};otwarty;\nZły;{unit['name']};tajny;kiedyś\n"
    )
    with pytest.raises(tk.ValidationError) as error:
        act("kielce_register_import", editor["name"], upload=upload(text))
    rows = [(row["row"], row["column"]) for row in error.value.error_dict["rows"]]
    assert rows == [(3, "jednostka"), (4, ""), (5, "poziom"), (5, "termin")]
    assert str(error.value)
    assert act("kielce_register_list", factories.Sysadmin()["name"])["count"] == 0


def test_a_check_writes_nothing(editor, unit):
    text = f"tytuł;jednostka;poziom\nUmowy;{unit['name']};wewnętrzny\n"
    counts = act("kielce_register_import", editor["name"], upload=upload(text), check="true")
    assert counts == {"created": 1, "changed": 0, "unchanged": 0, "check": True}
    assert act("kielce_register_list")["count"] == 0


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"PK\x03\x04x"])
def test_a_broken_file_is_told(editor, unit, body):
    with pytest.raises(tk.ValidationError) as error:
        act("kielce_register_import", editor["name"], upload=upload(body, "lista.xlsx"))
    assert len(error.value.error_dict["upload"]) > 1


def test_filters_and_the_order_of_opening(editor, unit):
    create(editor, unit, title="Mało", criteria=dict.fromkeys(SCORES, 1))
    create(editor, unit, title="Dużo", criteria=dict.fromkeys(SCORES, 3), planned="2020-01-01")
    create(editor, unit, title="Nieoceniony", obstacles=["paper"], reason="100% na papierze")
    create(
        editor,
        unit,
        title="Otwarty",
        tier="open",
        url="https://a.example/x",
        criteria=dict.fromkeys(SCORES, 3),
    )

    def titles(**filters):
        return [row["title"] for row in act("kielce_register_list", **filters)["results"]]

    assert titles() == ["Dużo", "Mało", "Nieoceniony", "Otwarty"]
    assert titles(obstacle="paper") == titles(q="100%") == ["Nieoceniony"]
    assert titles(planned="passed") == ["Dużo"]
    assert titles(tier="open") == ["Otwarty"]
    assert titles(unit=unit["name"], sort="title")[0] == "Dużo"
    found = act("kielce_register_list", tier="open")
    assert found["tiers"] == {"open": 1, "shared": 0, "internal": 3, "undigitised": 0}
    assert {row["title"]: row["rank"] for row in act("kielce_register_list")["results"]} == {
        "Dużo": 1, "Mało": 2, "Nieoceniony": None, "Otwarty": None,
    }  # fmt: skip


def test_what_other_rooms_are_told(editor, unit):
    dataset = factories.Dataset(owner_org=unit["id"])
    create(editor, unit, planned="2020-01-01")
    prefill()
    entries = shared.entries_of([dataset["id"], "nie-ma"])
    assert list(entries) == [dataset["id"]]
    assert shared.outline([unit["id"]]) == {"tiers": {"internal": 1, "open": 1}, "unchecked": 1, "passed": 1}


def test_commands(cli, tmp_path, editor, unit):
    factories.Dataset(owner_org=unit["id"], title="Liczniki")
    assert "created: 1" in cli.invoke(kielce, ["register", "prefill"]).output
    path = tmp_path / "lista.csv"
    path.write_text(f"tytuł;jednostka;poziom\nUmowy;{unit['name']};tajny\n")
    failed = cli.invoke(kielce, ["register", "import", str(path), "--user", editor["name"]])
    assert failed.exit_code == 1 and "lista.csv, row 2, poziom:" in failed.output
    path.write_text(f"tytuł;jednostka;poziom\nUmowy;{unit['name']};wewnętrzny\n")
    done = cli.invoke(kielce, ["register", "import", str(path), "--user", editor["name"]])
    assert done.output.strip() == "created: 1, changed: 0, unchanged: 0"
    out = tmp_path / "rejestr.csv"
    assert cli.invoke(kielce, ["register", "export", str(out), "--all"]).exit_code == 0
    assert "kontakt wewnętrzny" in out.read_text(encoding="utf-8-sig")
    assert (
        cli.invoke(kielce, ["register", "import", str(out), "--user", editor["name"]])
        .output.strip()
        .endswith("unchanged: 2")
    )


def test_the_filling_books_itself_once_a_slot():
    assert periodic.book("register-prefill", now=1_000_000) is True
    assert periodic.book("register-prefill", now=1_000_000) is False
    assert periodic.book("register-prefill", now=1_000_000 + 86400) is True


def test_the_filling_can_be_switched_off(ckan_config):
    ckan_config["ckanext.kielce.register.prefill_hours"] = 0
    assert periodic.book("register-prefill", now=2_000_000) is False
