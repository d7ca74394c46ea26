"""Counts of use by day, without anything about who used it

Revision ID: 001_usage_counts
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op

revision = "001_usage_counts"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kielce_usage_count",
        sa.Column("kind", sa.UnicodeText(), primary_key=True),
        sa.Column("object_id", sa.UnicodeText(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("robot", sa.Boolean(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_kielce_usage_count_object_day", "kielce_usage_count", ["object_id", "day"])


def downgrade():
    op.drop_table("kielce_usage_count")
