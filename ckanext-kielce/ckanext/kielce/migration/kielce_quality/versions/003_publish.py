"""Events for readers and the addresses that are told of them; the schedule of looks has its index

Revision ID: 003_publish
Revises: 002_findings
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "003_publish"
down_revision = "002_findings"
branch_labels = None
depends_on = None


def text(name, nullable=False, **options):
    return sa.Column(name, sa.UnicodeText(), nullable=nullable, **options)


def moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "kielce_quality_event",
        sa.Column("number", sa.BigInteger(), sa.Identity(), primary_key=True),
        text("package_id"),
        text("kind"),
        moment("at"),
        moment("noticed_at"),
        sa.Column("data", JSONB(), nullable=False),
    )
    op.create_index("kielce_quality_event_package_idx", "kielce_quality_event", ["package_id", "number"])
    op.create_index("kielce_quality_event_noticed_idx", "kielce_quality_event", ["noticed_at"])

    op.create_table(
        "kielce_quality_follower",
        text("id", primary_key=True),
        text("channel"),
        text("target"),
        text("scope"),
        text("scope_id"),
        sa.Column("kinds", JSONB(), nullable=False),
        text("lang"),
        moment("created_at"),
        moment("confirmed_at", nullable=True),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        moment("next_try", nullable=True),
        moment("last_ok", nullable=True),
        text("error", nullable=True),
    )
    op.create_index("kielce_quality_follower_scope_idx", "kielce_quality_follower", ["scope", "scope_id"])
    op.create_index(
        "kielce_quality_follower_target_idx",
        "kielce_quality_follower",
        ["channel", "target", "scope", "scope_id"],
        unique=True,
    )
    op.create_index("kielce_quality_score_next_check_idx", "kielce_quality_score", ["next_check"])


def downgrade():
    op.drop_index("kielce_quality_score_next_check_idx", "kielce_quality_score")
    op.drop_table("kielce_quality_follower")
    op.drop_table("kielce_quality_event")
