"""Profiles and fingerprints: what they must see and what they must be blind to."""

import datetime as dt
import json
import random

import pytest
from ckanext.kielce.tables.shared import profile, read, row_keys, value_hash
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = dt.date(2026, 11, 21)
BASE = "rok;dzielnica;liczba;kwota\n2019;Centrum;12;1,5\n2020;Centrum;13;2,5\n2020;Ślichowice;14;3,0\n2020;Ślichowice;14;3,0\n"


@pytest.fixture
def table(tmp_path):
    def make(data, name="plik.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read(path)[0]

    return make


BLIND = {
    "cp1250": BASE.encode("cp1250"),
    "utf-16": BASE.encode("utf-16"),
    "bom": BASE.encode("utf-8-sig"),
    "crlf": BASE.replace("\n", "\r\n"),
    "comma": BASE.replace(",", ".").replace(";", ","),
    "tab": BASE.replace(";", "\t"),
    "quotes": "\n".join(";".join(f'"{c}"' for c in line.split(";")) for line in BASE.splitlines()),
    "number form": BASE.replace(";12;", ";12,0;").replace("3,0", "3,00"),
    "row order": "\n".join([BASE.splitlines()[0], *reversed(BASE.splitlines()[1:])]),
    "column order": "\n".join(";".join(reversed(line.split(";"))) for line in BASE.splitlines()),
    "trailing lines": BASE + "\n\n;;;\n",
    "title row": "Raport roczny;;;\n" + BASE,
    "empty column": "\n".join(line + ";" for line in BASE.splitlines()),
}


@pytest.mark.parametrize("how", BLIND)
def test_value_hash_is_blind_to(table, how):
    assert value_hash(table(BLIND[how], "inny.csv")) == value_hash(table(BASE))


@pytest.mark.parametrize(
    "changed",
    [BASE.replace("2,5", "2,6"), BASE.replace("Centrum", "Herby"), BASE.rsplit("\n", 2)[0] + "\n",
     BASE.replace("12;1,5", ";1,5"), BASE.replace("liczba;kwota", "kwota;liczba"), BASE + "2021;Centrum;1;1\n"],
)  # fmt: skip
def test_value_hash_sees(table, changed):
    assert value_hash(table(changed, "inny.csv")) != value_hash(table(BASE))


def test_value_hash_is_the_same_tomorrow(table):
    """A stored hash must not change with the code or a library: this one is written down."""
    assert value_hash(table("a;b\n1;ą\n2,5;\n")) == PINNED


PINNED = "7372ba6b14794c412488b1d753174ef307812d7d24e3cf5b837609216d003b80"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**6), 10**6),
            st.sampled_from(["Herby", "Ślichowice", "a;b", 'q"x']),
            st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)),
        ),
        min_size=3,
        max_size=20,
    ),
    st.randoms(),
)
def test_value_hash_property(tmp_path_factory, rows, rnd):
    folder = tmp_path_factory.mktemp("h")

    def write(name, items, order, delimiter, codec, date):
        def quote(x):
            return '"' + str(x).replace('"', '""') + '"'

        heads = ["n", "miejsce", "dzien"]
        lines = [delimiter.join(heads[i] for i in order)]
        for n, place, day in items:
            cells = [str(n), quote(place), day.strftime(date)]
            lines.append(delimiter.join(cells[i] for i in order))
        (folder / name).write_bytes("\n".join(lines).encode(codec))
        return value_hash(read(folder / name)[0])

    shuffled = list(rows)
    rnd.shuffle(shuffled)
    first = write("a.csv", rows, [0, 1, 2], ";", "utf-8", "%Y-%m-%d")
    assert write("b.csv", shuffled, [2, 0, 1], ",", "cp1250", "%d.%m.%Y") == first
    n, place, day = rows[0]
    assert write("c.csv", [(n + 1, place, day), *rows[1:]], [0, 1, 2], ";", "utf-8", "%Y-%m-%d") != first


def test_row_keys_are_blind_to_names_but_see_new_rows(table):
    old = row_keys(table(BASE))
    assert set(row_keys(table(BASE.replace("liczba", "ile"), "b.csv"))) == set(old)
    assert len(set(row_keys(table(BASE + "2021;Herby;9;9,5\n", "c.csv"))) - set(old)) == 1


def test_schema_fingerprint(table):
    base = profile(table(BASE)).schema_fingerprint
    for how in ("cp1250", "comma", "column order", "number form"):
        assert profile(table(BLIND[how], "x.csv")).schema_fingerprint == base
    for changed in (
        BASE.replace("kwota", "suma"),
        BASE.replace("12;", "ok. 12;"),
        BASE.replace(";kwota", ";kwota;nowa"),
    ):
        assert profile(table(changed, "y.csv")).schema_fingerprint != base
    a = profile(table("data;n\n2024-01-31;1\n", "a.csv")).schema_fingerprint
    b = profile(table("data;n\n31.01.2024;1\n", "b.csv")).schema_fingerprint
    assert a != b


def test_newest_period_leaves_out_sentinels_future_and_placeholders(table):
    text = "data;linia;n\n2026-08-31;1;5\n2026-09-30;1;6\n2026-10-31;1;\n2026-12-31;1;7\n9999-12-31;1;8\n1900-01-01;1;9\n"
    got = profile(table(text), TODAY)
    assert got.newest_period == dt.date(2026, 9, 30)
    assert got.oldest_period == dt.date(2026, 8, 31)
    assert (got.sentinels, got.future_rows) == (2, 1)


def test_a_period_counts_only_when_it_has_ended(table):
    text = "miesiąc;n\n2026-09;1\n2026-10;2\n2026-11;3\n"
    assert profile(table(text), TODAY).newest_period == dt.date(2026, 10, 31)
    assert profile(table(text), dt.date(2026, 11, 30)).newest_period == dt.date(2026, 11, 30)


