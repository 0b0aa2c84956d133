"""Keep the citizen's inbox, budgets and costs of messages, and one live code per holder (features C5, M2, T2).

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = "kind in ('logo', 'logout', 'message', 'ping', 'proofing', 'receipt')"
KINDS_BEFORE = "kind in ('logo', 'logout', 'message', 'ping', 'proofing')"
LIVE = sa.text("used_at IS NULL AND retired_at IS NULL")


def upgrade() -> None:
    """Apply; codes that are under way are void, their readers ask for another."""
    op.create_table(
        "inbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_inbox_message_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
    )
    op.create_index("ix_inbox_message_citizen", "inbox_message", ["citizen_id", "created_at"])
    op.create_table(
        "message_budget",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("period", sa.String(length=120), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "period", name=op.f("pk_message_budget")),
    )
    op.create_index("ix_message_budget_created", "message_budget", ["created_at"])
    op.create_table(
        "message_tally",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=120), nullable=False),
        sa.Column("gateway", sa.String(length=120), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "gateway", name=op.f("pk_message_tally")),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS)
    op.execute("DELETE FROM one_time_code WHERE used_at IS NULL AND retired_at IS NULL")
    op.create_index(
        "uq_one_time_code_live",
        "one_time_code",
        ["purpose", "holder"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """Go back; notices, budgets and counters are lost."""
    op.drop_index("uq_one_time_code_live", table_name="one_time_code")
    op.execute("DELETE FROM outbox WHERE kind = 'receipt'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS_BEFORE)
    op.drop_table("message_tally")
    op.drop_index("ix_message_budget_created", table_name="message_budget")
    op.drop_table("message_budget")
    op.drop_index("ix_inbox_message_citizen", table_name="inbox_message")
    op.drop_table("inbox_message")
