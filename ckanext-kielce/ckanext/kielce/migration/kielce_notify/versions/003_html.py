"""The text of a mail with marks

Revision ID: 003_html
Revises: 002_headers
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op

revision = "003_html"
down_revision = "002_headers"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("kielce_notify_message", sa.Column("body_html", sa.UnicodeText(), nullable=True))


def downgrade():
    op.drop_column("kielce_notify_message", "body_html")
