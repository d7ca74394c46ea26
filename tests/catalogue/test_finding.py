"""What the search makes of a question: forms, synonyms, places, typing errors, and what it sends to Solr."""

import pytest

pytest.importorskip("ckan")
from ckanext.kielce.catalogue import index, search
from ckanext.kielce.catalogue.finding import lexicon, query, vocabulary
from ckanext.kielce.catalogue.finding.forms import english_forms, forms
from ckanext.kielce.catalogue.finding.text import fold, key, neighbours, words
from ckanext.kielce.catalogue.finding.understanding import understand
from ckanext.kielce.common import vocabularies

HELD = """sciezki sciezka rowerowe rowerowy odpady odpad harmonogram odbior odbioru osie ulic ulica wypadki"""
INDEX = dict.fromkeys(HELD.split(), 3)


@pytest.fixture(scope="module")
def groups():
    return vocabulary.read_groups(vocabulary.SYNONYMS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def known(groups):
    return lexicon.build(groups, vocabulary.localities(), INDEX, ["Ścieżki rowerowe", "Wypadki drogowe"])


def test_vocabulary_is_well_formed_and_large(groups):
    assert vocabulary.check(groups) == []
    assert len(groups) >= 120
    assert all(group.pl for group in groups)
    assert sum(bool(group.en) for group in groups) >= 120


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("groups: [{id: a, pl: [x]}, {id: a, pl: [y]}]", "'a' stands twice"),
        ("groups: [{id: a, pl: [śmieci]}, {id: b, pl: [Smieci]}]", "leave it in one of them"),
        ("groups: [{id: a, pl: [x], see: [c]}]", "there is no group 'c'"),
        ("groups: [{id: a, pl: [x], see: [b]}, {id: b, pl: [y], see: [a]}]", "leads back"),
        ("groups: [{id: a, pl: [x], see: [a]}]", "leads back"),
        ("groups: [{id: a}]", "has no words"),
        ("groups: [{id: a, en: [on]}]", "quotation marks"),
        ("groups: [{id: a, pl: śmieci}]", "square brackets"),
        ("groups: [{id: a, words: [x]}]", "unknown key words"),
        ("groups: [{id: a, pl: ['–']}]", "holds no letter"),
        ("groups: {", "not YAML"),
        ("- a", "no list"),
    ],
)
def test_faults_of_the_vocabulary_are_named(text, fault):
    with pytest.raises(vocabulary.VocabularyError, match=fault):
        vocabulary.read_groups(text)


def test_lines_of_the_option_are_groups_too():
    (group,) = vocabulary.read_lines("# nasze\n\npotańcówka, dansing = wydarzenia = dance\n")
    assert (group.pl, group.en) == (("potańcówka", "dansing", "wydarzenia"), ("dance",))
    for bad in ("śmieci", "= odpady", "a = b = c = d"):
        with pytest.raises(vocabulary.VocabularyError, match="line 1"):
            vocabulary.read_lines(bad)


def test_register_of_streets_takes_the_place_of_ours(tmp_path):
    path = tmp_path / "ulic.csv"
    path.write_text("CECHA;NAZWA_1;NAZWA_2\nul.;Sobieskiego;Jana III\nal.;Nowa;\n", encoding="utf-8")
    streets = [place for place in vocabulary.localities(str(path)) if place.kind == "street"]
    assert [(place.prefix, place.name) for place in streets] == [
        ("ul.", "Jana III Sobieskiego"),
        ("al.", "Nowa"),
    ]
    path.write_text("SYM;NAZWA\n1;x\n", encoding="utf-8")
    with pytest.raises(vocabulary.VocabularyError, match="ULIC"):
        vocabulary.localities(str(path))
    with pytest.raises(vocabulary.VocabularyError, match="can't be read"):
        vocabulary.localities(str(tmp_path / "none.csv"))


def test_districts_have_rectangles_inside_the_city():
    west, south, east, north = vocabularies.place("2661011").data["bbox"]
    districts = [place for place in vocabulary.localities() if place.kind == "district"]
    assert len(districts) > 20
    for place in districts:
        assert west <= place.bbox[0] < place.bbox[2] <= east, place.name
        assert south <= place.bbox[1] < place.bbox[3] <= north, place.name


def test_words_are_folded_and_taken_whole():
    assert fold("Ścieżek ŁÓDŹ") == "sciezek lodz"
    assert key("Wi-Fi") == key("wifi") == "wifi"
    assert words("PM2.5, Wi-Fi (P+R)!") == ["PM2.5", "Wi-Fi", "P+R"]
    assert {"rowerowe", "rowrowe"} <= set(neighbours("rowreowe")) | {"rowrowe"}


def test_forms_of_both_languages():
    assert {"sciezek", "sciezkami", "sciezka"} <= forms("ścieżka")
    assert "smieciami" in forms("śmieć")
    assert forms("Xyzzyq") == {"xyzzyq"}
    assert english_forms("company") >= {"company", "companies"}
    assert english_forms("bus") >= {"bus", "buses"}


