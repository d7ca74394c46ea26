"""Layers taken in for the sheets of places, and their features

Revision ID: 001_places
Revises:
Create Date: 2026-11-22

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_places"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kielce_places_layer",
        sa.Column("number", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("resource_id", sa.UnicodeText(), nullable=False),
        sa.Column("package_id", sa.UnicodeText(), nullable=False),
        sa.Column("said", sa.UnicodeText(), nullable=False),
        sa.Column("about", JSONB(), nullable=False),
        sa.Column("state", sa.UnicodeText(), nullable=False),
        sa.Column("problem", sa.UnicodeText(), nullable=False),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("digest", sa.UnicodeText(), nullable=False),
        sa.Column("features", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        "kielce_places_layer_resource_idx", "kielce_places_layer", ["resource_id"], unique=True
    )
    op.create_table(
        "kielce_places_feature",
        sa.Column("number", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("layer", sa.Integer(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("attributes", JSONB(), nullable=False),
        sa.Column("name_key", sa.UnicodeText(), nullable=True),
        sa.Column("number_key", sa.UnicodeText(), nullable=True),
    )
    op.create_index("kielce_places_feature_layer_idx", "kielce_places_feature", ["layer"])
    op.create_index(
        "kielce_places_feature_key_idx",
        "kielce_places_feature",
        ["number_key", "name_key"],
        postgresql_where=sa.text("number_key IS NOT NULL"),
    )
    # See the model: the layer's number moves its boxes to a place of their own.
    op.execute(
        "CREATE INDEX kielce_places_feature_box_idx ON kielce_places_feature USING gist "
        "(box(point(west + layer * 1e8, south), point(east + layer * 1e8, north)))"
    )


def downgrade():
    op.drop_table("kielce_places_feature")
    op.drop_table("kielce_places_layer")
