"""The register together with the coordinator's desk, which knows coordinators and auditors."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce_quality kielce_desk kielce_register"),
    pytest.mark.usefixtures("with_plugins", "non_clean_db"),
]


@pytest.fixture(autouse=True)
def tables(with_plugins, non_clean_db, migrate_db_for):
    for plugin in ("kielce_quality", "kielce_desk", "kielce_register"):
        migrate_db_for(plugin)


def act(action, user, **data):
    return tk.get_action(action)({"user": user["name"]}, data)


def test_the_desks_coordinator_writes_all_and_its_auditor_reads_all():
    from ckanext.kielce.desk import roles

    editor, coordinator, auditor = factories.User(), factories.User(), factories.User()
    unit = factories.Organization(users=[{"name": editor["name"], "capacity": "editor"}])
    roles.grant(coordinator["id"], "coordinator", "test")
    roles.grant(auditor["id"], "auditor", "test")
    model.Session.commit()
    given = {
        "title": "Umowy",
        "unit": unit["name"],
        "tier": "internal",
        "contact": "wewn. 12",
        "public": False,
    }
    made = act("kielce_register_create", editor, **given)
    assert act("kielce_register_show", auditor, id=made["id"])["contact"] == "wewn. 12"
    with pytest.raises(tk.NotAuthorized):
        act("kielce_register_update", auditor, id=made["id"], title="X")
    with pytest.raises(tk.NotAuthorized):
        act("kielce_register_prefill", auditor)
    assert act("kielce_register_update", coordinator, id=made["id"], title="Nowy")["title"] == "Nowy"
    assert "created" in act("kielce_register_prefill", coordinator)
