"""A dataset's document in the search index, written again without an edit."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckan.lib import search


def reindex(package_id: str, *, defer_commit: bool = False) -> None:
    """Index a dataset as it is stored, and commit the session.

    Its row is locked for share meanwhile. CKAN sends an edit's document to Solr before the edit is committed, so whoever read
    the stored state until then would send the older document last: a dataset just made private would stay in the search.

    :param defer_commit: leave Solr's commit to the caller (many datasets in one go)
    :raises ckan.lib.search.SearchIndexError: when Solr does not take it
    """
    session = model.Session
    session.flush()
    session.execute(
        sa.select(model.Package.id).where(model.Package.id == package_id).with_for_update(read=True)
    )
    session.expire_all()  # what was read before the lock may be the older state
    search.rebuild(package_ids=[package_id]) if defer_commit else search.rebuild(package_id)
