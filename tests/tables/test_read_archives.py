"""Tables in archives, sound, damaged and hostile."""

import struct
import zipfile

import pytest
from ckanext.kielce.tables.shared import TableError, read

from tests.tables.reading import found, one


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_zip_of_tables(tmp_path):
    path = zipped(
        tmp_path / "p.zip", {"dane/a.csv": "x;y\n1;2\n", "b.json": '[{"z": 1}]', "czytaj.pdf": "%PDF-1.4"}
    )
    first, second = read(path)
    assert (first.name, second.name) == ("a", "b")
    assert [p.code for p in first.warnings] == ["archive_member"]


def test_gtfs(tmp_path):
    path = zipped(
        tmp_path / "gtfs.zip",
        {"agency.txt": "agency_id,agency_name\n1,ZTM\n", "routes.txt": "route_id,route_short_name\nr1,034\n",
         "stops.txt": "stop_id,stop_name\n0012,Żelazna\n"},
    )  # fmt: skip
    tables = {t.name: t for t in read(path)}
    assert set(tables) == {"agency", "routes", "stops"}
    assert tables["stops"].frame.rows() == [("0012", "Żelazna")]


def test_archive_tricks(tmp_path):
    path = zipped(
        tmp_path / "p.zip",
        {"../../zly.csv": "a;b\n1;2\n", "/etc/x.csv": "a;b\n1;2\n", "ok.csv": "a;b\n1;2\n"},
    )
    table = one(path)
    assert [p.code for p in table.warnings] == ["archive_unsafe_path"] * 2
    assert not list(tmp_path.parent.glob("zly.csv"))


def test_zip_bomb(tmp_path):
    path = zipped(tmp_path / "bomba.zip", {"a.csv": b"0" * (40 * 2**20)})
    with pytest.raises(TableError) as caught:
        read(path)
    assert caught.value.problems[0].code == "archive_bomb"


def test_zip_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path / "klamca.zip", {"a.csv": b"1;2\n" * 5_000_000})
    data = bytearray(path.read_bytes())
    central = data.rfind(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 10)  # what it says it unpacks to
    path.write_bytes(data)
    with pytest.raises(TableError):
        read(path)


def test_damaged_member(tmp_path):
    path = zipped(
        tmp_path / "p.zip",
        {"a.csv": "x;y\n" + "".join(f"{i};{i * 7}\n" for i in range(3000)), "b.csv": "x;y\n1;2\n"},
    )
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(data)
    table = one(path)
    assert table.name == "b"
    assert found(table)["unreadable"]


def test_archive_in_archive_is_not_followed(tmp_path):
    inner = zipped(tmp_path / "in.zip", {"a.csv": "x;y\n1;2\n"}).read_bytes()
    with pytest.raises(TableError) as caught:
        read(zipped(tmp_path / "out.zip", {"in.zip": inner}))
    assert caught.value.problems[0].code == "archive_member"
