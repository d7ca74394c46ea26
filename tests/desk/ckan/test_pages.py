"""The desk's pages: what they show, the filters in their addresses, forms, files; without scripts."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from ckan import model
from ckanext.kielce.desk.model import Mark
from ckanext.kielce.desk.views import ADDRESSES

pytestmark = pytest.mark.ckan

PAGES = [*ADDRESSES, "/role"]


def page(app: Any, path: str, headers: dict[str, str], status: int = 200) -> str:
    answer = app.get(path, headers=headers, status=status, follow_redirects=False)
    return re.sub(r"\s+", " ", answer.body.replace("\u00a0", " "))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["coordinator", "auditor", "owner"])
@pytest.mark.parametrize("lang", ["", "/en"])
def test_every_page_opens_for_whom_it_is(
    app: Any, town: Any, headers: Any, path: str, who: str, lang: str
) -> None:
    refused = who == "owner" and path == "/role"
    shown = page(app, f"{lang}/pulpit{path}", headers(who), 403 if refused else 200)
    assert "Traceback" not in shown
    if not refused:
        assert shown.count("<h1") == 1


@pytest.mark.parametrize("path", ["", "/zmiany", "/jednostki", "/plik/tasks.csv"])
def test_a_stranger_is_turned_away(app: Any, town: Any, headers: Any, path: str) -> None:
    page(app, f"/pulpit{path}", headers("stranger"), 403)


def test_nobody_is_led_to_log_in_and_back(app: Any, town: Any) -> None:
    answer = app.get("/pulpit?kind=late", follow_redirects=False)
    assert answer.status_code == 302
    assert "/user/login?came_from=" in answer.headers["Location"] and "kind" in answer.headers["Location"]
    data = {"one": f"snooze|{town.late['id']}|late"}
    assert app.post("/pulpit/dzialanie", data=data, follow_redirects=False).status_code == 302


def test_today_has_one_row_a_task_with_the_next_act_as_its_button(app: Any, town: Any, headers: Any) -> None:
    shown = page(app, "/pulpit", headers("coordinator"))
    rows = re.findall(r'<li class="kd-task.*?(?=<li class="kd-task|</ol>)', shown)
    by_title = {
        (re.search(r"<h2>.*?>(.*?)</a>", row)[1], re.search(r"kd-kind--(\w+)", row)[1]): row for row in rows
    }
    assert "Zapytaj właściciela" in by_title["Wypadki", "late"]
    assert "Zdecyduj" in by_title["Lista najemców", "alert"]
    assert "plik wstrzymany" in by_title["Lista najemców", "alert"]
    assert "Zdecyduj" in by_title["Ciepło", "frequency"] and "Obowiązuje: " in by_title["Ciepło", "frequency"]
    assert "Lista najemców" in rows[0]  # what is kept from the public comes first


def test_an_owner_is_offered_to_replace_the_file_and_no_decision(app: Any, town: Any, headers: Any) -> None:
    shown = page(app, "/pulpit", headers("owner"))
    assert "Podmień plik" in shown
    assert "Zapytaj właściciela" not in shown and "Ciepło" not in shown


def test_an_auditor_is_offered_nothing(app: Any, town: Any, headers: Any) -> None:
    shown = page(app, "/pulpit", headers("auditor"))
    assert "Wypadki" in shown
    assert "Odłóż" not in shown and 'type="checkbox"' not in shown


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?kind=late", "Wypadki", "Lista najemców"),
        ("?unit=cieplownia", "Ciepło", "Wypadki"),
        ("?domain=energia", "Ciepło", "Wypadki"),
        ("?status=overdue", "Wypadki", "Ciepło"),
        ("?grade=C", "Wypadki", "Lista najemców"),
        ("?q=najem", "Lista najemców", "Wypadki"),
    ],
)
def test_filters_are_in_the_address(
    app: Any, town: Any, headers: Any, query: str, there: str, gone: str
) -> None:
    shown = page(app, f"/pulpit{query}", headers("coordinator"))
    assert f">{there}</a>" in shown
    assert f">{gone}</a>" not in shown


@pytest.mark.parametrize(
    "query", ["?kind=x", "?page=abc", "?page=9999", "?unit=nie-ma", "?days=0", "?q=%25%27"]
)
def test_a_wrong_filter_is_no_error(app: Any, town: Any, headers: Any, query: str) -> None:
    for path in ("", "/zmiany", "/zbiory", "/jednostki"):
        page(app, f"/pulpit{path}{query}", headers("coordinator"))


def test_putting_off_takes_a_task_from_the_list_until_then(app: Any, town: Any, headers: Any) -> None:
    item = f"snooze|{town.late['id']}|late"
    answer = app.post(
        "/pulpit/dzialanie",
        headers=headers("coordinator"),
        data={"one": item, "back": "/pulpit?kind=late"},
        follow_redirects=False,
    )
    assert answer.headers["Location"].endswith("/pulpit?kind=late")
    assert ">Wypadki</a>" not in page(app, "/pulpit?kind=late", headers("coordinator"))
    assert ">Wypadki</a>" in page(app, "/pulpit?kind=late&state=snoozed", headers("coordinator"))
    assert ">Wypadki</a>" in page(app, "/pulpit?kind=late", headers("owner"))  # each side has its own list
    model.Session.query(Mark).filter_by(package_id=town.late["id"]).delete()
    model.Session.commit()


@pytest.mark.parametrize(
    "back", ["https://example.com/pulpit", "//example.com/pulpit", "/user/me", "\\\\x/pulpit", ""]
)
def test_a_form_leads_back_to_the_desk_only(app: Any, town: Any, headers: Any, back: str) -> None:
    answer = app.post(
        "/pulpit/dzialanie",
        headers=headers("coordinator"),
        data={"one": f"reopen|{town.late['id']}|late", "back": back},
        follow_redirects=False,
    )
    assert re.fullmatch(r"(http://[^/]+)?(/pl)?/pulpit/?", answer.headers["Location"])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"act": "snooze"}, "Zaznacz co najmniej jeden wiersz"),
        ({"act": "fly", "item": "x|late"}, ""),
        ({"act": "snooze", "item": "nie-ma|late"}, "nie dotyczy żadnego zbioru"),
        ({"act": "snooze", "item": "LATE", "until": "wczoraj"}, "rok-miesiąc-dzień"),
        ({"act": "snooze", "item": "LATE", "until": "2020-01-01"}, "przyszły dzień"),
        ({"act": "assign", "item": "LATE", "user": "nikt"}, "Nie ma takiego użytkownika"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(
    app: Any, town: Any, headers: Any, data: dict[str, str], told: str
) -> None:
    given = {**data, "back": "/pulpit"}
    if data.get("item") == "LATE":
        given["item"] = f"{town.late['id']}|late"
    answer = app.post("/pulpit/dzialanie", headers=headers("coordinator"), data=given, follow_redirects=True)
    assert answer.status_code == 200
    assert told in answer.body
    assert "alert" in answer.body


def test_an_owner_who_forges_a_decision_is_refused(app: Any, town: Any, headers: Any) -> None:
    data = {"one": f"clear|{town.people_set['id']}|found:persons", "reason": "x", "file": "y"}
    app.post("/pulpit/dzialanie", headers=headers("owner"), data=data, status=403)
    other = {"one": f"acknowledge|{town.loose['id']}|frequency"}
    app.post("/pulpit/dzialanie", headers=headers("owner"), data=other, status=403)


@pytest.mark.parametrize(
    "name",
    ["tasks", "changes", "due", "fixes", "alerts", "frequencies", "twins", "sets", "closed", "units", "log"],
)
def test_every_list_is_a_file(app: Any, town: Any, headers: Any, name: str) -> None:
    answer = app.get(f"/pulpit/plik/{name}.csv", headers=headers("coordinator"), status=200)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows and all(len(row) == len(rows[0]) for row in rows)


def test_a_files_rows_are_those_of_the_filtered_list_and_no_formula_runs(
    app: Any, town: Any, headers: Any, new_set: Any, scored: Any
) -> None:
    bad = new_set(town.roads["id"], '=HYPERLINK("http://zly.example")')
    scored(bad)
    answer = app.get("/pulpit/plik/sets.csv?unit=zarzad-drog", headers=headers("coordinator"))
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    titles = {row[0] for row in rows[1:]}
    assert '\'=HYPERLINK("http://zly.example")' in titles
    assert {"Wypadki", "Lista najemców"} <= titles and "Ciepło" not in titles


def test_an_english_file_has_commas_and_english_heads(app: Any, town: Any, headers: Any) -> None:
    answer = app.get("/en/pulpit/plik/units.csv", headers=headers("coordinator"))
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Who publishes", "Score"]


def test_the_page_of_a_unit_is_its_owners_own(app: Any, town: Any, headers: Any) -> None:
    assert "Wypadki" in page(app, "/pulpit/jednostki/zarzad-drog", headers("owner"))
    page(app, "/pulpit/jednostki/cieplownia", headers("owner"), 404)
    assert "Ciepło" in page(app, "/pulpit/jednostki/cieplownia", headers("auditor"))
    page(app, "/pulpit/jednostki/nie-ma", headers("coordinator"), 404)


def test_the_page_of_a_dataset_is_its_owners_own(app: Any, town: Any, headers: Any) -> None:
    assert "Wypadki" in page(app, f"/pulpit/zbior/{town.late['name']}", headers("owner"))
    page(app, f"/pulpit/zbior/{town.loose['name']}", headers("owner"), 404)
    shown = page(app, f"/pulpit/zbior/{town.loose['name']}", headers("coordinator"))
    assert "Zatwierdź częstotliwość" in shown and "Odrzuć częstotliwość" in shown


def test_the_way_to_the_desk_is_on_every_page_for_those_who_sit_there(
    app: Any, town: Any, headers: Any
) -> None:
    assert 'href="/pulpit"' in page(app, "/about", headers("owner"))
    assert 'href="/pulpit"' not in page(app, "/about", headers("stranger"))
    assert 'href="/pulpit"' not in page(app, "/about", {})


def test_what_is_due_this_week_and_what_is_not(app: Any, town: Any, headers: Any) -> None:
    shown = page(app, "/pulpit/terminy", headers("coordinator"))
    assert "Węzły" in shown and "Wypadki" not in shown
    assert town.now.date().isoformat() not in shown  # days as people write them


def test_questions_of_residents_are_told_of_on_the_first_page(
    app: Any, town: Any, headers: Any, call: Any
) -> None:
    assert "/pytania?state=open" not in page(app, "/pulpit", headers("coordinator"))
    text = "Ile psów jest na osiedlach?"
    call("kielce_participation_submit", None, kind="request", title="Psy w mieście", text=text)
    shown = page(app, "/pulpit", headers("coordinator"))
    assert re.search(r'/pytania\?state=open"><strong>1</strong> pytanie mieszkańców czeka', shown)
