"""The vocabularies: each names its source, codes are unique, look-ups forgive spelling, references hold."""

from __future__ import annotations

import pytest
from ckanext.kielce import schemas
from ckanext.kielce.common import vocabularies as v


@pytest.mark.parametrize("name", v.NAMES)
def test_file_names_its_source_version_and_date(name):
    header, entries = schemas.vocabulary(name)
    assert all(header[key] for key in ("title", "source", "licence", "version", "retrieved"))
    assert entries


@pytest.mark.parametrize("name", v.NAMES)
def test_codes_and_uris_are_unique_and_labels_there(name):
    entries = v.load(name).entries
    assert len({entry.code for entry in entries}) == len(entries)
    uris = [entry.uri for entry in entries if entry.uri]
    assert len(set(uris)) == len(uris)
    assert all(entry.pl.strip() and entry.en.strip() for entry in entries)
    assert all(v.load(name).get(entry.code) == entry for entry in entries), "an alias hides a code"


def test_every_file_is_listed():
    files = {path.stem for path in (schemas.FOLDER / "vocabularies").glob("*.yaml")}
    assert files == set(v.NAMES)


def test_unknown_vocabulary_says_which_there_are():
    with pytest.raises(KeyError, match="frequencies"):
        v.load("kolory")


def test_twenty_domains_cover_the_standard_and_the_eu():
    domains = v.load("domains")
    assert len(domains) == 20
    assert all(v.theme(code) for entry in domains for code in entry.data["themes"])
    claimed = {code for entry in domains for code in entry.data["iso37120"]}
    assert claimed == set(v.load("iso37120").codes())
    assert len({entry.data["icon"] for entry in domains}) == 20


def test_units_have_role_addresses_in_reserved_domains():
    for unit in v.load("units"):
        assert unit.data["email"].endswith(".example")
        assert v.load("publisher_types").get(unit.data["type"]), unit.code


def test_regular_frequencies_have_days_and_others_none():
    for entry in v.load("frequencies"):
        timed = entry.data["kind"] in ("regular", "live")
        assert (entry.data["days"] is not None) == timed, entry.code
        assert not timed or entry.data["days"] > 0
    assert v.frequency_days("MONTHLY") == 30
    assert v.frequency_days("http://publications.europa.eu/resource/authority/frequency/ANNUAL") == 365
    assert v.frequency_days("IRREG") is None and v.frequency_days("bzdura") is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("csv", "CSV"),
        (".CSV", "CSV"),
        ("text/csv; charset=utf-8", "CSV"),
        ("GeoJSON", "GEOJSON"),
        ("application/geo+json", "GEOJSON"),
        ("WFS", "WFS_SRVC"),
        ("OGC:WMS", "WMS_SRVC"),
        ("GTFS-RT", "GTFS_RT"),
        ("image/png", "PNG"),
        ("application/zip", "ZIP"),
        ("application/json", "JSON"),
        ("https://publications.europa.eu/resource/authority/file-type/XLSX", "XLSX"),
    ],
)
def test_formats_by_every_usual_name(said, code):
    assert v.file_format(said).code == code


def test_formats_stand_for_files_of_the_eu_table():
    assert v.file_type_uri(v.file_format("GTFS-RT")).endswith("/file-type/GTFS")
    assert v.media_type_uri("Text/CSV; header=present").endswith("/media-types/text/csv")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("cc-by", "CC-BY-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("http://publications.europa.eu/resource/authority/licence/CC0", "CC0-1.0"),
        ("odc-odbl", "ODbL-1.0"),
    ],
)
def test_licences_by_every_usual_name(said, code):
    assert v.licence(said).code == code


def test_licences_are_said_in_plain_words():
    for entry in v.load("licences"):
        assert entry.data["conditions_pl"].endswith(".") and entry.data["conditions_en"].endswith(".")
        assert entry.data["url"].startswith("https://")


@pytest.mark.parametrize("said", ["EPSG:2178", "2178", "urn:ogc:def:crs:EPSG::2178"])
def test_reference_systems(said):
    assert v.crs(said).code == "2178"


@pytest.mark.parametrize(("code", "good"), [("2661011", True), ("26", True), ("2661", True), ("PL", False)])
def test_teryt_form(code, good):
    assert v.is_teryt(code) is good


@pytest.mark.parametrize("code", ["2761011", "9961011", "26610", "2661017", "266101a", ""])
def test_bad_teryt(code):
    assert not v.is_teryt(code)


def test_places_are_where_they_say():
    kielce = v.place("2661011")
    west, south, east, north = kielce.data["bbox"]
    assert west < 20.63 < east and south < 50.87 < north
    assert all(v.is_teryt(entry.code) or entry.code == "PL" for entry in v.load("places"))


def test_iso_theme_to_domain():
    assert v.domain_of_iso_theme("EC").code == "gospodarka"
    assert v.domain_of_iso_theme("FR").code == "bezpieczenstwo"
    assert v.domain_of_iso_theme("XX") is None


def test_labels_by_language():
    monthly = v.frequency("MONTHLY")
    assert (monthly.label("pl"), monthly.label("pl_PL"), monthly.label("en"), monthly.label("de")) == (
        "co miesiąc",
        "co miesiąc",
        "monthly",
        "monthly",
    )
