"""Keep grave changes until their waiting time is over, with the way to cancel them (features D5).

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITS = sa.text("applied_at IS NULL AND cancelled_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pending_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.CheckConstraint("ended_by in ('link', 'owner', 'void')", name=op.f("ck_pending_change_ended_by")),
        sa.CheckConstraint(
            "applied_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_pending_change_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_pending_change_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_change")),
        sa.UniqueConstraint("digest", name=op.f("uq_pending_change_digest")),
    )
    op.create_index(
        "ix_pending_change_due", "pending_change", ["due_at"], postgresql_where=WAITS, sqlite_where=WAITS
    )
    op.create_index("ix_pending_change_citizen", "pending_change", ["citizen_id", "asked_at"])


def downgrade() -> None:
    """Go back; what waits is lost."""
    op.drop_table("pending_change")
