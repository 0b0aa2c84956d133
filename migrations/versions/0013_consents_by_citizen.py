"""Find what rests on any consent of a citizen, superseded ones too, without reading the table.

Revision 0013, after 0012.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_authorization_citizen", "authorization", ["citizen_id"])


def downgrade() -> None:
    """Go back; nothing is lost."""
    op.drop_index("ix_authorization_citizen", table_name="authorization")
