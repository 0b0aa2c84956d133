"""Let sessions keep the methods they were proved by, and whether several people share the device (features B5, C11).

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; sessions from before know no methods and are asked again where it matters."""
    op.add_column(
        "browser_session", sa.Column("methods", sa.String(length=120), nullable=False, server_default="")
    )
    op.add_column(
        "browser_session", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("browser_session") as batch:
        batch.drop_column("shared")
        batch.drop_column("methods")
