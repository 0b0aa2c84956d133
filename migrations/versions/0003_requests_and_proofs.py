"""Keep pushed requests, proofs of possession, and what a code or a family is bound to.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, str, sa.types.TypeEngine[object]], ...] = (
    ("client", "secret_sealed", sa.LargeBinary()),
    ("authorization_code", "dpop_jkt", sa.String(length=120)),
    ("authorization_code", "resource", sa.Text()),
    ("authorization_code", "authorization_details", sa.Text()),
    ("family", "resource", sa.Text()),
    ("family", "authorization_details", sa.Text()),
    ("family", "refresh_binding", sa.String(length=120)),
)


def upgrade() -> None:
    """Apply."""
    for table, column, kind in ADDED:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    op.create_table(
        "pushed_request",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("pushed_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("expires_at > pushed_at", name=op.f("ck_pushed_request_lifetime")),
        sa.PrimaryKeyConstraint("day", "bucket", "digest", name=op.f("pk_pushed_request")),
    )
    op.create_table(
        "proof_mark",
        sa.Column("exp_day", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("exp_day", "digest", name=op.f("pk_proof_mark")),
    )


def downgrade() -> None:
    """Go back; what was bound to a key is bound no more."""
    op.drop_table("proof_mark")
    op.drop_table("pushed_request")
    for table, column, _kind in reversed(ADDED):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
