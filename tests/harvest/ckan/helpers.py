"""What the tests of runs share: records, a hand in a dataset, time that passes, a writer's death."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckanext.kielce.harvest import runs, store, write
from ckanext.kielce.harvest.base import Record
from ckanext.kielce.harvest.model import HarvestItem

Make = Callable[..., Any]
Rec = Callable[..., Record]


def four(record: Rec) -> list[Record]:
    return [record(str(number), f"Zbiór {number}") for number in range(4)]


def patch(dataset: dict[str, Any], **values: Any) -> dict[str, Any]:
    return tk.get_action("package_patch")(store.site_context(), {"id": dataset["id"], **values})


def age(source: Any, guid: str, days: int) -> None:
    """Let the record have been missing for so long."""
    row = source.records()[guid]
    row.missing_since = row.missing_since - timedelta(days=days)
    model.Session.commit()


def die_before_the_slice_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next slice is written, and its writer is gone before Solr hears of it."""

    def dies(*_args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        write.work("dead")
    monkeypatch.undo()
    model.Session.rollback()
    past = runs.now() - timedelta(seconds=1)
    model.Session.query(HarvestItem).filter_by(state="written").update({"lease_until": past})
    model.Session.commit()
