"""Count what forms still ask although the state knows it (features F8).

Revision 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meter_day",
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("prefilled", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Integer(), nullable=False),
        sa.Column("typed_known", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "form", "day", "slot", name=op.f("pk_meter_day")),
    )
    op.create_index("ix_meter_day_day", "meter_day", ["day"])
    op.create_table(
        "meter_field",
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=120), nullable=False),
        sa.Column("typed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "form", "day", "slot", "claim", name=op.f("pk_meter_field")),
    )
    op.create_index("ix_meter_field_day", "meter_field", ["day"])
    op.create_table(
        "meter_report",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("day", "digest", name=op.f("pk_meter_report")),
    )


def downgrade() -> None:
    """Go back; the counts are lost."""
    op.drop_table("meter_report")
    op.drop_table("meter_field")
    op.drop_table("meter_day")
