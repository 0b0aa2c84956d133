"""Keep a small picture of each client's logo, so that pages load nothing from elsewhere (protocol A25).

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "kind in ('logo', 'logout', 'message', 'ping', 'proofing')"
KINDS_BEFORE = "kind in ('logout', 'message', 'ping', 'proofing')"


def upgrade() -> None:
    """Apply; logos registered before are fetched when their client's registration changes next."""
    op.create_table(
        "logo",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_logo")),
    )
    op.add_column("client", sa.Column("logo_digest", sa.LargeBinary(length=32), nullable=True))
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS)


def downgrade() -> None:
    """Go back; pages show the first letter again."""
    op.execute("DELETE FROM outbox WHERE kind = 'logo'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS_BEFORE)
    with op.batch_alter_table("client") as batch:
        batch.drop_column("logo_digest")
    op.drop_table("logo")
