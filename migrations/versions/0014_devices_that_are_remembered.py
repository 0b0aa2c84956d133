"""Let accounts remember devices, browsers know several accounts, and a phone sign a computer in (features B5, C8, C12).

Revision 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "remembered_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("network", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_remembered_device_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_device")),
        sa.UniqueConstraint("digest", name=op.f("uq_remembered_device_digest")),
    )
    op.create_index("ix_remembered_device_account", "remembered_device", ["account_id"])
    op.create_table(
        "cross_device_request",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("interaction", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=True),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("network", sa.String(length=120), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("choices", sa.String(length=120), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.String(length=120), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("collected_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("day", "bucket", "digest", name=op.f("pk_cross_device_request")),
    )
    op.create_index("ix_cross_device_request_interaction", "cross_device_request", ["interaction"])
    op.create_index("ix_known_browser_browser", "known_browser", ["browser"])
    op.add_column("interaction", sa.Column("expected_account", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Go back; everybody proves a second factor each time again."""
    with op.batch_alter_table("interaction") as batch:
        batch.drop_column("expected_account")
    op.drop_index("ix_known_browser_browser", table_name="known_browser")
    op.drop_table("cross_device_request")
    op.drop_table("remembered_device")
