"""The register of sets that the city holds, and what was changed in it

Revision ID: 001_register
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_register"
down_revision = None
branch_labels = None
depends_on = None


def _text(name, nullable=False):
    return sa.Column(name, sa.UnicodeText(), nullable=nullable)


def _moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "kielce_register_entry",
        sa.Column("id", sa.UnicodeText(), primary_key=True),
        _text("title"),
        _text("title_en"),
        _text("description"),
        _text("unit_id"),
        _text("domain"),
        _text("tier"),
        _text("reason"),
        _text("legal_basis"),
        sa.Column("obstacles", JSONB(), nullable=False),
        sa.Column("planned", sa.Date(), nullable=True),
        _text("office"),
        _text("contact"),
        sa.Column("shared_with", JSONB(), nullable=False),
        _text("access"),
        _text("dataset_id", nullable=True),
        _text("source_id", nullable=True),
        _text("url"),
        sa.Column("criteria", JSONB(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        _text("origin_key", nullable=True),
        sa.Column("prefilled", JSONB(), nullable=False),
        _moment("prefilled_at", nullable=True),
        _moment("created_at"),
        _moment("changed_at"),
        _moment("edited_at", nullable=True),
        _moment("removed_at", nullable=True),
    )
    op.create_index("kielce_register_entry_origin_idx", "kielce_register_entry", ["origin_key"], unique=True)
    op.create_index("kielce_register_entry_unit_idx", "kielce_register_entry", ["unit_id", "tier"])
    op.create_index("kielce_register_entry_dataset_idx", "kielce_register_entry", ["dataset_id"])
    op.create_table(
        "kielce_register_change",
        sa.Column("number", sa.BigInteger(), sa.Identity(), primary_key=True),
        _text("entry_id"),
        _moment("at"),
        _text("kind"),
        _text("actor", nullable=True),
        _text("source"),
        sa.Column("changes", JSONB(), nullable=False),
    )
    op.create_index("kielce_register_change_entry_idx", "kielce_register_change", ["entry_id", "number"])


def downgrade():
    op.drop_table("kielce_register_change")
    op.drop_table("kielce_register_entry")
