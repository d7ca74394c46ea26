"""Reading the tables that Polish cities publish, sound and sick."""

import contextlib
import datetime as dt
import json
import resource
import struct
import zipfile

import polars as pl
import pytest
import xlsxwriter
from ckanext.kielce.tables.shared import Limits, TableError, read

from tests.tables.reading import found, one


@pytest.fixture
def make(tmp_path):
    def write(data, name="plik.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def types(table):
    return {c.name: c.type for c in table.columns}


def test_polish_numbers_dates_and_codes(make):
    table = one(
        make(
            "data;kod;kwota;udzial;liczba;pesel;kod_teryt;uwagi\n"
            "31.08.2023;007;1 234,50;12,5 %;12;44051401458;2661011;\n"
            "01.09.2023;123;-0,5;7 %;-;02070803628;2661011;x\n"
        )
    )
    assert types(table) == {
        "data": "date", "kod": "text", "kwota": "number", "udzial": "number", "liczba": "integer", "pesel": "text",
        "kod_teryt": "text", "uwagi": "text",
    }  # fmt: skip
    row = table.frame.row(0, named=True)
    assert row["data"] == dt.date(2023, 8, 31)
    assert row["kwota"] == 1234.5
    assert row["udzial"] == 12.5
    assert row["kod"] == "007"
    assert table.frame["liczba"].to_list() == [12, None]
    assert next(c for c in table.columns if c.name == "udzial").unit == "%"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.234,5", "2,5"], [1234.5, 2.5]),
        (["1,234.5", "2.5"], [1234.5, 2.5]),
        (["1\u00a0234,5", "1 000"], [1234.5, 1000.0]),
        (["12,50 zł", "1 300,00 zł"], [12.5, 1300.0]),
        (["1.2E+03", "5"], [1200.0, 5.0]),
        (["bd", "3,5"], [None, 3.5]),
    ],
)
def test_number_forms(make, values, expected):
    table = one(make("nazwa;wynik\n" + "".join(f"a;{v}\n" for v in values)))
    assert table.frame["wynik"].to_list() == expected


@pytest.mark.parametrize(
    "values", [["048123", "012"], ["123456789", "987654321"], ["12a", "13"], ["1-2", "3-4"]]
)
def test_codes_stay_text(make, values):
    table = one(make("nazwa;wynik\n" + "".join(f"a;{v}\n" for v in values)))
    assert table.frame["wynik"].to_list() == values


def test_moments_with_zone_become_utc_and_midnights_become_days(make):
    table = one(make("a,b,c\n1,2024-05-01T00:30:00+02:00,2024-05-01 00:00:00\n"))
    assert table.frame["b"][0] == dt.datetime.fromisoformat("2024-04-30T22:30")
    assert table.frame["c"][0] == dt.date(2024, 5, 1)


def test_units_from_headers(make):
    table = one(make("Cena [zł];Zużycie (MWh);wplywy_tys_zl;nazwa\n1;2;3;x\n"))
    assert [c.unit for c in table.columns] == ["zł", "MWh", "tys. zł", None]


def test_title_rows_totals_and_notes(make):
    table = one(
        make(
            "Wpływy z biletów w 2024 r.;;\n\nmiesiąc;linia;kwota\n2024-01;30;1,5\n2024-02;30;2,5\n2024-03;34;3,5\n"
            "Razem;;7,5\n\nŹródło: ZTM Kielce;;\n"
        )
    )
    assert table.header_row == 3
    assert table.frame.height == 3
    assert types(table)["kwota"] == "number"
    assert table.skipped == [1, 2, 7, 9]
    assert found(table)["title_rows"].message_pl.startswith("Nad nagłówkiem")
    assert found(table)["totals_rows"].row == 7


def test_a_category_called_total_is_not_cut_from_the_middle(make):
    table = one(make("rok;płeć;n\n2020;ogółem;3\n2020;kobiety;2\n2021;ogółem;5\n2021;kobiety;3\n"))
    assert table.frame.height == 4


def test_no_header(make):
    table = one(make("1;2,5;2024-01-01\n2;3,5;2024-01-02\n"))
    assert table.header_row is None
    assert table.frame.columns == ["kolumna_1", "kolumna_2", "kolumna_3"]
    assert "no_header" in found(table)


def test_years_in_the_header_are_a_header(make):
    assert one(make("wskaźnik;2019;2020\nbezrobocie;5,1;6,1\n")).frame.columns == ["wskaźnik", "2019", "2020"]


def test_repeated_and_missing_names(make):
    table = one(make("nazwa;nazwa;;x\na;b;c;d\n"))
    assert table.frame.columns == ["nazwa", "nazwa_2", "kolumna_3", "x"]
    assert {"empty_column_name", "repeated_column_name"} <= set(found(table))


def test_ragged_rows_name_row_and_remedy(make):
    table = one(make("a;b;c\n1;2;3\n1;2\n1;2;3;4\n5;6;7\n"))
    problem = found(table)["ragged_rows"]
    assert problem.row == 3
    assert "2 instead of 3" in problem.message_en
    assert ": 2;" in problem.message_en
    assert table.frame.height == 4


