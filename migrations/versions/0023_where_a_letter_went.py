"""Keep where a letter that leads back in went (ADR 0026).

Revision 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; letters that are under way live an hour and stay as they were."""
    op.add_column("recovery_letter", sa.Column("contact_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("recovery_letter", "contact_id")
