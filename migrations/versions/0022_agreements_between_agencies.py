"""Keep agreements between agencies and their steps; the demo agencies are named as their claims' sources (F1, F3).

Revision 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# An agency that owns claims is called by its source. Only the agencies of the sandbox had other names.
RENAMED = {"investment": "business_licence", "civil-service": "civil_service"}
EXAMPLE = "%(example)"
REFERENCES = ("client", "operator", "initial_access_token", "support_case")
"""Tables with an `agency_id`."""
AGENCY = sa.table(
    "agency",
    sa.column("id", sa.String()),
    sa.column("name_id", sa.String()),
    sa.column("name_en", sa.String()),
    sa.column("created_at", UtcDateTime()),
)
KEPT = (AGENCY.c.name_id, AGENCY.c.name_en, AGENCY.c.created_at)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.String(length=120), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("purpose_id", sa.Text(), nullable=False),
        sa.Column("purpose_en", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.String(length=120), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=120), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("agreed_by", sa.String(length=120), nullable=True),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("resume_asked_by", sa.String(length=120), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status in ('requested', 'agreed', 'in_force', 'suspended', 'ended', 'refused')",
            name=op.f("ck_agreement_status"),
        ),
        sa.CheckConstraint(
            "legal_basis in ('consent', 'contract', 'law', 'vital_interest', 'public_duty', 'legitimate_interest')",
            name=op.f("ck_agreement_legal_basis"),
        ),
        sa.CheckConstraint("consumer_id <> owner_id", name=op.f("ck_agreement_two_agencies")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> requested_by", name=op.f("ck_agreement_two_people")
        ),
        sa.CheckConstraint("retention_days >= 0", name=op.f("ck_agreement_retention")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_agreement_lifetime")),
        sa.ForeignKeyConstraint(["consumer_id"], ["agency.id"], name=op.f("fk_agreement_consumer_id_agency")),
        sa.ForeignKeyConstraint(["owner_id"], ["agency.id"], name=op.f("fk_agreement_owner_id_agency")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["agreement.id"], name=op.f("fk_agreement_supersedes_id_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index("ix_agreement_consumer", "agreement", ["consumer_id", "status"])
    op.create_index("ix_agreement_owner", "agreement", ["owner_id", "status"])
    op.create_index("ix_agreement_expires", "agreement", ["expires_at"])
    op.create_table(
        "agreement_step",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("party", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_step_agreement_id_agreement")
        ),
        sa.CheckConstraint(
            "party in ('consumer', 'owner', 'platform')", name=op.f("ck_agreement_step_party")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "number", name=op.f("pk_agreement_step")),
    )
    for old, new in RENAMED.items():
        _rename(old, new)
    op.execute(sa.text("UPDATE attribute_value SET source = 'business_licence' WHERE source = 'business'"))


def downgrade() -> None:
    """Go back; what was agreed is lost."""
    op.execute(sa.text("UPDATE attribute_value SET source = 'business' WHERE source = 'business_licence'"))
    for old, new in RENAMED.items():
        _rename(new, old)
    op.drop_table("agreement_step")
    op.drop_table("agreement")


def _rename(old: str, new: str) -> None:
    """Give an agency of the sandbox another id: what refers to it follows, then the old row goes."""
    bind = op.get_bind()
    is_example = sa.and_(AGENCY.c.id == old, AGENCY.c.name_en.like(EXAMPLE))
    row = bind.execute(sa.select(AGENCY).where(is_example)).one_or_none()
    taken = bind.execute(sa.select(AGENCY.c.id).where(AGENCY.c.id == new)).one_or_none()
    if row is None or taken is not None:
        return
    bind.execute(sa.insert(AGENCY).values(id=new, **{c.name: getattr(row, c.name) for c in KEPT}))
    for name in REFERENCES:
        table = sa.table(name, sa.column("agency_id", sa.String()))
        bind.execute(sa.update(table).where(table.c.agency_id == old).values(agency_id=new))
    bind.execute(sa.delete(AGENCY).where(AGENCY.c.id == old))
