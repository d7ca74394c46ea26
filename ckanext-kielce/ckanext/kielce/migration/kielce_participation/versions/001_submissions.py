"""What visitors send: reports, requests, reuses

Revision ID: 001_submissions
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "001_submissions"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kielce_participation_submission",
        sa.Column("id", sa.UnicodeText(), primary_key=True),
        sa.Column("number", sa.Integer(), sa.Identity(start=1), nullable=False),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("state", sa.UnicodeText(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("package_ids", ARRAY(sa.UnicodeText()), nullable=False),
        sa.Column("unit_id", sa.UnicodeText()),
        sa.Column("title", sa.UnicodeText(), nullable=False),
        sa.Column("text", sa.UnicodeText(), nullable=False),
        sa.Column("url", sa.UnicodeText()),
        sa.Column("what", sa.UnicodeText()),
        sa.Column("author", sa.UnicodeText()),
        sa.Column("email", sa.UnicodeText()),
        sa.Column("lang", sa.UnicodeText(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("answer", sa.UnicodeText()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.UnicodeText()),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("number", name="uq_kielce_participation_number"),
    )
    op.create_index(
        "ix_kielce_participation_packages", "kielce_participation_submission", ["package_ids"], postgresql_using="gin"
    )
    op.create_index(
        "ix_kielce_participation_state", "kielce_participation_submission", ["kind", "state", "created_at"]
    )


def downgrade():
    op.drop_table("kielce_participation_submission")
