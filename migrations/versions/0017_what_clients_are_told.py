"""Keep what clients are told of a citizen, and whether they have confirmed it (RFC 8417; UU PDP art. 40).

Revision 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = "kind in ('event', 'logo', 'logout', 'message', 'ping', 'proofing', 'receipt')"
KINDS_BEFORE = "kind in ('logo', 'logout', 'message', 'ping', 'proofing', 'receipt')"
UNCONFIRMED = sa.text("confirmed_at IS NULL AND answer_by IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("answer_by", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(length=120), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("late_noted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index("ix_announcement_citizen", "announcement", ["citizen_id", "occurred_at"])
    op.create_index("ix_announcement_client", "announcement", ["client_id", "occurred_at"])
    op.create_index(
        "ix_announcement_due",
        "announcement",
        ["answer_by"],
        sqlite_where=UNCONFIRMED,
        postgresql_where=UNCONFIRMED,
    )
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS)


def downgrade() -> None:
    """Go back; what was told is forgotten, what waits to be told is not sent."""
    op.execute("DELETE FROM outbox WHERE kind = 'event'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS_BEFORE)
    op.drop_table("announcement")
