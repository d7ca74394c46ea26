"""Checks on one version's content: each finds what it is for, and leaves its sound neighbours alone."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ckanext.kielce.quality.content import judge_content, registered, sentence, undescribed
from ckanext.kielce.quality.content.base import Subject, plain, table_of_rules
from ckanext.kielce.quality.content.photos import has_location
from ckanext.kielce.quality.content.sentences import templates
from ckanext.kielce.tables.shared import TableError, read, sniff

Judge = Callable[..., dict[str, Any]]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge a file's content: code -> finding (of several with a code the first)."""

    def run(
        content: str | bytes,
        name: str = "a.csv",
        *,
        words: str = "",
        dictionary: dict[str, dict[str, Any]] | None = None,
        declared: str | None = None,
        encoding: str | None = None,
    ) -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        sniffed = sniff(path, declared_format=declared, declared_encoding=encoding)
        problems = list(sniffed.problems)
        try:
            tables = read(path, sniffed)
            problems = [item for table in tables for item in table.warnings]
        except TableError as error:
            tables, problems = [], error.problems
        told = {item.code: (item.message_pl, item.message_en) for item in problems}
        subject = Subject(path, sniffed.format, tables, name, plain(words), dictionary or {}, told)
        found = judge_content(subject)
        assert all(sentence(item, lang)[0] for item in found.findings for lang in ("pl", "en"))
        return {item.code: item for item in reversed(found.findings)}

    return run


def table(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def test_every_check_has_its_rules_and_sentences() -> None:
    codes = {check.code for check in registered()}
    assert codes | {"undescribed_columns"} == set(table_of_rules()["checks"])
    from_reader = {"declared_otherwise", "hostile_file"}
    assert codes - from_reader | {"undescribed_columns"} == set(templates())


# --- people

PEOPLE = [f"{n};Anna;Kowalska;Sienkiewicza {n};Kielce" for n in range(1, 9)]


def test_names_with_addresses(judge: Judge) -> None:
    found = judge(table("lp;imie;nazwisko;adres;miejscowosc", PEOPLE))["persons"]
    assert found.params["count"] == 8
    assert "Kowalska" not in str(found.params)


@pytest.mark.parametrize(
    "header",
    [
        "lp;imie_dyrektora;nazwisko_dyrektora;adres;miejscowosc",  # who heads a school is public
        "lp;patron;autor;adres;miejscowosc",
        "lp;nazwa;opis;adres;miejscowosc",
        "lp;imie;nazwisko;komisja;miejscowosc",  # a town alone is no place of living
    ],
)
def test_officials_authors_and_names_without_addresses_are_sound(judge: Judge, header: str) -> None:
    assert "persons" not in judge(table(header, PEOPLE))


def test_names_of_streets_and_firms_are_no_people(judge: Judge) -> None:
    rows = [f"{n};Jana Kochanowskiego;Zakład Usług {n} sp. z o.o.;Kielce" for n in range(1, 9)]
    assert "persons" not in judge(table("lp;ulica;nazwa;miejscowosc", rows))


def test_private_mail_and_phones_beside_names(judge: Judge) -> None:
    rows = [f"Koło {n};jan.kowalski{n}@wp.pl" for n in range(6)]
    assert judge(table("nazwa;e-mail", rows))["private_contacts"].params["count"] == 6
    rows = [f"Nowak;60012345{n}" for n in range(6)]
    assert judge(table("nazwisko;telefon", rows))["private_contacts"].params["variant"] == "phone"


def test_office_mail_and_phones_of_institutions_are_sound(judge: Judge) -> None:
    rows = [f"Szkoła nr {n};sekretariat{n}@sp.kielce.eu;41 367 60 0{n}" for n in range(9)]
    assert "private_contacts" not in judge(table("nazwa;email;telefon", rows))


# --- small cells


def test_small_counts_of_people_by_building(judge: Judge) -> None:
    rows = [f"Sienkiewicza {n};{2 if n % 2 else 31}" for n in range(1, 21)]
    found = judge(table("adres;liczba_mieszkancow", rows))["small_cells"]
    assert (found.params["count"], found.params["place"], found.params["row"]) == (10, "adres", 2)


@pytest.mark.parametrize(
    ("header", "make"),
    [
        ("adres;liczba_mieszkancow", lambda n: f"Sienkiewicza {n};{n + 9}"),  # none is small
        ("dzielnica;liczba_mieszkancow", lambda n: f"Dzielnica {n};{n % 5}"),  # districts are large
        ("adres;liczba_lamp", lambda n: f"Sienkiewicza {n};{n % 5}"),  # lamps are no people
        ("kwartal;liczba_osob", lambda n: f"2024 Q{n % 4 + 1};{n % 5}"),  # a quarter of a year is no block
    ],
)
def test_larger_places_larger_counts_and_things_are_sound(
    judge: Judge, header: str, make: Callable[[int], str]
) -> None:
    assert "small_cells" not in judge(table(header, [make(n) for n in range(1, 25)]))


# --- photos


def photo(*, located: bool = True, zeros: bool = False) -> bytes:
    """The beginning of a JPEG with an EXIF block."""
    degrees = (0,) * 6 if zeros else (50, 1, 52, 1, 1234, 100)
    gps_at, numbers_at = 26, 26 + 2 + 24 + 4
    first = struct.pack("<HHHII", 1, 0x8825 if located else 0x0112, 4, 1, gps_at) + b"\0" * 4
    gps = struct.pack("<H", 2)
    for number, tag in enumerate((2, 4)):
        gps += struct.pack("<HHII", tag, 5, 3, numbers_at + 24 * number)
    tiff = b"II*\0" + struct.pack("<I", 8) + first + gps + b"\0" * 4 + struct.pack("<6I", *degrees) * 2
    block = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 2) + block + b"\xff\xda" + b"\0" * 64


