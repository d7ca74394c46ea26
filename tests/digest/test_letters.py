"""What letters say and when they are due: pure."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from ckanext.kielce.digest import jobs, letters, table
from ckanext.kielce.digest.settings import Settings

NOW = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.timezone.utc)
ANSWER = "https://dane.example/digest/slowo"


def item(title="Liczniki rowerowe", section="worse", **more):
    given = {
        "title": title,
        "url": "https://dane.example/dataset/liczniki",
        "section": section,
        "seen": "Nowych danych nie ma.",
        "remedy": "Opublikuj dane." if section != "better" else "",
        "at": NOW,
        **more,
    }
    return letters.Item(**given)


def letter(items, kind="digest", lang="pl"):
    until = NOW + dt.timedelta(days=60)
    return letters.text(kind, items, unit="MZD", lang=lang, answer=ANSWER, until=until, escalates=True)


class Marks(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    parser = Marks()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_a_letter_says_what_was_seen_what_helps_and_how_to_answer():
    made = letter([item(points=12.34), item("Umowy", "better", seen="Tego już nie ma: braki.")])
    assert made.subject == "1 nowa sprawa w danych: MZD"
    marks = read(made.html)
    assert marks.links == ["https://dane.example/dataset/liczniki"] * 2 + [ANSWER]
    for text in (made.plain, " ".join(" ".join(marks.text).split())):
        for words in ("Nowych danych nie ma.", "Co pomoże: Opublikuj dane.", "ocena wzrośnie o 12,3 pkt",
                      "23\u00a0listopada 2026", "koordynatora danych", "Tego już nie ma: braki."):  # fmt: skip
            assert " ".join(words.split()) in " ".join(text.split())
    assert ANSWER in made.plain
    assert '<html lang="pl">' in made.html


@pytest.mark.parametrize(
    ("number", "subject"),
    [
        (1, "1 nowa sprawa"),
        (2, "2 nowe sprawy"),
        (5, "5 nowych spraw"),
        (22, "22 nowe sprawy"),
        (50, "50 nowych spraw"),
    ],
)
def test_polish_counts_as_polish_does(number, subject):
    assert letter([item()] * number).subject.startswith(subject + " w danych")


def test_fifty_sets_are_one_letter_in_order():
    made = letter([item(f"Zbiór {n:02d}") for n in range(50)])
    found = re.findall(r"^\d+\. Zbiór (\d\d)$", made.plain, re.MULTILINE)
    assert found == [f"{n:02d}" for n in range(50)]
    assert len(read(made.html).links) == 51


def test_only_good_news_asks_for_nothing():
    made = letter([item(section="better")])
    assert made.subject == "Naprawione w danych (1): MZD"
    assert ANSWER not in made.plain + made.html


def test_an_escalation_says_whom_we_wrote_to_and_when():
    told = dt.datetime(2026, 11, 3, tzinfo=dt.timezone.utc)
    made = letter([item(told_to=(told, "dane@mzd.example"))], "escalation")
    assert made.subject == "Bez odpowiedzi: 1 sprawa w danych, MZD"
    assert "3\u00a0listopada 2026 na adres dane@mzd.example" in made.plain


def test_in_english_there_is_no_polish_word():
    made = letter(
        [item("Counters", seen="No new data.", remedy="Publish."), item("X", "better", remedy="")], lang="en"
    )
    assert made.subject == "1 new matter in the data: MZD"
    assert not re.search("[ąćęłńóśźż]", made.plain.replace("Nowych danych nie ma.", ""))
    assert '<html lang="en">' in made.html


def test_markup_in_a_title_is_text():
    made = letter([item("<script>alert(1)</script>")])
    assert "<script>" not in made.html and "&lt;script&gt;" in made.html


def test_every_sentence_is_there_in_both_languages():
    words = letters._words()
    assert words["pl"].keys() == words["en"].keys()


def test_every_kind_that_owners_are_told_of_is_one_of_quality(root):
    import yaml

    text = (root / "ckanext-kielce/ckanext/kielce/quality/transitions.yaml").read_text()
    known = set(yaml.safe_load(text)) - {"parts"}
    ended = {name for name in known if table.ended_by(name)}
    assert set(table.kinds()) <= known
    assert {kind for name in ended for kind in table.ended_by(name)} <= set(table.kinds())


def test_what_cannot_wait_goes_up_sooner():
    assert table.escalation_days("found", "pii") == 1
    assert table.escalation_days("found", "truncated") == 14
    assert table.escalation_days("due", "") == 0
    assert table.task("found", "truncated") == "found:truncated"


OPTIONS = Settings(enabled=True, hour=7, weekends=False, coordinator="", escalate_days=0, link_days=60)


def warsaw(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=jobs.WARSAW).astimezone(dt.timezone.utc)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2026-11-23T06:59", "2026-11-20T07:05", False),
        ("2026-11-23T07:00", "2026-11-20T07:05", True),
        ("2026-11-23T16:00", "2026-11-23T07:05", False),
        ("2026-11-22T12:00", "2026-11-20T07:05", False),  # a Sunday
        ("2026-11-23T12:00", None, True),
        ("2027-03-29T07:00", "2027-03-28T07:00", True),  # the day after the clocks change
    ],
)
def test_once_on_each_working_day_from_the_hour_on(now, last, expected):
    assert jobs.due(warsaw(now), warsaw(last) if last else None, OPTIONS) is expected


def test_switched_off_is_never_due():
    off = Settings(enabled=False, hour=7, weekends=True, coordinator="", escalate_days=0, link_days=60)
    assert jobs.due(warsaw("2026-11-23T12:00"), None, off) is False
