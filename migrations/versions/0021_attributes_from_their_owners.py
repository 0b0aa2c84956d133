"""Keep who publishes which attribute, why each release happened or was refused (UU PDP art. 31).

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


KINDS = "kind in ('event', 'fetch', 'logo', 'logout', 'message', 'ping', 'proofing', 'receipt')"
KINDS_BEFORE = "kind in ('event', 'logo', 'logout', 'message', 'ping', 'proofing', 'receipt')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "publisher",
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=120), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("subject in ('nik', 'sub')", name=op.f("ck_publisher_subject")),
        sa.CheckConstraint("status in ('active', 'proposed', 'suspended')", name=op.f("ck_publisher_status")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_publisher_agency_id_agency")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_publisher_client_id_client")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_publisher")),
        sa.UniqueConstraint("client_id", name=op.f("uq_publisher_client_id")),
    )
    op.create_table(
        "published_attribute",
        sa.Column("attribute", sa.String(length=120), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("max_age", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_age > 0", name=op.f("ck_published_attribute_max_age")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["publisher.agency_id"], name=op.f("fk_published_attribute_agency_id_publisher")
        ),
        sa.PrimaryKeyConstraint("attribute", name=op.f("pk_published_attribute")),
    )
    op.create_table(
        "source_answer",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.String(length=120), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=120), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("again_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('known', 'unknown', 'failed', 'refused')", name=op.f("ck_source_answer_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_source_answer_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("citizen_id", "attribute", name=op.f("pk_source_answer")),
    )
    with op.batch_alter_table("release") as batch:
        batch.add_column(
            sa.Column("outcome", sa.String(length=120), nullable=False, server_default="released")
        )
        batch.add_column(sa.Column("reason", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("terms", sa.Text(), nullable=True))
        batch.add_column(sa.Column("on_behalf_of", sa.String(length=120), nullable=True))
        batch.alter_column("authorization_id", existing_type=sa.Uuid(), nullable=True)
        batch.alter_column("family_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("release") as batch:
        batch.alter_column("outcome", existing_type=sa.String(length=120), server_default=None)
        batch.create_check_constraint(op.f("ck_release_outcome"), "outcome in ('released', 'refused')")
        batch.create_check_constraint(
            op.f("ck_release_reason"), "(outcome = 'refused') = (reason IS NOT NULL)"
        )
    op.create_index("ix_release_client", "release", ["client_id", "at"])
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS)


def downgrade() -> None:
    """Go back; refusals and releases without a consent are forgotten."""
    op.execute("DELETE FROM outbox WHERE kind = 'fetch'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_kind"), KINDS_BEFORE)
    op.drop_index("ix_release_client", table_name="release")
    op.execute(
        "DELETE FROM \"release\" WHERE outcome = 'refused' OR authorization_id IS NULL OR family_id IS NULL"
    )
    with op.batch_alter_table("release") as batch:
        batch.drop_constraint(op.f("ck_release_reason"), type_="check")
        batch.drop_constraint(op.f("ck_release_outcome"), type_="check")
        batch.alter_column("family_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("authorization_id", existing_type=sa.Uuid(), nullable=False)
        batch.drop_column("on_behalf_of")
        batch.drop_column("terms")
        batch.drop_column("reason")
        batch.drop_column("outcome")
    op.drop_table("source_answer")
    op.drop_table("published_attribute")
    op.drop_table("publisher")
