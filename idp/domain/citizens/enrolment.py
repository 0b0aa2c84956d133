"""How accounts come into being: one transaction, one NIK one account by construction (features D8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from idp.domain.audit.events import AccountRegistered, OperatorCreated
from idp.domain.audit.record import record
from idp.domain.citizens import contacts, identifiers, names, profile
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.logins import DuplicateIdentity as DuplicateIdentity, add_identifier
from idp.domain.citizens.models import Account, Citizen, Operator
from idp.domain.citizens.nik import is_synthetic
from idp.domain.citizens.people import (
    GERBANG as GERBANG,
    SELF as SELF,
    Person as Person,
    citizen_of as citizen_of,
)
from idp.domain.store.database import Session
from keys import KeyTree


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
    nip: str | None = None
    password_hash: str | None = field(default=None, repr=False)
    source: str = SELF
    level: str = "ial0"
    locale: str = "id"
    zoneinfo: str = "Asia/Jakarta"
    proofing: str = "none"
    channel: str = "web"


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
        DuplicateIdentity: when the NIK, user name or NIP has an account already.
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
        contacts.keep(db, tree, person, Kind.EMAIL, new.email, now, confirmed=new.email_confirmed)
    if new.phone_number:
        contacts.keep(db, tree, person, Kind.PHONE, new.phone_number, now, confirmed=new.phone_confirmed)
    for kind, text in ((Kind.USERNAME, new.username), (Kind.NIP, new.nip)):
        if text:
            value = identifiers.canonical(kind, text)
            add_identifier(db, tree, account.id, kind, value, now, unique=True)
    record(
        db,
        AccountRegistered(citizen_id=citizen_id, account_id=account.id, channel=new.channel, actor=actor),
        now,
    )
    return person


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
