"""C: parse, continuity, stability, volume, completeness, dictionary, personal data."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ckanext.kielce.quality.domain.content import assess_content
from ckanext.kielce.quality.domain.freshness import assess_freshness
from ckanext.kielce.quality.domain.model import Finding, PartState, PiiFinding


def judge(make, looks, now="2026-11-21", **more):
    evidence = make.dataset(looks, **more) if "resources" not in more else make.dataset(**more)
    moment = make.at(now)
    return assess_content(evidence, assess_freshness(evidence, moment).tables, moment)


def part(found, code):
    return next(item for item in found.component.parts if item.code == code)


def last(looks, **changes):
    return [*looks[:-1], replace(looks[-1], **changes)]


def test_a_sound_table_earns_everything_that_applies(make):
    found = judge(make, make.monthly(10))
    assert found.component.score == pytest.approx(100)
    assert found.component.coverage == 1
    assert part(found, "twins").state is PartState.NOT_APPLICABLE


def test_a_pdf_can_not_earn_100(make):
    looks = [
        replace(item, format_true="PDF", parsed=None, pii=None, null_share=None, rows=None)
        for item in make.monthly(3)
    ]
    found = judge(make, looks, resources=(make.table(looks, format="PDF"),))
    assert found.component.score is None or found.component.score < 50
    assert part(found, "parses").state is PartState.UNMEASURABLE
    assert found.component.coverage < 0.5


def test_a_map_service_beside_a_file_takes_nothing_away(make):
    file, service = make.table(make.monthly(10)), make.table([], resource_id="wms", format="WMS_SRVC")
    found = judge(make, (), resources=(file, service))
    assert found.component.score == pytest.approx(100)


def test_not_looked_at_yet_is_left_out_and_lowers_the_coverage(make):
    found = judge(make, last(make.monthly(10), pii=None, null_share=None))
    assert found.component.score == pytest.approx(100)
    assert found.component.coverage == pytest.approx(1 - 15 / 90)


@pytest.mark.parametrize(
    ("changes", "code", "value"),
    [
        ({"parsed": False}, "parses", 0),
        ({"problems": ("sampled",)}, "parses", 1),
        ({"problems": ("title_rows",)}, "parses", 0.9),
        ({"problems": ("ragged_rows",)}, "parses", 0.8),
        ({"format_true": "XLSX"}, "parses", 0.6),
        ({"problems": ("wrong_format", "schema_mismatch", "ragged_rows")}, "parses", 0),
        ({"null_share": 0.25}, "completeness", 0.75),
        ({"described_columns": 1}, "described", 0.25),
        ({"pii": (PiiFinding("pesel", 12, "nr"),)}, "personal_data", 0),
    ],
)
def test_what_costs_points(make, changes, code, value):
    assert part(judge(make, last(make.monthly(10), **changes)), code).value == pytest.approx(value)


def test_a_broken_link_does_not_parse(make):
    down = make.table(make.monthly(10), link="down", link_status=404, link_checked_at=make.at("2026-11-20"))
    found = part(judge(make, (), resources=(down,)), "parses")
    assert (found.value, found.params["link_status"]) == (0, 404)


@pytest.mark.parametrize(
    ("columns", "breaks"),
    [
        ({"wartosc": "number", "miesiac": "date"}, False),  # order
        ({"miesiac": "date", "wartosc": "integer"}, False),  # "12" to "12.0" and back
        ({"miesiac": "date", "wartosc": "number", "uwagi": "text"}, False),  # a new column
        ({"miesiac": "date"}, True),  # dropped
        ({"miesiac": "date", "liczba": "number"}, True),  # renamed
        ({"miesiac": "date", "wartosc": "text"}, True),  # numbers turned to text
        ({"miesiac": "text", "wartosc": "number"}, True),  # dates turned to text
        ({"miesiac": "date:%d.%m.%Y", "wartosc": "number"}, True),  # dates written otherwise
    ],
)
def test_schema_breaks(make, columns, breaks):
    found = part(judge(make, last(make.monthly(10), columns=columns)), "stability")
    assert (found.value == 0) is breaks


def test_first_version_can_not_be_compared(make):
    found = judge(make, make.monthly(1), now="2026-02-10")
    assert part(found, "stability").state is part(found, "volume").state is PartState.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("changes", "collapsed"),
    [
        ({"rows": 50}, False),
        ({"rows": 49}, True),
        ({"rows": 40, "oldest_period": date(2026, 7, 31)}, False),  # a moving window covers less
    ],
)
def test_volume(make, changes, collapsed):
    found = part(judge(make, last(make.monthly(10), **changes)), "volume")
    assert (found.value == 0) is collapsed


def test_volume_is_measured_against_the_last_sound_version(make):
    looks = make.monthly(10)
    looks = [*looks[:-2], replace(looks[-2], rows=20), replace(looks[-1], rows=20)]
    assert part(judge(make, looks), "volume").params["rows_before"] == 100


def republished(make, months):
    """A table whose newest month stays April though the file is replaced each month for so many months."""
    looks = make.monthly(4)
    stays = [
        replace(
            looks[-1],
            observed_at=looks[-1].observed_at + timedelta(days=30 * step),
            bytes_sha256=f"again {step}",
        )
        for step in range(1, months + 1)
    ]
    return looks + stays


@pytest.mark.parametrize(("months", "cut"), [(4, False), (5, True), (6, True)])
def test_a_series_that_stays_put_while_the_file_goes_on_is_truncated(make, months, cut):
    found = part(judge(make, republished(make, months), now="2026-12-01"), "continuity")
    assert (found.params.get("finding") == "truncated") is cut


def test_a_table_of_months_that_is_promised_once_a_year_may_stand_still_for_a_year(make):
    found = judge(make, republished(make, 9), now="2027-03-01", declarations=(make.declared("ANNUAL"),))
    assert part(found, "continuity").value == 1


def test_an_empty_season_is_no_truncation(make):
    months = frozenset(f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in (1, 2, 3, 4, 11, 12))
    looks = [replace(item, active_months=months) for item in republished(make, 6)]
    assert part(judge(make, looks, now="2026-11-10"), "continuity").value == 1


def test_a_file_that_nobody_touches_is_stale_not_truncated(make):
    assert part(judge(make, make.monthly(4), now="2027-12-01"), "continuity").value == 1


def lines(day, **lasts):
    return {name: date.fromisoformat(last) for name, last in lasts.items()} | {"4": day, "30": day}


def test_a_member_that_stops_while_others_go_on_is_truncated(make):
    looks = [
        replace(
            item, series=lines(item.newest_period, l34=min(item.newest_period, date(2026, 3, 31)).isoformat())
        )
        for item in make.monthly(10)
    ]
    found = part(judge(make, looks), "continuity")
    assert found.params["finding"] == "truncated"
    assert found.params["member"] == "l34"
    ended = make.table(looks, ended_members=frozenset({"l34"}))
    assert part(judge(make, (), resources=(ended,)), "continuity").value == 1


def test_findings_of_other_checks_count(make):
    twins = judge(make, make.monthly(10), twin_declared=True, findings=(Finding("twin_disagreement"),))
    assert part(twins, "twins").value == 0
    unchecked = judge(make, make.monthly(10), twin_declared=True)
    assert part(unchecked, "twins").state is PartState.MISSING
    agree = judge(make, make.monthly(10), twin_declared=True, checked=frozenset({"twin_disagreement"}))
    assert part(agree, "twins").value == 1
    method = judge(make, make.monthly(10), findings=(Finding("method_break", since=date(2026, 5, 1)),))
    assert part(method, "stability").value == 0


def test_losses_and_score_make_a_hundred(make):
    found = judge(make, last(make.monthly(10), null_share=0.3, described_columns=1, rows=10))
    assert found.component.score + sum(loss.points for loss in found.losses) == pytest.approx(100)
