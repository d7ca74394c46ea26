"""Whether the search index says what the database says, for what was harvested lately; what differs is indexed again.

CKAN indexes a dataset before it commits it, and a slice of the harvest is indexed after it is committed. Two who write the
same dataset at once, or a process that ends between the two steps, can therefore leave an older state in the index.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search.common import SearchIndexError, make_connection
from ckanext.kielce.common import indexing
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord

log = logging.getLogger(__name__)

# what was written in this time is looked at in every round of the housekeeping
RECENT = timedelta(minutes=10)
BATCH = 200  # datasets a request to Solr


def look() -> int:
    """Look at the datasets that were written lately; returns how many had to be indexed again."""
    since = datetime.now(timezone.utc) - RECENT
    under_way = sa.select(HarvestItem.package_id).where(
        HarvestItem.state == "written", HarvestItem.package_id.is_not(None)
    )
    ids = model.Session.scalars(
        sa.select(HarvestRecord.package_id).where(
            HarvestRecord.role == "owner",
            HarvestRecord.package_id.is_not(None),
            HarvestRecord.package_id.not_in(under_way),  # the writer will index it
            sa.or_(HarvestRecord.changed_at > since, HarvestRecord.archived_at > since),
        )
    ).all()
    return mend([each for each in ids if each])


def mend(package_ids: Sequence[str]) -> int:
    """Index those of the datasets again that the index does not have as they are stored; returns how many."""
    mended = 0
    for start in range(0, len(package_ids), BATCH):
        some = package_ids[start : start + BATCH]
        try:
            for package_id in differing(some):
                indexing.reindex(package_id)
                mended += 1
        except (search.SearchError, SearchIndexError, pysolr.SolrError, OSError) as error:
            log.warning("The index could not be compared with the database: %s", error)
            break
    if mended:
        log.info("%d datasets were indexed again, for the index had an older state of them", mended)
    return mended


def differing(package_ids: Sequence[str]) -> list[str]:
    """Ids of the datasets, active ones only, of which the index has nothing or another state."""
    answer = make_connection(decode_dates=False).search(
        "*:*",
        fq=[f'site_id:"{tk.config["ckan.site_id"]}"', "{!terms f=id}" + ",".join(package_ids)],
        fl="id,metadata_modified",
        rows=len(package_ids),
    )
    found = {each["id"]: _moment(each["metadata_modified"]) for each in answer.docs}
    rows = model.Session.execute(
        sa.select(model.Package.id, model.Package.metadata_modified).where(
            model.Package.id.in_(package_ids), model.Package.state == "active"
        )
    )
    # Solr keeps thousandths of a second
    near = timedelta(milliseconds=1)
    return [
        package_id
        for package_id, modified in rows.tuples().all()
        if package_id not in found or abs(found[package_id] - modified) >= near
    ]


def _moment(text: str) -> datetime:
    """A time of Solr as PostgreSQL has it: UTC without a zone."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)
