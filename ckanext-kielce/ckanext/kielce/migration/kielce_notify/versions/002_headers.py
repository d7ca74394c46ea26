"""Further headers of a mail: how to end a subscription with one click

Revision ID: 002_headers
Revises: 001_messages
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "002_headers"
down_revision = "001_messages"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("kielce_notify_message", sa.Column("headers", JSONB(), nullable=True))


def downgrade():
    op.drop_column("kielce_notify_message", "headers")
