"""Who may sit at the desk, and what of it is theirs.

A **coordinator** is a sysadmin, whoever the quality room's option names, or a user who was granted the role; an **auditor** was
granted that role and reads all; an **owner** edits the sets of one or more organisations (CKAN's own membership) and sees those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from ckan import authz
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import utc_now
from sqlalchemy.dialects.postgresql import insert

from .model import Role

RoleName = Literal["coordinator", "auditor"]
ROLES: tuple[RoleName, ...] = ("coordinator", "auditor")


@dataclass(frozen=True)
class Viewer:
    """Somebody at the desk.

    :ivar units: ids of the organisations whose sets he sees; None: all
    """

    name: str
    user_id: str
    role: Literal["coordinator", "auditor", "owner"]
    units: frozenset[str] | None = None

    @property
    def decides(self) -> bool:
        """Whether he takes a coordinator's decisions."""
        return self.role == "coordinator"

    @property
    def acts(self) -> bool:
        """Whether he changes anything at all."""
        return self.role != "auditor"

    @property
    def side(self) -> str:
        """Whose list his marks are about: ``desk`` or ``unit``."""
        return "unit" if self.role == "owner" else "desk"

    def sees(self, unit_id: str | None) -> bool:
        """Whether he sees the sets of an organisation."""
        return self.units is None or unit_id in self.units


def has_role(user: str | None, role: RoleName) -> bool:
    """Whether a user (name or id) was granted a role."""
    account = ckan_model.User.get(user) if user else None
    if account is None or account.state != ckan_model.State.ACTIVE:
        return False
    return ckan_model.Session.get(Role, (account.id, role)) is not None


def viewer_of(user: str | None) -> Viewer | None:
    """What a user is at the desk; None: nothing."""
    account = ckan_model.User.get(user) if user else None
    if account is None or account.state != ckan_model.State.ACTIVE:
        return None
    if authz.is_sysadmin(account.name) or _decides(account.name):
        return Viewer(account.name, account.id, "coordinator")
    if has_role(account.id, "auditor"):
        return Viewer(account.name, account.id, "auditor")
    units = tk.get_action("organization_list_for_user")(
        {"user": account.name}, {"permission": "update_dataset"}
    )
    if not units:
        return None
    return Viewer(account.name, account.id, "owner", frozenset(unit["id"] for unit in units))


def _decides(name: str) -> bool:
    try:
        tk.check_access("kielce_quality_decide", {"user": name}, {})
    except tk.NotAuthorized:
        return False
    return True


def grant(user_id: str, role: RoleName, by: str) -> bool:
    """Give a role; the caller commits. :returns: False if the user had it"""
    row = insert(Role).values(user_id=user_id, role=role, granted_at=utc_now(), granted_by=by)
    return bool(ckan_model.Session.execute(row.on_conflict_do_nothing()).rowcount)


def revoke(user_id: str, role: RoleName) -> bool:
    """Take a role back; the caller commits. :returns: False if the user didn't have it"""
    statement = sa.delete(Role).where(Role.user_id == user_id, Role.role == role)
    return bool(ckan_model.Session.execute(statement).rowcount)


def granted() -> list[tuple[Role, str]]:
    """Granted roles with the names of their users, by role and name; those of deleted users are left out."""
    user = ckan_model.User
    query = (
        sa.select(Role, user.name)
        .join(user, user.id == Role.user_id)
        .where(user.state == ckan_model.State.ACTIVE)
        .order_by(Role.role, user.name)
    )
    return [(role, name) for role, name in ckan_model.Session.execute(query)]


def coordinators() -> list[str]:
    """Names of the coordinators: granted the role or named by the quality room's option; sysadmins where there are none."""
    named = [name for role, name in granted() if role.role == "coordinator"]
    named += tk.aslist(tk.config.get("ckanext.kielce.quality.coordinators"))
    if not named:
        user = ckan_model.User
        named = list(
            ckan_model.Session.scalars(
                sa.select(user.name).where(
                    user.sysadmin.is_(True), user.state == "active", user.email.is_not(None)
                )
            )
        )
    return list(dict.fromkeys(named))


def people_of(unit_ids: Iterable[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Organisation -> (id, name to show, e-mail or "") of its administrators and editors; one query.

    The portal's own user, who made the organisations, is nobody to write to.
    """
    user, member = ckan_model.User, ckan_model.Member
    rows = ckan_model.Session.execute(
        sa.select(member.group_id, user.id, sa.func.coalesce(user.fullname, user.name), user.email)
        .join(user, user.id == member.table_id)
        .where(member.table_name == "user", member.state == "active", user.state == "active")
        .where(user.name != tk.config["ckan.site_id"], member.capacity.in_(("admin", "editor")))
        .where(member.group_id.in_(list(unit_ids)))
        .order_by(member.capacity, user.name)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for unit_id, user_id, shown, email in rows:
        found.setdefault(unit_id, []).append((user_id, shown, email or ""))
    return found
