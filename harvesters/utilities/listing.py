"""Sets of files out of a folder's listing, HTML or SFTP: series by their names, renamed series by their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .index import IndexEntry
from .model import FileSet
from .renames import Columns, find_renames, join
from .series import Folder, Member, collect, make_set, top_name

#: Descriptions that a folder may hold instead of being read as an index, in order of preference.
DESCRIPTIONS = ("manifest.json", "catalog.json", "datapackage.json")


class Listing:
    """The series of a folder and its sub-folders."""

    def __init__(self, base: str, rules: Mapping[str, Any] | None = None) -> None:
        """:param base: the folder's address
        :param rules: the setting ``series``: file name or stem pattern -> series id"""
        self._top = top_name(base)
        self._rules = {str(pattern): str(guid) for pattern, guid in (rules or {}).items()}
        self._groups: dict[str, list[Member]] = {}

    def add(self, entries: Iterable[IndexEntry], folder: str = "") -> None:
        """Take the files of the folder, or of its sub-folder ``folder``."""
        files = [entry for entry in entries if folder or entry.name not in DESCRIPTIONS]
        for guid, members in collect(files, Folder(folder, self._top), self._rules).items():
            self._groups.setdefault(guid, []).extend(members)

    def sets(self, columns: Columns) -> list[FileSet]:
        """The sets, in the order found; ``columns`` reads the column names of a file, asked only for renamed series."""
        said = join(self._groups, find_renames(self._groups, columns, set(self._rules.values())))
        made = []
        for guid, members in self._groups.items():
            found = make_set(guid, members)
            found.problems += said.get(guid, [])
            made.append(found)
        return made


def description(entries: Iterable[IndexEntry]) -> str | None:
    """The address of the description that a listing names, if there is one."""
    files = {entry.name: entry.url for entry in entries if not entry.folder}
    return next((files[name] for name in DESCRIPTIONS if name in files), None)
