"""Count the conflicts an agency opens in a day, ring once when they are many, and find cases that have had their day.

Revision 0026, after 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

REPORTED = sa.text("reported_by IS NOT NULL")
REPLACED = sa.text("superseded_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "conflict_alarm",
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("day", UtcDateTime(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_conflict_alarm_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("agency_id", "day", name=op.f("pk_conflict_alarm")),
    )
    op.create_index("ix_data_case_decided", "data_case", ["decided_at"])
    op.create_index(
        "ix_data_case_reported",
        "data_case",
        ["opened_at", "reported_by"],
        sqlite_where=REPORTED,
        postgresql_where=REPORTED,
    )
    op.create_index(
        "ix_observation_replaced",
        "observation",
        ["superseded_at"],
        sqlite_where=REPLACED,
        postgresql_where=REPLACED,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_observation_replaced", "observation")
    op.drop_index("ix_data_case_reported", "data_case")
    op.drop_index("ix_data_case_decided", "data_case")
    op.drop_table("conflict_alarm")
