"""Portals and statistics of others as the stand-in city sees them: a county's CKAN with its DCAT-AP catalogue, the national
portal's API, GUS's data bank. Real shapes, made-up content.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from demo.city.faults import Answer
from demo.city.portals import bdl, county, national

COUNTY = "/portale/powiat"
NATIONAL = "/dane-gov-pl/1.4"
BDL = "/bdl/api/v1"
ROOTS = (COUNTY, NATIONAL, BDL)
JSON = "application/json"


def owns(path: str) -> bool:
    """Whether an address is one of these portals'."""
    return any(path == root or path.startswith(f"{root}/") for root in ROOTS)


def answer(
    path: str, query: Mapping[str, str], variables: list[str], lang: str, host: str, today: dt.date
) -> Answer:
    """The answer to a request; ``variables`` are all values of ``var-id``, ``lang`` is what Accept-Language begins with."""
    for root, module in ((COUNTY, county), (NATIONAL, national)):
        if path == root or path.startswith(f"{root}/"):
            found = module.answer(path.removeprefix(root), query, lang, host + root, today)
            break
    else:
        found = bdl.answer(path.removeprefix(BDL), query, variables, today)
    status, kind, body = found
    if not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    return Answer(status, kind, body)
