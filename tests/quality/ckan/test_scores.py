"""Scores through actions, pages and the search index of a plain CKAN, and who may see and decide what."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]

NOW = dt.datetime.now(dt.timezone.utc)
PESELS = "imie;pesel\nJan;44051401359\nEwa;02070803628\n"


def last_months(count: int) -> list[str]:
    """Names of the last months that have ended, oldest first."""
    day, names = NOW.date().replace(day=1), []
    for _ in range(count):
        day = (day - dt.timedelta(days=1)).replace(day=1)
        names.append(f"{day:%Y-%m}")
    return names[::-1]


def observe(package: dict[str, Any]) -> Any:
    from ckan.tests import helpers

    return helpers.call_action("kielce_quality_observe", {"ignore_auth": True}, id=package["id"])


def show(package: dict[str, Any], user: str = "", **params: Any) -> dict[str, Any]:
    import ckan.plugins.toolkit as tk

    return tk.get_action("kielce_quality_show")({"user": user}, {"id": package["id"], **params})


def test_a_set_never_looked_at_says_so(make_dataset: Any) -> None:
    score = show(make_dataset(), lang="en")
    assert (score["grade"], score["reason"], score["reason_text"]) == (None, "not_scored", "Not checked yet")


def test_a_current_table_gets_a_grade_with_reasons_in_both_languages(
    files: Any, make_dataset: Any, months: Any
) -> None:
    package = make_dataset(files.put("a.csv", months(*last_months(5))))
    observe(package)
    score = show(package, lang="both")
    assert score["grade"] in "ABCD"
    assert 0 <= score["index"] <= 100
    assert score["status"] == "fresh"
    assert score["components"][0]["measured"] is False  # no DCAT here: M isn't measured
    undescribed = next(item for item in score["deductions"] if item["code"] == "described")
    assert "kolumn" in undescribed["text"]["pl"]
    assert "column" in undescribed["text"]["en"]
    assert undescribed["remedy"]["pl"]
    assert [item["index"] for item in score["history"]] == [score["index"]]


def test_describing_the_columns_wins_the_points_back(
    act: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    import json

    from ckan.tests import helpers

    package = make_dataset(files.put("a.csv", months(*last_months(5))))
    observe(package)
    before = show(package)["index"]
    columns = [{"name": name, "description": "opis"} for name in ("miesiac", "dzielnica", "liczba")]
    act("resource_patch", id=package["resources"][0]["id"], columns=json.dumps(columns))
    helpers.call_action("kielce_quality_score", {"ignore_auth": True}, id=package["id"])
    assert show(package)["index"] > before


def test_a_dead_link_has_a_reason_instead_of_a_grade(files: Any, make_dataset: Any) -> None:
    package = make_dataset(f"{files.base}/nothing.csv")
    observe(package)
    score = show(package, lang="pl")
    assert score["grade"] is None
    assert score["reason_text"]
    assert any("404" in item["text"] for item in score["deductions"])


def test_the_grade_and_its_reason_stand_on_the_dataset_page(
    app: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    package = make_dataset(files.put("a.csv", months(*last_months(5))))
    observe(package)
    page = app.get(f"/en/dataset/{package['name']}").body
    assert f"kq-grade--{show(package)['grade']}" in page
    assert 'class="kq-status kq-status--fresh"' in page
    assert "What costs points and what would mend it" in page
    assert "Describe the columns" in page or "columns" in page
    card = app.get("/en/dataset/").body
    assert "kq-card" in card


def test_the_search_page_filters_and_sorts_by_quality(
    app: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    from ckan.tests import helpers

    good = make_dataset(files.put("a.csv", months(*last_months(5))))
    dead = make_dataset(f"{files.base}/nothing.csv")
    observe(good)
    observe(dead)
    grade = show(good)["grade"]
    found = helpers.call_action(
        "package_search", fq=f"quality_grade:{grade}", **{"facet.field": ["quality_status"]}
    )
    assert [item["name"] for item in found["results"]] == [good["name"]]
    assert found["results"][0]["quality"]["grade"] == grade
    statuses = found["search_facets"]["quality_status"]["items"]
    assert [(item["name"], item["display_name"]) for item in statuses] == [("fresh", "aktualny")]
    ordered = helpers.call_action("package_search", q="*:*", sort="quality_index desc")
    assert [item["name"] for item in ordered["results"]] == [good["name"], dead["name"]]
    assert "quality_index desc" in app.get("/en/dataset/").body


def test_a_late_set_is_found_by_the_date_even_before_it_is_scored_again(
    files: Any, make_dataset: Any, months: Any
) -> None:
    from ckan import model
    from ckan.tests import helpers
    from ckanext.kielce.quality.model import Score
    from ckanext.kielce.quality.scoring import reindex

    package = make_dataset(files.put("a.csv", months(*last_months(5))))
    observe(package)
    assert helpers.call_action("package_search", fq="quality_late:true")["count"] == 0
    score = model.Session.get(Score, package["id"])
    score.due_at = score.overdue_at = NOW - dt.timedelta(days=1)  # time passes
    model.Session.commit()
    reindex(package["id"])
    assert helpers.call_action("package_search", fq="quality_late:true")["count"] == 1
    assert show(package)["status"] == "overdue"
    late = helpers.call_action("kielce_quality_list", {"user": ""}, late=True, lang="en")
    assert [item["status"] for item in late["results"]] == ["overdue"]


def test_scoring_never_edits_the_dataset(files: Any, make_dataset: Any, months: Any) -> None:
    from ckan.tests import helpers

    package = make_dataset(files.put("a.csv", months(*last_months(3))))
    observe(package)
    observe(package)
    after = helpers.call_action("package_show", id=package["id"])
    assert after["metadata_modified"] == package["metadata_modified"]
    assert after == package


def test_a_result_card_sent_back_as_an_edit_stores_no_score(
    act: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    from ckan.tests import helpers

    package = make_dataset(files.put("a.csv", months(*last_months(3))))
    observe(package)
    card = helpers.call_action("package_search", fq=f"name:{package['name']}")["results"][0]
    act("package_update", **card)
    assert "quality" not in helpers.call_action("package_show", id=package["id"])


def test_the_index_keeps_only_what_a_page_needs(files: Any, make_dataset: Any, months: Any) -> None:
    from ckanext.kielce.quality.indexing import add_fields, padded

    package = make_dataset(files.put("a.csv", months(*last_months(5))))
    observe(package)
    document = add_fields({"id": package["id"]})
    assert document["quality_index"] == padded(show(package)["index"])
    assert document["next_expected_date"].endswith("T00:00:00Z")
    assert sorted(map(padded, (9.5, 70, 100, 7.25))) == ["007.25", "009.50", "070.00", "100.00"]
    assert add_fields({"id": "nothing"}) == {
        "id": "nothing",
        "quality_status": "unknown",
        "quality_grade": "none",
    }


class TestPersonalData:
    def test_the_public_gets_neither_score_nor_file(self, app: Any, files: Any, make_dataset: Any) -> None:
        import ckan.plugins.toolkit as tk

        package = make_dataset(files.put("a.csv", PESELS), fmt="CSV")
        observe(package)
        score = show(package, lang="en")
        assert (score["index"], score["reason"], score["deductions"]) == (None, "personal_data", [])
        resource = package["resources"][0]
        seen = tk.get_action("package_show")({"user": ""}, {"id": package["id"]})
        assert seen["resources"][0]["url"] == ""
        assert seen["resources"][0]["kielce_withheld"] is True
        found = tk.get_action("package_search")({"user": ""}, {"q": "*:*"})
        assert found["results"][0]["resources"][0]["url"] == ""
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("resource_show")({"user": ""}, {"id": resource["id"]})
        assert app.get(f"/dataset/{package['id']}/resource/{resource['id']}/download", status=403)
        assert resource["url"] not in app.get(f"/dataset/{package['name']}").body

    def test_the_owner_gets_the_alert_and_the_file(self, files: Any, make_dataset: Any) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import factories

        owner = factories.User()
        unit = factories.Organization(users=[{"name": owner["name"], "capacity": "editor"}])
        package = make_dataset(files.put("a.csv", PESELS), owner_org=unit["id"])
        observe(package)
        score = show(package, owner["name"], lang="en")
        assert score["labels"][0]["code"] == "pii"
        assert any(item["code"] == "personal_data" for item in score["deductions"])
        seen = tk.get_action("package_show")({"user": owner["name"]}, {"id": package["id"]})
        assert seen["resources"][0]["url"]
        for user, names in ((owner["name"], [package["name"]]), (factories.User()["name"], []), ("", [])):
            listed = tk.get_action("kielce_quality_list")({"user": user}, {"reason": "personal_data"})[
                "results"
            ]
            assert [item["name"] for item in listed] == names

    def test_no_value_is_kept(self, files: Any, make_dataset: Any) -> None:
        from ckan import model
        from ckanext.kielce.quality.model import Observation
        from sqlalchemy import select

        package = make_dataset(files.put("a.csv", PESELS))
        observe(package)
        row = model.Session.scalars(select(Observation).where(Observation.package_id == package["id"])).one()
        assert "44051401359" not in str(row.profile)
        assert row.profile["pii"] == [{"code": "pesel", "count": 2, "column": "pesel"}]

    def test_a_coordinators_decision_gives_the_file_back(self, files: Any, make_dataset: Any) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import factories, helpers

        package = make_dataset(files.put("a.csv", PESELS))
        observe(package)
        admin = factories.Sysadmin()
        decision = helpers.call_action(
            "kielce_quality_clear_personal_data",
            {"user": admin["name"], "ignore_auth": False},
            id=package["id"],
            resource_id=package["resources"][0]["id"],
            reason="numery próbne",
        )
        assert show(package)["reason"] != "personal_data"
        assert tk.get_action("resource_show")({"user": ""}, {"id": package["resources"][0]["id"]})["url"]
        helpers.call_action(
            "kielce_quality_revoke", {"user": admin["name"], "ignore_auth": False}, decision_id=decision["id"]
        )
        assert show(package)["reason"] == "personal_data"


class TestAuthorisation:
    @pytest.mark.parametrize(
        "name",
        [
            "observe",
            "score",
            "sweep",
            "review",
            "close_series",
            "approve_frequency",
            "clear_personal_data",
            "end_member",
        ],
    )
    def test_the_public_may_not(self, name: str, make_dataset: Any) -> None:
        import ckan.plugins.toolkit as tk

        package = make_dataset()
        params = {
            "id": package["id"],
            "reason": "x",
            "resource_id": "x",
            "member": "x",
            "end": "2026-01-01",
        }
        with pytest.raises(tk.NotAuthorized):
            tk.get_action(f"kielce_quality_{name}")({"user": ""}, params)

    def test_an_owner_may_look_but_not_decide(self, files: Any, make_dataset: Any, months: Any) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import factories

        owner = factories.User()
        unit = factories.Organization(users=[{"name": owner["name"], "capacity": "admin"}])
        package = make_dataset(files.put("a.csv", months("2026-01")), owner_org=unit["id"])
        assert tk.get_action("kielce_quality_observe")({"user": owner["name"]}, {"id": package["id"]})[
            "looks"
        ]
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("kielce_quality_review")(
                {"user": owner["name"]}, {"id": package["id"], "reason": "x"}
            )

    def test_a_named_coordinator_may_decide(
        self, make_dataset: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import factories

        user = factories.User()["name"]
        monkeypatch.setitem(ckan_config, "ckanext.kielce.quality.coordinators", ["someone", user])
        package = make_dataset()
        tk.get_action("kielce_quality_review")({"user": user}, {"id": package["id"], "reason": "sprawdzono"})
        (decision,) = tk.get_action("kielce_quality_decisions")({"user": ""}, {"id": package["id"]})
        assert (decision["kind"], decision["reason"], decision["decided_by"]) == (
            "reviewed",
            "sprawdzono",
            user,
        )

    def test_a_private_set_is_seen_by_its_unit_only(self, files: Any, make_dataset: Any, months: Any) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import factories

        member = factories.User()["name"]
        unit = factories.Organization(users=[{"name": member, "capacity": "member"}])
        package = make_dataset(files.put("a.csv", months("2026-01")), owner_org=unit["id"], private=True)
        observe(package)
        with pytest.raises(tk.NotAuthorized):
            show(package)
        assert show(package, member)["scored_at"]
        listed = tk.get_action("kielce_quality_list")
        assert listed({"user": ""}, {})["count"] == 0
        assert listed({"user": member}, {})["count"] == 1


class TestClosedSeries:
    def test_it_needs_an_end(self, make_dataset: Any) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import helpers

        with pytest.raises(tk.ValidationError, match="last day"):
            helpers.call_action(
                "kielce_quality_close_series", {"user": "x"}, id=make_dataset()["id"], reason="koniec"
            )

    def test_it_shows_no_grade_but_the_reason(self, files: Any, make_dataset: Any, months: Any) -> None:
        from ckan.tests import helpers

        package = make_dataset(files.put("a.csv", months("2020-01", "2020-02", "2020-03")))
        observe(package)
        assert show(package)["status"] == "delinquent"
        helpers.call_action(
            "kielce_quality_close_series",
            {"user": "x"},
            id=package["id"],
            reason="Badanie zakończono",
            end="2020-03-31",
        )
        score = show(package, lang="pl")
        assert (score["grade"], score["status"], score["reason"]) == (None, "closed", "not_updatable")
        assert "Badanie zakończono" in score["reason_text"]

    def test_a_wrong_date_is_refused_in_words(self, make_dataset: Any) -> None:
        import ckan.plugins.toolkit as tk
        from ckan.tests import helpers

        with pytest.raises(tk.ValidationError, match="year-month-day"):
            helpers.call_action(
                "kielce_quality_close_series",
                {"user": "x"},
                id=make_dataset()["id"],
                reason="koniec",
                end="31.03.2020",
            )


def test_the_list_filters(files: Any, make_dataset: Any, months: Any) -> None:
    from ckan.tests import helpers

    good = make_dataset(files.put("a.csv", months(*last_months(5))))
    old = make_dataset(files.put("b.csv", months("2019-01", "2019-02")))
    observe(good)
    observe(old)

    def names(**params: Any) -> list[str]:
        found = helpers.call_action("kielce_quality_list", {"user": ""}, **params)
        assert found["count"] == len(found["results"])
        return [item["name"] for item in found["results"]]

    assert names() == [old["name"], good["name"]]
    assert names(sort="-index") == [good["name"], old["name"]]
    assert names(status="delinquent") == [old["name"]]
    assert names(status="fresh") == [good["name"]]
    assert names(grade=show(good)["grade"], organization=good["organization"]["name"], status="fresh") == [
        good["name"]
    ]
    assert names(label="pii") == []
    assert helpers.call_action("kielce_quality_list", {"user": ""}, limit=1)["count"] == 2


def test_an_unknown_order_is_refused(fresh: None) -> None:
    import ckan.plugins.toolkit as tk
    from ckan.tests import helpers

    with pytest.raises(tk.ValidationError):
        helpers.call_action("kielce_quality_list", {"user": ""}, sort="beauty")


def test_a_deleted_set_leaves_list_and_index(act: Any, files: Any, make_dataset: Any, months: Any) -> None:
    from ckan.tests import helpers

    package = make_dataset(files.put("a.csv", months("2026-01")))
    observe(package)
    act("package_delete", id=package["id"])
    assert helpers.call_action("kielce_quality_list", {"user": ""})["count"] == 0


def test_one_query_brings_the_scores_of_a_page(files: Any, make_dataset: Any, months: Any) -> None:
    from ckan import model
    from ckan.tests import helpers
    from sqlalchemy import event

    for number in range(4):
        observe(make_dataset(files.put(f"{number}.csv", months("2026-01", "2026-02"))))
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_args: Any) -> None:
        if "kielce_quality" in statement:
            asked.append(statement)

    engine = model.Session.get_bind()
    event.listen(engine, "before_cursor_execute", count)
    try:
        found = helpers.call_action("package_search", {"user": ""}, q="*:*")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(found["results"]) == 4
    assert len(asked) == 1


def test_a_live_feed_is_not_late_between_two_looks(files: Any, make_dataset: Any) -> None:
    """Declared to change all the time and looked at every hour: half an hour later it is not overdue."""
    package = make_dataset(
        files.put("live.json", '[{"station": "A", "level": 1}]'), frequency="CONT", fmt="JSON"
    )
    observe(package)
    import ckan.plugins.toolkit as tk

    (score,) = tk.get_action("kielce_quality_list")({"user": ""}, {})["results"]
    assert score["status"] == "fresh"
    assert dt.datetime.fromisoformat(score["overdue_at"]) - NOW > dt.timedelta(hours=2)
