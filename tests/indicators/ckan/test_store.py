"""The store in its tables: import, revisions, actions, pages, downloads, command."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ckan.plugins
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_auth
from ckanext.kielce.indicators.cli import indicators
from ckanext.kielce.indicators.model import IndicatorCard, IndicatorValue

pytestmark = pytest.mark.ckan

TABLE = Path(__file__).resolve().parents[3] / "harvesters" / "iso37120" / "data" / "iso37120_kielce_2018.csv"
HEADER = "code,name_pl,kind,unit_note,Kielce,Gdynia\n"


@pytest.fixture(scope="module", autouse=True)
def migrated(reset_db_once: None, migrate_db_for: Callable[[str], None]) -> Iterator[None]:
    """The plugins of the ini, loaded once for the module, and the store's tables."""
    ckan.plugins.load_all()
    for plugin in ("activity", "kielce_indicators"):
        migrate_db_for(plugin)
    yield
    model.Session.remove()
    ckan.plugins.unload_all()


@pytest.fixture
def empty_store(migrated: None) -> Iterator[None]:
    def clear() -> None:
        model.Session.rollback()
        model.Session.execute(sa.delete(IndicatorValue))
        model.Session.execute(sa.delete(IndicatorCard))
        model.Session.commit()

    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def full_store(migrated: None) -> dict[str, Any]:
    return imported(TABLE.read_text(encoding="utf-8"), filename=TABLE.name)


def imported(content: str, **more: Any) -> dict[str, Any]:
    return tk.get_action("kielce_indicator_import")({"ignore_auth": True}, {"content": content, **more})


def rows(**wanted: Any) -> list[dict[str, Any]]:
    return tk.get_action("kielce_indicator_values")({}, wanted)["results"]


class TestImport:
    def test_the_tables_are_there(self) -> None:
        names = set(sa.inspect(model.meta.engine).get_table_names())
        assert {"kielce_indicators_card", "kielce_indicators_value"} <= names

    def test_model_and_migration_agree(self) -> None:
        for table in (IndicatorCard.__table__, IndicatorValue.__table__):
            found = {
                column["name"]: column for column in sa.inspect(model.meta.engine).get_columns(table.name)
            }
            assert set(found) == {column.name for column in table.columns}
            for column in table.columns:
                assert found[column.name]["nullable"] == column.nullable, column
                wanted = column.type.compile(model.meta.engine.dialect)
                assert found[column.name]["type"].compile(model.meta.engine.dialect) == wanted, column

    def test_the_real_table(self, empty_store: None) -> None:
        report = imported(TABLE.read_text(encoding="utf-8"), filename=TABLE.name)
        assert report["cards"] == {"created": 100, "changed": 0, "unchanged": 0}
        assert report["values"] == {"added": 500, "revised": 0, "unchanged": 0}
        assert report["present"]["Kielce"] == 98
        gaps = [gap["indicator"] for gap in report["gaps"] if gap["area"] == "Kielce"]
        assert gaps == ["EV 8.8", "WS 21.6"]

    def test_the_same_table_again_changes_nothing(self, empty_store: None) -> None:
        content = TABLE.read_text(encoding="utf-8")
        imported(content)
        again = imported(content, filename="inna-nazwa.csv")
        assert again["cards"] == {"created": 0, "changed": 0, "unchanged": 100}
        assert again["values"] == {"added": 0, "revised": 0, "unchanged": 500}
        assert len(rows(revisions=True)) == 500

    def test_a_changed_value_is_a_revision_beside_the_old_one(self, empty_store: None) -> None:
        imported(HEADER + 'EC5.1,Bezrobocie,podstawowy,,"7,7% (2016)","4,9% (2015)"\n', filename="2018.csv")
        report = imported(
            HEADER + 'EC5.1,Bezrobocie,podstawowy,,"7,9% (2016)","4,1% (2019)"\n', filename="2020.csv"
        )
        assert report["values"] == {"added": 1, "revised": 1, "unchanged": 0}
        kept = [
            (row["area"], row["period"], row["value"], row["revision"], row["source"])
            for row in rows(revisions=True)
        ]
        assert kept == [
            ("Gdynia", "2015", 4.9, 1, "2018.csv"),
            ("Gdynia", "2019", 4.1, 1, "2020.csv"),
            ("Kielce", "2016", 7.7, 1, "2018.csv"),
            ("Kielce", "2016", 7.9, 2, "2020.csv"),
        ]
        assert [row["value"] for row in rows(area="Kielce")] == [7.9]

    def test_a_new_gap_does_not_hide_the_value_we_have(self, empty_store: None) -> None:
        imported(HEADER + "EC5.1,Bezrobocie,podstawowy,,1% (2016),2% (2016)\n")
        imported(HEADER + "EC5.1,Bezrobocie,podstawowy,,bd,2% (2016)\n")
        [card] = tk.get_action("kielce_indicator_list")({}, {})["results"]
        assert (card["value"]["value"], card["value"]["period"]) == (1, "2016")

    def test_a_bad_row_imports_nothing(self, empty_store: None) -> None:
        with pytest.raises(tk.ValidationError) as error:
            imported(
                HEADER + "EC5.1,A,podstawowy,,1% (2016),2% (2016)\nEC5.2,B,podstawowy,,ok,1%\n",
                filename="zly.csv",
            )
        [line] = error.value.error_dict["content"]
        assert line.startswith("zly.csv, row 3, column Kielce: ")
        assert rows() == []

    def test_a_dry_run_writes_nothing(self, empty_store: None) -> None:
        report = imported(TABLE.read_text(encoding="utf-8"), dry_run=True)
        assert report["values"]["added"] == 500
        assert rows() == []

    def test_only_a_sysadmin_may_import(self) -> None:
        user = factories.User()
        with pytest.raises(tk.NotAuthorized):
            call_auth("kielce_indicator_import", {"user": user["name"], "model": model})
        with pytest.raises(tk.NotAuthorized):
            call_auth("kielce_indicator_import", {"user": "", "model": model})
        admin = factories.Sysadmin()
        assert call_auth("kielce_indicator_import", {"user": admin["name"], "model": model})


