"""Entries as CSV for spreadsheets: UTF-8 with a mark, parted by semicolons, as Polish Excel opens it; can be read in again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from . import vocabulary
from .importing import FORMULA


def rows_csv(entries: Iterable[Mapping[str, Any]], lang: str, *, internal: bool) -> bytes:
    """Described entries as a file.

    :param internal: with the columns that only the house may see; of entries whose fields the caller may not see they are empty
    """
    columns = {
        code: word
        for code, word in vocabulary.columns().items()
        if internal or not word.data.get("internal") or code == "sample"
    }
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(word.label(lang) for word in columns.values())
    for entry in entries:
        writer.writerow(_safe(_cell(entry, code, lang)) for code in columns)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _cell(entry: Mapping[str, Any], code: str, lang: str) -> str:
    if code in vocabulary.criteria():
        score = next(row["score"] for row in entry["criteria"] if row["code"] == code)
        return "" if score is None else str(score)
    value: Any = {
        "unit": entry["unit"]["title"],
        "tier": entry["tier_text"],
        "obstacles": "; ".join(entry["obstacles_text"]),
        "shared_with": "; ".join(entry["shared_with"]),
        "dataset": (entry["dataset"] or {}).get("name"),
        "domain": entry["domain_text"],
        "title": entry.get("title_pl") or entry["title"],
    }.get(code, entry.get(code))
    if isinstance(value, bool):
        return {"pl": ("nie", "tak"), "en": ("no", "yes")}[lang][value]
    return str(value or "")


def _safe(text: str) -> str:
    """A text that a spreadsheet does not calculate."""
    return f"'{text}" if text.startswith(FORMULA) else text
