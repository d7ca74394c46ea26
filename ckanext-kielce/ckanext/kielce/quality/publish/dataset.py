"""The open dataset of the scores: one CSV, refreshed each day, itself a dataset that is observed and scored.

Made and kept by the portal's own actions as its technical user; the owner is the organisation that an option names. The file
holds the public scores of the day, so that each dataset's own row is part of it.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckan import model as ckan_model
from ckanext.kielce.common import open_dataset
from sqlalchemy import select

from .. import store
from ..model import Score
from . import journal, links

OPTION = "ckanext.kielce.quality.open_dataset"
FILE = "oceny-zbiorow.csv"


@cache
def columns() -> list[dict[str, str]]:
    """The columns of the file with their words, as the data dictionary has them."""
    found: list[dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("scores.yaml").read_text(encoding="utf-8")
    )
    return found


def rows(day: dt.date) -> list[list[Any]]:
    """The public scores of a moment, by name of the dataset."""
    package, unit = ckan_model.Package, ckan_model.Group
    found = ckan_model.Session.execute(
        select(Score, package, unit.name)
        .join(package, package.id == Score.package_id)
        .outerjoin(unit, unit.id == package.owner_org)
        .where(journal.public())
        .order_by(package.name)
    )
    return [_row(day, score, dataset, owner) for score, dataset, owner in found]


def _row(day: dt.date, score: Score, dataset: Any, owner: str | None) -> list[Any]:
    return [
        day.isoformat(),
        dataset.name,
        dataset.title or dataset.name,
        owner or "",
        dataset.type,
        store.status_now(score),
        score.grade or "",
        score.reason or "",
        _number(score.quality_index),
        _number(score.metadata_points),
        _number(score.freshness_points),
        _number(score.content_points),
        " ".join(label for label in score.labels if label != "pii"),
        score.last_content_at.date().isoformat() if score.last_content_at else "",
        score.next_expected.isoformat() if score.next_expected else "",
        score.rules_version,
        links.dataset(dataset),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def publish(now: dt.datetime | None = None) -> dict[str, Any]:
    """Make the dataset if it is not there, and put the scores of this moment into it.

    :returns: ``id``, ``name``, ``resource_id``, ``rows``, ``created``
    :raises NotConfiguredError: the option is empty, or its organisation is not there
    """
    now = now or store.utc_now()
    rules = links.site("/quality/metrics")
    made_of = open_dataset.OpenDataset(
        option=OPTION,
        name="oceny-zbiorow-danych",
        titles=("Oceny zbiorów danych", "Scores of the datasets"),
        notes=(
            "Jak aktualne i wiarygodne są zbiory na tym portalu: stan, ocena i punkty każdego zbioru, liczone codziennie z "
            f"treści plików. Zasady oceny opisuje strona {rules}.",
            "How current and trustworthy the datasets of this portal are: status, grade and points of each, counted every day "
            f"from the content of the files. The rules are on the page {rules}.",
        ),
        provenance="Policzone przez portal z tego, co zaobserwował w plikach.",
        file=(FILE, "Oceny zbiorów na {day}", "Jeden wiersz na zbiór danych: stan, ocena i punkty."),
        columns=columns(),
        tags=("jakość danych", "aktualność", "otwarte dane"),
    )
    return open_dataset.publish(made_of, rows(now.date()), now)
