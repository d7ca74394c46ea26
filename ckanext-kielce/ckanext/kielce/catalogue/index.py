"""What a dataset brings into the search index beyond CKAN's own fields."""

from __future__ import annotations

from typing import Any


def with_facet_fields(pkg_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the Solr document with the portal's facet fields added."""
    return pkg_dict
