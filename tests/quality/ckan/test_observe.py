"""Looking at content: what is written down, what only moves a counter, and what a failure leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.timezone.utc)
DAY = dt.timedelta(days=1)


def seen(package_id: str) -> list[Any]:
    from ckan import model
    from ckanext.kielce.quality.model import Observation
    from sqlalchemy import select

    query = select(Observation).where(Observation.package_id == package_id).order_by(Observation.observed_at)
    return list(model.Session.scalars(query))


def look(package: dict[str, Any], when: dt.datetime = NOW, **options: Any) -> list[str]:
    from ckanext.kielce.quality.gather.observe import observe_package

    return [item.outcome for item in observe_package(package["id"], now=when, **options)]


def test_a_file_is_read_and_its_newest_period_kept(
    files: Any, make_dataset: Any, months: Callable[..., str]
) -> None:
    package = make_dataset(files.put("a.csv", months("2026-08", "2026-09", "2026-10"), ETag='"1"'))
    assert look(package) == ["new"]
    (row,) = seen(package["id"])
    assert row.newest_period == dt.date(2026, 10, 31)
    assert (row.row_count, row.checks, row.etag, row.http_status) == (12, 1, '"1"', 200)
    assert row.observed_at == NOW
    assert row.profile["columns"] == {"miesiac": "text", "dzielnica": "text", "liczba": "integer"}


def test_an_unchanged_file_only_moves_counter_and_time(files: Any, make_dataset: Any, months: Any) -> None:
    package = make_dataset(files.put("a.csv", months("2026-10"), ETag='"1"'))
    look(package)
    assert look(package, NOW + DAY) == ["unchanged"]
    (row,) = seen(package["id"])
    assert (row.checks, row.observed_at, row.last_seen_at) == (2, NOW, NOW + DAY)
    assert files.requests[-1][2]["If-None-Match"] == '"1"'


def test_what_the_server_calls_unmodified_is_fetched_in_full_now_and_then(
    files: Any, make_dataset: Any, months: Any
) -> None:
    url = files.put("a.csv", months("2026-09"), ETag='"same"')
    package = make_dataset(url)
    look(package)
    files.put("a.csv", months("2026-09", "2026-10"), ETag='"same"')
    assert look(package, NOW + DAY) == ["unchanged"]
    assert look(package, NOW + 8 * DAY) == ["new"]


def test_new_content_is_appended_and_the_old_row_stays(files: Any, make_dataset: Any, months: Any) -> None:
    package = make_dataset(files.put("a.csv", months("2026-09")))
    look(package)
    files.put("a.csv", months("2026-09", "2026-10"))
    assert look(package, NOW + DAY) == ["new"]
    assert [row.newest_period for row in seen(package["id"])] == [dt.date(2026, 9, 30), dt.date(2026, 10, 31)]


def test_another_encoding_of_the_same_values_has_the_same_value_hash(files: Any, make_dataset: Any) -> None:
    text = "rok;nazwa\n2024;Żółć\n2025;Łąka\n"
    package = make_dataset(files.put("a.csv", text))
    look(package)
    files.put("a.csv", text.replace(";", ",").encode("cp1250"))
    look(package, NOW + DAY)
    first, second = seen(package["id"])
    assert first.bytes_sha256 != second.bytes_sha256
    assert first.value_hash == second.value_hash


def test_a_touch_is_written_down_but_not_oftener_than_once_a_day(
    files: Any, make_dataset: Any, months: Any
) -> None:
    text = months("2026-10")
    package = make_dataset(files.put("a.csv", text, Last_Modified="Sat, 01 Nov 2026 10:00:00 GMT"))
    look(package)
    files.put("a.csv", text, Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    assert look(package, NOW + dt.timedelta(hours=1)) == ["unchanged"]
    assert look(package, NOW + 2 * DAY) == ["touched"]
    assert len(seen(package["id"])) == 2


def test_a_dead_link_is_written_down_with_its_status(files: Any, make_dataset: Any) -> None:
    from ckanext.kielce.quality.gather.observe import latest_link

    package = make_dataset(f"{files.base}/nothing.csv")
    assert look(package) == ["failed"]
    look(package, NOW + DAY)
    check = latest_link(package["resources"][0]["id"])
    assert (check.ok, check.http_status, check.error, check.checks) == (False, 404, "http_error", 2)
    assert seen(package["id"]) == []


def test_an_unreadable_file_is_an_observation_that_says_so(files: Any, make_dataset: Any) -> None:
    package = make_dataset(files.put("a.xlsx", b"PK\x03\x04 not a workbook"), fmt="XLSX")
    assert look(package) == ["new"]
    (row,) = seen(package["id"])
    assert row.profile["parsed"] is False
    assert row.problems
    assert row.problems[0]["message_pl"]


def test_a_file_above_the_limit_is_known_by_its_headers(
    files: Any, make_dataset: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.kielce.quality.max_bytes", 100)
    package = make_dataset(files.put("a.csv", "x" * 5000))
    assert look(package) == ["new"]
    (row,) = seen(package["id"])
    assert (row.content_length, row.bytes_sha256) == (5000, None)
    assert row.problems[0]["code"] == "too_large"
    assert look(package, NOW + DAY) == ["unchanged"]


def test_a_service_is_asked_for_its_capabilities_only(files: Any, make_dataset: Any) -> None:
    package = make_dataset(files.put("ows", "<WFS_Capabilities/>"), fmt="WFS")
    assert look(package) == ["answers"]
    assert files.requests[-1][1] == "/ows?service=WFS&request=GetCapabilities"
    assert seen(package["id"]) == []


def heat_network(places: list[tuple[float, float]]) -> str:
    """A WFS answer with a line at each place."""
    lines = "".join(
        f'<wfs:member><ms:siec gml:id="siec.{n}"><ms:geom><gml:LineString srsName="urn:ogc:def:crs:EPSG::4326">'
        f"<gml:posList>{lat} {lon} {lat + 0.001} {lon + 0.002}</gml:posList></gml:LineString></ms:geom>"
        f"<ms:nr>{n}</ms:nr></ms:siec></wfs:member>"
        for n, (lat, lon) in enumerate(places)
    )
    return (
        '<?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:ms="http://mapserver.gis.umn.edu/mapserver">'
        f"{lines}</wfs:FeatureCollection>"
    )


def layer_findings(package_id: str) -> list[str]:
    from ckan import model
    from ckanext.kielce.quality.model import FindingRow
    from sqlalchemy import select

    query = select(FindingRow.code).where(FindingRow.package_id == package_id, FindingRow.ended_at.is_(None))
    return [code for code in model.Session.scalars(query) if code == "sensitive_infrastructure"]


@pytest.mark.parametrize(("step", "found"), [(0.00123, ["sensitive_infrastructure"]), (0.001, [])])
def test_an_exact_network_is_found_behind_a_service_without_files(
    files: Any, make_dataset: Any, step: float, found: list[str]
) -> None:
    """A layer that only a WFS gives: its first features are looked at; rounded to 0.001 degrees it may stay."""
    places = [(round(50.8 + n * step, 5), round(20.6 + n * step, 5)) for n in range(60)]
    url = files.put("siec", heat_network(places))
    package = make_dataset(f"{url}?typeNames=ms:siec", fmt="WFS", title="Sieć ciepłownicza MPEC")
    assert look(package) == ["answers"]
    assert layer_findings(package["id"]) == found
    assert "count=500" in files.requests[-1][1] and "GetFeature" in files.requests[-1][1]
    asked = len(files.requests)
    look(package, NOW + DAY)
    assert len(files.requests) == asked + 1  # capabilities only, until a full look is due
    look(package, NOW + 8 * DAY)
    assert "GetFeature" in files.requests[-1][1]
    assert seen(package["id"]) == []


def test_a_layer_with_a_file_is_judged_on_the_file(files: Any, make_dataset: Any) -> None:
    service = files.put("siec", heat_network([(50.81234, 20.61234)] * 60))
    table = files.put("siec.csv", "nr\n1\n")
    resources = [
        {"url": f"{service}?typeNames=ms:siec", "format": "WFS", "name": "usługa"},
        {"url": table, "format": "CSV", "name": "plik"},
    ]
    package = make_dataset(resources=resources, title="Sieć ciepłownicza MPEC")
    look(package)
    assert not any("GetFeature" in request[1] for request in files.requests)


def test_a_service_that_answers_with_an_exception_is_down(files: Any, make_dataset: Any) -> None:
    package = make_dataset(files.put("ows", "<ows:ExceptionReport/>"), fmt="WMS_SRVC")
    assert look(package) == ["failed"]


def test_an_upload_is_read_from_the_storage(act: Any, make_dataset: Any, months: Any) -> None:
    from io import BytesIO

    from werkzeug.datastructures import FileStorage

    package = make_dataset(resources=[])
    upload = FileStorage(BytesIO(months("2026-10").encode()), "a.csv")
    act("resource_create", package_id=package["id"], format="CSV", url="a.csv", upload=upload)
    assert look(package) == ["new"]
    (row,) = seen(package["id"])
    assert (row.method, row.newest_period) == ("upload", dt.date(2026, 10, 31))


def test_the_declared_frequency_is_kept_each_time_it_changes(
    act: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    from ckanext.kielce.quality.evidence import declarations
    from ckanext.kielce.quality.rows import load_rows

    package = make_dataset(files.put("a.csv", months("2026-10")), frequency="MONTHLY")
    act("package_patch", id=package["id"], notes="other")
    uri = "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
    act("package_patch", id=package["id"], extras=[{"key": "frequency", "value": uri}])
    assert [item.code for item in declarations(load_rows([package])[package["id"]].declarations)] == [
        "MONTHLY",
        "ANNUAL",
    ]


def test_a_deleted_and_recreated_dataset_inherits_its_history(
    act: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    from ckanext.kielce.quality.evidence import build_evidence
    from ckanext.kielce.quality.settings import settings

    url = files.put("a.csv", months("2026-07", "2026-08"))
    first = make_dataset(url, frequency="MONTHLY")
    now = dt.datetime.now(dt.timezone.utc)
    look(first, now - 60 * DAY)
    act("package_delete", id=first["id"])
    second = make_dataset(url, frequency="ANNUAL")
    look(second, dt.datetime.now(dt.timezone.utc))
    evidence = build_evidence(second, settings())
    assert [item.code for item in evidence.declarations] == ["MONTHLY", "ANNUAL"]
    assert [item.observations[0].observed_at for item in evidence.removed] == [now - 60 * DAY]


def test_a_different_dataset_inherits_nothing(files: Any, make_dataset: Any, months: Any) -> None:
    from ckanext.kielce.quality.evidence import build_evidence
    from ckanext.kielce.quality.settings import settings

    look(make_dataset(files.put("a.csv", months("2026-07"))), NOW - 60 * DAY)
    other = make_dataset(files.put("b.csv", "rok;gatunek\n2024;lipa\n2025;dąb\n2025;klon\n"))
    look(other, NOW)
    assert build_evidence(other, settings()).removed == ()