def groups_of(question, known):
    return [group.id for unit in understand(question, known).units for group in unit.groups]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("śmieciami", ["odpady"]),
        ("smieci", ["odpady"]),
        ("smeici", ["odpady"]),
        ("SMOG", ["powietrze"]),
        ("jakością powietrza", ["powietrze"]),
        ("rowerowe ścieżki", ["sciezki-rowerowe"]),
        ("bike racks", ["stojaki"]),
        ("wi-fi", ["wifi"]),
        ("PM2,5", ["pm25"]),
        ("gdzie jest biletomat", ["biletomaty"]),
    ],
)
def test_meaning_is_found_in_every_form(known, question, expected):
    assert groups_of(question, known) == expected


def test_letter_is_mended_only_in_words_nobody_knows(known):
    assert understand("sciezki rowreowe", known).instead == {"sciezki rowreowe": "sciezki rowerowe"}
    assert understand("ścieżkami", known).instead == {}
    assert understand("qqqqxyzzy", known).instead == {}
    assert understand("abc", known).instead == {}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("ul. Sienkiewicza", ["Sienkiewicza"]),
        ("sienkiewicza", ["Sienkiewicza"]),
        ("na Ślichowicach", ["Ślichowice"]),
        ("slichowice", ["Ślichowice"]),
        ("gmina Masłów", ["Masłów"]),
        ("odpady", []),
    ],
)
def test_places_are_recognised(known, question, names):
    assert [place.name for unit in understand(question, known).units for place in unit.places] == names


def test_street_asks_for_data_by_street(known):
    written = query.write(understand("ul. Sienkiewicza", known), known)
    assert "sienkiewicza" in written.q
    assert "ulica^" in written.q


def test_idle_words_count_only_alone(known):
    written = query.write(understand("gdzie są ścieżki", known), known)
    assert "gdzie" not in written.q
    assert "gdzie" in query.write(understand("gdzie", known), known).q


def test_only_words_that_datasets_hold_are_asked_for(known):
    q = query.write(understand("śmieci", known), known).q
    assert "odpad^" in q
    assert "śmieciarka" not in q


def test_minimum_counts_words_that_are_known(known):
    assert query.write(understand("odpady wypadki", known), known).mm == "2"
    assert query.write(understand("odpady qqqqxyzzy", known), known).mm == "1"
    assert query.write(understand("odpady wypadki sciezki harmonogram osie", known), known).mm == "3"
    assert query.write(understand("odpady wypadki", known), known, some_words=True).mm == "1"


@pytest.mark.parametrize(
    "typed", ["+", "- -", '"', "(((", "***", "AND", "woda OR", "a:b:c", "\\", "{!x}", "~1 ^2", '12" rury', ""]
)
def test_what_people_type_never_breaks_the_query(known, typed):
    written = query.write(understand(typed, known), known)
    assert written is None or (written.q.count("(") == written.q.count(")") and written.q.count('"') % 2 == 0)


def test_operators_are_words(known):
    assert " AND AND" not in query.write(understand("odpady AND", known), known).q


def test_quoted_words_stay_together_and_minus_leaves_out(known):
    q = query.write(understand('"odbioru odpadów" -harmonogram', known), known).q
    assert '"odbioru odpadów"~0' in q
    assert q.endswith("-(harmonogram)")


@pytest.mark.parametrize(
    ("q", "plain"),
    [
        ("śmieci", True),
        ("title:śmieci", False),
        ("+groups:transport woda", False),
        ("*:*", False),
        ("PM10: stężenie", True),
        ("godz. 12:30", True),
        ("", False),
        ("{!bool must=x}", False),
    ],
)
def test_solrs_own_syntax_is_left_alone(q, plain):
    assert search.is_plain(q, {}) is plain
    assert search.is_plain("śmieci", {"defType": "lucene"}) is False


def test_weights_are_complete_and_sane():
    table = vocabulary.ranking()
    assert 0 < table.related < table.synonym < 1
    assert list(table.status) == ["fresh", "due", "closed"]
    bands = [query.use_band(uses) for uses in (0, 5, 20, 100, 500, 10_000)]
    assert bands == ["0", "1", "2", "3", "4", "5"]
    assert "termfreq(use_band,'5')" in query.boost()
    assert "title^" in query.fields()


def test_years_that_a_set_covers():
    assert index.covered_years({"temporal_coverage": [{"start": "2020-01", "end": "2022-12"}]}) == [
        "2020",
        "2021",
        "2022",
    ]
    assert index.covered_years({"resources": [{"temporal_start": "2024"}]}) == ["2024"]
    assert index.covered_years({"temporal_coverage": [{"start": "", "end": None}], "resources": ["x"]}) == []
    assert (
        len(index.covered_years({"temporal_coverage": [{"start": "1000", "end": "2025"}]}))
        == index.MOST_YEARS
    )


def test_other_words_are_told(known):
    assert search.also(understand("śmieci", known), known)[0] == "odpad"
