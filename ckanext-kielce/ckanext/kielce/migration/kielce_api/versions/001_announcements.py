"""Changes that owners announce

Revision ID: 001_announcements
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op

revision = "001_announcements"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kielce_api_announcement",
        sa.Column("id", sa.UnicodeText(), primary_key=True),
        sa.Column("package_id", sa.UnicodeText(), nullable=False),
        sa.Column("resource_id", sa.UnicodeText(), nullable=True),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("text", sa.UnicodeText(), nullable=False),
        sa.Column("text_en", sa.UnicodeText(), nullable=True),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.UnicodeText(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_kielce_api_announcement_package", "kielce_api_announcement", ["package_id", "announced_at"])


def downgrade():
    op.drop_table("kielce_api_announcement")
