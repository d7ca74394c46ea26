"""A dataset indexed again is indexed as it is stored, whatever is edited meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.tests import factories
from ckanext.kielce.common.indexing import reindex

pytestmark = [pytest.mark.ckan, pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")]


def found(query: str) -> int:
    return int(search.query_for(model.Package).run({"q": query, "fq": "+capacity:public"})["count"])


@pytest.mark.ckan_config("ckan.plugins", "")
def test_who_indexes_waits_for_an_edit_under_way(app: Any) -> None:
    package = factories.Dataset(private=False, owner_org=factories.Organization()["id"])
    assert found(f"id:{package['id']}") == 1
    name = model.Package.__table__.c

    def in_a_process_of_its_own() -> None:
        with app.flask_app.test_request_context():
            reindex(package["id"])
            model.Session.remove()

    with model.meta.engine.begin() as edit:
        edit.execute(sa.update(model.Package.__table__).where(name.id == package["id"]).values(private=True))
        indexing = threading.Thread(target=in_a_process_of_its_own)
        indexing.start()
        indexing.join(1)
        assert indexing.is_alive(), "the edit's document would be overwritten with the state before it"
    indexing.join(30)
    assert not indexing.is_alive()
    assert found(f"id:{package['id']}") == 0


@pytest.mark.ckan_config("ckan.plugins", "")
def test_what_the_session_remembers_is_read_again(app: Any) -> None:
    package = factories.Dataset(title="Before", owner_org=factories.Organization()["id"])
    remembered = model.Package.get(package["id"])
    with model.meta.engine.begin() as edit:
        edit.execute(
            sa.update(model.Package.__table__)
            .where(model.Package.__table__.c.id == package["id"])
            .values(title="After")
        )
    assert remembered.title == "Before"
    with app.flask_app.test_request_context():
        reindex(package["id"])
    assert found("title:After") == 1
