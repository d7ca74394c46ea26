"""Single border cases of the definitions, each as small as it can be."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from ckanext.kielce.quality.checks import judge_folder

NOW = datetime(2026, 10, 31, 6, tzinfo=timezone.utc)


def month(back: int) -> str:
    """The month so many before September 2026."""
    at = 2026 * 12 + 8 - back
    return f"{at // 12}-{at % 12 + 1:02d}"


class Writer:
    """Writes one history after another and judges them together."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def history(self, name: str, texts: list[str | bytes], *, step: float = 30.4, code: str = "MONTHLY", days: float | None = 30,
                looks: dict[int, dict] | None = None, **extra: object) -> None:  # fmt: skip
        folder = self.root / name
        folder.mkdir()
        said: dict = {"declared_frequency": code, "declared_days": days, "description": "Opis."}
        observations = []
        for n, text in enumerate(texts):
            data = text if isinstance(text, bytes) else text.encode()
            (folder / f"v{n + 1:03d}.csv").write_bytes(data)
            at = (NOW - timedelta(days=20 + step * (len(texts) - 1 - n))).isoformat()
            said = {**said, **(looks or {}).get(n, {})}
            observations.append(
                {"observed_at": at, "file": f"v{n + 1:03d}.csv", "metadata_modified": at, **said}
            )
        timeline = {"title": name, "as_of": NOW.isoformat(), "observations": observations, **extra}
        (folder / "timeline.json").write_text(json.dumps(timeline), encoding="utf-8")

    def labels(self, name: str) -> set[str]:
        verdict = judge_folder(self.root)[name]
        assert verdict.error is None, verdict.error
        return set(verdict.labels)


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    return Writer(tmp_path)


def unchanged(_back: int, _member: str) -> float:
    return 1.0


def nothing(_back: int, _member: str) -> bool:
    return False


def monthly(until_back: int, *, start: int = 30, members: str = "ABC", factor=unchanged, skip=nothing) -> str:
    rows = ["okres;strefa;wartosc"]
    for back in range(start, until_back - 1, -1):
        for n, member in enumerate(members):
            if not skip(back, member):
                value = (500 + 300 * n + (back * 7 + n * 3) % 23) * factor(back, member)
                rows.append(f"{month(back)};{member};{value:.2f}")
    return "\n".join(rows) + "\n"


def growing(count: int = 12, **how: object) -> list[str]:
    return [monthly(back, **how) for back in range(count - 1, -1, -1)]


# --- truncated, touched only


@pytest.mark.parametrize(("missing", "due"), [(3, set()), (4, set()), (5, {"truncated"}), (9, {"truncated"})])
def test_a_member_counts_as_cut_off_from_five_months_on(write, missing, due):
    write.history("a", growing(skip=lambda back, member: member == "B" and back < missing))
    assert write.labels("a") == due


@pytest.mark.parametrize("again", [3, 4, 7])
def test_re_uploads_without_values(write, again):
    text = monthly(again)
    write.history("a", [monthly(again + 1), text, *(text.rstrip() + "\n" * (2 + n) for n in range(again))])
    due = {3: set(), 4: {"touched_only"}, 7: {"touched_only", "truncated"}}
    assert write.labels("a") == due[again]


def test_rows_entered_in_advance_without_values_bring_nothing(write):
    first = monthly(7)
    texts = [monthly(8), first]
    texts += [
        first + "".join(f"{month(7 - k)};{m};\n" for k in range(1, n + 1) for m in "ABC") for n in range(1, 8)
    ]
    write.history("a", texts)
    assert "truncated" in write.labels("a")


