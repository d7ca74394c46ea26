"""The triples of one page of an RDF catalogue by subject, in memory or, for a large page, in a file. Pure.

A row is (predicate, kind, value, extra): kind ``u`` a URI, ``b`` a blank node, ``l`` a literal whose ``extra`` is
``@lang`` or the address of its datatype. Predicates are whole addresses.
"""

from __future__ import annotations

import hashlib
import marshal
import sqlite3
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import TypeAlias

Row: TypeAlias = tuple[str, str, str, str]
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCAT = "http://www.w3.org/ns/dcat#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
TYPE = RDF + "type"
DATASET, CATALOG, RECORD = DCAT + "Dataset", DCAT + "Catalog", DCAT + "CatalogRecord"
PAGES = (HYDRA + "PagedCollection", HYDRA + "PartialCollectionView", HYDRA + "Collection")
#: Classes whose members are remembered while reading.
WATCHED = frozenset([DATASET, CATALOG, RECORD, *PAGES])
#: A page larger than this (bytes) keeps its triples in a temporary file.
IN_MEMORY = 48 * 1024 * 1024
#: Nodes that belong to one dataset; more is no description of one.
MAX_NODES = 20_000


class Store:
    """Rows by subject; ``members`` are the subjects of each watched class in the order met."""

    def __init__(self, size: int = 0) -> None:
        self.members: dict[str, dict[str, None]] = {name: {} for name in WATCHED}
        self._rows: dict[str, list[Row]] = {}
        self._file: sqlite3.Connection | None = None
        if size > IN_MEMORY:
            self._file = sqlite3.connect(
                "", isolation_level=None
            )  # a temporary file of SQLite's, gone with it
            self._file.execute("PRAGMA journal_mode = OFF")
            self._file.execute(
                "CREATE TABLE node (subject TEXT, mark INTEGER, rows BLOB, PRIMARY KEY (subject, mark)) WITHOUT ROWID"
            )
            self._file.execute("BEGIN")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, subject: str, rows: list[Row]) -> None:
        """Add what one element says of a subject."""
        for row in rows:
            if row[0] == TYPE and row[2] in WATCHED:
                self.members[row[2]][subject] = None
        # a publisher is described again with each of its datasets: each fact is kept once
        if self._file is not None:
            mark = hash(tuple(rows))
            self._file.execute(
                "INSERT OR IGNORE INTO node VALUES (?, ?, ?)", (subject, mark, marshal.dumps(rows))
            )
        elif (known := self._rows.get(subject)) is None:
            self._rows[subject] = rows
        elif known != rows:
            self._rows[subject] = list(dict.fromkeys((*known, *rows)))

    def rows(self, subject: str) -> list[Row]:
        """Everything said of a subject, with each fact once; empty for one that is not described here."""
        if self._file is None:
            return self._rows.get(subject, [])
        found = self._file.execute("SELECT rows FROM node WHERE subject = ?", (subject,)).fetchall()
        return list(dict.fromkeys(row for each in found for row in marshal.loads(each[0])))  # noqa: S302 (our own)

    def datasets(self) -> Iterator[str]:
        """The subjects of class dcat:Dataset in the order met."""
        yield from self.members[DATASET]

    def described(self, subject: str) -> dict[str, list[Row]]:
        """A dataset and the nodes that its description reaches, other datasets and the catalogue left out."""
        datasets, catalogs = self.members[DATASET], self.members[CATALOG]
        found: dict[str, list[Row]] = {}
        waiting = deque([subject])
        while waiting and len(found) < MAX_NODES:
            node = waiting.popleft()
            if node in found:
                continue
            rows = self.rows(node)
            if not rows:
                continue
            found[node] = rows
            for row in rows:
                if (
                    row[1] != "l"
                    and row[2] not in found
                    and row[2] not in datasets
                    and row[2] not in catalogs
                ):
                    waiting.append(row[2])
        return found


def fingerprint(nodes: dict[str, list[Row]], subject: str) -> str:
    """A digest of a description that depends on what it says, not on the order of facts or on blank nodes' names."""
    known: dict[str, str] = {}

    def said(node: str) -> str:
        """The facts of a node as one text, blank nodes in it by what is said of them."""
        parts = set()
        for predicate, kind, value, extra in nodes[node]:
            if kind == "b":
                parts.add(f"{predicate}\0b\0{known.get(value, 'loop' if value in nodes else 'empty')}")
            else:
                parts.add(f"{predicate}\0{kind}\0{value}\0{extra}")
        return "\1".join(sorted(parts))

    def resolve(root: str) -> None:
        """Digests of a blank node and of those below it, without recursion: lists may be long."""
        waiting, begun = [root], set[str]()
        while waiting:
            node = waiting[-1]
            if node not in known and node not in begun:
                begun.add(node)
                below = [value for _p, kind, value, _e in nodes[node] if kind == "b" and value in nodes]
                below = [value for value in below if value not in known and value not in begun]
                if below:
                    waiting += below
                    continue
            waiting.pop()
            if node not in known:
                known[node] = _digest(said(node))

    lines = []
    for node in nodes:
        if node.startswith("_:"):
            resolve(node)
    for node in nodes:
        if node == subject or not node.startswith("_:"):
            lines.append(f"{'' if node.startswith('_:') else node}\2{said(node)}")
    return _digest("\3".join(sorted(lines)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
