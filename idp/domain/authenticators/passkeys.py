"""The passkeys of an account: asking for one, keeping it, listing, naming and removing (WebAuthn L3 §7.1)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.domain.audit.passkey_events import PasskeyAdded, PasskeyRemoved, PasswordRemoved
from idp.domain.audit.record import record
from idp.domain.authenticators import ways_in
from idp.domain.authenticators.models import Factor
from idp.domain.authenticators.passkey_answers import Created, Refused
from idp.domain.authenticators.passkey_models import Passkey, UserHandle
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from idp.protocol.webauthn.relying_party import RelyingParty
from keys import DataKey, Place

PASSKEY: Final = "passkey"
SECURITY_KEY: Final = "security_key"
KINDS: Final = (PASSKEY, SECURITY_KEY)
HANDLE_BYTES: Final = 64
MOST: Final = 20
MOST_NAME_CHARS: Final = 60
PATIENCE_MS: Final = 300_000


class LastWayIn(Exception):
    """Without this the owner could not come back; nothing changed (attacks O-109)."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom an authenticator shows a passkey as belonging to."""

    handle: bytes = field(repr=False)
    name: str = field(repr=False)
    display_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """One passkey of an account, as its owner sees it."""

    id: UUID
    kind: str
    name: str
    added_at: datetime
    last_used_at: datetime | None
    backed_up: bool
    credential_id: bytes = field(repr=False)
    transports: tuple[str, ...]


def creation_options(
    party: RelyingParty,
    owner: Owner,
    challenge: bytes,
    *,
    standing: Iterable[Kept] = (),
    attested: bool = False,
) -> dict[str, Any]:
    """Return what a page gives to `navigator.credentials.create`: discoverable, verified, none that is here already."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=owner.handle,
        user_name=owner.name,
        user_display_name=owner.display_name,
        challenge=challenge,
        timeout=PATIENCE_MS,
        attestation=(
            AttestationConveyancePreference.DIRECT if attested else AttestationConveyancePreference.NONE
        ),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(standing),
    )
    return options_to_json_dict(options)


def request_options(party: RelyingParty, challenge: bytes, standing: Iterable[Kept] = ()) -> dict[str, Any]:
    """Return what a page gives to `navigator.credentials.get`; without `standing` anybody's passkey may answer."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=PATIENCE_MS,
        allow_credentials=_descriptors(standing),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def new_handle() -> bytes:
    """Make a user handle."""
    return secrets.token_bytes(HANDLE_BYTES)


def handle_text(handle: bytes) -> str:
    """Write a handle down for a registration under way."""
    return bytes_to_base64url(handle)


def handle_of_text(text: str) -> bytes:
    """Read it back."""
    return base64url_to_bytes(text)


