"""Messages to people: what was said to whom, and whether it left

Revision ID: 001_messages
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op

revision = "001_messages"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kielce_notify_message",
        sa.Column("id", sa.UnicodeText(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient_name", sa.UnicodeText(), nullable=False),
        sa.Column("recipient_email", sa.UnicodeText(), nullable=False),
        sa.Column("topic", sa.UnicodeText(), nullable=False),
        sa.Column("subject", sa.UnicodeText(), nullable=False),
        sa.Column("body", sa.UnicodeText(), nullable=False),
        sa.Column("status", sa.UnicodeText(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.UnicodeText(), nullable=True),
    )
    op.create_index("ix_kielce_notify_message_status", "kielce_notify_message", ["status", "created_at"])


def downgrade():
    op.drop_table("kielce_notify_message")
