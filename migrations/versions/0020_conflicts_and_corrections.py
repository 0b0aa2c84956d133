"""Keep what agencies report of values others own, and cases about data that may be wrong (features F12, G7).

Revision 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CURRENT = sa.text("superseded_at IS NULL")
UNDECIDED = sa.text("decided_at IS NULL")
UNTOLD = sa.text("told_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "observation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.Column("verdict", sa.String(length=120), nullable=True),
        sa.Column("case_number", sa.String(length=120), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("verdict in ('wrong', 'right')", name=op.f("ck_observation_verdict")),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_observation_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    op.create_index(
        "uq_observation_current",
        "observation",
        ["citizen_id", "attribute", "source"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "data_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=120), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.String(length=120), nullable=False),
        sa.Column("reported_by", sa.String(length=120), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("late_at", UtcDateTime(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("proposed", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("new_value", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=120), nullable=True),
        sa.CheckConstraint("kind in ('conflict', 'correction')", name=op.f("ck_data_case_kind")),
        sa.CheckConstraint("state in ('open', 'answered', 'closed')", name=op.f("ck_data_case_state")),
        sa.CheckConstraint(
            "outcome in ('kept', 'corrected', 'other_source_wrong', 'rejected', 'withdrawn')",
            name=op.f("ck_data_case_outcome"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (decided_at IS NOT NULL)", name=op.f("ck_data_case_decided")
        ),
        sa.CheckConstraint(
            "outcome <> 'corrected' OR decided_by <> answered_by", name=op.f("ck_data_case_two_people")
        ),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_data_case_citizen_id_citizen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_case")),
    )
    op.create_index(
        "uq_data_case_open",
        "data_case",
        ["citizen_id", "attribute", "kind"],
        unique=True,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.create_index("uq_data_case_number", "data_case", ["number"], unique=True)
    op.create_index(
        "ix_data_case_owner",
        "data_case",
        ["owner_id", "due_at"],
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.create_index("ix_data_case_citizen", "data_case", ["citizen_id", "opened_at"])
    op.create_index(
        "ix_data_case_untold", "data_case", ["opened_at"], sqlite_where=UNTOLD, postgresql_where=UNTOLD
    )
    with op.batch_alter_table("attribute_value") as batch:
        batch.add_column(sa.Column("case_number", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("case_outcome", sa.String(length=120), nullable=True))


def downgrade() -> None:
    """Go back; cases and what was observed are forgotten."""
    with op.batch_alter_table("attribute_value") as batch:
        batch.drop_column("case_outcome")
        batch.drop_column("case_number")
    op.drop_table("data_case")
    op.drop_table("observation")
