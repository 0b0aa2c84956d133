"""Keep the register of applications, declared forms and waivers (features F9, F10, F21, U2).

Revision 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MADE = (
    "waiver",
    "declared_form",
    "retirement_proposal",
    "application_change",
    "application_field",
    "application",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("users", sa.BigInteger(), nullable=False),
        sa.Column("yearly_cost", sa.BigInteger(), nullable=False),
        sa.Column("technology", sa.Text(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("vocabulary", sa.LargeBinary(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("users >= 0", name=op.f("ck_application_users")),
        sa.CheckConstraint("yearly_cost >= 0", name=op.f("ck_application_yearly_cost")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index("ix_application_owner", "application", ["owner_id", "slug"])
    op.create_index("ix_application_users", "application", ["users", "id"])
    op.create_table(
        "application_field",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("concept", sa.String(length=120), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.CheckConstraint("confidence between 0 and 100", name=op.f("ck_application_field_confidence")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_field_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("application_id", "position", name=op.f("pk_application_field")),
    )
    op.create_index("ix_application_field_concept", "application_field", ["concept", "application_id"])
    op.create_table(
        "application_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_change_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_change")),
    )
    op.create_index("ix_application_change_application", "application_change", ["application_id", "revision"])
    op.create_table(
        "retirement_proposal",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("keeper_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("saving", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_retirement_proposal_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"], ["application.id"], name=op.f("fk_retirement_proposal_keeper_id_application")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_retirement_proposal")),
    )
    op.create_table(
        "declared_form",
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("declared_by", sa.String(length=120), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_declared_form_client_id_client")),
        sa.PrimaryKeyConstraint("client_id", "name", name=op.f("pk_declared_form")),
    )
    op.create_table(
        "waiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=True),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("attribute", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_waiver_term")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> asked_by", name=op.f("ck_waiver_two_people")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_waiver_agency_id_agency")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_waiver_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index("ix_waiver_agency", "waiver", ["agency_id", "form"])
    op.create_index("ix_waiver_ends", "waiver", ["ends_on"])


def downgrade() -> None:
    """Take back."""
    for table in MADE:
        op.drop_table(table)