def test_series_of_members(table):
    rows = [
        f"2024-{m:02d};{f};{m * 10 + f}" for m in range(1, 11) for f in (1, 2, 3) if not (f == 3 and m > 4)
    ]
    got = profile(table("miesiac;filia;wypozyczenia\n" + "\n".join(rows)), TODAY)
    assert got.series_columns == ["filia"]
    assert got.series == {"1": dt.date(2024, 10, 31), "2": dt.date(2024, 10, 31), "3": dt.date(2024, 4, 30)}
    assert got.period_grain == "month"


def test_series_of_two_categories(table):
    rows = [f"{y};{d};{s};{y}" for y in (2019, 2020, 2021) for d in ("Herby", "Czarnów") for s in ("K", "M")]
    got = profile(table("rok;dzielnica;plec;ile\n" + "\n".join(rows)), TODAY)
    assert got.series_columns == ["dzielnica", "plec"]
    assert set(got.series) == {"Herby / K", "Herby / M", "Czarnów / K", "Czarnów / M"}


def test_series_of_a_wide_table_are_its_columns(table):
    text = "rok;urodzenia;zgony;uwagi\n2019;5;6;a\n2020;7;8;b\n2021;9;;c\n2022;10;;d\n"
    got = profile(table(text), TODAY)
    assert got.series == {"urodzenia": dt.date(2022, 12, 31), "zgony": dt.date(2020, 12, 31)}
    assert next(c for c in got.columns if c.name == "zgony").last_period == dt.date(2020, 12, 31)


def test_years_in_the_header(table):
    text = "wskaźnik;2022;2023;2024\nbezrobocie;5,1;5,2;5,3\nzieleń;30;31;\n"
    got = profile(table(text), TODAY)
    assert got.time_layout == "header"
    assert got.newest_period == dt.date(2024, 12, 31)
    assert got.series == {"bezrobocie": dt.date(2024, 12, 31), "zieleń": dt.date(2023, 12, 31)}


def test_undated_register(table):
    got = profile(table("id;nazwa;ulica\n1;Kamienica;Duża\n2;Dom;Mała\n"), TODAY)
    assert got.time_column is None
    assert got.newest_period is None
    assert got.series == {}


def test_school_years(table):
    got = profile(table("rok_szkolny;uczniowie\n2023/2024;100\n2024/2025;110\n2025/2026;120\n"), TODAY)
    assert got.period_grain == "school_year"
    assert got.newest_period == dt.date(2026, 8, 31)


def test_columns_and_json(table):
    got = profile(table(BASE), TODAY)
    amount = next(c for c in got.columns if c.name == "kwota")
    assert (amount.minimum, amount.maximum, amount.nulls, amount.distinct) == (1.5, 3.0, 0, 3)
    assert json.loads(json.dumps(got.as_dict()))["newest_period"] == "2020-12-31"


def test_real_histories(history_example):
    cut = profile(read(history_example / "ds_0040" / "v015.csv")[0], dt.date(2026, 10, 31))
    assert cut.newest_period == dt.date(2026, 9, 30)
    assert [k for k, v in cut.series.items() if v < dt.date(2026, 9, 30)] == ["Filia nr 8"]


def test_profile_of_100k_rows_is_quick(table):
    import time

    rnd = random.Random(1)
    rows = (
        f"{1 + i % 28:02d}.{1 + i % 12:02d}.{2015 + i % 9};D{i % 17};{i};{rnd.random():.4f}"
        for i in range(100_000)
    )
    text = "data;dzielnica;liczba;kwota\n" + "\n".join(rows).replace("0.", "0,")
    started = time.perf_counter()
    assert profile(table(text), TODAY).rows == 100_000
    assert time.perf_counter() - started < 5


REGISTER = "kod;nawierzchnia;{title}\n" + "".join(f"SR-{n:03};asfalt;{1990 + n % 30}\n" for n in range(40))
SERIES = "rok;osiedle;osoby\n" + "".join(f"{2000 + n // 4};{'ABCD'[n % 4]};{n}\n" for n in range(40))
NAMED = "nazwa;rodzaj;rok\n" + "".join(f"Zdrój {n};{'AAB'[n % 3]};{2009 + n * 7 % 15}\n" for n in range(30))
NUMBERED = "id;rok;osiedle;osoby\n" + "".join(f"{n};{2000 + n // 4};{'ABCD'[n % 4]};{n}\n" for n in range(40))
EVENTS = "id;data;rodzaj\n" + "".join(f"{n};2026-10-{1 + n % 28:02};dziura\n" for n in range(40))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (REGISTER.format(title="rok"), None),
        (REGISTER.format(title="rok_budowy"), None),
        (
            "id;nazwa;rok\nA1;Kadzielnia;1962\nA2;Karczówka;1953\nA3;Ślichowice;1952\nA4;Wietrznia;1999\n",
            None,
        ),
        ("id;rok;osoby\n1;2021;5\n2;2022;6\n3;2023;7\n4;2024;8\n", "rok"),
        (NAMED, None),
        (NUMBERED, "rok"),
        (SERIES, "rok"),
        (EVENTS, "data"),
    ],
    ids=[
        "years of things",
        "years of construction",
        "a short register",
        "a row a year",
        "things told apart by their names",
        "series whose rows are numbered",
        "a series",
        "events with ids",
    ],
)
def test_years_of_things_are_no_periods(table, text, column):
    """A register of cycle paths, each with its year, was taken for a series that had ended long ago."""
    assert profile(table(text), TODAY).time_column == column
