"""Cards and revisioned values of the indicator store

Revision ID: 001_indicator_tables
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_indicator_tables"
down_revision = None
branch_labels = None
depends_on = None

CARD_TEXTS = (
    "standard", "theme", "kind", "name_pl", "name_en", "unit", "direction", "definition_pl", "definition_en",
    "numerator_pl", "numerator_en", "denominator_pl", "denominator_en", "method_pl", "method_en", "method_version",
    "comparability_pl", "comparability_en", "limits_pl", "limits_en", "source_pl", "source_en", "compiler",
)  # fmt: skip


def text(name, **options):
    return sa.Column(name, sa.UnicodeText(), nullable=False, **options)


def moment(name):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade():
    op.create_table(
        "kielce_indicators_card",
        text("code", primary_key=True),
        *(text(name) for name in CARD_TEXTS),
        sa.Column("revision", sa.Integer(), nullable=False),
        moment("created"),
        moment("modified"),
    )
    op.create_table(
        "kielce_indicators_value",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("indicator", sa.UnicodeText(), sa.ForeignKey("kielce_indicators_card.code"), nullable=False),
        text("area"),
        text("period"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("printed_value", sa.Numeric(), nullable=True),
        text("unit"),
        text("status"),
        text("as_printed"),
        sa.Column("reasons", JSONB(), nullable=False),
        text("source"),
        moment("created"),
        sa.UniqueConstraint("indicator", "area", "period", "revision", name="kielce_indicators_value_key"),
    )


def downgrade():
    op.drop_table("kielce_indicators_value")
    op.drop_table("kielce_indicators_card")
