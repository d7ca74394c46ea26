"""Roles, what people said of tasks, the log of the desk, and files that wait to be published

Revision ID: 001_desk
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_desk"
down_revision = None
branch_labels = None
depends_on = None


def text(name, nullable=False, **options):
    return sa.Column(name, sa.UnicodeText(), nullable=nullable, **options)


def moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "kielce_desk_role",
        text("user_id", primary_key=True),
        text("role", primary_key=True),
        moment("granted_at"),
        text("granted_by"),
    )
    op.create_table(
        "kielce_desk_mark",
        text("package_id", primary_key=True),
        text("task", primary_key=True),
        text("side", primary_key=True),
        moment("changed_at"),
        text("changed_by", nullable=True),
        moment("acknowledged_at", nullable=True),
        moment("snoozed_until", nullable=True),
        moment("asked_at", nullable=True),
        text("assigned_to", nullable=True),
        text("note", nullable=True),
    )
    op.create_table(
        "kielce_desk_entry",
        text("id", primary_key=True),
        moment("at"),
        text("user_id", nullable=True),
        text("act"),
        text("package_id", nullable=True),
        text("task", nullable=True),
        text("note", nullable=True),
        sa.Column("data", JSONB(), nullable=False),
    )
    op.create_index("kielce_desk_entry_at_idx", "kielce_desk_entry", ["at"])
    op.create_index("kielce_desk_entry_package_idx", "kielce_desk_entry", ["package_id", "at"])
    op.create_table(
        "kielce_desk_staged",
        text("id", primary_key=True),
        text("package_id"),
        text("resource_id"),
        text("user_id"),
        text("name"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        text("sha256"),
        text("base"),
        moment("staged_at"),
        moment("expires_at"),
        text("state"),
        sa.Column("result", JSONB(), nullable=False),
    )
    op.create_index("kielce_desk_staged_expires_idx", "kielce_desk_staged", ["expires_at"])
    op.create_index("kielce_desk_staged_package_idx", "kielce_desk_staged", ["package_id", "staged_at"])


def downgrade():
    for table in ("staged", "entry", "mark", "role"):
        op.drop_table(f"kielce_desk_{table}")
