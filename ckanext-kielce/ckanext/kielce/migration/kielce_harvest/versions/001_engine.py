"""The sync engine: records, runs and their items, rhythm of sources, old addresses, kept answers

Revision ID: 001_engine
Revises:
Create Date: 2026-11-21

"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "001_engine"
down_revision = None
branch_labels = None
depends_on = None


def text(name, **more):
    return sa.Column(name, sa.UnicodeText(), nullable=more.pop("nullable", False), **more)


def maybe(name):
    return text(name, nullable=True)


def moment(name, nullable=True):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number(name):
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def json(name, nullable=False):
    return sa.Column(name, JSONB(), nullable=nullable)


def upgrade():
    op.create_table(
        "kielce_harvest_run",
        text("id", primary_key=True),
        text("source_id"),
        text("kind"),
        text("state"),
        maybe("outcome"),
        moment("created_at", nullable=False),
        moment("started_at"),
        moment("read_at"),
        moment("finished_at"),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        number("read"),
        json("counts"),
        number("total"),
        number("done"),
        number("requests"),
        number("bytes"),
        sa.Column("complete", sa.Boolean(), nullable=False),
        json("reason", nullable=True),
        maybe("basis"),
        maybe("accepted_by"),
        moment("accepted_at"),
        maybe("lease_owner"),
        moment("lease_until"),
        number("attempts"),
    )
    op.create_index("ix_kielce_harvest_run_source", "kielce_harvest_run", ["source_id", "created_at"])
    op.create_index("ix_kielce_harvest_run_state", "kielce_harvest_run", ["state", "lease_until"])
    op.create_table(
        "kielce_harvest_item",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        text("run_id"),
        text("source_id"),
        text("guid"),
        maybe("title"),
        maybe("package_id"),
        text("action"),
        text("state"),
        maybe("content"),
        maybe("fingerprint"),
        sa.Column("keys", ARRAY(sa.UnicodeText()), nullable=False),
        json("changes"),
        json("error", nullable=True),
        number("attempts"),
        moment("not_before"),
        maybe("lease_owner"),
        moment("lease_until"),
    )
    op.create_index("ix_kielce_harvest_item_run", "kielce_harvest_item", ["run_id", "state", "id"])
    op.create_index("ix_kielce_harvest_item_guid", "kielce_harvest_item", ["source_id", "guid"])
    op.create_index(
        "ix_kielce_harvest_item_open",
        "kielce_harvest_item",
        ["run_id", "id"],
        postgresql_where=sa.text("state IN ('ready', 'written')"),
    )
    op.create_table(
        "kielce_harvest_record",
        text("id", primary_key=True),
        text("source_id"),
        text("guid"),
        maybe("package_id"),
        text("role"),
        text("state"),
        maybe("fingerprint"),
        json("draft"),
        json("stored"),
        json("notes"),
        sa.Column("keys", ARRAY(sa.UnicodeText()), nullable=False),
        moment("first_seen", nullable=False),
        moment("changed_at"),
        maybe("changed_run"),
        moment("missing_since"),
        number("missing_runs"),
        moment("archived_at"),
        number("attempts"),
        json("error", nullable=True),
        sa.UniqueConstraint("source_id", "guid", name="kielce_harvest_record_guid_key"),
    )
    op.create_index("ix_kielce_harvest_record_package", "kielce_harvest_record", ["package_id"])
    op.create_index("ix_kielce_harvest_record_keys", "kielce_harvest_record", ["keys"], postgresql_using="gin")
    op.create_table(
        "kielce_harvest_source_state",
        text("source_id", primary_key=True),
        maybe("schedule"),
        moment("paused_at"),
        maybe("paused_by"),
        maybe("pause_reason"),
        moment("next_due"),
        moment("retry_at"),
        number("retry_attempts"),
        moment("last_success_at"),
        maybe("last_run_id"),
        number("clean_runs"),
        maybe("basis"),
        json("told"),
    )
    op.create_table(
        "kielce_harvest_day",
        text("source_id", primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        number("due"),
        number("kept"),
        number("runs"),
        number("failed"),
    )
    op.create_table(
        "kielce_harvest_address",
        text("name", primary_key=True),
        text("package_id"),
        moment("created_at", nullable=False),
    )
    op.create_index("ix_kielce_harvest_address_package", "kielce_harvest_address", ["package_id"])
    op.create_table(
        "kielce_harvest_cache",
        text("source_id", primary_key=True),
        text("url", primary_key=True),
        maybe("etag"),
        maybe("last_modified"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        number("size"),
        moment("used_at", nullable=False),
    )


def downgrade():
    for name in ("cache", "address", "day", "source_state", "record", "item", "run"):
        op.drop_table(f"kielce_harvest_{name}")