def test_ragged_rows_with_quotes_and_line_breaks(make):
    table = one(make('a;b\n"x;y";"dwie\nlinie"\n1;2;3\n'))
    assert found(table)["ragged_rows"].row == 4
    assert table.frame["b"][0] == "dwie\nlinie"


def test_spare_separators_are_not_ragged(make):
    assert found(one(make("a;b;;\n1;2;;\n3;4;;\n"))) == {}
    assert one(make("a;b;;\n1;2;;\n")).frame.columns == ["a", "b"]


def test_broken_quotes(make):
    table = one(make('nazwa;n\nklub "Orlęta;1\nSP 2;2\n'))
    assert found(table)["broken_quotes"].row == 2
    assert table.frame["n"].to_list() == [1, 2]


def test_mixed_types_name_the_first_odd_value(make):
    rows = "".join(f"x;{i},5\n" for i in range(20)) + "x;ok. 30\n"
    table = one(make("nazwa;wynik\n" + rows))
    problem = found(table)["mixed_types"]
    assert (problem.column, problem.row) == ("wynik", 22)
    assert "ok. 30" in problem.message_pl
    assert types(table)["wynik"] == "text"


def test_sep_line_of_excel_bom_and_crlf(make):
    table = one(make("\ufeffsep=;\r\na;b\r\n1;2\r\n"))
    assert table.frame.rows() == [(1, 2)]


def test_header_only_and_single_column(make):
    assert "no_rows" in found(one(make("a;b;c\n")))
    assert one(make("nazwa\nKielce\nŁódź\n")).frame["nazwa"].to_list() == ["Kielce", "Łódź"]


def test_line_and_column_bounds(make):
    with pytest.raises(TableError) as caught:
        read(make("x" * 5_000_000))
    assert caught.value.problems[0].code == "line_too_long"
    with pytest.raises(TableError) as caught:
        read(make(";".join(f"k{i}" for i in range(10_000)) + "\n"))
    assert caught.value.problems[0].code == "too_many_columns"


