"""Let a citizen have several e-mail addresses and phone numbers, and choose which one a client sees (features H4).

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEEP_WHAT_IS_THERE = """
INSERT INTO contact (id, citizen_id, kind, is_primary, sealed, channels, verified_at, created_at)
SELECT i.id, c.id, i.kind, true, NULL, CASE i.kind WHEN 'phone' THEN 'sms' ELSE '' END, v.verified_at, i.created_at
FROM identifier i
JOIN citizen c ON c.account_id = i.account_id
JOIN attribute_value v ON v.citizen_id = c.id AND v.superseded_at IS NULL
     AND v.name = CASE i.kind WHEN 'email' THEN 'email' ELSE 'phone_number' END
WHERE i.kind IN ('email', 'phone')
"""


def upgrade() -> None:
    """Apply; the one address and number people have becomes their primary one."""
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("channels", sa.String(length=120), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind in ('email', 'phone')", name=op.f("ck_contact_kind")),
        sa.CheckConstraint("is_primary = (sealed IS NULL)", name=op.f("ck_contact_one_value")),
        sa.ForeignKeyConstraint(["id"], ["identifier.id"], name=op.f("fk_contact_id_identifier")),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_contact_citizen_id_citizen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        "uq_contact_primary",
        "contact",
        ["citizen_id", "kind"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
    op.create_index("ix_contact_citizen", "contact", ["citizen_id"])
    op.execute(KEEP_WHAT_IS_THERE)
    op.add_column("authorization", sa.Column("email_contact", sa.Uuid(), nullable=True))
    op.add_column("authorization", sa.Column("phone_contact", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Go back; only primary contacts are left."""
    with op.batch_alter_table("authorization") as batch:
        batch.drop_column("phone_contact")
        batch.drop_column("email_contact")
    op.drop_table("contact")
