"""Who sees what at the desk, and who changes what: each role and nobody."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest

pytestmark = pytest.mark.ckan

SEES = {
    "admin": {"Wypadki", "Lista najemców", "Ciepło"},
    "coordinator": {"Wypadki", "Lista najemców", "Ciepło"},
    "auditor": {"Wypadki", "Lista najemców", "Ciepło"},
    "owner": {"Wypadki", "Lista najemców"},
    "neighbour": {"Ciepło"},
}


@pytest.mark.parametrize("who", SEES)
def test_each_role_sees_its_own_tasks(town: Any, call: Any, who: str) -> None:
    found = call("kielce_desk_list", town.people[who], limit=100)
    kinds = {"late", "alert", "frequency"}
    assert {row["title"] for row in found["results"] if row["kind"] in kinds} == SEES[who]


@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_others_see_no_list(town: Any, call: Any, who: str) -> None:
    with pytest.raises(tk.NotAuthorized):
        call("kielce_desk_list", town.people[who])


@pytest.mark.parametrize(
    "name",
    ["tasks", "changes", "due", "fixes", "alerts", "frequencies", "twins", "sets", "closed", "units", "log"],
)
def test_an_owner_finds_no_other_units_sets_in_any_list(town: Any, call: Any, name: str) -> None:
    found = call("kielce_desk_list", town.people["owner"], list=name, limit=100)
    assert "Ciepłownia" not in {row.get("unit") for row in found["results"]}
    assert not {"Ciepło", "Węzły"} & {row.get("title") for row in found["results"]}


ACTS = [
    # act, of whose set, who may
    ("acknowledge", "late", {"admin", "coordinator", "owner"}),
    ("snooze", "late", {"admin", "coordinator", "owner"}),
    ("reopen", "late", {"admin", "coordinator", "owner"}),
    ("assign", "late", {"admin", "coordinator"}),
    ("approve", "loose", {"admin", "coordinator"}),
    ("clear", "people_set", {"admin", "coordinator"}),
    ("ask", "late", {"admin", "coordinator"}),
    ("close", "late", {"admin", "coordinator"}),
]


@pytest.mark.parametrize(
    "who", ["admin", "coordinator", "auditor", "owner", "neighbour", "stranger", "nobody"]
)
@pytest.mark.parametrize(("act", "of", "may"), ACTS)
def test_who_may_act(town: Any, who: str, act: str, of: str, may: set[str]) -> None:
    user = town.people[who]
    context = {"user": user["name"] if user else "", "ignore_auth": False}
    given = {"package": getattr(town, of)["id"], "act": act}
    if who in may:
        assert tk.check_access("kielce_desk_act", context, given)
    else:
        with pytest.raises(tk.NotAuthorized):
            tk.check_access("kielce_desk_act", context, given)


@pytest.mark.parametrize(
    ("auth", "may"),
    [
        ("kielce_quality_decide", {"admin", "coordinator"}),
        ("kielce_quality_private", {"admin", "coordinator", "auditor", "owner"}),
        ("kielce_quality_withheld_show", {"admin", "coordinator", "owner"}),
        ("kielce_desk_stage", {"admin", "owner"}),
        ("kielce_role_grant", {"admin"}),
        ("kielce_role_revoke", {"admin"}),
        ("kielce_role_list", {"admin", "coordinator", "auditor"}),
        ("kielce_desk_list", {"admin", "coordinator", "auditor", "owner", "neighbour"}),
    ],
)
def test_rights_by_role(town: Any, auth: str, may: set[str]) -> None:
    allowed = set()
    for name, user in town.people.items():
        context = {"user": user["name"] if user else "", "ignore_auth": False}
        try:
            tk.check_access(auth, context, {"id": town.people_set["id"]})
        except tk.NotAuthorized:
            continue
        allowed.add(name)
    assert allowed == may


def test_a_withheld_file_opens_for_who_decides_and_for_nobody_else_who_may_not_edit(
    town: Any, call: Any
) -> None:
    resource = town.people_set["resources"][0]["id"]
    assert call("resource_show", town.people["coordinator"], id=resource)["url"]
    for who in ("auditor", "stranger", "nobody"):
        with pytest.raises(tk.NotAuthorized):
            call("resource_show", town.people[who], id=resource)


def test_a_role_is_given_and_taken_back_and_both_are_logged(town: Any, call: Any) -> None:
    admin, stranger = town.people["admin"], town.people["stranger"]
    assert call("kielce_role_grant", admin, user=stranger["name"], role="auditor")["changed"]
    assert not call("kielce_role_grant", admin, user=stranger["name"], role="auditor")["changed"]
    assert call("kielce_desk_list", stranger)["count"] >= 3
    assert call("kielce_role_revoke", admin, user=stranger["name"], role="auditor")["changed"]
    with pytest.raises(tk.NotAuthorized):
        call("kielce_desk_list", stranger)
    log = call("kielce_desk_list", admin, list="log", lang="en", limit=100)["results"]
    assert [row["note"] for row in log if row["note"].startswith(stranger["name"])] == [
        f"{stranger['name']}: auditor"
    ] * 2


@pytest.mark.parametrize(("given", "field"), [({"user": "nikt"}, "user"), ({"role": "boss"}, "role")])
def test_a_wrong_role_is_named(town: Any, call: Any, given: dict[str, str], field: str) -> None:
    wanted = {"user": town.people["stranger"]["name"], "role": "auditor", **given}
    with pytest.raises(tk.ValidationError) as error:
        call("kielce_role_grant", town.people["admin"], **wanted)
    assert field in error.value.error_dict