def test_a_line_of_a_gigabyte_is_refused_without_reading_all_of_it(tmp_path):
    path = tmp_path / "linia.csv"
    block = b"x" * 2**24
    with path.open("wb") as file:
        file.write(b"a;b\n1;")
        for _ in range(17):  # a little more than is ever read; the rest is a hole
            file.write(block)
        file.truncate(2**30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with pytest.raises(TableError) as caught:
            read(path)
    finally:
        path.unlink()
    assert caught.value.problems[0].code == "line_too_long"
    assert caught.value.problems[0].message_pl
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 * 2**10, "kilobytes"


def test_a_huge_file_is_sampled_and_says_so(make):
    table = one(make("a;b\n" + "1;2\n" * 10_000), limits=Limits(text_bytes=1000))
    assert table.sampled
    assert table.frame.height == 249
    assert found(table)["sampled"]


def test_workbook_with_titles_totals_and_sheets(tmp_path):
    path = tmp_path / "dane.xlsx"
    book = xlsxwriter.Workbook(path)
    date = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Ciepło")
    sheet.write(0, 0, "Sprzedaż ciepła MPEC")
    for i, title in enumerate(("data", "kod", "zużycie [GJ]", "rok")):
        sheet.write(2, i, title)
    for r in range(3):
        sheet.write_datetime(3 + r, 0, dt.datetime.fromisoformat(f"2024-0{1 + r}-01"), date)
        sheet.write_string(3 + r, 1, f"00{r}")
        sheet.write_number(3 + r, 2, 10.5 + r)
        sheet.write_number(3 + r, 3, 2024)
    sheet.write(6, 0, "Razem")
    sheet.write_number(6, 2, 34.5)
    book.add_worksheet("pusty")
    other = book.add_worksheet("Drugi")
    other.write_row(0, 0, ["a", "b"])
    other.write_row(1, 0, [1, "x"])
    hidden = book.add_worksheet("ukryty")
    hidden.write_row(0, 0, ["a", "b"])
    hidden.hide()
    book.close()
    heat, second = read(path)
    assert (heat.name, second.name) == ("Ciepło", "Drugi")
    assert heat.header_row == 3
    assert heat.frame.rows()[0] == (dt.date(2024, 1, 1), "000", 10.5, 2024)
    assert heat.frame.height == 3
    assert heat.skipped == [1, 2, 7]
    assert [c.unit for c in heat.columns] == [None, None, "GJ", None]


def test_broken_workbook(make):
    with zipfile.ZipFile(make(b"", "zly.xlsx"), "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(TableError) as caught:
        read(make(b"", "x").parent / "zly.xlsx")
    assert caught.value.problems[0].code == "unreadable"


def test_json_records_nested_and_lines(make):
    table = one(
        make(
            json.dumps(
                {"meta": {"n": 2}, "dane": [{"id": 1, "miejsce": {"x": 1.5}}, {"id": 2, "tagi": ["a"]}]}
            ),
            "a.json",
        )
    )
    assert table.frame.columns == ["id", "miejsce.x", "tagi"]
    assert table.frame["miejsce.x"].to_list() == [1.5, None]
    assert one(make('{"a": "1,5"}\n{"a": "2,5"}\n', "b.json")).frame["a"].to_list() == [1.5, 2.5]
    assert one(make('[["rok","n"],[2020,1],[2021,2]]', "c.json")).frame.columns == ["rok", "n"]


@pytest.mark.parametrize("text", ['{"error": "nie ma"}', "{not json", "[1,2,3]", "[]", "[" * 100_000])
def test_json_without_records(make, text):
    with pytest.raises(TableError):
        read(make(text, "x.json"))


def test_geojson_keeps_geometry_beside_the_table(make):
    feature = {"type": "Feature", "properties": {"nazwa": "Ścieżka", "terc": "0661011", "km": 1.5},
               "geometry": {"type": "Point", "coordinates": [20.6, 50.8]}}  # fmt: skip
    table = one(make(json.dumps({"type": "FeatureCollection", "features": [feature]}), "sciezki.json"))
    assert table.frame.rows() == [("Ścieżka", "0661011", 1.5)]
    assert struct.unpack("<dd", table.geometry[0][5:21]) == (20.6, 50.8)


def test_gml_from_polish_servers(real_data):
    table = one(real_data / "wfs" / "warszawa__gml_multiple_polygons.xml")
    assert table.frame.height == 10
    assert "gml_id" not in table.frame.columns
    with pytest.raises(TableError):
        read(real_data / "wfs" / "warszawa__gml_no_building.xml")


def test_real_station_register(real_data):
    table = one(real_data / "gios_kielce_stations" / "gios_metadata_kielce_STACJE.csv")
    assert table.frame.shape == (10, 15)
    assert table.header_row == 1
    assert types(table)["Data uruchomienia"] == "date"


def test_parquet(tmp_path):
    pl.DataFrame({"rok": [2020, 2021], "nazwa": ["a", None]}).write_parquet(tmp_path / "x.parquet")
    assert one(tmp_path / "x.parquet").frame.rows() == [(2020, "a"), (2021, None)]


def test_damaged_parquet(tmp_path):
    pl.DataFrame({"rok": range(2000), "nazwa": ["żółw"] * 2000}).write_parquet(tmp_path / "x.parquet")
    sound = (tmp_path / "x.parquet").read_bytes()
    for cut in range(4, len(sound) - 8, max(1, len(sound) // 40)):
        (tmp_path / "y.parquet").write_bytes(sound[:cut] + sound[cut + 40 :])
        with contextlib.suppress(TableError):
            read(tmp_path / "y.parquet")


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
    '<table:table table:name="Arkusz1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def test_ods(tmp_path):
    def text(value):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    def number(value):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>x</text:p></table:table-cell>'

    cells = [[text("nazwa"), text("km")], [text("Ścieżka"), number(1.5)], [text("Żłobek"), number(2.5)]]
    rows = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in cells)
    with zipfile.ZipFile(tmp_path / "x.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=rows))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    table = one(tmp_path / "x.ods")
    assert table.name == "Arkusz1"
    assert table.frame.rows() == [("Ścieżka", 1.5), ("Żłobek", 2.5)]


def test_geopackage_with_two_layers(tmp_path):
    import numpy as np
    import pyogrio

    point = bytes.fromhex("0101000000000000000000f03f0000000000000040")
    for name in ("lawki", "kosze"):
        pyogrio.raw.write(
            tmp_path / "x.gpkg", np.array([point], dtype=object), [np.array([name], dtype=object)], ["nazwa"],
            driver="GPKG", geometry_type="Point", crs="EPSG:4326", layer=name,
        )  # fmt: skip
    first, second = read(tmp_path / "x.gpkg")
    assert (first.name, second.name) == ("lawki", "kosze")
    assert second.frame.rows() == [("kosze",)]
    assert bytes(first.geometry[0]) == point


def test_a_line_without_an_end_is_refused_though_a_header_stands_before_it(tmp_path):
    from ckanext.kielce.tables.limits import Limits

    path = tmp_path / "a.csv"
    path.write_bytes(b"nr;opis\n1;a\n2;" + b"x" * 5000 + b"\n3;b\n")
    with pytest.raises(TableError) as caught:
        read(path, limits=Limits(line=1000))
    assert [item.code for item in caught.value.problems] == ["line_too_long"]
    assert read(path, limits=Limits(line=6000))[0].frame.height == 3


def test_a_row_of_the_table_knows_its_row_in_the_file(make):
    table = one(make("Wykaz zbiorów\n\ntytuł;jednostka\nA;MZD\n\n\nB;ZTM\nC;\n"))
    assert table.frame["tytuł"].to_list() == ["A", "B", "C"]
    assert [table.row_number(index) for index in range(3)] == [4, 7, 8]


def test_a_row_of_a_sheet_knows_its_row_in_the_file(tmp_path):
    path = tmp_path / "wykaz.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in {1: ("tytuł", "jednostka"), 2: ("A", "MZD"), 4: ("B", "ZTM")}.items():
            sheet.write_row(row, 0, cells)
    table = one(path)
    assert [table.row_number(index) for index in range(2)] == [3, 5]
