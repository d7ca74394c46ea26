"""What a dataset's page says of its sources, and its old addresses."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckanext.kielce.harvest import store

from tests.harvest.ckan.helpers import Make, Rec
from tests.harvest.ckan.pages.helpers import call, page

pytestmark = pytest.mark.ckan


# Old addresses


@pytest.mark.parametrize("kind", ["dataset", "indicator"])
def test_a_renamed_dataset_is_found_at_its_old_address(
    app: Any, harvest: Make, record: Rec, kind: str
) -> None:
    made = harvest()
    made.run([record("a", "Zbiór o starym adresie")])
    pkg = made.datasets()["a"]
    new = f"{pkg['name']}-nowy"
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "name": new})
    moved = app.get(f"/{kind}/{pkg['name']}?q=1", follow_redirects=False)
    assert moved.status_code == 301 and moved.headers["Location"].endswith(f"/{kind}/{new}?q=1")
    english = app.get(f"/en/{kind}/{pkg['name']}", follow_redirects=False)
    assert english.status_code == 301 and f"/en/{kind}/{new}" in english.headers["Location"]
    answer = app.get(f"/api/3/action/package_show?id={pkg['name']}")
    assert json.loads(answer.body)["result"]["name"] == new

    # back again: both addresses work, and neither turns in circles
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "name": pkg["name"]})
    assert app.get(f"/dataset/{pkg['name']}", follow_redirects=False).status_code == 200
    assert app.get(f"/dataset/{new}", follow_redirects=False).status_code == 301


def test_an_old_address_gives_no_private_dataset_away(app: Any, harvest: Make, record: Rec) -> None:
    made = harvest()
    made.run([record("a", "Zbiór poufny")])
    pkg = made.datasets()["a"]
    tk.get_action("package_patch")(
        store.site_context(), {"id": pkg["id"], "name": "tajny-nowy-adres", "private": True}
    )
    for path in (f"/dataset/{pkg['name']}", f"/api/3/action/package_show?id={pkg['name']}"):
        answer = app.get(path, follow_redirects=False)
        assert answer.status_code in (403, 404) and "tajny-nowy-adres" not in answer.body
    assert app.get("/dataset/nigdy-nie-bylo", follow_redirects=False).status_code == 404


# On the dataset's page


def test_the_dataset_names_its_sources_and_when_they_had_it(app: Any, source: Any) -> None:
    pkg = source.datasets()["a"]
    shown = page(app, f"/dataset/{pkg['name']}")
    assert "Źródła tego zbioru" in shown and f"/harvest/{source.name}" in shown
    assert "Przywróć wartość źródła" not in shown


def test_an_archived_dataset_says_so(app: Any, source: Any) -> None:
    pkg = source.datasets()["a"]
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "archived": "2026-11-03"})
    assert "Od 3 listopada 2026 źródło nie ma już tych danych" in page(app, f"/dataset/{pkg['name']}")


def test_one_click_gives_the_source_its_field_back(
    app: Any, source: Any, record: Rec, editor: dict[str, Any], as_editor: dict[str, str]
) -> None:
    pkg = source.datasets()["a"]
    tk.get_action("package_patch")(store.site_context(), {"id": pkg["id"], "notes": "Nasz lepszy opis"})
    found = call("kielce_harvest_curated_show", editor, id=pkg["name"])
    assert [(row["field"], row["our_value"], row["source_value"]) for row in found["fields"]] == [
        ("notes", "Nasz lepszy opis", "Opis")
    ]
    with pytest.raises(tk.NotAuthorized):
        call("kielce_harvest_curated_show", None, id=pkg["name"])
    shown = page(app, f"/dataset/{pkg['name']}", as_editor)
    assert "Przywróć wartość źródła" in shown and "Nasz lepszy opis" in shown
    app.post(f"/dataset/{pkg['id']}/restore", data={"field": "notes"}, status=403)
    app.post(f"/dataset/{pkg['id']}/restore", data={"field": "notes"}, headers=as_editor)
    assert source.datasets()["a"]["notes"] == "Opis"
    assert call("kielce_harvest_curated_show", editor, id=pkg["name"])["fields"] == []
    with pytest.raises(tk.ValidationError):
        call("kielce_harvest_field_restore", editor, id=pkg["name"], field="legal_basis")
