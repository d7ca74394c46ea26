"""Text that strangers send takes time in proportion to its length, whatever it holds.

Each case once took from seconds to days: a consumer that is stuck in a pattern cannot even say that it lives.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ckanext.kielce.common.periods import parse_period
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.answers import refuse_pages
from ckanext.kielce.harvesters.msip import iso, iso_map, ows, xml
from ckanext.kielce.harvesters.portals import fields
from ckanext.kielce.harvesters.utilities.index import parse_index
from ckanext.kielce.harvesters.utilities.series import read_name

SIZE = 200_000
PIECES = ["<!-- -->", "<!--", "<a ", "<a href='", "<", "</a ", "<![", "&#1", "&a", "a", " ", "a@", "2023 ", "EPSG ", "2023-01-",
          "1.", "_v2"]  # fmt: skip


def served(body: str) -> object:
    try:
        return refuse_pages(body.encode(), "https://x.example/")
    except SourceError:
        return None


READERS: dict[str, Callable[[str], Any]] = {
    "index": lambda text: parse_index(text.encode(), "https://x.example/"),
    "page or data": served,
    "xml or page": lambda text: xml.HTML.match(text.encode()),
    "document type": lambda text: xml.declares_type(text.encode()),
    "broken page": lambda text: xml.records_apart(text.encode()),
    "layer names": iso_map.LAYER_NAMES.match,
    "coordinate system": lambda text: (iso.EPSG.search(text), ows.epsg(text)),
    "description": fields.plain,
    "e-mail": fields.email,
    "day": fields.day,
    "period": parse_period,
    "file name": lambda text: read_name(text[:255]),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", PIECES)
def test_time_is_in_proportion(reader: str, piece: str) -> None:
    text = (piece * (SIZE // len(piece)))[:SIZE] + "x"
    start = time.process_time()
    READERS[reader](text)
    assert time.process_time() - start < 2
