"""English titles of datasets, for lists that are made without reading each dataset."""

from __future__ import annotations

from collections.abc import Iterable

from ckan import model as ckan_model


def english(package_ids: Iterable[str | None]) -> dict[str, str]:
    """Dataset's id -> its English title, for those that have one; one query."""
    wanted = sorted({key for key in package_ids if key})
    if not wanted:
        return {}
    extra = ckan_model.PackageExtra
    rows = ckan_model.Session.query(extra.package_id, extra.value).filter(
        extra.package_id.in_(wanted), extra.key == "title_en", extra.state == "active"
    )
    return {package_id: title.strip() for package_id, title in rows if (title or "").strip()}
