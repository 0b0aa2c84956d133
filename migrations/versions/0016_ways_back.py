"""Keep requests for a way back, permits for a new factor, cases; officers at counters (features D1, D2, H3).

Revision 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WAITING = sa.text("handled_at IS NULL")
OPEN = sa.text("state = 'open'")
ROLES = "role in ('super', 'agency', 'readonly', 'officer')"
ROLES_BEFORE = "role in ('super', 'agency', 'readonly')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "recovery_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose in ('password', 'identity')", name=op.f("ck_recovery_letter_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_letter")),
        sa.UniqueConstraint("digest", name=op.f("uq_recovery_letter_digest")),
    )
    op.create_index(
        "ix_recovery_letter_waiting",
        "recovery_letter",
        ["asked_at"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index("ix_recovery_letter_account", "recovery_letter", ["account_id"])
    op.create_table(
        "support_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=120), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("opened_by", sa.String(length=120), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("kind in ('counter', 'not_me')", name=op.f("ck_support_case_kind")),
        sa.CheckConstraint(
            "state in ('open', 'approved', 'refused', 'closed')", name=op.f("ck_support_case_state")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> opened_by", name=op.f("ck_support_case_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_support_case_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_support_case_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_support_case_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_case")),
        sa.UniqueConstraint("digest", name=op.f("uq_support_case_digest")),
    )
    op.create_index(
        "uq_support_case_open",
        "support_case",
        ["citizen_id", "kind"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index("ix_support_case_agency", "support_case", ["agency_id", "opened_at"])
    op.create_index("ix_support_case_citizen", "support_case", ["citizen_id", "opened_at"])
    op.create_table(
        "enrolment_permit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("origin in ('counter', 'identity')", name=op.f("ck_enrolment_permit_origin")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_enrolment_permit_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_enrolment_permit_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_enrolment_permit_case_id_support_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_permit")),
        sa.UniqueConstraint("digest", name=op.f("uq_enrolment_permit_digest")),
    )
    op.create_index("ix_enrolment_permit_account", "enrolment_permit", ["account_id"])
    with op.batch_alter_table("operator") as batch:
        batch.drop_constraint(op.f("ck_operator_role"), type_="check")
        batch.create_check_constraint(op.f("ck_operator_role"), ROLES)


def downgrade() -> None:
    """Go back; what waits is lost, officers may only look."""
    op.execute("UPDATE operator SET role = 'readonly' WHERE role = 'officer'")
    with op.batch_alter_table("operator") as batch:
        batch.drop_constraint(op.f("ck_operator_role"), type_="check")
        batch.create_check_constraint(op.f("ck_operator_role"), ROLES_BEFORE)
    op.drop_table("enrolment_permit")
    op.drop_table("support_case")
    op.drop_table("recovery_letter")
