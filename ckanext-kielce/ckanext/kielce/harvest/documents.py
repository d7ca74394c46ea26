"""What CKAN's actions would send to Solr one by one, kept back until a slice of the harvest is committed.

CKAN has no hook for it, hence two exchanged functions, and those only while a slice is written: a writer is one thread, and
nothing else of its process indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ckan import logic
from ckan.lib.search import index

Both = tuple[dict[str, Any], dict[str, Any]]  # a dataset as CKAN's own schema and as the portal's shows it


class _Later:
    """Stands for the connection to Solr: documents wait for the slice's end."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents, self.url = documents, ""

    def add(self, docs: list[dict[str, Any]], **_options: Any) -> None:
        self.documents.extend(docs)


@contextmanager
def collected() -> Iterator[list[dict[str, Any]]]:
    """The documents that would be sent meanwhile; a request each costs as much as the rest of indexing."""
    documents: list[dict[str, Any]] = []
    real = index.make_connection
    index.make_connection = lambda *_args, **_more: _Later(documents)  # type: ignore[assignment,return-value]
    try:
        yield documents
    finally:
        index.make_connection = real


@contextmanager
def shown() -> Iterator[list[Both]]:
    """The datasets that CKAN prepares for the index meanwhile.

    ``package_create`` prepares them also when it is told not to commit, but then gives them to nobody.
    """
    kept: list[Both] = []
    real = logic.package_show_default_and_custom_schemas

    def keeping(*args: Any, **more: Any) -> Both:
        both = real(*args, **more)
        kept.append(both)
        return both

    logic.package_show_default_and_custom_schemas = keeping
    try:
        yield kept
    finally:
        logic.package_show_default_and_custom_schemas = real
