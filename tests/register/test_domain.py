"""What an entry may hold, and what the portal may write over: pure rules."""

import datetime as dt

import pytest
from ckanext.kielce.register import domain, vocabulary

SOUND = {
    **domain.FIELDS,
    "title": "Rejestr umów",
    "unit_id": "u1",
    "tier": "internal",
}


def test_every_word_is_there_in_both_languages():
    for table in (vocabulary.tiers(), vocabulary.obstacles(), vocabulary.criteria(), vocabulary.columns()):
        for word in table.values():
            assert word.pl and word.en
    for word in vocabulary.criteria().values():
        assert word.text("help", "pl") and word.text("help", "en")
        assert len(word.levels("pl")) == len(word.levels("en")) == len(vocabulary.LEVELS)
    for word in vocabulary.tiers().values():
        assert word.text("long", "pl") and word.text("long", "en")


def test_no_spelling_means_two_things():
    for table in (vocabulary.tiers(), vocabulary.obstacles(), vocabulary.columns()):
        for word in table.values():
            assert [vocabulary.find(table, text) for text in word.spellings] == [word] * len(word.spellings)


def test_six_criteria_as_the_city_asked():
    assert list(vocabulary.criteria()) == [
        "cost", "technical_readiness", "quality", "updatability", "innovation", "transparency",
    ]  # fmt: skip
    assert vocabulary.most_points() == 18


def test_a_sum_only_when_all_are_scored():
    scores = dict.fromkeys(vocabulary.criteria(), 2)
    assert domain.points(scores) == 12
    del scores["cost"]
    assert domain.points(scores) is None


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": ""}),
        ("unit_id", {"unit_id": ""}),
        ("tier", {"tier": ""}),
        ("dataset_id", {"tier": "open"}),
        ("shared_with", {"tier": "shared"}),
        ("planned", {"tier": "open", "url": "https://a.example/x", "planned": dt.date(2027, 1, 1)}),
        ("office", {"office": "jan.kowalski@um.example"}),
        ("title", {"title": "x" * 301}),
        ("reason", {"reason": "x" * 4001}),
    ],
)
def test_what_is_wrong_is_told_of_its_field(field, changes):
    assert list(domain.check({**SOUND, **changes})) == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tier": "open", "dataset_id": "d1"},
        {"tier": "open", "url": "https://a.example/x"},
        {"tier": "shared", "shared_with": ["Straż Miejska"]},
        {"tier": "undigitised", "planned": dt.date(2027, 1, 1)},
        {"reason": "x" * 4000},
    ],
)
def test_what_is_right_is_left_alone(changes):
    assert domain.check({**SOUND, **changes}) == {}


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("tier", "Jeszcze NIE cyfrowy", "undigitised"),
        ("tier", "open", "open"),
        ("obstacles", "dane osobowe; papier", ["paper", "personal_data"]),
        ("obstacles", "paper,paper", ["paper"]),
        ("planned", "31.12.2026", dt.date(2026, 12, 31)),
        ("planned", "2027-06", dt.date(2027, 6, 30)),
        ("planned", "II kw. 2027", dt.date(2027, 6, 30)),
        ("planned", "2027", dt.date(2027, 12, 31)),
        ("planned", "", None),
        ("shared_with", "Straż Miejska; MOPR\nPolicja, Kielce", ["Straż Miejska", "MOPR", "Policja, Kielce"]),
        ("public", "Tak", True),
        ("sample", "NIE", False),
        ("cost", "3", 3),
        ("cost", "2 – kilka dni", 2),
        ("cost", "", None),
    ],
)
def test_people_may_write_as_they_do(field, typed, meant):
    assert domain.read(field, typed) == (meant, None)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("tier", "tajny"),
        ("obstacles", "papier; lenistwo"),
        ("planned", "wkrótce"),
        ("planned", "9999-12-31"),
        ("cost", "4"),
        ("cost", "dużo"),
        ("public", "może"),
        ("url", "javascript:alert(1)"),
    ],
)
def test_what_means_nothing_is_told(field, typed):
    _value, problem = domain.read(field, typed)
    assert problem is not None
    assert "{" not in problem[0].format(**problem[1])


def test_the_portal_follows_only_what_nobody_touched():
    base = {"title": "Stary", "tier": "internal", "office": "Biuro A"}
    current = {"title": "Mój tytuł", "tier": "internal", "office": "", "domain": "", "public": False}
    proposed = {"title": "Nowy", "tier": "open", "office": "Biuro B", "domain": "transport", "public": True}
    # The title was changed and the office emptied by a person; tier is as the portal left it; the domain was never filled.
    # "public" was never the portal's to say, and False is an answer.
    assert domain.merge(current, base, proposed) == {"tier": "open", "domain": "transport"}


def test_changes_name_fields_and_leave_out_what_is_as_empty_as_before():
    before = {"title": "A", "reason": "", "planned": None}
    after = {"title": "B", "reason": None, "planned": dt.date(2027, 1, 1)}
    assert domain.changes(before, after) == [
        {"field": "title", "old": "A", "new": "B"},
        {"field": "planned", "old": None, "new": "2027-01-01"},
    ]


def test_access_rights_stand_for_tiers():
    uri = "http://publications.europa.eu/resource/authority/access-right/"
    assert vocabulary.tier_of_access(uri + "RESTRICTED") == "shared"
    assert vocabulary.tier_of_access("PUBLIC") == "open"
    assert vocabulary.tier_of_access(None) is None
