"""The search as readers and programs meet it: forms, synonyms, a wrong letter, English, places, order, suggestions, areas."""

import pytest
from ckan import model
from ckan.lib.search import SearchError, clear_all
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.kielce.catalogue.finding import lexicon
from ckanext.kielce.catalogue.finding.lexicon import OPTION_MORE

PLUGINS = "kielce datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"
pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins"),
]

BOX = {
    "type": "Polygon",
    "coordinates": [[[20.60, 50.86], [20.62, 50.86], [20.62, 50.87], [20.60, 50.87], [20.60, 50.86]]],
}
SETS = (
    {
        "name": "sciezki",
        "title": "Ścieżki rowerowe",
        "title_en": "Cycle paths",
        "domain": "transport",
        "format": "GEOJSON",
    },
    {
        "name": "stojaki",
        "title": "Stojaki rowerowe",
        "title_en": "Bicycle racks",
        "domain": "transport",
        "spatial": BOX,
    },
    {"name": "odbior", "title": "Harmonogram odbioru odpadów", "domain": "odpady", "tags": ["odpady"]},
    {"name": "powietrze", "title": "Jakość powietrza: stacja Jurajska", "domain": "srodowisko"},
    {
        "name": "ulice",
        "title": "Osie ulic",
        "domain": "planowanie-przestrzenne",
        "notes": "Osie ulic z nazwą i klasą.",
    },
    {"name": "woda", "title": "Zużycie wody według osiedli", "domain": "woda", "years": ("2020", "2022")},
    {"name": "utajniony", "title": "Kosmodrom miejski", "domain": "transport", "private": True},
)


MADE = {}


@pytest.fixture
def known(with_plugins):
    """The datasets, made once for the module: no test changes what another asks."""
    if not MADE:
        helpers.reset_db()
        clear_all()
        unit = factories.Organization(name="mzd", title="Miejski Zarząd Dróg")
        for given in SETS:
            make(unit, given)
        lexicon.forget()
        MADE["unit"] = unit
    return MADE["unit"]


def make(unit, given):
    years = given.get("years")
    kept = ("name", "title", "title_en", "domain", "private", "spatial")
    helpers.call_action(
        "package_create",
        owner_org=unit["id"],
        license_id="CC-BY-4.0",
        frequency="ANNUAL",
        contact=[{"name": "MZD", "email": "dane@example.org"}],
        notes=given.get("notes", "Opis zbioru."),
        **{key: given[key] for key in kept if key in given},
        tags=[{"name": tag} for tag in given.get("tags", ())],
        temporal_coverage=[{"start": years[0], "end": years[1]}] if years else [],
        resources=[{"name": "Plik", "url": "https://example.org/a", "format": given.get("format", "CSV")}],
    )


def names(q, **more):
    found = tk.get_action("package_search")({}, {"q": q, **more})
    return [row["name"] for row in found["results"]]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("ścieżki rowerowe", "sciezki"),
        ("ścieżek rowerowych", "sciezki"),
        ("sciezkami", "sciezki"),
        ("sciezki rowreowe", "sciezki"),
        ("rowerowe ścieżki", "sciezki"),
        ("droga dla rowerów", "sciezki"),
        ("bike lanes", "sciezki"),
        ("gdzie zostawić rower", "stojaki"),
        ("śmieci", "odbior"),
        ("smieciami", "odbior"),
        ("smeici", "odbior"),
        ("trash", "odbior"),
        ("smog", "powietrze"),
        ("air quality", "powietrze"),
        ("ul. Sienkiewicza", "ulice"),
        ("Ślichowice", "woda"),
        ("zużycie wody na Ślichowicach", "woda"),
        ("pokaż mi dane o wodzie w Kielcach", "woda"),
        ("Miejski Zarząd Dróg", "sciezki"),
    ],
)
def test_questions_find_what_is_meant(known, q, first):
    assert first in names(q)[: 2 if first != "sciezki" else 3]


def test_answer_tells_how_the_question_was_understood(known):
    found = helpers.call_action("package_search", q="sciezki rowreowe")
    assert found["understood"]["instead"] == {"sciezki rowreowe": "sciezki rowerowe"}
    assert found["understood"]["some_words"] is False
    partly = helpers.call_action("package_search", q="odpady powietrze")
    assert {row["name"] for row in partly["results"]} >= {"odbior", "powietrze"}
    assert "understood" not in helpers.call_action("package_search", q="title:odpady")
    assert "understood" not in helpers.call_action("package_search", fq="groups:transport")


def test_words_that_never_occur_do_not_empty_the_answer(known):
    assert names("rowery kosmos") == names("rowery")
    assert names("qqqqxyzzy") == []


def test_solrs_syntax_and_odd_signs_still_work(known):
    assert names("title:sciezki") == ["sciezki"]
    assert "sciezki" not in names("rowerowe -ścieżki")
    assert names('"odbioru odpadów"') == ["odbior"]
    for odd in (
        '"',
        "+",
        "-",
        "AND",
        "(((",
        "***",
        "rower AND",
        "\\",
        "a:b",
        "PM10: x",
        "{!bool}",
        "x" * 3000,
    ):
        try:
            names(odd)
        except SearchError:
            # What is Solr's own syntax is CKAN's to refuse, in CKAN's own way.
            assert ":" in odd or odd.startswith("{!")


def test_private_words_are_not_suggested_nor_guessed(known):
    assert not lexicon.current().knows("kosmodrom")
    assert helpers.call_action("kielce_search_suggest", q="kosmo") == []


