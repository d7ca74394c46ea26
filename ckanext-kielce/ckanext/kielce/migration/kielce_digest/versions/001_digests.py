"""Digests to owners: rounds, news and letters

Revision ID: 001_digests
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_digests"
down_revision = None
branch_labels = None
depends_on = None


def _text(name, nullable=False):
    return sa.Column(name, sa.UnicodeText(), nullable=nullable)


def _moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "kielce_digest_round",
        sa.Column("number", sa.BigInteger(), sa.Identity(), primary_key=True),
        _moment("until"),
        sa.Column("counts", JSONB(), nullable=False),
    )
    op.create_table(
        "kielce_digest_news",
        sa.Column("id", sa.UnicodeText(), primary_key=True),
        _text("key"),
        _text("address"),
        _text("unit_id"),
        _text("package_id"),
        _text("kind"),
        _text("section"),
        _text("code"),
        _moment("at"),
        sa.Column("told", JSONB(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        _moment("told_at"),
        _moment("acknowledged_at", nullable=True),
        _moment("snoozed_until", nullable=True),
        _text("answered_by", nullable=True),
        _text("note", nullable=True),
        _moment("escalated_at", nullable=True),
        _moment("ended_at", nullable=True),
    )
    op.create_index("kielce_digest_news_key_idx", "kielce_digest_news", ["key", "address"], unique=True)
    op.create_index("kielce_digest_news_package_idx", "kielce_digest_news", ["package_id", "ended_at"])
    op.create_index("kielce_digest_news_open_idx", "kielce_digest_news", ["ended_at", "told_at"])
    op.create_table(
        "kielce_digest_letter",
        sa.Column("id", sa.UnicodeText(), primary_key=True),
        _text("kind"),
        _text("address"),
        _text("name"),
        _text("unit_id"),
        _text("lang"),
        sa.Column("news", JSONB(), nullable=False),
        _moment("created_at"),
        _text("message_id", nullable=True),
        _text("problem", nullable=True),
    )
    op.create_index("kielce_digest_letter_unsent_idx", "kielce_digest_letter", ["message_id", "created_at"])


def downgrade():
    for table in ("letter", "news", "round"):
        op.drop_table(f"kielce_digest_{table}")
