"""Short codes of the vocabularies made into the forms the schema wants (EU codes into addresses). Pure."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """A vocabulary of ``schemas/vocabularies`` as in its file."""
    path = files("ckanext.kielce.schemas") / "vocabularies" / f"{name}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def codes(name: str) -> dict[str, dict[str, Any]]:
    """Code -> entry of a vocabulary."""
    return {str(entry["code"]): entry for entry in vocabulary(name)["entries"]}


def uri(name: str, value: str) -> str | None:
    """The address of a code (or of an address of the vocabulary); None when the vocabulary has none such."""
    base = str(vocabulary(name)["base_uri"])
    code = value.strip().removeprefix(base)
    if code in codes(name):
        return base + code
    upper = code.upper()
    return base + upper if upper in codes(name) else None


def themes_of_domain(domain: str) -> list[str]:
    """Addresses of the EU data themes that a set of the city's domain belongs to."""
    entry = codes("domains").get(domain, {})
    return [found for code in entry.get("themes", []) if (found := uri("themes", code))]
