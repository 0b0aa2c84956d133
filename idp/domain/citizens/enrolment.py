"""How accounts come into being: one transaction, one NIK one account by construction (features D8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from idp.domain.audit.events import AccountRegistered, OperatorCreated
from idp.domain.audit.record import record
from idp.domain.citizens import identifiers, names, profile
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen, Identifier, Operator
from idp.domain.citizens.nik import is_synthetic
from idp.domain.store.database import Session
from keys import DataKey, KeyTree

SELF, GERBANG = "self", "account"


class DuplicateIdentity(Exception):
    """An account with this NIK (or another unique identifier) exists; nothing was made.

    Let it leave the unit of work, which then rolls back.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"another account has this {kind}")
        self.kind = kind


class SyntheticRefused(Exception):
    """A synthetic NIK in a deployment for real people (contract section 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCitizen:
    """What is known about a person at the start; only `name` is required (contract section 2).

    `source` and `level` say who vouches for name, birth date and NIK; a confirmed contact is Gerbang's.
    """

    name: str
    nik: str | None = None
    birthdate: date | None = None
    email: str | None = None
    email_confirmed: bool = False
    phone_number: str | None = None
    phone_confirmed: bool = False
    username: str | None = None
    password_hash: str | None = field(default=None, repr=False)
    source: str = SELF
    level: str = "ial0"
    locale: str = "id"
    zoneinfo: str = "Asia/Jakarta"
    proofing: str = "none"
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen, with the key that seals what is written about them."""

    account_id: UUID
    citizen_id: UUID
    data_key: DataKey


def create_citizen(
    db: Session,
    tree: KeyTree,
    new: NewCitizen,
    *,
    synthetic_allowed: bool,
    now: datetime,
    actor: str | None = None,
) -> Person:
    """Make an account with its citizen, identifiers and first attributes; all of it or nothing.

    Raises:
        DuplicateIdentity: when the NIK or username has an account already.
        SyntheticRefused: for a 99… NIK where real people are served.
        Malformed, BadName: for values that cannot be what they claim.
    """
    full = names.parse(new.name)
    nik = identifiers.nik(new.nik) if new.nik else None
    if nik is not None and is_synthetic(nik) and not synthetic_allowed:
        raise SyntheticRefused
    account = _account(db, "citizen", new.password_hash, now)
    citizen_id = uuid4()
    data_key, wrapped = tree.vault.new_data_key(citizen_id)
    citizen = Citizen(
        id=citizen_id,
        account_id=account.id,
        data_key=wrapped,
        ial=new.level,
        proofing=new.proofing,
        locale=new.locale,
        zoneinfo=new.zoneinfo,
        created_at=now,
        updated_at=now,
    )
    db.add(citizen)
    db.flush()
    if nik is not None:
        add_identifier(db, tree, account.id, Kind.NIK, nik, now, unique=True)
    identity = {
        "nik": nik,
        "name": full.name,
        "title_prefix": full.title_prefix,
        "title_suffix": full.title_suffix,
        "birthdate": new.birthdate.isoformat() if new.birthdate else None,
    }
    verified_at = now if new.source != SELF else None
    for name, stated in identity.items():
        if stated:
            profile.write(
                db,
                data_key,
                citizen_id,
                name,
                stated,
                source=new.source,
                level=new.level,
                verified_at=verified_at,
                now=now,
            )
    person = Person(account.id, citizen_id, data_key)
    if new.email:
        set_contact(db, tree, person, Kind.EMAIL, new.email, new.email_confirmed, now)
    if new.phone_number:
        set_contact(db, tree, person, Kind.PHONE, new.phone_number, new.phone_confirmed, now)
    if new.username:
        value = identifiers.username(new.username)
        add_identifier(db, tree, account.id, Kind.USERNAME, value, now, unique=True)
    record(
        db,
        AccountRegistered(citizen_id=citizen_id, account_id=account.id, channel=new.channel, actor=actor),
        now,
    )
    return person


def set_contact(
    db: Session,
    tree: KeyTree,
    person: Person,
    kind: Kind,
    text: str,
    confirmed: bool,
    now: datetime,
) -> None:
    """Keep an e-mail address or phone number; whoever comes first may also sign in with it.

    Raises:
        Malformed: when it is no address or number.
    """
    value = identifiers.canonical(kind, text)
    add_identifier(db, tree, person.account_id, kind, value, now)
    profile.write(
        db,
        person.data_key,
        person.citizen_id,
        "email" if kind is Kind.EMAIL else "phone_number",
        value,
        source=GERBANG if confirmed else SELF,
        level="ial0",
        verified_at=now if confirmed else None,
        now=now,
    )


def add_identifier(
    db: Session,
    tree: KeyTree,
    account_id: UUID,
    kind: Kind,
    value: str,
    now: datetime,
    *,
    unique: bool = False,
    operator: bool = False,
) -> bool:
    """Add a canonical identifier; True when it may sign in. A taken one stays a contact, unless `unique`.

    Raises:
        DuplicateIdentity: when `unique` and another account signs in with it.
    """
    digest = identifiers.digest(tree.blind_index, kind, value, operator=operator)
    try:
        with db.begin_nested():
            db.add(_identifier(account_id, kind, digest, now, login=True))
            db.flush()
    except IntegrityError as exc:
        if unique:
            raise DuplicateIdentity(kind) from exc
        db.add(_identifier(account_id, kind, digest, now, login=False))
        db.flush()
        return False
    return True


def create_operator(
    db: Session,
    tree: KeyTree,
    *,
    display_name: str,
    role: str,
    agency_id: str | None,
    identifier: str,
    password_hash: str,
    now: datetime,
    actor: str | None = None,
) -> UUID:
    """Make an operator's account; `identifier` is an e-mail address or user name.

    Raises:
        DuplicateIdentity: when another operator has the identifier.
        Malformed: when it is neither.
    """
    kind = Kind.EMAIL if "@" in identifier else Kind.USERNAME
    value = identifiers.canonical(kind, identifier)
    account = _account(db, "operator", password_hash, now)
    db.add(
        Operator(
            account_id=account.id, display_name=names.clean(display_name), role=role, agency_id=agency_id
        )
    )
    db.flush()
    add_identifier(db, tree, account.id, kind, value, now, unique=True, operator=True)
    record(db, OperatorCreated(account_id=account.id, role=role, actor=actor), now)
    return account.id


def citizen_of(db: Session, account_id: UUID) -> UUID | None:
    """Return the citizen behind an account; operators have none."""
    return db.scalars(select(Citizen.id).where(Citizen.account_id == account_id)).one_or_none()


def _account(db: Session, kind: str, password_hash: str | None, now: datetime) -> Account:
    account = Account(
        id=uuid4(),
        kind=kind,
        status="active",
        password_hash=password_hash,
        password_changed_at=now if password_hash else None,
        created_at=now,
    )
    db.add(account)
    db.flush()
    return account


def _identifier(account_id: UUID, kind: Kind, digest: bytes, now: datetime, *, login: bool) -> Identifier:
    return Identifier(
        id=uuid4(), account_id=account_id, kind=kind.value, digest=digest, login=login, created_at=now
    )
