"""The open dataset of use: what people did with each public dataset, by day."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import open_dataset
from ckanext.kielce.usage import store

OPTION = "ckanext.kielce.usage.open_dataset"
#: Days that the file holds, up to yesterday: today's counts are not whole.
DAYS = 365


@cache
def columns() -> list[dict[str, str]]:
    """The columns of the file with their words, as the data dictionary has them."""
    found: list[dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("published.yaml").read_text(encoding="utf-8")
    )
    return found


def publish() -> dict[str, Any]:
    """Make or refresh the dataset; see `open_dataset.publish`."""
    now = dt.datetime.now(dt.timezone.utc)
    until = store.day_of(now) - dt.timedelta(days=1)
    made_of = open_dataset.OpenDataset(
        option=OPTION,
        name="korzystanie-z-danych",
        titles=("Korzystanie z danych", "Use of the data"),
        notes=(
            "Ile razy każdego dnia pobrano pliki zbioru, pytano o niego przez API i otwarto jego stronę, ilu było różnych "
            "pytających (szacunek bez danych osobowych) i do czego dane służą według odwiedzających. Roboty są liczone osobno.",
            "How often a dataset's files were downloaded, asked for by API and its page opened each day, by how many different "
            "callers (an estimate without personal data), and what visitors say they use it for. Robots are counted apart.",
        ),
        provenance="Policzone przez portal z żądań, na które odpowiedział. Odsłony stron nie są korzystaniem z danych.",
        file=(
            "korzystanie-z-danych.csv",
            "Korzystanie z danych do {day}",
            "Jeden wiersz na dzień, zbiór i rodzaj użycia.",
        ),
        columns=columns(),
        tags=("otwarte dane", "statystyka użycia"),
    )
    lines = [
        [day.isoformat(), name, kind, people, robots]
        for day, name, kind, people, robots in store.published(until - dt.timedelta(days=DAYS - 1), until)
    ]
    return open_dataset.publish(made_of, lines, now)
