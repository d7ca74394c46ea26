"""What has changed in the running transaction, and the purge once it is committed.

CKAN calls its hooks before it commits. A purge sent then could be followed by a reader who gets the old page into the cache
again; so the keys are kept on the database session until its ``after_commit`` event, as the quality room does with its looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ckan import model
from ckanext.kielce.caching import keys, purge
from sqlalchemy import event

_KEY = "kielce_cache_keys"
#: Actions that write a table's rows, with the parameters that may name the table.
TABLE_ACTIONS = (
    "datastore_create",
    "datastore_upsert",
    "datastore_delete",
    "datastore_records_delete",
)


def dataset(package_id: str) -> None:
    """A dataset is being changed: purge it when the transaction is committed."""
    _note(keys.dataset(package_id))


def everything() -> None:
    """A unit, a domain or the like is being changed, which any page may show."""
    _note(keys.ALL)


def _note(key: str) -> None:
    model.Session().info.setdefault(_KEY, set()).add(key)


def committed(_sender: Any = None, package_ids: Iterable[str] = (), **_kwargs: Any) -> None:
    """What the public sees of these datasets has changed, and is in the database already."""
    _purge({keys.dataset(package_id) for package_id in package_ids})


def table_written(_sender: str, data_dict: Any = None, result: Any = None, **_kwargs: Any) -> None:
    """An action has written a table of the DataStore, which commits by itself."""
    for source in (data_dict, result):
        wanted = source.get("resource_id") if isinstance(source, dict) else None
        resource = model.Session.get(model.Resource, wanted) if isinstance(wanted, str) else None
        if resource is not None:
            committed(package_ids=[resource.package_id])
            return


def _purge(found: set[str]) -> None:
    if keys.ALL in found:
        purge.now_or_later([keys.ALL])
    elif found:
        purge.now_or_later({*found, keys.MANY}, [keys.LISTS])


def _after_commit(session: Any) -> None:
    # SQLAlchemy fires it for savepoints too, and CKAN's package_update makes one: nobody else can see the change yet.
    if session.in_nested_transaction():
        return
    _purge(session.info.pop(_KEY, set()))


def _after_rollback(session: Any) -> None:
    session.info.pop(_KEY, None)


def listen() -> None:
    """Attach to CKAN's database session, once per process."""
    if not event.contains(model.Session, "after_commit", _after_commit):
        event.listen(model.Session, "after_commit", _after_commit)
        event.listen(model.Session, "after_rollback", _after_rollback)
