"""Keep with a consent which other services and which details it covers (RFC 8707, RFC 9396).

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED = ("resource", "authorization_details")


def upgrade() -> None:
    """Apply."""
    for column in ADDED:
        op.add_column("authorization", sa.Column(column, sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back; what was consented beside claims will be asked again."""
    with op.batch_alter_table("authorization") as batch:
        for column in reversed(ADDED):
            batch.drop_column(column)
