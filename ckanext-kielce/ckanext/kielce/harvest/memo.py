"""What CKAN asks the database about again with every dataset, asked once in a transaction that makes many of them.

A ``package_create`` reads the same user five times, the organisation twice, each keyword once and the source once.
SQLAlchemy lets a listener answer a query from what it has answered before (``do_orm_execute`` and ``Result.freeze``); CKAN
knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestSource

# Tables that no dataset changes. A row that is not there yet may be made meanwhile, so only what was found is kept.
REMEMBERED = frozenset([model.User, model.Group, model.Tag, HarvestSource])


@contextmanager
def remembered() -> Iterator[None]:
    """Let the session find users, organisations, keywords and sources again without asking; for one transaction."""
    kept: dict[Any, sa.FrozenResult[Any]] = {}

    def answer(asked: sa.orm.ORMExecuteState) -> sa.Result[Any] | None:
        mapper = asked.bind_mapper
        if not asked.is_select or mapper is None or mapper.class_ not in REMEMBERED:
            return None
        statement = asked.statement._generate_cache_key()  # type: ignore[attr-defined]
        if statement is None:
            return None
        key = (statement.key, tuple(each.effective_value for each in statement.bindparams))
        found = kept.get(key)
        if found is None:
            found = asked.invoke_statement().freeze()
            if found.data:
                kept[key] = found
        return found()

    sa.event.listen(model.Session, "do_orm_execute", answer)
    try:
        yield
    finally:
        sa.event.remove(model.Session, "do_orm_execute", answer)
