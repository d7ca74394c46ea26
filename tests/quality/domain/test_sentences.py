"""Every deduction, gate, status and reason in plain Polish and English."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from ckanext.kielce.quality.domain import (
    assess,
    explain,
    gate_sentence,
    note_sentences,
    reason_sentence,
    status_sentence,
    status_word,
)
from ckanext.kielce.quality.domain.model import ClosedDeclaration, Deduction, Finding, PiiFinding
from ckanext.kielce.quality.domain.rules import MQA_METRICS, RULES
from ckanext.kielce.quality.domain.sentences import templates

NBSP = "\u00a0"
LEFT_OVER = re.compile(r"[{}]|None|  | \.|\bnan\b")


def plain(text):
    return text.replace(NBSP, " ")


def judge(make, looks=None, now="2026-11-21", **more):
    return assess(make.dataset(make.monthly(10) if looks is None else looks, **more), make.at(now))


def test_the_sentence_on_the_page(make):
    found = judge(make)
    assert plain(status_sentence(found, "pl")) == (
        "Aktualizowany zwykle co 31 dni. Ostatnia nowa treść: 3 listopada. Następna spodziewana: ok. 4 grudnia."
    )
    assert plain(status_sentence(found, "en")) == (
        "Usually updated every 31 days. Last new content: 3 November. Next expected: about 4 December."
    )


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ("2026-12-10", "Czas na aktualizację; będzie spóźniony od 17 grudnia."),
        ("2026-12-20", "Spóźniony od 17 grudnia."),
        ("2027-03-20", "Nieaktualny: spóźniony od 17 grudnia 2026."),
    ],
)
def test_late_sets_say_since_when(make, now, says):
    assert plain(status_sentence(judge(make, now=now), "pl")).endswith(says)


def test_other_states(make):
    assert plain(status_sentence(judge(make, make.monthly(1), now="2026-02-10"), "pl")).startswith(
        "Zapowiadana aktualizacja: co miesiąc. Dane do 31 stycznia."
    )
    assert "Treści jeszcze nie sprawdziliśmy." in status_sentence(judge(make, []), "pl")
    assert status_sentence(judge(make, code=None, looks=make.monthly(2), now="2026-03-10"), "pl").startswith(
        "Nie podano, jak często"
    )
    closed = ClosedDeclaration("Rejestr przejęło województwo.", date(2024, 12, 31), "koordynator")
    found = judge(make, closed=closed)
    assert plain(status_sentence(found, "pl")) == (
        "Seria zamknięta: dane do 31 grudnia 2024. Rejestr przejęło województwo."
    )
    assert "przejęło województwo; dane do" in plain(reason_sentence(found, "pl"))
    live = judge(make, code="5MIN")
    assert status_sentence(live, "en").startswith("Live data.")


def all_deductions(make):
    """One of every kind, as the model makes them."""
    found = []
    bad = make.monthly(10)
    bad[-1] = replace(
        bad[-1],
        null_share=0.025,
        described_columns=1,
        rows=10,
        problems=("ragged_rows", "wrong_format"),
        columns={"miesiac": "date", "inna": "number"},
        pii=(PiiFinding("pesel", 22, "nr"),),
    )
    late = "2027-03-01"
    found += judge(
        make, bad, now=late, mqa=make.mqa(0), twin_declared=True, findings=(Finding("twin_disagreement"),)
    ).deductions
    found += judge(make, bad[:1], now=late).deductions
    for columns in (
        {"miesiac": "date", "wartosc": "text"},
        {"miesiac": "date:%d.%m.%Y", "wartosc": "number"},
    ):
        found += judge(make, [*bad[:-1], replace(bad[-2], value_hash="x", columns=columns)]).deductions
    found += judge(make, [*make.monthly(3), make.look("2026-04-20")]).deductions
    found += judge(make, [make.look("2026-04-20"), make.look("2026-05-20", new_rows=1)], code=None).deductions
    found += judge(make, [make.look("2026-04-20", "2030-01-31")]).deductions
    found += judge(make, [make.look("2026-04-20", parsed=False)]).deductions
    down = {"link": "down", "link_status": 404, "link_checked_at": make.at("2026-11-20")}
    found += judge(make, resources=(make.table(make.monthly(10), **down),)).deductions
    found += judge(make, resources=(make.table(make.monthly(10), link="down"),)).deductions
    pdf = [
        replace(item, parsed=None, pii=None, rows=None, undated=True, newest_period=None)
        for item in make.monthly(3)
    ]
    pdf = [replace(item, format_true="PDF") for item in pdf]
    found += judge(make, resources=(make.table(pdf, format="PDF"),)).deductions
    for finding in (
        Finding(
            "truncated",
            "r1",
            date(2026, 3, 31),
            0.2,
            {"member": "linia 34", "members": 3, "last_period": "2026-03-31"},
        ),
        Finding(
            "truncated", "r1", date(2026, 3, 31), 1, {"last_period": "2022-12-31", "published": "2026-03-02"}
        ),
        Finding("method_break", "r1", date(2026, 3, 31)),
        Finding("schema_break", "r1", date(2026, 3, 31)),
        Finding("volume_collapse", "r1", date(2026, 3, 31)),
        Finding("pii", "r1", date(2026, 3, 31)),
        Finding("broken", "r1", date(2026, 3, 31)),
    ):
        found += judge(make, findings=(finding,)).deductions
    unchecked = replace(
        make.mqa(0), metrics=tuple(replace(item, measured=False) for item in make.mqa(0).metrics)
    )
    found += judge(
        make, mqa=replace(unchecked, metrics=(*make.mqa().metrics[:4], *unchecked.metrics[4:]))
    ).deductions
    return found


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_every_deduction_is_two_whole_sentences(make, lang):
    seen = set()
    for deduction in all_deductions(make):
        assert json.loads(json.dumps(deduction.params)) == deduction.params
        text, remedy = explain(deduction, lang)
        assert text.endswith(".") and remedy.endswith("."), deduction
        assert not LEFT_OVER.search(text + remedy), (deduction, text, remedy)
        seen.add(deduction.code)
    wanted = {"content_age", "update_age", "punctuality", "undated", "unknown_frequency"}
    wanted |= set(RULES.content_weights) | {f"mqa.{metric.name}" for metric in MQA_METRICS}
    assert wanted <= seen


def one(found, code):
    return next(item for item in found.deductions if item.code == code)


def test_sentences_say_what_when_and_what_mends_it(make):
    looks = make.monthly(10)
    looks[-1] = replace(looks[-1], null_share=0.025, described_columns=1, rows=22)
    found = judge(make, looks, now="2027-03-01")
    said = {item.code: plain(" ".join(explain(item, "pl"))) for item in found.deductions}
    assert said["update_age"].startswith(
        "Ostatnia nowa treść w pliku „pasażerowie.csv” pojawiła się 3 listopada 2026 (3 miesiące temu)."
    )
    assert "kończą się 31 października 2026" in said["content_age"]
    assert said["described"].startswith("W opisie wyjaśniono 1 z 4 kolumn w pliku „pasażerowie.csv”.")
    assert "Wersja z 3 listopada 2026 ma 22 wiersze, a ostatnia dobra miała 100" in said["volume"]
    assert said["completeness"].startswith("Pustych jest 2,5% komórek w pliku")


@pytest.mark.parametrize(
    ("count", "form"),
    [(1, "1 trafienie"), (2, "2 trafienia"), (5, "5 trafień"), (22, "22 trafienia"), (12, "12 trafień")],
)
def test_polish_plurals(count, form):
    deduction = Deduction("personal_data", "C", 1.5, {"count": count, "resource": "lista.csv"})
    assert form in plain(explain(deduction, "pl")[0])


def test_gates_and_reasons_are_told(make):
    late = judge(make, now="2027-06-01")
    assert plain(gate_sentence(late.gates[0], "pl")) == (
        "Od 3 listopada 2026 nie było nowej treści, dużo dłużej niż zapowiedziano, więc ocena wynosi najwyżej 55."
    )
    assert plain(reason_sentence(judge(make, []), "pl")).endswith(
        "sprawdziliśmy 35% tego, co się na nią składa."
    )
    assert reason_sentence(judge(make, []), "en").endswith("35% of what it is made of.")
    assert reason_sentence(judge(make), "pl") is None
    waiting = judge(make, declarations=(make.declared("MONTHLY"), make.declared("ANNUAL", "2026-11-01")))
    assert any("co rok" in note for note in note_sentences(waiting, "pl"))
    undated = judge(make, [make.look("2026-11-01")])
    assert "Aktualności nie sprawdzono w treści." in note_sentences(undated, "pl")


def test_every_status_has_its_word():
    for status in ("fresh", "due", "overdue", "delinquent", "closed", "unknown"):
        assert status_word(status, "pl") != status_word(status, "en")


def walk(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, (*path, key))
    else:
        yield path, node


def test_both_languages_say_everything_with_the_same_facts():
    said = {path: set(re.findall(r"{(\w+)}", text)) for path, text in walk(templates())}
    for path, names in said.items():
        other = tuple({"pl": "en", "en": "pl"}.get(step, step) for step in path)
        assert other in said, path
        assert names == said[other], path


@pytest.mark.parametrize(
    ("days", "polish", "english"),
    [
        (1, "codziennie", "every day"),
        (2, "co 2 dni", "every 2 days"),
        (31, "co 31 dni", "every 31 days"),
        (91, "co 3 miesiące", "every 3 months"),
        (152, "co 5 miesięcy", "every 5 months"),
        (346, "co 11 miesięcy", "every 11 months"),
        (371, "co rok", "every year"),
        (735, "co 2 lata", "every 2 years"),
        (1826, "co 5 lat", "every 5 years"),
    ],
)
def test_rhythms_as_people_say_them(make, days, polish, english):
    found = replace(judge(make), typical_gap_days=days)
    assert plain(status_sentence(found, "pl")).startswith(f"Aktualizowany zwykle {polish}.")
    assert plain(status_sentence(found, "en")).startswith(f"Usually updated {english}.")


def test_every_problem_that_costs_points_has_words():
    assert set(RULES.parse_penalties) == set(templates()["problems"])