def test_a_date_of_export_is_no_new_value(write):
    body = monthly(5).splitlines()
    texts = [
        "\n".join([body[0] + ";data_aktualizacji", *(f"{line};2026-0{n}-15" for line in body[1:])])
        for n in range(2, 9)
    ]
    write.history("a", texts)
    assert write.labels("a") == {"touched_only", "truncated"}


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Filię nr 8 zamknięto w maju 2025 r.", set()),
        ("Od 2025 r. filia nr 8 nie działa (likwidacja).", set()),
        ("Zamknięto filię nr 9.", {"truncated"}),
        ("Dane z filii nr 8 i innych.", {"truncated"}),
    ],
)
def test_only_a_declared_end_excuses_a_member(write, said, due):
    members = {"A": "Filia nr 1", "B": "Filia nr 8", "C": "Filia nr 9"}
    texts = []
    for text in growing(skip=lambda back, member: member == "B" and back < 8):
        for short, long in members.items():
            text = text.replace(f";{short};", f";{long};")
        texts.append(text)
    write.history("a", texts, looks={6: {"description": said}})
    assert write.labels("a") == due


def test_a_whole_set_that_is_archived_is_left_alone(write):
    text = monthly(9)
    texts = [monthly(10), *(text + "\n" * n for n in range(9))]
    write.history(
        "a", texts, looks={2: {"archived": True, "temporal_coverage": {"start": "2024-03", "end": month(9)}}}
    )
    write.history("b", texts, looks={2: {"temporal_coverage": {"start": "2024-03", "end": month(9)}}})
    assert write.labels("a") == set()
    assert write.labels("b") == {"touched_only", "truncated"}


# --- breaks of method and schema


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


# --- twins


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


# --- volume, dates


@pytest.mark.parametrize(("kept", "due"), [(0.6, set()), (0.3, {"volume_collapse"})])
def test_rows_missing_inside_the_span(write, kept, due):
    texts = growing()
    lines = texts[-1].splitlines()
    middle = [line for n, line in enumerate(lines[4:-3]) if n % 10 < 10 * kept]
    write.history("a", [*texts[:-1], "\n".join([*lines[:4], *middle, *lines[-3:]])])
    assert write.labels("a") == due


def dated(cells: list[str], name: str = "data") -> list[str]:
    first = "\n".join([f"{name};opis", *(f"{cell};x{n}" for n, cell in enumerate(cells))])
    return [first, first + f"\n{cells[0]};nowy"]


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


# --- persons


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


# --- promises


@pytest.mark.parametrize(
    ("late", "change", "due"),
    [
        (4, {}, {"freq_gaming"}),
        (4, {"public_reason": "brak"}, {"freq_gaming"}),
        (4, {"public_reason": "GUS podaje dane raz na rok."}, set()),
        (4, {"approved_by": "koordynator"}, set()),
        (1, {}, set()),
    ],
)
def test_loosened_instead_of_kept(write, late, change, due):
    texts = [*growing(4), growing(1)[0]]
    at = (NOW - timedelta(days=20)).isoformat()
    said = {"at": at, "to": "ANNUAL", "public_reason": None, "approved_by": None, **change}
    looks = {4: {"declared_frequency": "ANNUAL", "declared_days": 365}}
    write.history("a", texts, step=30.4 * late, looks=looks, frequency_changes=[said])
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


@pytest.mark.parametrize("window", [None, 12])
def test_an_ice_rink_is_closed_in_summer(write, window):
    def open_then(back: int, member: str) -> bool:
        return member == "B" and int(month(back)[-2:]) in (4, 5, 6, 7, 8, 9, 10)

    texts = [
        monthly(n, start=30 if window is None else n + window, skip=open_then) for n in range(20, -1, -1)
    ]
    write.history("a", texts)
    assert write.labels("a") == set()


@pytest.mark.parametrize("window", [None, 12])
def test_a_set_with_a_season_only_is_not_cut_off_after_it(write, window):
    def closed(back: int, _member: str) -> bool:
        return int(month(back)[-2:]) in (4, 5, 6, 7, 8, 9, 10)

    texts = [
        monthly(n, start=40 if window is None else n + window, skip=closed) + "\n" * n
        for n in range(24, -1, -1)
    ]
    write.history("a", texts)
    assert write.labels("a") == set()


def test_preliminary_and_final_figures_are_no_members(write):
    texts = []
    for n in range(11, -1, -1):
        lines = monthly(n).splitlines()
        rows = [line + (";wstępne" if line[:7] > month(n + 6) else ";ostateczne") for line in lines[1:]]
        texts.append("\n".join([lines[0] + ";status", *rows]))
    write.history("a", texts)
    assert write.labels("a") == set()
