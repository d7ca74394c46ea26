"""The code tables of this folder (codes.yaml), read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import vocabularies


@cache
def table(name: str) -> Any:
    """A table of codes.yaml by its name."""
    return yaml.safe_load(Path(__file__).with_name("codes.yaml").read_text(encoding="utf-8"))[name]


def inspire_theme(keyword: str) -> dict[str, Any] | None:
    """The row of an INSPIRE theme by its Polish or English name, in any case of letters."""
    wanted = _key(keyword)
    return next((row for row in table("inspire") if wanted in (_key(row["pl"]), _key(row["en"]))), None)


def _key(text: str) -> str:
    return " ".join(text.replace("–", "-").casefold().split())


def find_licence(text: str) -> vocabularies.Entry | None:
    """The licence that a text names: by address, id, or name as people write it ("CC BY 4.0")."""
    return vocabularies.licence(text) or vocabularies.licence("-".join(text.upper().split()))
