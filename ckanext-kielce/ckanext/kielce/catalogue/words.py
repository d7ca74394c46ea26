"""The portal's own synonyms, which a coordinator edits in the running portal: a line each, kept as one of CKAN's options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue.finding import vocabulary
from ckanext.kielce.catalogue.finding.lexicon import OPTION_FILE, groups_of
from ckanext.kielce.catalogue.finding.lexicon import OPTION_MORE as OPTION

#: Characters of all lines together: room for some two thousand.
MOST = 100_000


def lines() -> str:
    """Return the lines as they were typed."""
    return str(tk.config.get(OPTION) or "")


def shown() -> dict[str, Any]:
    """Return all groups that the search knows, and the lines."""
    path = Path(str(tk.config.get(OPTION_FILE) or vocabulary.SYNONYMS))
    groups = [
        {"id": group.id, "pl": list(group.pl), "en": list(group.en), "see": list(group.see)}
        for group in groups_of(path, lines())
    ]
    return {"groups": groups, "lines": lines()}


def fault(text: str) -> str:
    """Return what is wrong with lines, in the reader's language; empty when nothing is."""
    if len(text) > MOST:
        return tk._("That is too long: {most} characters at most").format(most=MOST)
    try:
        vocabulary.read_lines(text)
    except vocabulary.VocabularyError as error:
        return tk._("Line {n} cannot be read. Write it like this: flat, apartment = dwelling").format(
            n=error.line
        )
    return ""
