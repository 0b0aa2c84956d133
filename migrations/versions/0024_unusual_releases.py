"""Keep which hours of which client rang the alarm (features F17).

Revision 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "release_alarm",
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_release_alarm_client_id_client")),
        sa.PrimaryKeyConstraint("client_id", "hour", name=op.f("pk_release_alarm")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("release_alarm")
