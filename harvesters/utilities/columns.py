"""Column names of published tables: read from a file's head, and explained by the source's own column mapping."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from ckanext.kielce.harvesters.said import Said

from .model import FileEntry, FileSet, one_line
from .series import fold

#: How much of a file is read for its column names, in bytes.
HEAD = 32 * 1024
_SEPARATORS = ";\t,|"
#: Keys of a column's description that a mapping may give.
KEYS = ("title", "title_en", "unit", "type", "description")


def header(head: bytes) -> list[str] | None:
    """The column names in the first line of a CSV file; None for a file that is no CSV with a header."""
    if head[:2] == b"PK" or b"\0" in head[:1024]:
        return None
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" or error.start > len(head) - 4
        text = head[: error.start].decode("utf-8-sig") if cut else head.decode("cp1250", "replace")
    line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=line.count)
    if not line.count(separator) or line.lstrip()[:1] in "<{[":
        return None
    names = [" ".join(name.split()) for name in next(csv.reader(io.StringIO(line), delimiter=separator), [])]
    readable = all(names) and not any(name.replace(",", ".").replace(".", "", 1).isdigit() for name in names)
    return names if readable else None


def mapping_for(found: FileSet, config: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """The column mapping of a set: all patterns that its id or title meets, exact ones last, so that they win."""
    rules: dict[str, dict[str, Any]] = {}
    for exact in (False, True):
        for pattern, columns in (config or {}).items():
            hit = (
                pattern in (found.guid, found.title)
                if exact
                else any(fnmatchcase(name, pattern) for name in (found.guid, found.title))
            )
            for name, rule in columns.items() if hit and isinstance(columns, Mapping) else ():
                same = next((known for known in rules if fold(known) == fold(str(name))), str(name))
                if isinstance(rule, Mapping):
                    rules[same] = {**rules.get(same, {}), **rule}
    return rules


def describe(entry: FileEntry, names: list[str] | None, rules: dict[str, dict[str, Any]]) -> set[str]:
    """Write the file's data dictionary: its own columns in their order, each with what is declared and what the mapping says.

    Names match without regard to capitals, Polish letters and signs. The dictionary's names stay those in the file, for a
    table is read by them; where the mapping gives a column another name, one that it has in the whole series, the
    description says so.

    :param names: the columns that the file really has; None when they could not be read
    :returns: the mapped names that were found
    """
    folded = {fold(name): (name, rule) for name, rule in rules.items()}
    declared = {str(column["name"]): dict(column) for column in entry.columns}
    listed = names or list(declared) or list(rules)
    used: set[str] = set()
    made = []
    for name in listed:
        column = declared.get(name, {"name": name})
        mapped = folded.get(fold(name))
        if mapped:
            used.add(mapped[0])
            rule = mapped[1]
            column.update({key: one_line(rule[key]) for key in KEYS if one_line(rule.get(key))})
            common = one_line(rule.get("name"))
            if common and common != name:
                column["description"] = " ".join(
                    filter(None, (column.get("description"), f"W całej serii: {common}."))
                )
        made.append(column)
    entry.columns = made
    return used


def unused(found: FileSet, rules: dict[str, dict[str, Any]], used: set[str]) -> None:
    """Tell which mapped columns no file of the set has: the source renamed them, or the mapping has a slip."""
    lost = sorted(set(rules) - used)
    if lost:
        said = ", ".join(lost)
        found.problems.append(
            Said(
                f"kolumny z mapowania, których nie ma w plikach: {said}", f"mapped columns in no file: {said}"
            )
        )
