"""Create every table of the main job.

Revision 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from idp.domain.store.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind in ('citizen', 'operator')", name=op.f("ck_account_kind")),
        sa.CheckConstraint("status in ('active', 'locked', 'closed')", name=op.f("ck_account_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("name_id", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_table(
        "attempts",
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("window_started_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_attempts")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.String(length=120), nullable=True),
        sa.Column("trace_id", sa.String(length=120), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index("ix_audit_log_citizen", ["citizen_id", "seq"], unique=False)
        batch_op.create_index("ix_audit_log_client", ["client_id", "seq"], unique=False)
        batch_op.create_index("ix_audit_log_event", ["event", "seq"], unique=False)
        batch_op.create_index("ix_audit_log_trace", ["trace_id"], unique=False)

    op.create_table(
        "audit_pending",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.String(length=120), nullable=True),
        sa.Column("trace_id", sa.String(length=120), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pending")),
    )
    op.create_table(
        "authorization_code",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(length=120), nullable=True),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("id_token_claims", sa.Text(), nullable=False),
        sa.Column("acr", sa.String(length=120), nullable=False),
        sa.Column("amr", sa.String(length=120), nullable=False),
        sa.Column("auth_time", UtcDateTime(), nullable=False),
        sa.Column("send_auth_time", sa.Boolean(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_authorization_code_lifetime")),
        sa.PrimaryKeyConstraint("day", "bucket", "digest", name=op.f("pk_authorization_code")),
    )
    op.create_table(
        "browser_session",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("acr", sa.String(length=120), nullable=False),
        sa.Column("amr", sa.String(length=120), nullable=False),
        sa.Column("auth_time", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("idle_expires_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=120), nullable=True),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("network", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("day", "bucket", "digest", name=op.f("pk_browser_session")),
    )
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.create_index("ix_browser_session_account", ["account_id"], unique=False)
        batch_op.create_index("ix_browser_session_id", ["id"], unique=False)

    op.create_table(
        "family",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("acr", sa.String(length=120), nullable=False),
        sa.Column("amr", sa.String(length=120), nullable=False),
        sa.Column("auth_time", UtcDateTime(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("refresh_key", sa.LargeBinary(length=16), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("refresh_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("refreshed_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=120), nullable=True),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_family_lifetime")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family")),
        sa.UniqueConstraint("refresh_key", name=op.f("uq_family_refresh_key")),
    )
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.create_index("ix_family_authorization", ["authorization_id"], unique=False)
        batch_op.create_index("ix_family_session", ["session_id"], unique=False)

    op.create_table(
        "interaction",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=120), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("mfa_tries", sa.Integer(), nullable=False),
        sa.Column("chosen_account", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("day", "bucket", "digest", name=op.f("pk_interaction")),
    )
    op.create_table(
        "jti_mark",
        sa.Column("exp_day", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("exp_day", "client_id", "jti", name=op.f("pk_jti_mark")),
    )
    op.create_table(
        "kek",
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("root_id", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "version", name=op.f("pk_kek")),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("holder", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
    )
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.create_index("ix_one_time_code_holder", ["purpose", "holder"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind in ('logout', 'message', 'proofing')", name=op.f("ck_outbox_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_open",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.create_index("ix_outbox_session", ["session_id"], unique=False)

    op.create_table(
        "registration_draft",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_registration_draft")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=120), nullable=False),
        sa.Column("trace_id", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index("ix_release_citizen", ["citizen_id", "at"], unique=False)

    op.create_table(
        "revoked_token",
        sa.Column("exp_day", sa.Integer(), nullable=False),
        sa.Column("jti", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("exp_day", "jti", name=op.f("pk_revoked_token")),
    )
    op.create_table(
        "sandbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_message")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=120), nullable=False),
        sa.Column("alg", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=120), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("retiring_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "stamp",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamp")),
    )
    op.create_table(
        "citizen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("ial", sa.String(length=120), nullable=False),
        sa.Column("proofing", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=120), nullable=False),
        sa.Column("zoneinfo", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ial in ('ial0', 'ial1', 'ial2', 'ial3')", name=op.f("ck_citizen_ial")),
        sa.CheckConstraint(
            "proofing in ('none', 'pending', 'verified', 'mismatch')", name=op.f("ck_citizen_proofing")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_citizen_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen")),
        sa.UniqueConstraint("account_id", name=op.f("uq_citizen_account_id")),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=False),
        sa.Column("environment", sa.String(length=120), nullable=False),
        sa.Column("profile", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=120), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("secret_issued_at", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("environment in ('sandbox', 'production')", name=op.f("ck_client_environment")),
        sa.CheckConstraint(
            "status in ('draft', 'approved', 'suspended', 'retired')", name=op.f("ck_client_status")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_client_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index("ix_client_agency", ["agency_id"], unique=False)

    op.create_table(
        "factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_factor_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
    )
    with op.batch_alter_table("factor", schema=None) as batch_op:
        batch_op.create_index("ix_factor_account", ["account_id"], unique=False)

    op.create_table(
        "identifier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("login", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_identifier_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identifier")),
    )
    with op.batch_alter_table("identifier", schema=None) as batch_op:
        batch_op.create_index("ix_identifier_account", ["account_id"], unique=False)
        batch_op.create_index(
            "uq_identifier_login",
            ["kind", "digest"],
            unique=True,
            sqlite_where=sa.text("login"),
            postgresql_where=sa.text("login"),
        )

    op.create_table(
        "known_browser",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_known_browser_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "browser", name=op.f("pk_known_browser")),
    )
    op.create_table(
        "operator",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("agency_id", sa.String(length=120), nullable=True),
        sa.CheckConstraint("role in ('super', 'agency', 'readonly')", name=op.f("ck_operator_role")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_operator_account_id_account")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_operator_agency_id_agency")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_operator")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_recovery_code_account_id_digest")),
    )
    op.create_table(
        "attribute_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("level", sa.String(length=120), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("valid_from", UtcDateTime(), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_attribute_value_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute_value")),
    )
    with op.batch_alter_table("attribute_value", schema=None) as batch_op:
        batch_op.create_index(
            "uq_attribute_current",
            ["citizen_id", "name"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "authorization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("granted", sa.Text(), nullable=False),
        sa.Column("declined", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=120), nullable=False),
        sa.Column("text_version", sa.String(length=120), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_authorization_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_authorization_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization")),
    )
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.create_index(
            "uq_authorization_standing",
            ["citizen_id", "client_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND superseded_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND superseded_at IS NULL"),
        )

    op.create_table(
        "client_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "decision is null or decision in ('approved', 'refused', 'replaced')",
            name=op.f("ck_client_change_decision"),
        ),
        sa.CheckConstraint("kind in ('activate', 'amend', 'resume')", name=op.f("ck_client_change_kind")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_change_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_change")),
    )
    with op.batch_alter_table("client_change", schema=None) as batch_op:
        batch_op.create_index("ix_client_change_client", ["client_id"], unique=False)

    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name=op.f("fk_role_citizen_id_citizen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index("ix_role_citizen", ["citizen_id", "name"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index("ix_role_citizen")

    op.drop_table("role")
    with op.batch_alter_table("client_change", schema=None) as batch_op:
        batch_op.drop_index("ix_client_change_client")

    op.drop_table("client_change")
    with op.batch_alter_table("authorization", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_authorization_standing",
            sqlite_where=sa.text("withdrawn_at IS NULL AND superseded_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND superseded_at IS NULL"),
        )

    op.drop_table("authorization")
    with op.batch_alter_table("attribute_value", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attribute_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("attribute_value")
    op.drop_table("recovery_code")
    op.drop_table("operator")
    op.drop_table("known_browser")
    with op.batch_alter_table("identifier", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_identifier_login", sqlite_where=sa.text("login"), postgresql_where=sa.text("login")
        )
        batch_op.drop_index("ix_identifier_account")

    op.drop_table("identifier")
    with op.batch_alter_table("factor", schema=None) as batch_op:
        batch_op.drop_index("ix_factor_account")

    op.drop_table("factor")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_index("ix_client_agency")

    op.drop_table("client")
    op.drop_table("citizen")
    op.drop_table("stamp")
    op.drop_table("signing_key")
    op.drop_table("sandbox_message")
    op.drop_table("revoked_token")
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index("ix_release_citizen")

    op.drop_table("release")
    op.drop_table("registration_draft")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_session")
        batch_op.drop_index(
            "ix_outbox_open",
            sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        )

    op.drop_table("outbox")
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_index("ix_one_time_code_holder")

    op.drop_table("one_time_code")
    op.drop_table("kek")
    op.drop_table("jti_mark")
    op.drop_table("interaction")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_index("ix_family_session")
        batch_op.drop_index("ix_family_authorization")

    op.drop_table("family")
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.drop_index("ix_browser_session_id")
        batch_op.drop_index("ix_browser_session_account")

    op.drop_table("browser_session")
    op.drop_table("authorization_code")
    op.drop_table("audit_pending")
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_log_trace")
        batch_op.drop_index("ix_audit_log_event")
        batch_op.drop_index("ix_audit_log_client")
        batch_op.drop_index("ix_audit_log_citizen")

    op.drop_table("audit_log")
    op.drop_table("audit_checkpoint")
    op.drop_table("attempts")
    op.drop_table("agency")
    op.drop_table("account")
