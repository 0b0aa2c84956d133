"""Keep initial access tokens, and the digest of each client's registration access token (RFC 7591, RFC 7592).

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("client", sa.Column("registration_digest", sa.LargeBinary(length=32), nullable=True))
    op.add_column("client", sa.Column("registered_for", sa.String(length=120), nullable=True))
    op.create_table(
        "initial_access_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("environment", sa.String(length=120), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "environment in ('sandbox', 'production')", name=op.f("ck_initial_access_token_environment")
        ),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_initial_access_token_uses_left")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_initial_access_token_lifetime")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_initial_access_token_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_access_token")),
    )
    op.create_index("ix_initial_access_token_digest", "initial_access_token", ["digest"], unique=True)


def downgrade() -> None:
    """Go back; clients keep what they have but manage it no more."""
    op.drop_table("initial_access_token")
    with op.batch_alter_table("client") as batch:
        batch.drop_column("registered_for")
        batch.drop_column("registration_digest")
