"""Findings of the checks, what was checked, and a bounded store of past versions

Revision ID: 002_findings
Revises: 001_quality_tables
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "002_findings"
down_revision = "001_quality_tables"
branch_labels = None
depends_on = None


def text(name, nullable=False, **options):
    return sa.Column(name, sa.UnicodeText(), nullable=nullable, **options)


def moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "kielce_quality_finding",
        text("id", primary_key=True),
        text("package_id"),
        text("resource_id"),
        text("kind"),
        text("code"),
        text("place"),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("certainty", sa.Float(), nullable=False),
        sa.Column("params", JSONB(), nullable=False),
        text("rules_version"),
        moment("found_at"),
        moment("confirmed_at"),
        moment("ended_at", nullable=True),
    )
    op.create_index(
        "kielce_quality_finding_package_idx", "kielce_quality_finding", ["package_id", "ended_at"]
    )
    op.create_index("kielce_quality_finding_code_idx", "kielce_quality_finding", ["code", "found_at"])
    op.create_index(
        "kielce_quality_finding_open_idx",
        "kielce_quality_finding",
        ["resource_id", "code", "place"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "kielce_quality_judgement",
        text("resource_id", primary_key=True),
        text("kind", primary_key=True),
        text("package_id"),
        moment("judged_at"),
        text("rules_version"),
        sa.Column("checked", JSONB(), nullable=False),
    )
    op.create_index("kielce_quality_judgement_package_idx", "kielce_quality_judgement", ["package_id"])

    op.create_table(
        "kielce_quality_version",
        text("resource_id", primary_key=True),
        text("bytes_sha256", primary_key=True),
        text("package_id"),
        text("value_hash", nullable=True),
        moment("seen_at"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("packed_size", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("kielce_quality_version_seen_idx", "kielce_quality_version", ["seen_at"])


def downgrade():
    for table in ("version", "judgement", "finding"):
        op.drop_table(f"kielce_quality_{table}")
