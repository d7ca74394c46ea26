"""Border cases of the definitions that are about time: sets that stop, shrink, are touched or loosened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.quality.checks.by_hand import NOW, growing, month, monthly


@pytest.mark.parametrize(("missing", "due"), [(3, set()), (4, set()), (5, {"truncated"}), (9, {"truncated"})])
def test_a_member_counts_as_cut_off_from_five_months_on(write, missing, due):
    write.history("a", growing(skip=lambda back, member: member == "B" and back < missing))
    assert write.labels("a") == due


@pytest.mark.parametrize("again", [3, 4, 7])
def test_re_uploads_without_values(write, again):
    text = monthly(again)
    write.history("a", [monthly(again + 1), text, *(text.rstrip() + "\n" * (2 + n) for n in range(again))])
    due = {3: set(), 4: {"touched_only"}, 7: {"touched_only", "truncated"}}
    assert write.labels("a") == due[again]


def test_rows_entered_in_advance_without_values_bring_nothing(write):
    first = monthly(7)
    texts = [monthly(8), first]
    texts += [
        first + "".join(f"{month(7 - k)};{m};\n" for k in range(1, n + 1) for m in "ABC") for n in range(1, 8)
    ]
    write.history("a", texts)
    assert "truncated" in write.labels("a")


def test_a_date_of_export_is_no_new_value(write):
    body = monthly(5).splitlines()
    texts = [
        "\n".join([body[0] + ";data_aktualizacji", *(f"{line};2026-0{n}-15" for line in body[1:])])
        for n in range(2, 9)
    ]
    write.history("a", texts)
    assert write.labels("a") == {"touched_only", "truncated"}


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Filię nr 8 zamknięto w maju 2025 r.", set()),
        ("Od 2025 r. filia nr 8 nie działa (likwidacja).", set()),
        ("Zamknięto filię nr 9.", {"truncated"}),
        ("Dane z filii nr 8 i innych.", {"truncated"}),
    ],
)
def test_only_a_declared_end_excuses_a_member(write, said, due):
    members = {"A": "Filia nr 1", "B": "Filia nr 8", "C": "Filia nr 9"}
    texts = []
    for text in growing(skip=lambda back, member: member == "B" and back < 8):
        for short, long in members.items():
            text = text.replace(f";{short};", f";{long};")
        texts.append(text)
    write.history("a", texts, looks={6: {"description": said}})
    assert write.labels("a") == due


def test_a_whole_set_that_is_archived_is_left_alone(write):
    text = monthly(9)
    texts = [monthly(10), *(text + "\n" * n for n in range(9))]
    write.history(
        "a", texts, looks={2: {"archived": True, "temporal_coverage": {"start": "2024-03", "end": month(9)}}}
    )
    write.history("b", texts, looks={2: {"temporal_coverage": {"start": "2024-03", "end": month(9)}}})
    assert write.labels("a") == set()
    assert write.labels("b") == {"touched_only", "truncated"}


@pytest.mark.parametrize(("kept", "due"), [(0.6, set()), (0.3, {"volume_collapse"})])
def test_rows_missing_inside_the_span(write, kept, due):
    texts = growing()
    lines = texts[-1].splitlines()
    middle = [line for n, line in enumerate(lines[4:-3]) if n % 10 < 10 * kept]
    write.history("a", [*texts[:-1], "\n".join([*lines[:4], *middle, *lines[-3:]])])
    assert write.labels("a") == due


@pytest.mark.parametrize("window", [None, 12])
def test_an_ice_rink_is_closed_in_summer(write, window):
    def open_then(back: int, member: str) -> bool:
        return member == "B" and int(month(back)[-2:]) in (4, 5, 6, 7, 8, 9, 10)

    texts = [
        monthly(n, start=30 if window is None else n + window, skip=open_then) for n in range(20, -1, -1)
    ]
    write.history("a", texts)
    assert write.labels("a") == set()


@pytest.mark.parametrize("window", [None, 12])
def test_a_set_with_a_season_only_is_not_cut_off_after_it(write, window):
    def closed(back: int, _member: str) -> bool:
        return int(month(back)[-2:]) in (4, 5, 6, 7, 8, 9, 10)

    texts = [
        monthly(n, start=40 if window is None else n + window, skip=closed) + "\n" * n
        for n in range(24, -1, -1)
    ]
    write.history("a", texts)
    assert write.labels("a") == set()


def test_preliminary_and_final_figures_are_no_members(write):
    texts = []
    for n in range(11, -1, -1):
        lines = monthly(n).splitlines()
        rows = [line + (";wstępne" if line[:7] > month(n + 6) else ";ostateczne") for line in lines[1:]]
        texts.append("\n".join([lines[0] + ";status", *rows]))
    write.history("a", texts)
    assert write.labels("a") == set()


@pytest.mark.parametrize(
    ("late", "change", "due"),
    [
        (4, {}, {"freq_gaming"}),
        (4, {"public_reason": "brak"}, {"freq_gaming"}),
        (4, {"public_reason": "GUS podaje dane raz na rok."}, set()),
        (4, {"approved_by": "koordynator"}, set()),
        (1, {}, set()),
    ],
)
def test_loosened_instead_of_kept(write, late, change, due):
    texts = [*growing(4), growing(1)[0]]
    at = (NOW - timedelta(days=20)).isoformat()
    said = {"at": at, "to": "ANNUAL", "public_reason": None, "approved_by": None, **change}
    looks = {4: {"declared_frequency": "ANNUAL", "declared_days": 365}}
    write.history("a", texts, step=30.4 * late, looks=looks, frequency_changes=[said])
    assert write.labels("a") == due