@pytest.mark.usefixtures("full_store")
class TestReading:
    @pytest.mark.parametrize("code", ["EV 8.4", "EV.8.4", "ev-8.4", "EV8.4"])
    def test_show_takes_every_form_of_a_code(self, code: str) -> None:
        card = tk.get_action("kielce_indicator_show")({}, {"id": code})
        assert (card["code"], card["unit_symbol"], card["domain"]) == ("EV 8.4", "µg/m³", "srodowisko")
        assert [row["area"] for row in card["values"]] == [
            "Kielce",
            "Eindhoven",
            "Gdynia",
            "Oakville",
            "Porto",
        ]

    @pytest.mark.parametrize("code", ["EV 9.9", "x", "' OR 1=1"])
    def test_unknown_codes_are_not_found(self, code: str) -> None:
        with pytest.raises(tk.ObjectNotFound):
            tk.get_action("kielce_indicator_show")({}, {"id": code})

    def test_list_counts_what_the_city_has(self) -> None:
        found = tk.get_action("kielce_indicator_list")({}, {})
        assert (found["count"], found["present"], found["area"]) == (100, 98, "Kielce")
        assert [card["code"] for card in found["results"]][:2] == ["EC 5.1", "EC 5.2"]

    def test_list_by_theme_kind_and_words(self) -> None:
        listed = tk.get_action("kielce_indicator_list")
        assert listed({}, {"theme": "ws"})["count"] == 7
        assert listed({}, {"kind": "core"})["count"] == 46
        assert [card["code"] for card in listed({}, {"q": "Bezrobocia młodzieży"})["results"]] == ["EC 5.5"]
        assert listed({}, {"q": "100%"})["count"] == 0
        assert len(listed({}, {"limit": 3, "offset": 99})["results"]) == 1
        with pytest.raises(tk.ValidationError):
            listed({}, {"theme": "XX"})

    def test_values_by_status(self) -> None:
        assert {row["indicator"] for row in rows(status="U", area="Kielce")} == {
            "TR 18.9", *(f"SW 16.{number}" for number in range(3, 9)),
        }  # fmt: skip
        assert [row["indicator"] for row in rows(status="O", area="Kielce")] == ["EV 8.8", "WS 21.6"]

    def test_the_list_page(self, app: Any) -> None:
        page = app.get("/wskazniki").body
        assert "/wskaznik/EC-5.1" in page
        assert page.count('scope="row"') == 100
        assert 'scope="row"' not in app.get("/wskazniki?q=nicniematakiego").body
        assert app.get("/wskazniki?theme=zzz&kind=zzz").status_code == 200

    def test_a_card_page_shows_print_reason_and_bars(self, app: Any) -> None:
        page = app.get("/wskaznik/SW-16.3").body
        assert "90,32% (2016)" in page
        assert "124,25" in page
        assert '<svg role="img"' in page
        gap = app.get("/wskaznik/EV-8.8").body
        assert "98 ze 100" in gap
        assert '<svg role="img"' not in gap

    def test_an_english_page(self, app: Any) -> None:
        page = app.get("/en/wskaznik/SW-16.3").body
        assert "that is recycled" in page
        assert "124.25" in page

    def test_other_forms_of_a_code_lead_to_the_one_address(self, app: Any) -> None:
        answer = app.get("/wskaznik/EV.8.4", follow_redirects=False)
        assert answer.status_code == 302
        assert answer.headers["Location"].endswith("/wskaznik/EV-8.4")

    @pytest.mark.parametrize(
        "path", ["/wskaznik/XX-1.1", "/wskaznik/EC-5.1x", "/wskaznik/XX.csv", "/wskaznik/a%00b"]
    )
    def test_no_such_indicator(self, app: Any, path: str) -> None:
        assert app.get(path, status=404).status_code == 404

    def test_downloads(self, app: Any) -> None:
        answer = app.get("/wskaznik/EC-5.1.csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        listed = list(csv.DictReader(io.StringIO(answer.body)))
        assert [
            (row["area"], row["value"], row["as_printed"]) for row in listed if row["area"] == "Kielce"
        ] == [("Kielce", "7.7", "7,7% (2016)")]
        assert len(list(csv.DictReader(io.StringIO(app.get("/wskazniki.csv").body)))) == 500
        assert len(list(csv.DictReader(io.StringIO(app.get("/wskazniki/karty.csv").body)))) == 100
        assert len(json.loads(app.get("/wskazniki.json").body)) == 100
        assert json.loads(app.get("/wskaznik/EC-5.1.json").body)["code"] == "EC 5.1"

    def test_packages_name_addresses_that_answer(self, app: Any) -> None:
        for path in ("/wskazniki/datapackage.json", "/wskaznik/EC-5.1/datapackage.json"):
            described = json.loads(app.get(path).body)
            for resource in described["resources"]:
                assert resource["path"].startswith(tk.config["ckan.site_url"])
                local = resource["path"].removeprefix(tk.config["ckan.site_url"])
                header = next(csv.reader(io.StringIO(app.get(local).body)))
                assert header == [field["name"] for field in resource["schema"]["fields"]]

    def test_who_has_the_file_gets_304(self, app: Any) -> None:
        tag = app.get("/wskazniki.csv").headers["ETag"]
        assert app.get("/wskazniki.csv", headers={"If-None-Match": tag}).status_code == 304


class TestCommand:
    def test_import_and_list(self, empty_store: None, cli: Any) -> None:
        done = cli.invoke(indicators, ["import", str(TABLE), "--json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["present"]["Kielce"] == 98
        listed = cli.invoke(indicators, ["list", "--theme", "WS"])
        assert "Kielce: 6 of 7 indicators have a value" in listed.output

    def test_a_bad_file_says_where_and_exits_with_1(
        self, empty_store: None, cli: Any, tmp_path: Path
    ) -> None:
        bad = tmp_path / "zly.csv"
        bad.write_text(HEADER + "EC5.1,A,podstawowy,,x,1%\n", encoding="utf-8")
        done = cli.invoke(indicators, ["import", str(bad)])
        assert done.exit_code == 1
        assert "zly.csv, row 2, column Kielce" in done.output
        assert "nothing was imported" in done.output

    def test_a_file_in_another_encoding(self, cli: Any, tmp_path: Path) -> None:
        bad = tmp_path / "zly.csv"
        bad.write_bytes("Łódź".encode("cp1250"))
        assert "UTF-8" in cli.invoke(indicators, ["import", str(bad)]).output
