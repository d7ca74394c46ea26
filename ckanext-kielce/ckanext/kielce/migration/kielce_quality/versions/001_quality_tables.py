"""Observations, link checks, declarations, decisions, lineage, scores and their daily history

Revision ID: 001_quality_tables
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_quality_tables"
down_revision = None
branch_labels = None
depends_on = None


def text(name, nullable=False, **options):
    return sa.Column(name, sa.UnicodeText(), nullable=nullable, **options)


def moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number(name):
    return sa.Column(name, sa.Float(), nullable=True)


def json(name):
    return sa.Column(name, JSONB(), nullable=False)


def upgrade():
    op.create_table(
        "kielce_quality_observation",
        text("id", primary_key=True),
        text("package_id"),
        text("resource_id"),
        moment("observed_at"),
        moment("last_seen_at"),
        sa.Column("checks", sa.Integer(), nullable=False),
        text("method"),
        text("url", nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        text("etag", nullable=True),
        text("last_modified", nullable=True),
        sa.Column("content_length", sa.BigInteger(), nullable=True),
        text("bytes_sha256", nullable=True),
        text("value_hash", nullable=True),
        text("schema_fingerprint", nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("newest_period", sa.Date(), nullable=True),
        text("reader_version", nullable=True),
        text("description", nullable=True),
        json("profile"),
        json("problems"),
    )
    op.create_index(
        "kielce_quality_observation_package_idx", "kielce_quality_observation", ["package_id", "observed_at"]
    )
    op.create_index(
        "kielce_quality_observation_resource_idx", "kielce_quality_observation", ["resource_id", "observed_at"]
    )
    op.create_index(
        "kielce_quality_observation_value_hash_idx", "kielce_quality_observation", ["value_hash"]
    )

    op.create_table(
        "kielce_quality_link_check",
        text("id", primary_key=True),
        text("package_id"),
        text("resource_id"),
        text("url", nullable=True),
        moment("checked_at"),
        moment("last_checked_at"),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        text("error", nullable=True),
        text("message", nullable=True),
    )
    op.create_index(
        "kielce_quality_link_check_resource_idx", "kielce_quality_link_check", ["resource_id", "checked_at"]
    )

    op.create_table(
        "kielce_quality_declaration",
        text("id", primary_key=True),
        text("package_id"),
        moment("declared_at"),
        text("frequency", nullable=True),
        text("user_id", nullable=True),
        text("public_reason", nullable=True),
        text("approved_by", nullable=True),
        moment("approved_at", nullable=True),
    )
    op.create_index(
        "kielce_quality_declaration_package_idx", "kielce_quality_declaration", ["package_id", "declared_at"]
    )

    op.create_table(
        "kielce_quality_decision",
        text("id", primary_key=True),
        text("package_id"),
        text("kind"),
        text("subject", nullable=True),
        moment("decided_at"),
        text("user_id", nullable=True),
        text("reason"),
        moment("valid_until", nullable=True),
        moment("revoked_at", nullable=True),
        text("revoked_by", nullable=True),
    )
    op.create_index(
        "kielce_quality_decision_package_idx", "kielce_quality_decision", ["package_id", "decided_at"]
    )

    op.create_table(
        "kielce_quality_lineage",
        text("package_id", primary_key=True),
        text("ancestor_id", primary_key=True),
        moment("since"),
        text("reason"),
    )

    op.create_table(
        "kielce_quality_score",
        text("package_id", primary_key=True),
        moment("scored_at"),
        text("rules_version"),
        number("quality_index"),
        number("metadata_points"),
        number("freshness_points"),
        number("content_points"),
        number("coverage"),
        text("grade", nullable=True),
        text("reason", nullable=True),
        text("status"),
        json("labels"),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        json("withheld_resources"),
        sa.Column("newest_period", sa.Date(), nullable=True),
        moment("last_content_at", nullable=True),
        sa.Column("next_expected", sa.Date(), nullable=True),
        moment("next_crossing", nullable=True),
        moment("due_at", nullable=True),
        moment("overdue_at", nullable=True),
        moment("delinquent_at", nullable=True),
        moment("next_check", nullable=True),
        text("source_hash", nullable=True),
        text("rdf_hash", nullable=True),
        text("content_hash", nullable=True),
        json("mqa"),
        json("assessment"),
    )
    op.create_index("kielce_quality_score_next_crossing_idx", "kielce_quality_score", ["next_crossing"])
    op.create_index("kielce_quality_score_status_idx", "kielce_quality_score", ["status"])

    op.create_table(
        "kielce_quality_score_day",
        text("package_id", primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        text("rules_version"),
        number("quality_index"),
        number("metadata_points"),
        number("freshness_points"),
        number("content_points"),
        text("grade", nullable=True),
        text("status"),
    )


def downgrade():
    for table in ("score_day", "score", "lineage", "decision", "declaration", "link_check", "observation"):
        op.drop_table(f"kielce_quality_{table}")
