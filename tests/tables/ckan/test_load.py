"""Loading into a real DataStore, read back through CKAN's own actions."""

import csv
import io
from unittest import mock

import polars as pl
import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.datastore.backend import DatastoreBackend
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.tables.load import load, loaded_source
from ckanext.kielce.tables.service import load_by_id, load_resource
from ckanext.kielce.tables.shared import TableError, read
from sqlalchemy import text

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce_tables datastore"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("with_plugins", "non_clean_db"),
]

PLACES = (
    "data;nazwa;kod;cena [zł];liczba;czynne\n"
    "31.08.2023;Ścieżka rowerowa Gdańska;007;1 234,50;12;true\n"
    "01.09.2023;Żłobek „Zuzia”;123;;-3;false\n"
    "02.09.2023;plac zabaw;009;0,5;40;true\n"
)


@pytest.fixture
def table(tmp_path):
    def make(data, name="miejsca.csv"):
        path = tmp_path / name
        path.write_text(data)
        return read(path)[0]

    return make


@pytest.fixture(autouse=True)
def by_hand(ckan_config, with_plugins):
    """Loads are asked for by the tests themselves, except where they test the queue."""
    ckan_config["ckanext.kielce.tables.load_automatically"] = False


@pytest.fixture
def resource():
    return factories.Resource(url="https://example.com/miejsca.csv", format="CSV")


def search(resource, **params):
    return helpers.call_action("datastore_search", resource_id=resource["id"], **params)


def test_types_values_and_order(resource, table):
    report = load(resource["id"], table(PLACES))
    assert (report.status, report.rows, report.columns) == ("loaded", 3, 6)
    got = search(resource)
    assert {f["id"]: f["type"] for f in got["fields"]} == {
        "_id": "int", "data": "date", "nazwa": "text", "kod": "text", "cena [zł]": "numeric", "liczba": "int8",
        "czynne": "bool",
    }  # fmt: skip
    assert got["total"] == 3
    first = got["records"][0]
    assert first == {
        "_id": 1, "data": "2023-08-31", "nazwa": "Ścieżka rowerowa Gdańska", "kod": "007", "cena [zł]": 1234.5,
        "liczba": 12, "czynne": True,
    }  # fmt: skip
    assert got["records"][1]["cena [zł]"] is None


def test_filters_sort_and_columns(resource, table):
    load(resource["id"], table(PLACES))
    assert [r["kod"] for r in search(resource, sort="liczba desc")["records"]] == ["009", "007", "123"]
    assert search(resource, filters={"kod": "007"})["total"] == 1
    assert search(resource, filters={"cena [zł]": {"gt": 100}})["total"] == 1
    assert search(resource, filters={"data": {"gte": "2023-09-01"}}, fields=["data"])["total"] == 2


