"""Who may read and write which entries, by CKAN's own authorisation."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import authz
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk

from .model import Entry


def is_sysadmin(user: str | None) -> bool:
    """Whether the user (a name) is an administrator of the portal."""
    return bool(user and authz.is_sysadmin(user))


def units(user: str | None, permission: str) -> list[str]:
    """Ids of the units in which the user has a permission of CKAN's (``read``, ``update_dataset`` …)."""
    if not user:
        return []
    found = tk.get_action("organization_list_for_user")({"user": user}, {"permission": permission})
    return [unit["id"] for unit in found]


def _desk(user: str | None) -> str:
    """The user's role at the coordinator's desk: ``coordinator``, ``auditor`` or "" (no desk, or none)."""
    if not user or not plugin_loaded("kielce_desk"):
        return ""
    from ckanext.kielce.desk import shared  # only where its tables are

    if shared.is_coordinator(user):
        return "coordinator"
    return "auditor" if shared.is_auditor(user) else ""


def is_coordinator(user: str | None) -> bool:
    """Whether the user keeps the whole register: sysadmins, and coordinators of the desk."""
    return is_sysadmin(user) or _desk(user) == "coordinator"


def may_edit(user: str | None, unit_id: str) -> bool:
    """Whether the user may write entries of a unit: its editors and administrators, and the coordinator."""
    if not user:
        return False
    return is_coordinator(user) or authz.has_user_permission_for_group_or_org(unit_id, user, "update_dataset")


def may_edit_any(user: str | None) -> bool:
    """Whether the user may write entries of some unit."""
    return is_coordinator(user) or bool(units(user, "update_dataset"))


def may_read_all(user: str | None) -> bool:
    """Whether the user sees every entry and every field: coordinators and auditors."""
    return is_sysadmin(user) or bool(_desk(user))


def visible(user: str | None) -> sa.ColumnElement[bool]:
    """Condition on ``Entry``: the public ones, and those of the units whose member the user is."""
    standing = Entry.removed_at.is_(None)
    if may_read_all(user):
        return standing
    public: Any = sa.and_(Entry.public.is_(True), Entry.unit_id.in_(_active_units()))
    mine = units(user, "read")
    return sa.and_(standing, sa.or_(public, Entry.unit_id.in_(mine)) if mine else public)


def _active_units() -> Any:
    group = ckan_model.Group
    return sa.select(group.id).where(group.is_organization.is_(True), group.state == "active")


def sees_internal(user: str | None, entry: Entry) -> bool:
    """Whether the user sees an entry's internal fields: members of its unit, and whoever reads all."""
    return may_read_all(user) or (
        bool(user) and authz.has_user_permission_for_group_or_org(entry.unit_id, user, "read")
    )
