"""The days of the scores' history have their index: what moved since yesterday is asked every morning

Revision ID: 004_score_day_index
Revises: 003_publish
Create Date: 2026-11-21

"""

from alembic import op

revision = "004_score_day_index"
down_revision = "003_publish"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("kielce_quality_score_day_day_idx", "kielce_quality_score_day", ["day"])


def downgrade():
    op.drop_index("kielce_quality_score_day_day_idx", "kielce_quality_score_day")
