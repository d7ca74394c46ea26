"""How datasets are cited."""

import datetime as dt
import json

from ckanext.kielce.export.citation import Cited, bibtex, csl, line

CITED = Cited(
    "scieki",
    "Ścieki & osady_2026",
    "Wodociągi Kieleckie",
    "https://dane.example/dataset/scieki",
    dt.date(2026, 11, 3),
    portal="Otwarte dane Kielce",
)
DAY = dt.date(2026, 11, 21)


def test_line_in_both_languages():
    assert line(CITED, "pl").replace("\xa0", " ") == (
        "Wodociągi Kieleckie. Ścieki & osady_2026. 3 listopada 2026. https://dane.example/dataset/scieki"
    )
    assert "3\xa0November 2026" in line(CITED, "en")


def test_bibtex_escapes_and_is_keyed():
    entry = bibtex(CITED, DAY)
    assert entry.startswith("@misc{scieki-2026,\n")
    assert r"{Ścieki \& osady\_2026}" in entry
    assert "urldate = {2026-11-21}" in entry


def test_csl_is_a_dataset_with_dates():
    (item,) = json.loads(csl(CITED, DAY))
    assert item["type"] == "dataset"
    assert item["issued"] == {"date-parts": [[2026, 11, 3]]}
    assert "version" not in item
