"""Keep the register of applications in numbers, so that pages need not count it (features U2).

Revision 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; the numbers come with the next import that changes something."""
    op.create_table(
        "register_summary",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_summary")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("register_summary")