def test_a_photo_that_says_where_it_was_taken(judge: Judge) -> None:
    assert judge(photo(), "a.jpg")["photo_location"].params["variant"] == "photo"
    assert has_location(b"\x89PNG\r\n\x1a\n" + _png_chunk(photo())) is True


def _png_chunk(jpeg: bytes) -> bytes:
    tiff = jpeg[jpeg.index(b"II*\0") :]
    return struct.pack(">I", len(tiff)) + b"eXIf" + tiff + b"\0" * 4


@pytest.mark.parametrize(
    "data", [photo(located=False), photo(zeros=True), b"\xff\xd8\xff", b"", photo()[:40]]
)
def test_photos_without_a_place_and_broken_ones_are_left_alone(judge: Judge, data: bytes) -> None:
    assert has_location(data) is False


def test_photos_in_an_archive(judge: Judge) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("zdjecia/1.jpg", photo())
        archive.writestr("zdjecia/2.jpg", photo(located=False))
        archive.writestr("zgloszenia.csv", "nr;opis\n1;a\n2;b\n")
    found = judge(packed.getvalue(), "a.zip")["photo_location"]
    assert (found.params["count"], found.params["member"]) == (1, "zdjecia/1.jpg")


# --- networks


def layer(step: float, name: str = "warstwa", kind: str = "LineString") -> str:
    def place(x: float, y: float) -> list[float]:
        return [round(round(x / step) * step, 7), round(round(y / step) * step, 7)]

    features = []
    for n in range(12):
        line = [
            place(20.61 + n * 0.00317, 50.87 + n * 0.00213),
            place(20.62 + n * 0.00411, 50.88 + n * 0.00123),
        ]
        shape = line if kind == "LineString" else [[*line, place(20.7, 50.9), line[0]]]
        features.append(
            {
                "type": "Feature",
                "properties": {"id": n, "srednica": 100 + n},
                "geometry": {"type": kind, "coordinates": shape},
            }
        )
    return json.dumps({"type": "FeatureCollection", "name": name, "features": features})


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Sieć ciepłownicza MPEC", "heat"),
        ("Przewody wodociągowe", "water"),
        ("Sieć gazowa", "gas"),
        ("Linie kablowe sieci elektroenergetycznej", "power"),
    ],
)
def test_the_exact_course_of_a_network(judge: Judge, words: str, kind: str) -> None:
    found = judge(layer(1e-6), "a.geojson", words=words)["sensitive_infrastructure"]
    assert found.params["variant"] == kind


def test_ten_metres_are_exact(judge: Judge) -> None:
    assert "sensitive_infrastructure" in judge(layer(0.0001), "a.geojson", words="Sieć wodociągowa")


@pytest.mark.parametrize(
    ("words", "step", "shape"),
    [
        ("Sieć ciepłownicza (przebieg uogólniony)", 0.001, "LineString"),
        ("Sieć wodociągowa, dokładność około 50 m", 0.0005, "LineString"),
        ("Obszar zasilania sieci ciepłowniczej", 1e-6, "Polygon"),
        ("Oświetlenie uliczne: linie kablowe", 1e-6, "LineString"),
        ("Ścieżki rowerowe", 1e-6, "LineString"),
        ("Sieć komunikacji autobusowej", 1e-6, "LineString"),
    ],
)
def test_coarse_layers_and_other_networks_are_sound(
    judge: Judge, words: str, step: float, shape: str
) -> None:
    assert "sensitive_infrastructure" not in judge(layer(step, kind=shape), "a.geojson", words=words)


# --- columns and rows


def test_a_column_that_is_mostly_empty(judge: Judge) -> None:
    rows = [f"{n};{n * 3 if n < 4 else ''};{'' if n < 18 else 'x'}" for n in range(1, 21)]
    found = judge(table("nr;powierzchnia;uwagi", rows))["empty_column"]
    assert (found.params["column"], found.params["count"]) == ("powierzchnia", 17)


def test_a_required_column_may_not_lack_a_single_value(judge: Judge) -> None:
    rows = [f"{n};{'' if n == 7 else n * 3}" for n in range(1, 21)]
    assert "empty_column" not in judge(table("nr;powierzchnia", rows))
    found = judge(table("nr;powierzchnia", rows), dictionary={"powierzchnia": {"required": True}})
    assert found["empty_column"].params["row"] == 8