def test_better_kept_and_more_used_sets_come_first(known, monkeypatch):
    from ckanext.kielce.catalogue import index

    monkeypatch.setattr(index, "_uses", lambda package_id: 5000 if package_id == stojaki["id"] else 0)
    stojaki = helpers.call_action("package_show", id="stojaki")
    before = names("rowerowe")
    helpers.call_action("package_patch", id="stojaki", version_notes="x")
    helpers.call_action("package_patch", id="sciezki", version_notes="x")
    assert sorted(before) == sorted(names("rowerowe"))
    assert names("rowerowe")[0] == "stojaki"


def test_suggestions_are_of_every_kind(known):
    def given(q, **more):
        return [
            (row["kind"], row["text"]) for row in helpers.call_action("kielce_search_suggest", q=q, **more)
        ]

    assert ("dataset", "Ścieżki rowerowe") in given("sciez", lang="pl")
    assert ("words", "ścieżka rowerowa") in given("sciez", lang="pl")
    assert ("dataset", "Cycle paths") in given("cyc", lang="en")
    assert ("domain", "Transport") in given("transp", lang="pl")
    assert ("unit", "Miejski Zarząd Dróg") in given("zarzad dr", lang="pl")
    assert ("district", "Ślichowice") in given("slich", lang="pl")
    assert given("") == given("  ,") == []
    assert len(given("s", limit=3)) <= 3
    with pytest.raises(tk.ValidationError):
        helpers.call_action("kielce_search_suggest", q="s", limit="many")


def test_suggestions_have_addresses(app, known):
    rows = app.get("/suggest?q=sciez").json
    assert {
        "kind": "dataset",
        "name": "sciezki",
        "text": "Ścieżki rowerowe",
        "url": "/dataset/sciezki",
    } in rows
    assert app.get("/en/suggest?q=cyc").json[-1]["url"] == "/en/dataset/sciezki"
    assert app.get("/suggest").json == []


def test_page_offers_the_mended_question_with_its_count(app, known):
    page = app.get("/dataset?q=sciezki+rowreowe").body
    assert "Czy chodziło o" in page
    assert "ścieżki rowerowe</a>" in page
    assert "Did you mean" in app.get("/en/dataset?q=sciezki+rowreowe").body
    assert "Czy chodziło o" not in app.get("/dataset?q=rowerowe").body


def test_filters_read_as_a_sentence_and_can_be_taken_back(app, known):
    page = app.get("/dataset?groups=transport&vocab_format=CSV&vocab_year=2021").body
    for words in ("z dziedziny: Transport", "które da się pobrać jako CSV", "za rok 2021", "usuń ten filtr"):
        assert words in page, words
    assert "Zużycie wody" in app.get("/dataset?vocab_year=2021").body


@pytest.mark.parametrize(
    "query", ["ext_district=podkarczowka", "ext_west=20.59&ext_south=50.85&ext_east=20.63&ext_north=50.88"]
)
def test_area_is_chosen_by_district_or_numbers(app, known, query):
    page = app.get(f"/dataset?{query}").body
    assert "Stojaki rowerowe" in page


def test_area_with_decimal_commas_is_understood(app, known):
    page = app.get("/dataset?ext_west=20,59&ext_south=50,85&ext_east=20,63&ext_north=50,88").body
    assert "Stojaki rowerowe" in page
    assert "z obszaru wybranego na mapie" in page


@pytest.mark.parametrize(
    "query",
    [
        "ext_district=atlantyda",
        "ext_west=a&ext_south=1&ext_east=2&ext_north=3",
        "ext_west=21",
        "ext_bbox=1,2",
        "ext_bbox=x",
    ],
)
def test_faulty_area_is_told_and_never_breaks(app, known, query):
    assert "Nie rozumiemy tego obszaru" in app.get(f"/dataset?{query}", status=200).body


def test_ways_in_open_in_both_languages(app, known):
    for path, words in (
        ("/formats", "tabela CSV"),
        ("/places", "Ślichowice"),
        ("/place/slichowice", "Ślichowice"),
        ("/changes", "Osie ulic"),
    ):
        assert words in app.get(path, status=200).body, path
        app.get(f"/en{path}", status=200)
    assert "Nie ma takiej strony" in app.get("/place/atlantyda", status=404).body


def test_coordinator_adds_words_in_the_running_portal(app, known):
    admin = factories.SysadminWithToken()
    headers = {"Authorization": admin["token"]}
    assert names("wuwuzela") == []
    assert "textarea" not in app.get("/search-words").body
    assert "textarea" in app.get("/search-words", headers=headers).body
    answer = app.post(
        "/search-words", headers=headers, data={"lines": "wuwuzela = rowerowy"}, follow_redirects=False
    )
    assert answer.status_code == 302
    assert set(names("wuwuzele")) >= {"sciezki", "stojaki"}
    bad = app.post("/search-words", headers=headers, data={"lines": "wuwuzela = rowerowy\nwuwuzela"}).body
    assert "wiersza 2" in bad
    with pytest.raises(tk.ValidationError):
        helpers.call_action("kielce_search_words_update", lines="x")
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action("kielce_search_words_update", {"ignore_auth": False, "user": ""}, lines="a = b")
    assert helpers.call_action("kielce_search_words_show")["lines"] == "wuwuzela = rowerowy"
    model.set_system_info(OPTION_MORE, "")
    tk.config[OPTION_MORE] = ""
