"""What the answer that is being made has shown so far. Kept on Flask's ``g``; outside a request nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, has_request_context

_IDS, _SECRET, _HELD = "_kielce_seen", "_kielce_secret", "_kielce_held"
#: Key by which the quality room marks a file that is withheld from the public.
WITHHELD = "kielce_withheld"


def package(shown: dict[str, Any]) -> None:
    """A dataset is shown in full: remember which, and whether it may be shown to everybody.

    With a file withheld its answers are not kept, so that no copy can outlive what a coordinator decides. Lists are: they
    show no addresses of files, and go when the dataset changes.
    """
    packages([shown])
    if has_request_context() and any(part.get(WITHHELD) for part in shown.get("resources") or ()):
        setattr(g, _SECRET, True)


def packages(shown: Iterable[Any]) -> None:
    """Several are shown, as a search brings them (dicts, or names alone)."""
    if not has_request_context():
        return
    ids: set[str] = g.setdefault(_IDS, set())
    for one in shown:
        if not isinstance(one, dict) or "id" not in one:
            continue
        ids.add(str(one["id"]))
        if is_secret(one):
            setattr(g, _SECRET, True)


def told(_sender: Any = None, package_ids: Iterable[str] = (), **_kwargs: Any) -> None:
    """A room says that its answer shows something of public datasets that it did not get from CKAN."""
    packages({"id": package_id} for package_id in package_ids)


def hold(row: Any) -> None:
    """Keep a dataset's row for the rest of the request: unheld, SQLAlchemy asks for it at each check of a right."""
    if row is not None and has_request_context():
        g.setdefault(_HELD, []).append(row)


def is_secret(shown: dict[str, Any]) -> bool:
    """Whether a dataset is not for everybody."""
    return bool(shown.get("private")) or shown.get("state", "active") != "active"


def ids() -> set[str]:
    """Ids of the datasets that the answer shows."""
    return set(g.get(_IDS, ()))


def anything_secret() -> bool:
    """Whether the answer shows anything that is not for everybody."""
    return bool(g.get(_SECRET, False))
