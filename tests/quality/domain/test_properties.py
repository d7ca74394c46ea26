"""No action of an owner raises freshness without new content."""

from dataclasses import replace
from datetime import date, timedelta

from ckanext.kielce.quality.domain import assess
from ckanext.kielce.quality.domain.days import add_months
from ckanext.kielce.quality.domain.frequency import frequencies, frequency, is_looser
from ckanext.kielce.quality.domain.freshness import assess_freshness
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CODES = sorted(code for code, item in frequencies().items() if item.kind != "live")
GAPS = st.lists(st.integers(3, 90), min_size=0, max_size=14)
relaxed = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


def history(make, gaps, dated):
    """Looks at a table that got new content at these gaps (days)."""
    day, end, looks = date(2023, 1, 10), date(2022, 12, 31), []
    for number, gap in enumerate([0, *gaps]):
        day += timedelta(days=gap)
        end = max(end, day - timedelta(days=9)) if dated else end
        newest = end.isoformat() if dated else None
        looks.append(
            make.look(day.isoformat(), newest, row_hashes=frozenset(range(number + 1)), period_grain="day")
        )
    return looks


def freshness(evidence, now):
    return assess_freshness(evidence, now).scored.component.score


@relaxed
@given(GAPS, st.booleans(), st.sampled_from(CODES), st.integers(0, 900), st.integers(0, 900))
def test_freshness_never_rises_while_nothing_comes(make, gaps, dated, code, one, two):
    looks = history(make, gaps, dated)
    evidence = make.dataset(looks, code)
    last = looks[-1].observed_at
    early = freshness(evidence, last + timedelta(days=min(one, two)))
    late = freshness(evidence, last + timedelta(days=max(one, two)))
    assert late <= early + 1e-9


@relaxed
@given(GAPS, st.booleans(), st.sampled_from(CODES), st.sampled_from(CODES), st.integers(0, 700))
def test_loosening_never_raises_freshness(make, gaps, dated, before, after, waited):
    looks = history(make, gaps, dated)
    loosened = looks[-1].observed_at + timedelta(days=1)
    now = loosened + timedelta(days=waited)
    kept = (make.declared(before),)
    changed = (*kept, replace(make.declared(after), at=loosened))
    if not is_looser(frequency(after), frequency(before)):
        return
    assert freshness(make.dataset(looks, declarations=changed), now) <= freshness(
        make.dataset(looks, declarations=kept), now
    )


@relaxed
@given(
    GAPS,
    st.booleans(),
    st.sampled_from(CODES),
    st.lists(st.integers(1, 200), min_size=1, max_size=9),
    st.data(),
)
def test_putting_the_same_content_there_again_never_raises_the_index(make, gaps, dated, code, again, data):
    looks = history(make, gaps, dated)
    now = looks[-1].observed_at
    repeated = list(looks)
    for number, gap in enumerate(again):
        now += timedelta(days=gap)
        old = data.draw(st.sampled_from(looks))
        repeated.append(
            replace(old, observed_at=now, bytes_sha256=f"again {number}", last_modified=now, method="upload")
        )
    # The last one must be the newest version, else its content differs for other reasons.
    repeated[-1] = replace(
        repeated[-1],
        **{
            name: getattr(looks[-1], name)
            for name in ("value_hash", "newest_period", "row_hashes", "rows", "columns")
        },
    )
    now += timedelta(days=1)
    plain = assess(make.dataset(looks, code), now)
    touched = assess(make.dataset(repeated, code), now)
    assert touched.freshness.score <= plain.freshness.score
    assert touched.index <= plain.index


@relaxed
@given(GAPS, st.booleans(), st.sampled_from(CODES), st.integers(1, 400))
def test_deleting_and_recreating_never_raises_the_index(make, gaps, dated, code, later):
    looks = history(make, gaps, dated)
    now = looks[-1].observed_at + timedelta(days=later)
    again = replace(looks[-1], observed_at=now, last_modified=now)
    kept = make.dataset([*looks, again], code)
    new = make.dataset(
        code=code, resources=(make.table([again], resource_id="r2"),), removed=(make.table(looks),)
    )
    judged = now + timedelta(days=1)
    assert assess(new, judged).freshness.score <= assess(kept, judged).freshness.score + 1e-9


@relaxed
@given(GAPS, st.booleans(), st.sampled_from(CODES), st.integers(0, 2000))
def test_numbers_stay_in_bounds_and_the_next_crossing_lies_ahead(make, gaps, dated, code, later):
    looks = history(make, gaps, dated)
    now = looks[-1].observed_at + timedelta(days=later)
    found = assess(make.dataset(looks, code), now)
    assert found.index is not None and 0 <= found.index <= 100
    assert 0 <= found.freshness.score <= 100 and 0 <= found.coverage <= 1
    assert found.next_crossing is None or found.next_crossing > now
    assert found.due_at <= found.overdue_at <= found.delinquent_at


@relaxed
@given(st.integers(2, 30), st.integers(0, 800), st.sampled_from(CODES))
def test_nothing_changes_before_the_next_crossing(make, months, later, code):
    looks = make.monthly(months, first="2023-01-31")
    now = looks[-1].observed_at + timedelta(days=later)
    evidence = make.dataset(looks, code)
    found = assess(evidence, now)
    if found.next_crossing is None:
        return
    until = min(found.next_crossing - timedelta(minutes=1), now + timedelta(days=400))
    same = assess(evidence, until)
    assert (same.status, same.index, same.grade) == (found.status, found.index, found.grade)


def test_months_helper_is_the_models_own():
    assert add_months(date(2026, 1, 31), 1, keep_month_end=True) == date(2026, 2, 28)
