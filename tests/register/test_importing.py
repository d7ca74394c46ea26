"""Lists as clerks write them, read row by row; pure, units and datasets are looked up in a small table."""

import datetime as dt

import pytest
import xlsxwriter
from ckanext.kielce.register import export, importing

UNITS = {"mzd": "u-mzd", "straż miejska": "u-straz"}
KNOWN = importing.Known(unit=lambda text: UNITS.get(text.lower()), dataset={"umowy": "d-1"}.get)


@pytest.fixture
def read(tmp_path):
    def reader(text, name="lista.csv", most=100):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return importing.read_list(path, KNOWN, most)

    return reader


def told(reading):
    return [(error.row, error.column, error.sentence.format(**error.values)) for error in reading.errors]


def test_a_list_of_a_clerk_in_excels_own_encoding(read):
    reading = read(
        "Tytuł zbioru;Jednostka;Poziom;Powód;Przeszkody;Planowany termin;Ocena: koszt\r\n"
        "Rejestr zajęć pasa drogowego;MZD;wewnętrzny;Zawiera nazwiska;dane osobowe, papier;31.12.2026;2\r\n"
        "\r\n"
        "Interwencje;Straż Miejska;jeszcze nie cyfrowy;;;;\r\n".encode("cp1250")
    )
    assert told(reading) == []
    assert [row.number for row in reading.rows] == [2, 4]
    assert reading.rows[0].fields == {
        "title": "Rejestr zajęć pasa drogowego",
        "unit_id": "u-mzd",
        "tier": "internal",
        "reason": "Zawiera nazwiska",
        "obstacles": ["paper", "personal_data"],
        "planned": dt.date(2026, 12, 31),
        "scores": {"cost": 2},
    }
    assert reading.rows[1].fields["scores"] == {"cost": None}


def test_a_workbook_with_a_title_above_its_header(tmp_path):
    path = tmp_path / "wykaz.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write(0, 0, "Wykaz zbiorów danych")
        sheet.write_row(2, 0, ("tytuł", "jednostka", "poziom", "termin"))
        sheet.write_row(3, 0, ("Umowy", "MZD", "wewnętrzny"))
        sheet.write_datetime(3, 3, dt.date(2027, 6, 30), day)
        sheet.write_row(4, 0, ("Znaki", "Nieznana", "tajny"))
    reading = importing.read_list(path, KNOWN, 100)
    assert [(row.number, row.fields["planned"]) for row in reading.rows] == [(4, dt.date(2027, 6, 30))]
    assert [(row, column) for row, column, _text in told(reading)] == [(5, "jednostka"), (5, "poziom")]


def test_every_error_is_told_with_its_row_and_column(read):
    reading = read(
        "tytuł;jednostka;poziom;termin;ocena: jakość;zbiór\n"
        "A;MZD;wewnętrzny;wkrótce;7;nie-ma\n"
        "B;Kosmos;tajny;2027;1;umowy\n"
    )
    assert [(row, column) for row, column, _text in told(reading)] == [
        (2, "termin"), (2, "ocena: jakość"), (2, "zbiór"), (3, "jednostka"), (3, "poziom"),
    ]  # fmt: skip
    assert reading.rows == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("tytuł;jednostka;numer telefonu szefa\nA;MZD;1\n", "numer telefonu szefa"),
        ("tytuł;poziom\nA;wewnętrzny\n", ""),
        ("tytuł;nazwa zbioru;jednostka\nA;B;MZD\n", "nazwa zbioru"),
    ],
)
def test_a_wrong_header_is_told_at_its_row(read, text, column):
    assert [(row, name) for row, name, _text in told(read(text))] == [(1, column)]


def test_the_same_set_twice_is_an_error(read):
    reading = read("tytuł;jednostka;poziom\nUmowy;MZD;wewnętrzny\numowy ;MZD;otwarty\n")
    assert told(reading) == [(3, "", "The same set as in row 2")]


def test_a_row_that_looks_like_a_total_is_not_left_out_in_silence(read):
    reading = read("tytuł;jednostka;poziom\nA;MZD;wewnętrzny\nB;MZD;wewnętrzny\nRazem;;2\n")
    assert [problem.code for problem in reading.problems] == ["totals_rows"]


def test_too_long_a_list_is_refused(read):
    rows = "".join(f"Zbiór {n};MZD;wewnętrzny\n" for n in range(11))
    assert told(read("tytuł;jednostka;poziom\n" + rows, most=10))[0][2].startswith("The list is too long")
    assert told(read("tytuł;jednostka;poziom\n" + rows, most=11)) == []


@pytest.mark.parametrize("name", ["lista.csv", "lista.xlsx"])
@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"%PDF-1.4"])
def test_what_is_no_table_is_told_not_raised(read, name, body):
    reading = read(body, name)
    assert reading.problems and not reading.rows


def entry(**more):
    criteria = [{"code": code, "score": None} for code in
                ("cost", "technical_readiness", "quality", "updatability", "innovation", "transparency")]  # fmt: skip
    return {
        "id": "e-1", "title": "Umowy", "title_en": "", "description": "", "unit": {"title": "MZD"}, "domain_text": "",
        "tier_text": "wewnętrzny", "reason": "", "legal_basis": "", "obstacles_text": [], "planned": None, "office": "",
        "shared_with": [], "access": "", "dataset": None, "url": "", "criteria": criteria, "sample": False, **more,
    }  # fmt: skip


def test_an_exported_list_can_be_read_in_again(read):
    body = export.rows_csv(
        [entry(description="=1+1", planned="2027-06-30", contact="w. 123", public=True)], "pl", internal=True
    )
    reading = read(body)
    assert told(reading) == [] and reading.problems == []
    (row,) = reading.rows
    assert (row.number, row.entry_id) == (2, "e-1")
    assert row.fields["description"] == "=1+1"
    assert row.fields["planned"] == dt.date(2027, 6, 30)
    assert (row.fields["contact"], row.fields["public"], row.fields["sample"]) == ("w. 123", True, False)


def test_a_spreadsheet_calculates_nothing(read):
    body = export.rows_csv([entry(title="=HYPERLINK(1)", office="+48 600")], "pl", internal=False).decode(
        "utf-8-sig"
    )
    assert ";'=HYPERLINK(1);" in body and ";'+48 600;" in body


def test_internal_columns_stay_in_the_house():
    body = export.rows_csv(
        [entry(contact="Jan Kowalski, w. 12", public=False)], "pl", internal=False
    ).decode()
    assert "Kowalski" not in body and "kontakt wewnętrzny" not in body
