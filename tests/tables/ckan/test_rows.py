"""Views of real tables: searched, narrowed, sorted and paged without counting rows."""

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckanext.kielce.tables.load import load
from ckanext.kielce.tables.shared import Condition, View, read, rows

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce_tables datastore"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.ckan_config("ckanext.kielce.tables.load_automatically", False),
    pytest.mark.usefixtures("with_plugins", "non_clean_db"),
]

PLACES = (
    "data;nazwa;cena [zł];uwaga\n"
    "2023-08-31;Ścieżka rowerowa Gdańska;1234,50;\n"
    "2024-02-01;Żłobek Zuzia;;nowy\n"
    "2024-03-02;Łąka;-3;\n"
    "2025-01-02;plac zabaw;40;\n"
    "2025-01-02;Lasek;40;stary\n"
    ";Zalew 12/5;7;\n"
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "miejsca.csv"
    path.write_text(PLACES)
    resource = factories.Resource(url="https://example.com/miejsca.csv", format="CSV")
    load(resource["id"], read(path)[0])
    return resource["id"]


def names(table, view=None, size=20, **place):
    with rows.reading() as cursor:
        fields = rows.fields(cursor, table)
        page = rows.read_page(cursor, table, fields, view or View(), size, **place)
    at = [field.id for field in page.fields].index("nazwa")
    return [row[at] for row in page.rows], page


@pytest.mark.parametrize("q", ["ścieżka", "sciezka", "Ścież", "gdanska rower", "12/5"])
def test_words_are_found_with_and_without_marks_and_by_their_beginnings(table, q):
    found, _page = names(table, View(q))
    assert found == (["Zalew 12/5"] if q == "12/5" else ["Ścieżka rowerowa Gdańska"])


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (("nazwa", "has", "LĄKA"), ["Łąka"]),
        (("nazwa", "has", "laka"), ["Łąka"]),
        (("nazwa", "has", "%"), []),
        (("nazwa", "is", "Lasek"), ["Lasek"]),
        (("data", "is", "2024"), ["Żłobek Zuzia", "Łąka"]),
        (("data", "from", "2025"), ["plac zabaw", "Lasek"]),
        (("data", "to", "luty 2024"), ["Ścieżka rowerowa Gdańska", "Żłobek Zuzia"]),
        (("cena [zł]", "from", "1 000,5"), ["Ścieżka rowerowa Gdańska"]),
        (("cena [zł]", "empty", ""), ["Żłobek Zuzia"]),
        (("uwaga", "filled", ""), ["Żłobek Zuzia", "Lasek"]),
        (("uwaga", "not", "nowy"), ["Ścieżka rowerowa Gdańska", "Łąka", "plac zabaw", "Lasek", "Zalew 12/5"]),
    ],
)
def test_rows_are_narrowed_by_a_column(table, condition, wanted):
    found, page = names(table, View(conditions=(Condition(*condition),)))
    assert found == wanted
    assert page.total == len(wanted)


@pytest.mark.parametrize("column", ["", "nazwa", "data", "cena [zł]", "uwaga"])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_forwards_and_backwards_are_the_same_rows_in_the_same_order(table, column, descending):
    view = View(sort=column, descending=descending)
    whole, _page = names(table, view)
    assert sorted(whole) == sorted(line.split(";")[1] for line in PLACES.splitlines()[1:])
    forwards, place = [], {}
    while True:
        found, page = names(table, view, 2, **place)
        forwards.append((found, page))
        if not page.has_after:
            break
        place = {"after": page.ids[-1]}
    assert [name for found, _page in forwards for name in found] == whole
    backwards, place = [], {"end": True}
    while True:
        found, page = names(table, view, 2, **place)
        backwards[:0] = found
        if not page.has_before:
            break
        place = {"before": page.ids[0]}
    assert backwards == whole


def test_polish_letters_have_their_place_in_the_alphabet(table):
    found, _page = names(table, View(sort="nazwa"))
    assert found == ["Lasek", "Łąka", "plac zabaw", "Ścieżka rowerowa Gdańska", "Zalew 12/5", "Żłobek Zuzia"]


def test_a_row_that_is_gone_is_the_beginning(table):
    found, page = names(table, View(), 2, after=10_000)
    assert found == ["Ścieżka rowerowa Gdańska", "Żłobek Zuzia"]
    assert not page.has_before


def test_a_slow_question_is_given_up(table, ckan_config):
    with pytest.raises(rows.ViewError) as err, rows.reading(0.05) as cursor:
        cursor.execute("SELECT pg_sleep(2)")
    assert err.value.code == "slow"
    # The connection is good for the next question.
    assert len(names(table)[0]) == 6


def test_no_table_is_told(table):
    with pytest.raises(rows.ViewError) as err, rows.reading() as cursor:
        rows.fields(cursor, "no-such-table")
    assert err.value.code == "missing"


def test_the_version_follows_the_content(table, tmp_path):
    with rows.reading() as cursor:
        before = rows.version(cursor, table)
    with rows.reading() as cursor:
        assert rows.version(cursor, table) == before
    path = tmp_path / "other.csv"
    path.write_text(PLACES.replace("40", "41"))
    load(table, read(path)[0])
    with rows.reading() as cursor:
        assert rows.version(cursor, table) != before


def test_reading_cannot_write(table):
    import psycopg2

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), rows.reading() as cursor:
        cursor.execute(f'DELETE FROM "{table}"')


def test_names_and_values_are_never_read_as_sql(table):
    hostile = "x'; DROP TABLE y; --"
    assert names(table, View(hostile))[0] == []
    for comparison in ("has", "is", "not"):
        names(table, View(conditions=(Condition("nazwa", comparison, hostile),)))
    assert tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": table})["total"] == 6
