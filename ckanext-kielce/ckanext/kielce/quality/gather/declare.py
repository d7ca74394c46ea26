"""Keep the history of a dataset's declared update frequency: a row each time the field changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan import model
from sqlalchemy import select

from ..model import Declaration
from ..settings import settings


def field_value(package: dict[str, Any], name: str) -> Any:
    """Value of a package field, whether a schema puts it at the top or it is an extra; None when it is empty."""
    value = package.get(name)
    if value in (None, ""):
        for extra in package.get("extras") or ():
            if extra.get("key") == name and not extra.get("deleted"):
                value = extra.get("value")
    return value if value not in (None, "") else None


def latest_declaration(package_id: str) -> Declaration | None:
    """The declaration in force."""
    return model.Session.scalars(
        select(Declaration)
        .where(Declaration.package_id == package_id)
        .order_by(Declaration.declared_at.desc())
        .limit(1)
    ).first()


def record_declaration(
    package: dict[str, Any], user: str | None = None, now: dt.datetime | None = None
) -> Declaration | None:
    """Append a row when the declared frequency differs from the last one known.

    The row joins the caller's transaction, so it is kept exactly when the change itself is.

    :param package: dataset dict as shown or as validated
    :param now: moment of the declaration, the present one unless given
    :returns: the new row, or None when nothing changed
    """
    frequency = field_value(package, settings().frequency_field)
    frequency = str(frequency) if frequency is not None else None
    latest = latest_declaration(package["id"])
    if latest is not None and latest.frequency == frequency:
        return None
    row = Declaration(
        package_id=package["id"],
        declared_at=now or dt.datetime.now(dt.timezone.utc),
        frequency=frequency,
        user_id=user,
    )
    model.Session.add(row)
    model.Session.flush()
    return row
