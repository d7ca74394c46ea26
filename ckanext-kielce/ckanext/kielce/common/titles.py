"""English titles of datasets, for lists that are made without reading each dataset."""

from __future__ import annotations

from collections.abc import Iterable

from ckan import model as ckan_model


def english(package_ids: Iterable[str | None]) -> dict[str, str]:
    """Dataset's id -> its English title, for those that have one; one query."""
    wanted = sorted({key for key in package_ids if key})
    if not wanted:
        return {}
    package = ckan_model.Package
    title = package.extras["title_en"].astext
    rows = ckan_model.Session.query(package.id, title).filter(package.id.in_(wanted), title.is_not(None))
    return {package_id: found.strip() for package_id, found in rows if found.strip()}
