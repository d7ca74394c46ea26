"""Border cases of the definitions that are about cells: methods, schemas, twins, dates and persons."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.quality.checks.by_hand import dated, growing, monthly


@pytest.mark.parametrize(
    ("note", "factor", "due"),
    [
        ("Od maja 2026 r. wskaźnik liczony według nowej definicji.", 1.4, {"method_break"}),
        ("Od maja 2026 r. wskaźnik liczony według nowej definicji.", 1.05, set()),
        ("Od maja przejazdy dla uczniów są bezpłatne.", 1.4, set()),
        ("Zmieniono metodologię.", 0.7, {"method_break"}),
    ],
)
def test_a_jump_is_a_break_only_with_a_note_on_method(write, note, factor, due):
    texts = growing(factor=lambda back, _: factor if back < 5 else 1.0)
    write.history("a", texts, looks={8: {"description": f"Opis. {note}"}})
    assert write.labels("a") == due


def test_a_shock_that_recovers_is_sound_whatever_the_description_says(write):
    texts = growing(factor=lambda back, _: 0.3 if back in (5, 6, 7) else 1.0)
    write.history("a", texts, looks={3: {"description": "Opis. Zmieniono metodologię."}})
    assert write.labels("a") == set()


def test_one_series_of_three_times_a_thousand_is_no_change_of_unit(write):
    write.history("a", growing(factor=lambda back, member: 1000.0 if back < 5 and member == "A" else 1.0))
    write.history("b", growing(factor=lambda back, _: 1000.0 if back < 5 else 1.0))
    assert write.labels("a") == set()
    assert write.labels("b") == {"method_break"}


def test_lists_that_move_on_are_no_new_code_lists(write):
    def offers(n: int) -> str:
        rows = [f"{n}{k};{'abcdefgh'[(n + k // 2) % 8]}{n};{3000 + k * 10}" for k in range(20)]
        return "numer;stanowisko;placa\n" + "\n".join(rows)

    write.history("a", [offers(n) for n in range(6)])
    assert write.labels("a") == set()


SPELLINGS = {
    "comma": lambda text: text.replace(".", ","),
    "zero": lambda text: "\n".join(line + "0" if line[-1].isdigit() else line for line in text.splitlines()),
    "spaces": lambda text: text.replace(";", " ; "),
    "utf16": lambda text: text.replace("strefa", "strefa").encode("utf-16"),
    "tab": lambda text: text.replace(";", "\t"),
    "column": lambda text: "\n".join(
        line + (";kod" if n == 0 else ";2661011") for n, line in enumerate(text.splitlines())
    ),
    "order": lambda text: "\n".join(";".join(line.split(";")[::-1]) for line in text.splitlines()),
    "title": lambda text: "Zestawienie miesięczne;;\n;;\n" + text,
    "total": lambda text: text + "Razem;;99999\n",
}


@pytest.mark.parametrize("way", SPELLINGS)
def test_another_spelling_is_no_break(write, way):
    texts: list = growing()
    write.history("a", [*texts[:-2], *map(SPELLINGS[way], texts[-2:])])
    assert write.labels("a") == set()


BREAKS = {
    "renamed": lambda text: text.replace("wartosc", "wartosc_zl"),
    "case": lambda text: text.replace("wartosc", "Wartość"),
    "unit": lambda text: text.replace("\n2", " zł\n2"),
    "date": lambda text: text.replace("\n2026-", "\n01.2026-"),
    "dropped": lambda text: "\n".join(line.rsplit(";", 1)[0] for line in text.splitlines()),
}


@pytest.mark.parametrize("way", BREAKS)
def test_a_break_of_the_table(write, way):
    texts = growing()
    write.history("a", [*texts[:-1], BREAKS[way](texts[-1])])
    assert write.labels("a") == {"schema_break"}


def test_a_break_that_was_mended_is_past(write):
    texts = growing()
    write.history("a", [*texts[:5], texts[5].replace("wartosc", "x"), *texts[6:]])
    assert write.labels("a") == set()


@pytest.mark.parametrize(
    ("units", "scale", "due"),
    [
        (("zł", "tys. zł"), 0.001, set()),
        (("osoby", "tys. osób"), 0.001, set()),
        (("m³", "hl"), 10, set()),
        (("t", "Mg"), 1, set()),
        (("GJ", "MWh"), 1 / 3.6, set()),
        (("kg/os.", "Mg/os."), 0.001, set()),
        (("zł", "zł"), 0.001, {"twin_disagreement"}),
        (("kg", "m³"), 0.9, {"twin_disagreement"}),
        (("zł", "tys. zł"), 0.00101, {"twin_disagreement"}),
    ],
)
@pytest.mark.parametrize("written", ["month", "last_day"])
def test_twins_differ_only_beyond_units_and_rounding(write, units, scale, due, written):
    texts = growing(3)
    there = []
    for text in texts:
        rows = ["czas,obszar,liczba"]
        for line in text.splitlines()[1:]:
            when, member, value = line.split(";")
            if written == "last_day":
                year, number_ = map(int, when.split("-"))
                when = (date(year + number_ // 12, number_ % 12 + 1, 1) - timedelta(days=1)).strftime(
                    "%d.%m.%Y"
                )
            rows.append(f"{when},{member},{float(value) * scale:.3f}")
        there.append("\n".join(rows))
    twin = {
        "other": "b",
        "key": {"this": ["okres", "strefa"], "other": ["czas", "obszar"]},
        "value": {"this": "wartosc", "other": "liczba"},
        "unit": {"this": units[0], "other": units[1]},
    }
    write.history("a", texts, twin=twin)
    write.history("b", there)
    assert write.labels("a") == due
    assert write.labels("b") == due


@pytest.mark.parametrize(
    ("name", "cells", "due"),
    [
        ("data", ["2024-01-05", "2024-02-05", "1900-01-01", "2024-03-05"], {"bad_dates"}),
        ("data", ["2024-01-05", "2024-02-05", "9999-12-31", "2024-03-05"], {"bad_dates"}),
        ("data", ["2024-01-05", "2024-02-05", "2054-02-07", "2024-03-05"], {"bad_dates"}),
        ("data", ["05.01.2024", "05.02.2024", "05.03.0204", "05.04.2024"], {"bad_dates"}),
        ("data", ["2024-01-05", "2024-02-05", "2027-02-07", "2024-03-05"], set()),
        ("rok", ["2023", "2024", "2025", "2030", "2040", "2050", "2060"], set()),
        ("data_wpisu", ["1931-04-01", "1958-02-02", "1972-03-03", "2004-05-05", "2015-01-01"], set()),
        ("data_wpisu", ["1958-02-02", "1972-03-03", "1900-01-01", "2004-05-05", "2015-01-01"], {"bad_dates"}),
        ("data_zakonczenia", ["2027-01-01", "2030-06-30", "2056-12-31", "9999-12-31"], set()),
        ("obowiazuje_do", ["2027-01-01", "2030-06-30", "1900-01-01", "2028-12-31"], {"bad_dates"}),
        ("rok_budowy", ["1890", "1936", "2012", "1970"], set()),
    ],
)
def test_dates_that_cannot_be(write, name, cells, due):
    write.history("a", dated(cells, name), code="IRREG", days=None)
    assert write.labels("a") == due


@pytest.mark.parametrize(
    ("name", "cells", "due"),
    [
        ("pesel", ["44051401359", "02070803628", "85010112346"], {"pii"}),
        ("nr", ["44051401359", *[f"1234567890{n}" for n in range(8)]], set()),
        ("uwagi", ["bez uwag", "PESEL44051401359", "termin do 5 maja"], {"pii"}),
        ("uwagi", ["bez uwag", "Jan Nowak, 44051401359.", "termin do 5 maja"], {"pii"}),
        ("uwagi", ["bez uwag", "tel. 44051401359", "termin do 5 maja"], set()),
        ("uwagi", ["bez uwag", "4405140135*", "44051401358"], set()),
        ("uwagi", ["konto 12440514013590000000000000", "KI.44051401359.2024", "inne"], set()),
        ("telefon", ["48612345678", "48721234567", "48500100200"], set()),
    ],
)
def test_numbers_of_persons(write, name, cells, due):
    text = "\n".join([f"opis;{name}", *(f"x{n};{cell}" for n, cell in enumerate(cells))])
    write.history("a", [text, text + "\nnowy;"], code="IRREG", days=None)
    assert write.labels("a") == due


def test_a_unit_that_was_mended_is_past(write):
    texts = growing()
    texts[6] = monthly(5, factor=lambda _back, _member: 1000.0)
    write.history("a", texts)
    assert write.labels("a") == set()


def test_new_codes_that_were_taken_back_are_past(write):
    texts = growing()
    texts[6] = texts[6].replace(";A;", ";K1;").replace(";B;", ";K2;").replace(";C;", ";K3;")
    write.history("a", texts)
    assert write.labels("a") == set()
