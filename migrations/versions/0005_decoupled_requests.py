"""Keep requests that wait for a citizen at another screen, blocks, and the way back from a hint.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = "kind in ('logout', 'message', 'ping', 'proofing')"
KINDS_BEFORE = "kind in ('logout', 'message', 'proofing')"
KEY = ("day", "bucket", "digest")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "decoupled_request",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("user_code", sa.LargeBinary(length=32), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("network", sa.String(length=120), nullable=False),
        sa.Column("poll_interval", sa.Integer(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("next_poll_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("authorization_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column("id_token_claims", sa.Text(), nullable=True),
        sa.Column("resource", sa.Text(), nullable=True),
        sa.Column("authorization_details", sa.Text(), nullable=True),
        sa.Column("acr", sa.String(length=120), nullable=True),
        sa.Column("amr", sa.String(length=120), nullable=True),
        sa.Column("auth_time", UtcDateTime(), nullable=True),
        sa.Column("send_auth_time", sa.Boolean(), nullable=True),
        sa.Column("redeemed_at", UtcDateTime(), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind in ('device', 'ciba')", name=op.f("ck_decoupled_request_kind")),
        sa.CheckConstraint("decision in ('approved', 'denied')", name=op.f("ck_decoupled_request_decision")),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_decoupled_request_lifetime")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_decoupled_request")),
        sa.UniqueConstraint("id", name=op.f("uq_decoupled_request_id")),
        sa.UniqueConstraint("user_code", name=op.f("uq_decoupled_request_user_code")),
    )
    op.create_index("ix_decoupled_request_citizen", "decoupled_request", ["citizen_id", "started_at"])
    op.create_table(
        "client_block",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("blocked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_client_block_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_block_client_id_client")),
        sa.PrimaryKeyConstraint("citizen_id", "client_id", name=op.f("pk_client_block")),
    )
    op.add_column("authorization", sa.Column("subject", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_authorization_subject", "authorization", ["client_id", "subject"])
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS)


def downgrade() -> None:
    """Go back; what waits on other screens is lost."""
    op.execute("DELETE FROM outbox WHERE kind = 'ping'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS_BEFORE)
    op.drop_index("ix_authorization_subject", table_name="authorization")
    with op.batch_alter_table("authorization") as batch:
        batch.drop_column("subject")
    op.drop_table("client_block")
    op.drop_table("decoupled_request")
