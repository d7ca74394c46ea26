"""The table of what may be kept is whole, and every pattern of it leads somewhere."""

from __future__ import annotations

import pytest
from ckanext.kielce.caching import keys, rules

TYPES = ("dataset", "spatial_layer", "live_feed", "indicator")


def test_every_entry_of_the_table_names_a_class() -> None:
    table = rules.table()
    named = {name for _pattern, name in table["endpoints"]} | set(table["actions"].values())
    assert named - set(rules.kinds()) == set()


def test_the_order_of_the_table_counts_and_the_rest_is_other() -> None:
    assert rules.kind_of("user.login", None, TYPES).name == "never"
    assert rules.kind_of("something.new", None, TYPES).name == "other"


@pytest.mark.parametrize("name", TYPES)
def test_each_type_has_its_pages(name: str) -> None:
    assert rules.kind_of(f"{name}.read", None, TYPES).name == "dataset"
    assert rules.kind_of(f"{name}.search", None, TYPES).name == "list"
    assert rules.kind_of(f"{name}.edit", None, TYPES).name == "other"


def test_functions_of_the_api_have_classes_of_their_own() -> None:
    assert rules.kind_of("api.action", "package_show", TYPES).name == "dataset"
    assert rules.kind_of("api.action", "package_search", TYPES).name == "list"
    assert rules.kind_of("api.action", "user_list", TYPES).name == "other"


def test_what_a_page_claims_of_one_dataset_is_never_given_stale() -> None:
    """Its status may have turned: only lists and texts may be given once more while they are made anew."""
    assert {kind.name for kind in rules.kinds().values() if kind.stale} == {"list", "text"}


def test_keys_fit_into_a_header() -> None:
    ids = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in range(1000)]
    for shown in (ids[: keys.MOST], ids):
        assert len(" ".join(keys.of_answer(shown, lists=True))) < 8000
    assert keys.MANY in keys.of_answer(ids, lists=True)
    assert all(len(" ".join(batch)) < 8000 for batch in keys.batches(map(keys.dataset, ids)))
    assert len({keys.dataset(one) for one in ids}) == len(ids)
