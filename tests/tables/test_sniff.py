"""What a file is, against what it is said to be."""

import json
import zipfile

import pytest
from ckanext.kielce.tables.shared import TableError, read, sniff

POLISH = "nazwa;ulica\nSzkoła;Żółkiewskiego\nŚcieżka;Źródłowa\nWieża ąę;Ślichowice\n"


def codes(sniffed):
    return [p.code for p in sniffed.problems]


@pytest.fixture
def make(tmp_path):
    def write(data, name="plik"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("codec", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1250", "cp1250"), ("iso8859-2", "iso8859-2"),
     ("utf-16", "utf-16-le"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")],
)  # fmt: skip
def test_encoding_from_the_bytes(make, codec, expected):
    path = make(POLISH.encode(codec))
    sniffed = sniff(path)
    assert (sniffed.format, sniffed.encoding, sniffed.delimiter) == ("CSV", expected, ";")
    assert read(path)[0].frame["ulica"].to_list() == ["Żółkiewskiego", "Źródłowa", "Ślichowice"]


def test_a_polish_letter_far_down_decides(make):
    path = make(("a;b\n" + "x;y\n" * 100_000 + "ulica;Śląska\n").encode("cp1250"))
    assert sniff(path).encoding == "cp1250"
    assert read(path)[0].frame["b"][-1] == "Śląska"


def test_wrong_declared_encoding_is_told_with_remedy(make):
    (problem,) = sniff(make(POLISH.encode("cp1250")), "CSV", "UTF-8").problems
    assert problem.code == "wrong_encoding"
    assert "Windows-1250" in problem.message_pl
    assert "Zapisz plik jako UTF-8" in problem.message_pl


@pytest.mark.parametrize("declared", ["UTF-8", "windows-1250", "ISO_8859-2", "nonsense", None, ""])
def test_plain_ascii_agrees_with_any_encoding(make, declared):
    assert codes(sniff(make("a;b\n1;2\n"), "CSV", declared)) == []


def test_mostly_sound_utf8_with_a_broken_byte_stays_utf8(make):
    path = make(("nazwa;ulica\n" + "Żółć;Śląska\n" * 50).encode() + b"Krak\xf3w;x\n")
    assert sniff(path).encoding == "utf-8"
    (table,) = read(path)
    assert table.frame["ulica"][0] == "Śląska"
    assert [(p.code, p.row) for p in table.warnings] == [("broken_characters", 52)]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a;b;c\n1,5;2,5;3\n", ";"), ("a,b,c\n1.5,2,3\n", ","), ("a\tb\n1,5\t2\n", "\t"), ("a|b\n1|2\n", "|"),
     ('nazwa,opis\n"Kielce; Śródmieście",x\n"a; b",y\n', ","), ("jedna\n1\n2\n", None),
     ("Raport, wersja 1\n\nrok;wartosc\n2020;1,5\n2021;2,5\n", ";")],
)  # fmt: skip
def test_delimiter(make, text, delimiter):
    assert sniff(make(text)).delimiter == delimiter


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"%PDF-1.7\n%\xe2\xe3", "PDF"), (b"\x89PNG\r\n\x1a\n....", "IMAGE"), (b"\xff\xd8\xff\xe0JFIF", "IMAGE"),
     (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"), (b"<?xml version='1.0'?><a/>", "XML"),
     (b"\x1f\x8b\x08\x00\x00\x00", "GZIP"), (b"", "EMPTY"), (b"  \n\n", "EMPTY"), (b"\x00\x01\x02\x03\xfe" * 50, "BINARY"),
     (b"PK\x03\x04 cut short", "BINARY")],
)  # fmt: skip
def test_files_without_a_table(make, head, kind):
    path = make(head)
    sniffed = sniff(path, "CSV")
    assert sniffed.format == kind
    assert not sniffed.tabular
    assert sniffed.problems[0].code in ("no_table", "web_page", "empty")
    with pytest.raises(TableError) as caught:
        read(path)
    assert caught.value.problems[0].message_pl


def test_pdf_declared_as_csv_is_wrong_format(make):
    assert codes(sniff(make(b"%PDF-1.4"), "CSV")) == ["no_table", "wrong_format"]
    assert codes(sniff(make(b"%PDF-1.4"), "PDF")) == ["no_table"]


def test_format_from_vocabulary_uri_and_media_type(make):
    path = make("a;b\n1;2\n")
    for declared in (
        "http://publications.europa.eu/resource/authority/file-type/CSV",
        "text/csv",
        ".csv",
        "csv",
    ):
        assert codes(sniff(path, declared)) == []
    assert codes(sniff(path, "XLSX")) == ["wrong_format"]
    assert codes(sniff(path, "WFS_SRVC")) == []


def test_json_and_geojson(make):
    assert sniff(make(json.dumps([{"a": 1}]))).format == "JSON"
    geo = make(json.dumps({"type": "FeatureCollection", "features": []}))
    assert sniff(geo).format == "GEOJSON"
    assert codes(sniff(geo, "JSON")) == []


def test_zip_kinds(tmp_path):
    def pack(name, members):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, "x,y\n1,2\n")
        return sniff(tmp_path / name).format

    assert pack("a.zip", ["data/one.csv"]) == "ZIP"
    assert pack("g.zip", ["agency.txt", "stops.txt", "routes.txt"]) == "GTFS"
    assert pack("x.bin", ["[Content_Types].xml", "xl/workbook.xml"]) == "XLSX"
    assert pack("d.docx", ["[Content_Types].xml", "word/document.xml"]) == "DOCX"
    assert pack("s.zip", ["kielce.shp", "kielce.dbf"]) == "SHP"


def test_missing_file_is_a_table_error(tmp_path):
    with pytest.raises(TableError):
        sniff(tmp_path / "nie ma.csv")