def test_rows_and_keys_that_are_there_twice(judge: Judge) -> None:
    rows = [f"U/{n}/2025;Firma {n};{n * 1000};2025-03-{n:02d}" for n in range(1, 29)]
    assert not {"duplicate_rows", "duplicate_keys"} & set(judge(table("nr_umowy;firma;kwota;data", rows)))
    found = judge(table("nr_umowy;firma;kwota;data", [*rows, rows[4]]))
    assert found["duplicate_rows"].params["row"] == 30
    assert found["duplicate_keys"].params["column"] == "nr_umowy"


def test_a_column_of_ids_that_repeats_by_nature_is_no_key(judge: Judge) -> None:
    rows = [f"{n % 5};{n};2025-03-{n:02d};{n * 7}" for n in range(1, 29)]
    assert "duplicate_keys" not in judge(table("id_stacji;pomiar;data;wartosc", rows))


def test_values_outside_what_is_declared(judge: Judge) -> None:
    rows = [f"{n};{n * 10};{'A' if n < 9 else 'Ż'}" for n in range(1, 10)]
    dictionary = {"temp": {"minimum": "0", "maximum": 80}, "strefa": {"constraints": {"enum": ["A", "B"]}}}
    found = judge(table("nr;temp;strefa", rows), dictionary=dictionary)["out_of_range"]
    assert (found.params["variant"], found.params["value"], found.params["row"]) == ("range", "90", 10)
    found = judge(table("nr;opis;strefa", rows), dictionary={"strefa": dictionary["strefa"]})["out_of_range"]
    assert (found.params["variant"], found.params["value"]) == ("words", "Ż")


@pytest.mark.parametrize(
    ("column", "value", "odd"),
    [
        ("odsetek [%]", "104,2", True),
        ("wykonanie budżetu [%]", "104,2", False),
        ("szerokosc_geogr", "500,1", True),
        ("liczba wypadków", "-1", True),
        ("zmiana liczby mieszkańców", "-12", False),
        ("saldo migracji", "-12", False),
        ("temperatura powietrza", "-999", True),
        ("temperatura powietrza", "-19", False),
    ],
)
def test_ranges_that_follow_from_a_name(judge: Judge, column: str, value: str, odd: bool) -> None:
    rows = [f"{n};{n}" for n in range(1, 9)] + [f"9;{value}"]
    assert ("out_of_range" in judge(table(f"nr;{column}", rows))) is odd


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x";"y")', "=1+2", "@SUM(A1:A9)", "+cmd|' /C calc'!A0", "-cmd|' /C calc'!A0"]
)
def test_cells_that_run_in_a_spreadsheet(judge: Judge, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    assert judge(table("nr;opis", ["1;a", f"2;{quoted}"]))["formula_cells"].params["row"] == 3


@pytest.mark.parametrize("cell", ["+48 41 367 60 00", "-5", "- brak", "@kielce", "=", "=12", "-brak-"])
def test_phones_minus_signs_and_handles_are_no_formulas(judge: Judge, cell: str) -> None:
    assert "formula_cells" not in judge(table("nr;opis", ["1;tekst", f"2;{cell}"]))


def test_columns_of_which_the_dictionary_says_nothing() -> None:
    dictionary = {"a": {"description": "opis"}, "b": {"type": "int"}}
    assert undescribed({"a": "text", "b": "integer", "c": "text"}, dictionary) == ["b", "c"]


def test_another_format_or_encoding_than_stated(judge: Judge) -> None:
    found = judge("rok;wartość\n2024;żółć\n2025;łąka\n".encode("cp1250"), encoding="utf-8")
    assert found["declared_otherwise"].params["problem"] == "wrong_encoding"
    text, remedy = sentence(found["declared_otherwise"], "pl")
    assert "utf-8" in text.lower() and remedy
    found = judge(table("rok;wartosc", ["2024;1", "2025;2"]), declared="XLSX")
    assert found["declared_otherwise"].params["problem"] == "wrong_format"


# --- files that would do harm


def test_a_zip_bomb_ends_in_a_finding(judge: Judge) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (40 * 2**20))
    assert judge(packed.getvalue(), "a.zip")["hostile_file"].params["problem"] == "archive_bomb"


def test_ten_thousand_columns_end_in_a_finding(judge: Judge) -> None:
    header = ";".join(f"k{n}" for n in range(10_000))
    found = judge(table(header, [";".join("1" * 10_000)] * 3))
    assert found["hostile_file"].params["problem"] == "too_many_columns"


def test_a_line_without_an_end_ends_in_a_finding(judge: Judge) -> None:
    assert judge(b"a;b\n1;" + b"x" * 5_000_000)["hostile_file"].params["problem"] == "line_too_long"


def test_a_broken_workbook_is_read_without_harm(judge: Judge) -> None:
    assert "hostile_file" not in judge(b"PK\x03\x04 not a workbook", "a.xlsx", declared="XLSX")
