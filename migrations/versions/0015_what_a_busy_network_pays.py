"""Keep challenges that were met, and by how many people a browser is used (features M4, M5).

Revision 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "spent_challenge",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_challenge")),
    )
    op.create_table(
        "browser_use",
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("browser", "account", name=op.f("pk_browser_use")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("browser_use")
    op.drop_table("spent_challenge")
