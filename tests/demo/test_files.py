"""Every file is what it says it is, or fails in the one way it is meant to fail."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from pathlib import Path

import pytest
import python_calamine
import yaml
from stdnum.pl import pesel as stdnum_pesel

from demo.city.files.model import FileSet, Period, folders, periods
from demo.city.files.recipes import pesel
from demo.city.files.writers import declared_encoding
from demo.city.units import units

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 21)
SETS = [s for f in folders() for s in f.sets]
CSV = [s for s in SETS if "csv" in s.files and s.recipe not in ("api", "missing")]


def only(sick: str) -> list[FileSet]:
    return [s for s in SETS if s.sick == sick]


def folder_of(of: FileSet, city_folder: Path) -> Path:
    base = city_folder / "files" / of.folder
    return base / of.id if of.form == "packages" else base


def paths(of: FileSet, kind: str, city_folder: Path) -> list[Path]:
    stem = of.file.partition("{")[0].removesuffix(f".{kind}") if of.file else of.id
    return sorted(folder_of(of, city_folder).glob(f"{stem}*.{kind}"))


def rows(path: Path, of: FileSet, encoding: str | None = None) -> list[list[str]]:
    text = path.read_bytes().decode(encoding or of.encoding)
    return list(csv.reader(io.StringIO(text), delimiter=of.delimiter))


def test_there_are_enough_sets_and_kinds(city_folder: Path) -> None:
    kinds = {p.suffix for p in (city_folder / "files").rglob("*") if p.is_file()}
    assert {".csv", ".xlsx", ".ods", ".json", ".geojson", ".zip", ".pdf"} <= kinds
    assert len(SETS) >= 40
    assert {s.encoding for s in CSV} == {"utf-8", "utf-8-sig", "cp1250"}
    assert {f.form for f in folders()} == {"manifest", "packages", "index"}


def test_codes_are_known_to_the_portal() -> None:
    def codes(name: str) -> set[str]:
        raw = yaml.safe_load((ROOT / "schemas" / "vocabularies" / f"{name}.yaml").read_text(encoding="utf-8"))
        return {row["code"] for row in raw["entries"]}

    assert {s.domain for s in SETS} <= codes("domains")
    assert {s.frequency for s in SETS} <= codes("frequencies")
    assert {f.unit for f in folders()} | {s.publisher_unit for s in SETS if s.publisher_unit} <= set(units())
    assert len({s.name for s in SETS}) == len(SETS), "titles make addresses: each once"


def test_names_are_made_as_the_portal_makes_them() -> None:
    merge = pytest.importorskip("ckanext.kielce.harvest.merge")
    assert [s.name for s in SETS] == [merge.slug(s.title) for s in SETS]


@pytest.mark.parametrize("of", CSV, ids=lambda s: f"{s.folder}/{s.id}")
def test_csv_reads_in_its_encoding_and_is_even(of: FileSet, city_folder: Path) -> None:
    for path in paths(of, "csv", city_folder):
        head, *body = rows(path, of)
        assert len(body) >= 10
        assert len(set(head)) == len(head)
        widths = {len(row) for row in body}
        if of.sick == "ragged_rows":
            assert widths == {len(head) - 2, len(head), len(head) + 1}
        else:
            assert widths == {len(head)}


@pytest.mark.parametrize(
    "of", [s for s in SETS if {"xlsx", "ods"} & set(s.files)], ids=lambda s: f"{s.folder}/{s.id}"
)
def test_spreadsheets_have_their_header_below_the_titles(of: FileSet, city_folder: Path) -> None:
    kind = "ods" if "ods" in of.files else "xlsx"
    (path,) = paths(of, kind, city_folder)
    sheet = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    first = int(of.style.get("title_rows", 0)) if kind == "xlsx" else 0
    if first:
        assert sheet[0][0] == of.title
    assert all(str(cell) for cell in sheet[first])
    assert len(sheet) > first + 5
    assert any(isinstance(cell, float | int) for row in sheet[first + 1 :] for cell in row)


def test_json_geojson_and_pdf(city_folder: Path) -> None:
    root = city_folder / "files"
    for path in root.rglob("*.geojson"):
        found = json.loads(path.read_text(encoding="utf-8"))
        assert found["type"] == "FeatureCollection"
        assert all(20.4 < f["geometry"]["coordinates"][0] < 20.8 for f in found["features"])
    for name in ("um/ulepszamy-kielce.json", "um/wydarzenia.json", "mzd/utrudnienia.json"):
        assert isinstance(json.loads((root / name).read_text(encoding="utf-8")), list)
    assert (root / "um" / "raport-o-stanie-miasta.pdf").read_bytes().startswith(b"%PDF-1.4")


@pytest.mark.parametrize("folder", [f for f in folders() if f.form == "manifest"], ids=lambda f: f.name)
def test_manifests_tell_the_truth_about_their_files(folder, city_folder: Path) -> None:
    base = city_folder / "files" / folder.name
    manifest = json.loads((base / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["manifest"] == "1.0"
    for entry in manifest["datasets"]:
        assert entry["sample_data"] is True
        assert "Dane przykładowe" in entry["description"]
        for file in entry["files"]:
            if file.get("kind") == "api":
                continue
            content = (base / file["path"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("folder", [f for f in folders() if f.form == "packages"], ids=lambda f: f.name)
def test_data_packages_describe_their_columns(folder, city_folder: Path) -> None:
    base = city_folder / "files" / folder.name
    catalog = json.loads((base / "catalog.json").read_text(encoding="utf-8"))
    for entry in catalog["datasets"]:
        package = base / entry["package"]
        found = json.loads(package.read_text(encoding="utf-8"))
        for resource in found["resources"]:
            content = (package.parent / resource["path"]).read_bytes()
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            if resource["format"] == "csv":
                head = content.decode("utf-8").splitlines()[0].split(resource["dialect"]["delimiter"])
                assert head == [f["name"] for f in resource["schema"]["fields"]]


def test_every_sickness_is_there() -> None:
    wanted = {
        "stale",
        "truncated",
        "twin_disagreement",
        "method_break",
        "schema_break",
        "broken_link",
        "wrong_encoding",
    }
    assert wanted | {"personal_data", "ragged_rows", "touched_only"} <= {s.sick for s in SETS if s.sick}


def test_one_encoding_is_declared_wrong(city_folder: Path) -> None:
    (of,) = only("wrong_encoding")
    (path,) = paths(of, "csv", city_folder)
    assert declared_encoding(of) == "utf-8"
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("utf-8")
    assert "Śródmieście" in path.read_bytes().decode("cp1250")


def test_the_personal_data_are_valid_numbers_of_nobody(city_folder: Path) -> None:
    (of,) = only("personal_data")
    (path,) = paths(of, "csv", city_folder)
    head, *body = rows(path, of)
    numbers = [row[head.index("pesel")] for row in body]
    assert all(stdnum_pesel.is_valid(n) for n in numbers)
    assert "zmyślone osoby" in of.description


def test_no_other_set_holds_a_pesel_column(city_folder: Path) -> None:
    for of in CSV:
        for path in paths(of, "csv", city_folder):
            cells = [cell for row in rows(path, of)[1:] for cell in row]
            assert (sum(stdnum_pesel.is_valid(c) for c in cells) > 0) == (of.sick == "personal_data"), (
                path.name
            )


@pytest.mark.parametrize(
    "born", [dt.date(1899, 12, 31), dt.date(1944, 5, 14), dt.date(2003, 2, 28), dt.date(2101, 1, 1)]
)
def test_pesel_of_each_century(born: dt.date) -> None:
    number = pesel(born, 1359)
    assert stdnum_pesel.is_valid(number)
    assert stdnum_pesel.get_birth_date(number) == born


def test_stale_and_truncated_ends(city_folder: Path) -> None:
    (stale,) = only("stale")
    assert rows(paths(stale, "csv", city_folder)[0], stale)[-1][0] == "2024 Q2"
    (cut,) = only("truncated")
    last: dict[str, str] = {}
    for period, member, *_ in rows(paths(cut, "csv", city_folder)[0], cut)[1:]:
        last[member] = max(last.get(member, ""), period)
    assert last.pop(cut.stop["member"]) == "2025-12"
    assert set(last.values()) == {"2026-10"}


def test_twins_differ_beyond_rounding(city_folder: Path) -> None:
    ours, theirs = only("twin_disagreement")
    assert (ours.twin["other"], theirs.twin["other"]) == (theirs.id, ours.id)
    here, there = (
        {(r[0], r[1]): r[2] for r in rows(paths(s, "csv", city_folder)[0], s)[1:]} for s in (ours, theirs)
    )
    common = here.keys() & there.keys()
    assert len(common) >= 10
    assert all(
        abs(float(here[k].replace(",", ".")) - float(there[k].replace(",", "."))) > 0.1
        for k in list(common)[:5]
    )


def test_periods() -> None:
    assert periods(TODAY, "month", 2, 9)[-1] == Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31), "month")
    assert periods(TODAY, "month", 2, 30)[-1].start == dt.date(2026, 9, 1)
    assert Period.of(dt.date(2024, 2, 29), "month").end == dt.date(2024, 2, 29)
    assert Period.of(dt.date(2026, 11, 21), "quarter").printed("quarter-pl") == "IV kw. 2026"
    assert Period.of(dt.date(2026, 12, 31), "year").end == dt.date(2026, 12, 31)
