"""What is told of a score that became another one."""

from __future__ import annotations

import datetime as dt

from ckanext.kielce.quality.publish.events import KINDS, State, happenings
from ckanext.kielce.quality.publish.tell import kind_word, told

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.timezone.utc)
EARLIER = NOW - dt.timedelta(days=40)


def kinds(before: State | None, after: State) -> list[str]:
    return [item.kind for item in happenings(before, after, NOW)]


def test_the_first_score_tells_nothing():
    assert kinds(None, State("delinquent", problems=frozenset({"truncated"}))) == []


def test_the_same_score_tells_nothing():
    state = State("overdue", EARLIER, problems=frozenset({"truncated"}))
    assert kinds(state, state) == []


def test_a_delay_is_told_once_and_with_the_day_it_began():
    since = NOW - dt.timedelta(hours=3)
    (found,) = happenings(State("due", EARLIER), State("overdue", EARLIER, overdue_at=since), NOW)
    assert (found.kind, found.at) == ("late", since)
    assert kinds(State("overdue", EARLIER), State("delinquent", EARLIER)) == []


def test_new_data_that_end_a_delay_are_one_message():
    (found,) = happenings(State("delinquent", EARLIER), State("fresh", NOW, dt.date(2026, 10, 31)), NOW)
    assert found.kind == "changed"
    assert found.data == {"newest_period": "2026-10-31", "was_late": True}


def test_a_delay_that_ends_otherwise_is_told_as_such():
    assert kinds(State("overdue", EARLIER), State("fresh", EARLIER)) == ["resumed"]


def test_faults_come_and_go():
    assert kinds(State("fresh"), State("fresh", problems=frozenset({"truncated"}))) == ["broken"]
    assert kinds(State("fresh", problems=frozenset({"links_down"})), State("fresh")) == ["mended"]


def test_personal_data_are_told_to_nobody():
    assert kinds(State("fresh"), State("fresh", problems=frozenset({"pii"}))) == []


def test_an_older_newest_content_is_no_new_data():
    """History imported later may move the last new content back."""
    assert kinds(State("fresh", NOW), State("fresh", EARLIER)) == []


def test_every_kind_has_words_in_both_languages():
    data = {"problems": ["truncated", "links_down"], "newest_period": "2026-10-31", "was_late": True,
            "last_content": "2026-10-09T06:00:00+00:00"}  # fmt: skip
    for kind in KINDS:
        for lang in ("pl", "en"):
            title, text = told(kind, data, "Wydatki", lang)
            assert "Wydatki" in title
            assert "{" not in title + text
            assert kind_word(kind, lang) != kind


def test_sentences_are_whole():
    assert told("late", {"last_content": "2026-10-09T06:00:00+00:00"}, "X", "pl")[1] == (
        "Nowych danych nie ma, choć już powinny być. Ostatnia nowa treść: 9\xa0października 2026."
    )
    assert told("broken", {"problems": ["links_down"]}, "X", "en")[1] == "Found: no file can be fetched."