def handle_of(db: Session, account_id: UUID, proposed: bytes | None = None) -> bytes:
    """Return the handle of an account, making it at first need; the first one stays."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(UserHandle).values(account_id=account_id, handle=proposed or new_handle())
    db.execute(statement.on_conflict_do_nothing(index_elements=["account_id"]))
    return db.scalars(select(UserHandle.handle).where(UserHandle.account_id == account_id)).one()


def keep(
    db: Session,
    seal: DataKey,
    account_id: UUID,
    new: Created,
    name: str,
    now: datetime,
    *,
    citizen_id: UUID | None = None,
    actor: str | None = None,
) -> UUID:
    """Keep a new credential; nobody else may have it (WebAuthn L3 §7.1 step 27; attacks O-108).

    Raises:
        Refused: `taken`, or `full` where an account has as many as we keep.
    """
    if len(of_account(db, account_id)) >= MOST:
        raise Refused("full")
    factor_id = uuid4()
    kind = SECURITY_KEY if new.hardware else PASSKEY
    try:
        with db.begin_nested():
            db.add(
                Factor(
                    id=factor_id,
                    account_id=account_id,
                    kind=kind,
                    name=called(name),
                    secret=seal.seal(new.public_key, _place(factor_id)),
                    created_at=now,
                )
            )
            db.flush()
            db.add(
                Passkey(
                    factor_id=factor_id,
                    credential_id=new.credential_id,
                    sign_count=new.sign_count,
                    model=new.model,
                    transports=" ".join(new.transports),
                    backup_eligible=new.backup_eligible,
                    backed_up=new.backed_up,
                    attestation=new.attestation,
                )
            )
            db.flush()
    except IntegrityError as exc:
        raise Refused("taken") from exc
    event = PasskeyAdded(
        account_id=account_id,
        citizen_id=citizen_id,
        factor_id=factor_id,
        kind=kind,
        attestation=new.attestation,
        actor=actor,
    )
    record(db, event, now)
    return factor_id


def of_account(db: Session, account_id: UUID, kinds: Iterable[str] = KINDS) -> tuple[Kept, ...]:
    """Return the passkeys of an account, the oldest first."""
    rows = db.execute(
        select(Factor, Passkey)
        .join(Passkey, Passkey.factor_id == Factor.id)
        .where(Factor.account_id == account_id, Factor.removed_at.is_(None), Factor.kind.in_(list(kinds)))
        .order_by(Factor.created_at, Factor.id)
    ).all()
    return tuple(
        Kept(
            id=factor.id,
            kind=factor.kind,
            name=factor.name,
            added_at=factor.created_at,
            last_used_at=factor.last_used_at,
            backed_up=passkey.backed_up,
            credential_id=passkey.credential_id,
            transports=tuple(passkey.transports.split()),
        )
        for factor, passkey in rows
    )


def rename(db: Session, account_id: UUID, factor_id: UUID, name: str) -> bool:
    """Give a passkey of this account another name; False when it is not theirs."""
    return _change(db, account_id, factor_id, name=called(name))


def remove(
    db: Session,
    account_id: UUID,
    factor_id: UUID,
    now: datetime,
    *,
    citizen_id: UUID | None = None,
    actor: str | None = None,
) -> bool:
    """Remove a passkey; False when it is not of this account, or went already.

    Raises:
        LastWayIn: the account would be out of reach.
    """
    ways = ways_in.read(db, account_id)
    kept = next((each for each in of_account(db, account_id) if each.id == factor_id), None)
    if kept is None:
        return False
    if not ways.without(kept.kind).enough:
        raise LastWayIn
    _end(db, account_id, factor_id, now)
    event = PasskeyRemoved(account_id=account_id, citizen_id=citizen_id, factor_id=factor_id, actor=actor)
    record(db, event, now)
    return True


def remove_all(db: Session, account_id: UUID, now: datetime, *, actor: str | None = None) -> int:
    """Remove every passkey of an account whose owner comes back by another proof; return how many went."""
    standing = of_account(db, account_id)
    for kept in standing:
        _end(db, account_id, kept.id, now)
        record(db, PasskeyRemoved(account_id=account_id, factor_id=kept.id, actor=actor), now)
    return len(standing)


def remove_password(db: Session, account_id: UUID, now: datetime, *, citizen_id: UUID | None = None) -> bool:
    """Give up the password; False when there is none.

    Raises:
        LastWayIn: fewer than two passkeys, and not one beside a recovery card (features C3).
    """
    ways = ways_in.read(db, account_id)
    if not ways.password:
        return False
    if not ways.without_password().enough:
        raise LastWayIn
    db.execute(
        update(Account).where(Account.id == account_id).values(password_hash=None, password_changed_at=None)
    )
    record(db, PasswordRemoved(account_id=account_id, citizen_id=citizen_id), now)
    return True


def public_key(seal: DataKey, factor: Factor) -> bytes:
    """Open the public key of a passkey."""
    return seal.unseal(factor.secret, _place(factor.id))


def called(name: str) -> str:
    """Return a name people may give: printable, not too long."""
    return "".join(char for char in name if char.isprintable()).strip()[:MOST_NAME_CHARS]


def _change(db: Session, account_id: UUID, factor_id: UUID, **values: object) -> bool:
    changed = db.execute(
        update(Factor)
        .where(
            Factor.id == factor_id,
            Factor.account_id == account_id,
            Factor.kind.in_(KINDS),
            Factor.removed_at.is_(None),
        )
        .values(**values)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def _end(db: Session, account_id: UUID, factor_id: UUID, now: datetime) -> None:
    if _change(db, account_id, factor_id, removed_at=now, secret=b""):
        db.execute(delete(Passkey).where(Passkey.factor_id == factor_id))


def _descriptors(standing: Iterable[Kept]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=kept.credential_id,
            transports=[AuthenticatorTransport(name) for name in kept.transports] or None,
        )
        for kept in standing
    ]


def _place(factor_id: UUID) -> Place:
    return Place("factor", "secret", factor_id.hex)