@pytest.mark.parametrize("language", ["english", "simple"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [("ścieżka", 1), ("sciezka", 1), ("Ścieżka", 1), ("SCIEZKA gdanska", 1), ("Gdańska", 1), ("żłobek", 1),
     ("zlobek zuzia", 1), ("007", 1), ("1234.50", 0), ("rowerowa", 1), ("nie ma", 0)],
)  # fmt: skip
def test_text_search_with_and_without_diacritics(resource, table, ckan_config, language, asked, found):
    ckan_config["ckan.datastore.default_fts_lang"] = language
    load(resource["id"], table(PLACES))
    assert search(resource, q=asked)["total"] == found


def test_info_dump_and_anonymous_reading(app, resource, table):
    load(resource["id"], table(PLACES))
    info = helpers.call_action("datastore_info", id=resource["id"])
    assert info["meta"]["count"] == 3
    assert info["meta"]["table_type"] == "BASE TABLE"
    answer = app.get(f"/datastore/dump/{resource['id']}?bom=true", status=200)
    rows = list(csv.reader(io.StringIO(answer.body.lstrip("\ufeff"))))
    assert rows[0][1:4] == ["data", "nazwa", "kod"]
    assert rows[3][3] == "009"
    answer = app.get(f"/api/3/action/datastore_search?resource_id={resource['id']}&q=zlobek", status=200)
    assert answer.json["result"]["total"] == 1


def test_readonly_user_may_read_and_not_write(resource, table):
    load(resource["id"], table(PLACES))
    engine = DatastoreBackend.get_active_backend()._get_read_engine()
    with engine.connect() as connection:
        assert connection.execute(text(f'SELECT count(*) FROM "{resource["id"]}"')).scalar() == 3
        with pytest.raises(Exception, match="permission denied"):
            connection.execute(text(f'DELETE FROM "{resource["id"]}"'))


def test_replacing_changes_columns_and_leaves_nothing_behind(resource, table):
    load(resource["id"], table(PLACES))
    load(resource["id"], table("rok;wartość\n2020;1\n", "inne.csv"))
    assert [f["id"] for f in search(resource)["fields"]] == ["_id", "rok", "wartość"]
    assert search(resource)["total"] == 1
    engine = DatastoreBackend.get_active_backend()._get_write_engine()
    with engine.connect() as connection:
        left = connection.execute(
            text("SELECT relname FROM pg_class WHERE relname ~ '^_(new|in)_' AND relkind = 'r'")
        )
        assert left.fetchall() == []


def test_a_failed_load_leaves_the_old_table_serving(resource, table):
    load(resource["id"], table(PLACES))
    bad = table("a;b\n1;2\n", "zle.csv")
    with (
        mock.patch("ckanext.kielce.tables.load._TYPES", {"integer": "no_such_type"}),
        pytest.raises(TableError) as err,
    ):
        load(resource["id"], bad)
    assert err.value.problems[0].code == "load_failed"
    assert search(resource, q="zlobek")["total"] == 1


def test_a_failure_at_the_very_end_leaves_the_old_table_serving(resource, table):
    load(resource["id"], table(PLACES))
    with (
        mock.patch("ckanext.kielce.tables.load._aliases", return_value=['bad"alias' * 20, "pg_class"] * 2),
        pytest.raises(TableError),
    ):
        load(resource["id"], table("a;b\n1;2\n", "zle.csv"))
    assert search(resource)["total"] == 3


def test_dictionary_is_filled_and_then_kept(resource, table):
    columns = [{"name": "cena [zł]", "title": "Cena brutto", "unit": "zł", "description": "z VAT"}]
    load(resource["id"], table(PLACES), dictionary=columns)
    fields = {f["id"]: f.get("info") for f in search(resource)["fields"]}
    assert fields["cena [zł]"] == {"label": "Cena brutto", "notes": "z VAT", "unit": "zł"}
    fields_now = [
        {
            "id": f["id"],
            "type": f["type"],
            "info": {"notes": "napisane ręcznie"} if f["id"] == "kod" else f.get("info", {}),
        }
        for f in search(resource)["fields"]
        if f["id"] != "_id"
    ]
    helpers.call_action("datastore_create", resource_id=resource["id"], force=True, fields=fields_now)
    load(resource["id"], table(PLACES), dictionary=columns)
    fields = {f["id"]: f.get("info") for f in search(resource)["fields"]}
    assert fields["kod"] == {"notes": "napisane ręcznie"}
    assert fields["cena [zł]"]["label"] == "Cena brutto"


def test_aliases_survive(resource, table):
    alias = "miejsca-" + resource["id"][:8]
    load(resource["id"], table(PLACES))
    helpers.call_action("datastore_create", resource_id=resource["id"], force=True, aliases=[alias])
    load(resource["id"], table(PLACES.replace("plac zabaw", "boisko")))
    assert helpers.call_action("datastore_search", resource_id=alias, q="boisko")["total"] == 1


def test_table_can_still_be_edited_and_dropped_by_ckan(resource, table):
    load(resource["id"], table(PLACES))
    helpers.call_action(
        "datastore_upsert",
        resource_id=resource["id"],
        force=True,
        method="insert",
        records=[{"nazwa": "dopisane"}],
    )
    assert search(resource, q="dopisane")["records"][0]["_id"] == 4
    helpers.call_action("datastore_delete", resource_id=resource["id"], force=True)
    with pytest.raises(tk.ObjectNotFound):
        search(resource)


def test_odd_column_names(resource, table):
    heads = ["_id", "Godz. 12:30 %", "ą" * 80, "ą" * 80 + "x", "a\\b;c", "select", "Nazwa", "nazwa"]
    data = ",".join(f'"{h}"' for h in heads) + "\n" + ",".join("wyrażenie" for _ in heads) + "\n"
    load(resource["id"], table(data))
    got = search(resource, q="wyrazenie")
    names = [f["id"] for f in got["fields"] if f["id"] not in ("_id", "rank")]
    assert len(names) == 8
    assert all(len(n.encode()) <= 63 for n in names)
    assert search(resource, filters={"Godz. 12:30 %": "wyrażenie"}, sort='"select" desc')["total"] == 1


def test_no_rows(resource, table):
    load(resource["id"], table("a;b\n"))
    assert search(resource)["total"] == 0


def test_text_with_everything(resource, table):
    frame_text = 'cudzysłów "x", przecinek\nnowa linia \\. ; %s :x'
    made = table(PLACES)
    made.frame = made.frame.with_columns(pl.Series("nazwa", [frame_text, "", None]))
    load(resource["id"], made)
    assert [r["nazwa"] for r in search(resource)["records"]] == [frame_text, "", None]


def test_a_flag_lost_by_an_update_comes_back(create_with_upload):
    """A dataset written whole, as harvesters do, loses CKAN's own flag; the table is still there."""
    resource = upload(create_with_upload, PLACES.encode())
    load_by_id(resource["id"])
    dataset = helpers.call_action("package_show", id=resource["package_id"])
    for entry in dataset["resources"]:
        entry.pop("datastore_active")
    helpers.call_action("package_update", **dataset)
    assert load_by_id(resource["id"]).status == "unchanged"
    assert helpers.call_action("resource_show", id=resource["id"])["datastore_active"] is True


def test_flag_is_set_without_an_edit(resource, table):
    before = helpers.call_action("package_show", id=resource["package_id"])
    with mock.patch("ckan.logic.action.update.package_update", side_effect=AssertionError("an edit")):
        load(resource["id"], table(PLACES))
    after = helpers.call_action("package_show", id=resource["package_id"])
    assert after["resources"][0]["datastore_active"] is True
    assert after["metadata_modified"] == before["metadata_modified"]
    found = helpers.call_action("package_search", q=f"id:{resource['package_id']}")
    assert found["results"][0]["resources"][0]["datastore_active"] is True


# --- from a resource ---


def upload(create_with_upload, data, name="dane.csv", **extra):
    dataset = factories.Dataset()
    return create_with_upload(data, name, package_id=dataset["id"], url="", format="CSV", **extra)


def test_uploaded_file(create_with_upload):
    resource = upload(create_with_upload, PLACES.encode("cp1250"), encoding="UTF-8")
    report = load_by_id(resource["id"])
    assert report.status == "loaded"
    assert [p.code for p in report.problems] == ["wrong_encoding"]
    assert search(resource, q="zlobek")["total"] == 1
    assert loaded_source(resource["id"])["rows"] == 3
    assert load_by_id(resource["id"]).status == "unchanged"
    assert load_by_id(resource["id"], force=True).status == "loaded"


def test_without_the_datastore_it_says_so(resource):
    with mock.patch("ckanext.kielce.tables.service.plugin_loaded", return_value=False):
        report = load_by_id(resource["id"])
    assert (report.status, report.problems[0].code) == ("failed", "load_failed")


def test_columns_of_the_resource_fill_the_dictionary(create_with_upload):
    columns = '[{"name": "kod", "title": "Kod placówki", "unit": "", "description": "nadaje wydział"}]'
    resource = upload(create_with_upload, PLACES.encode(), columns=columns)
    load_by_id(resource["id"])
    info = {f["id"]: f.get("info") for f in search(resource)["fields"]}
    assert info["kod"] == {"label": "Kod placówki", "notes": "nadaje wydział"}


def test_no_table_and_failures_are_reports(create_with_upload, resource):
    assert load_by_id(upload(create_with_upload, b"%PDF-1.4 x")["id"]).status == "no_table"
    with mock.patch("ckanext.kielce.tables.source.fetch", side_effect=_fetch_error()):
        report = load_by_id(resource["id"])
    assert report.status == "failed"
    assert report.problems[0].code == "fetch_failed"
    assert load_resource({**resource, "format": "PDF"}).status == "skipped"


def _fetch_error():
    from ckanext.kielce.common.http import FetchError

    return FetchError("timeout", "The server did not answer in time.", "https://example.com/miejsca.csv")


def test_action_needs_the_right_to_edit(create_with_upload):
    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    resource = create_with_upload(PLACES.encode(), "dane.csv", package_id=dataset["id"], url="", format="CSV")
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action(
            "kielce_table_load",
            {"ignore_auth": False, "user": factories.User()["name"]},
            resource_id=resource["id"],
        )
    report = helpers.call_action(
        "kielce_table_load",
        {"ignore_auth": False, "user": factories.Sysadmin()["name"]},
        resource_id=resource["id"],
    )
    assert (report["status"], report["rows"]) == ("loaded", 3)
    with pytest.raises(tk.ValidationError):
        helpers.call_action("kielce_table_load", {"ignore_auth": True})


def test_command(cli, create_with_upload):
    resource = upload(create_with_upload, PLACES.encode())
    result = cli.invoke(kielce, ["tables", "load", resource["id"], "nie-ma"])
    assert result.exit_code == 0, result.output
    assert "loaded" in result.output
    assert "not_found" in result.output
    assert search(resource)["total"] == 3


def test_the_job_does_the_work(create_with_upload):
    from ckanext.kielce.tables.jobs import load_job

    resource = upload(create_with_upload, PLACES.encode())
    load_job(resource["id"])
    load_job("nie-ma")
    assert search(resource)["total"] == 3


def test_reading_goes_on_while_a_load_is_prepared(resource, table):
    """Until the swap the old table is not locked: a reader in another session gets its answer."""
    load(resource["id"], table(PLACES))
    engine = DatastoreBackend.get_active_backend()._get_read_engine()
    seen = []

    def read_now(*_args):
        with engine.connect() as connection:
            connection.execute(text("SET statement_timeout = 3000"))
            seen.append(connection.execute(text(f'SELECT count(*) FROM "{resource["id"]}"')).scalar())
        return "simple"

    with mock.patch("ckanext.kielce.tables.load._read_user", side_effect=lambda: read_now() and None):
        load(resource["id"], table("a;b\n1;2\n", "nowe.csv"))
    assert seen == [3]
    assert search(resource)["total"] == 1


def jobs_queued():
    return [job.args[0] for job in tk.get_job_queue().jobs if job.func_name.endswith("load_job")]


@pytest.mark.usefixtures("clean_queues")
def test_new_and_changed_resources_are_queued_once_after_commit(ckan_config):
    ckan_config["ckanext.kielce.tables.load_automatically"] = True
    dataset = factories.Dataset(
        resources=[
            {"url": "https://example.com/a.csv", "format": "CSV"},
            {"url": "https://example.com/b.pdf", "format": "PDF"},
        ]
    )
    first = dataset["resources"][0]["id"]
    assert jobs_queued() == [first]
    helpers.call_action("package_patch", id=dataset["id"], notes="nowy opis")
    assert jobs_queued() == [first]
    helpers.call_action("resource_patch", id=first, url="https://example.com/c.csv")
    assert jobs_queued() == [first]  # one is waiting already


@pytest.mark.usefixtures("clean_queues")
def test_a_rolled_back_change_is_not_queued(resource, ckan_config):
    ckan_config["ckanext.kielce.tables.load_automatically"] = True
    found = model.Session.get(model.Resource, resource["id"])
    found.url = "https://example.com/z.csv"
    model.Session.flush()
    model.Session.rollback()
    model.Session.commit()
    assert jobs_queued() == []


@pytest.mark.usefixtures("clean_queues")
def test_automatic_loading_can_be_switched_off():
    factories.Dataset(resources=[{"url": "https://example.com/a.csv", "format": "CSV"}])
    assert jobs_queued() == []
