"""Parameters, cursors and docstrings, without CKAN's services."""

import pytest
from ckanext.kielce.api import asked, cursor, docstrings, guard, keyset, rate
from ckanext.kielce.api.asked import Misasked


@pytest.mark.parametrize("value", ["abc", "1.5", "1e3", "１２", "--1", "+1", "0x10", "1_000", "9" * 30])
def test_what_is_no_whole_number_is_told(value):
    with pytest.raises(Misasked) as err:
        asked.whole({"limit": value}, "limit", 100, 1, 1000)
    assert err.value.name == "limit"


def test_a_number_is_bounded():
    assert asked.whole({}, "limit", 100, 1, 1000) == 100
    assert asked.whole({"limit": " 7 "}, "limit", 100, 1, 1000) == 7
    assert asked.whole({"limit": "5000"}, "limit", 100, 1, 1000) == 1000
    with pytest.raises(Misasked):
        asked.whole({"limit": "-1"}, "limit", 100, 1, 1000)


def test_orders_take_names_with_commas_and_words():
    known = ["okres", "kwota, zł", "opis desc"]
    found = asked.orders({"sort": 'okres desc, "kwota, zł"'}, "sort", known)
    assert found == (keyset.Order("okres", True), keyset.Order("kwota, zł"))
    assert asked.orders({"sort": ""}, "sort", known) == ()
    with pytest.raises(Misasked) as err:
        asked.orders({"sort": "nie ma"}, "sort", known)
    assert err.value.values == {"column": "nie ma"}


@pytest.mark.parametrize("value", ["{", '"a"', "12", "NaN", "[" * 100_000, '{"a": "\\u0000"}'])
def test_filters_that_are_no_object_are_told(value):
    with pytest.raises(Misasked):
        asked.filters({"filters": value[:7000]}, "filters")


def test_a_nul_is_told_in_any_parameter():
    with pytest.raises(Misasked):
        asked.text({"q": "a\x00b"}, "q")


def test_a_cursor_comes_back_and_belongs_to_its_question():
    mark = cursor.encode({"i": 7}, ["t", 1])
    assert cursor.decode(mark, ["t", 1]) == {"i": 7}
    with pytest.raises(cursor.CursorError) as err:
        cursor.decode(mark, ["t", 2])
    assert err.value.code == "other"


@pytest.mark.parametrize("mark", ["%%%", "e30", "W10", "ąę", "A" * 2000, "bnVsbA"])
def test_a_made_up_cursor_is_no_fault(mark):
    with pytest.raises(cursor.CursorError):
        cursor.decode(mark, None)


def test_the_condition_after_a_row_quotes_names_and_binds_the_row():
    after = keyset.After(5, (keyset.Order('a"b', True),))
    sql, params = keyset.condition("t", after)
    assert params == {"kielce_after": 5}
    assert '"a""b" < (SELECT "a""b" FROM "t"' in sql
    assert "5" not in sql


def test_only_this_machine_itself_is_not_counted():
    assert rate.is_own("127.0.0.1", "")
    assert rate.is_own("::1", "")
    assert not rate.is_own("127.0.0.1", "203.0.113.9")
    assert not rate.is_own("203.0.113.9", "")


def test_a_docstring_is_taken_apart():
    told = docstrings.parse(
        "Return it.\n\nMore of it.\n\n:param limit: how many\n    at most (optional)\n:type limit: int\n"
        ":param fields: which\n:type fields: list of strings\n:returns: a list of :py:class:`~x.Y`\n"
    )
    assert (told.summary, told.text, told.returns) == ("Return it.", "More of it.", "a list of x.Y")
    assert [(p.name, p.type, p.text) for p in told.parameters] == [
        ("limit", "integer", "how many at most (optional)"),
        ("fields", "", "which"),
    ]


@pytest.mark.parametrize(
    "value",
    ["a\x00", {"a": ["b\x00"]}, 2**70, [float("nan")], "\ud800", {"x": {"y": float("inf")}}],
)
def test_values_that_no_action_takes(value):
    assert guard.fault(value)


def test_deep_nesting_is_told_and_ordinary_values_pass():
    deep = []
    for _ in range(50):
        deep = [deep]
    assert guard.fault(deep)
    assert guard.fault({"q": "ścieżki", "rows": 5, "filters": {"a": [1, None, 2.5]}}) == ""


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("10", True),
        (10, True),
        ("-1", True),
        ("abc", False),
        ("1.5", False),
        (True, False),
        (2**31, False),
        ("", False),
    ],
)
def test_whole_numbers_of_actions(value, is_one):
    assert guard.is_whole(value) is is_one


@pytest.mark.parametrize(
    ("value", "is_one"),
    [("true", True), (" No ", True), (1, True), ("", False), ("maybe", False), ([], False)],
)
def test_truths_of_actions(value, is_one):
    assert guard.is_truth(value) is is_one


def test_lists_of_texts_and_conditions():
    assert guard.are_texts(["a"])
    assert guard.are_texts("a")
    assert not guard.are_texts(["a", 1])
    assert guard.are_conditions({"a": 1})
    assert not guard.are_conditions("[ ]")
    assert not guard.are_conditions([])
    assert not guard.are_conditions(5)


def test_the_table_of_types_names_types_that_are_checked():
    table = guard.table()
    assert set(table["by_name"].values()) <= set(guard.WRONG)
    assert {kind for types in table["actions"].values() for kind in types.values()} <= set(guard.WRONG)
    assert set(guard.CHECKS) == set(guard.WRONG)


@pytest.mark.parametrize(
    ("value", "is_one"), [("0", True), (7, True), ("-1", False), (-2376, False), ("x", False)]
)
def test_counts_are_not_negative(value, is_one):
    assert guard.is_natural(value) is is_one
