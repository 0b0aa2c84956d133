"""Consent: what is asked, what the citizen decides, and the record of it (UU PDP art. 20-24)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Uuid, case, column, or_, select, table, update

from idp.domain.audit.account_events import AgencyContactChosen
from idp.domain.audit.events import ConsentDenied, ConsentGranted
from idp.domain.audit.record import record
from idp.domain.citizens.models import Citizen
from idp.domain.consent.models import Authorization
from idp.domain.store.base import UtcDateTime
from idp.domain.store.database import Session
from idp.protocol.oauth.authorization_details import read_stored, stored
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.values import format_scope
from idp.protocol.oidc.catalogue import base
from idp.protocol.oidc.claims_request import ClaimsRequest
from idp.protocol.oidc.consent_lifetime import lifetime
from keys import DataKey, Place

_FAMILY = table(
    "family",
    column("citizen_id", Uuid()),
    column("client_id"),
    column("revoked_at", UtcDateTime()),
    column("revoke_reason"),
)
"""What tokens rest on; the table belongs to `grants`, which lies higher."""
TEXT_VERSION = "2026-11-24"
"""Names the fixed sentences of the consent page; it changes with them (tests hold it to the template)."""


CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the consent page exactly as the citizen saw it, kept as evidence."""

    name: str
    label: str
    value: str
    source: str
    purpose: str
    legal_basis: str
    required: bool
    ground: str = CONSENT
    """The ground of UU PDP article 20 by its name in registrations."""
    notice: bool = False
    """Told, not asked: it is given on another ground than consent."""
    until: str = ""
    """The day on which this is asked or told again."""

    def to_dict(self) -> dict[str, object]:
        """The line as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Reach:
    """What a consent covers beside claims, and the words that said so.

    `resource` are services of others (RFC 8707), `authorization_details` is JSON text (RFC 9396).
    """

    resource: tuple[str, ...] = ()
    authorization_details: str | None = None
    words: tuple[str, ...] = ()


NOTHING_ELSE = Reach()


@dataclass(frozen=True, slots=True)
class Seen:
    """The contacts a client sees where they are not the primary ones."""

    email: UUID | None = None
    phone: UUID | None = None

    @property
    def ids(self) -> tuple[UUID, ...]:
        """Those that were chosen."""
        return tuple(each for each in (self.email, self.phone) if each is not None)


def seen(authorization: Authorization | None) -> Seen:
    """Return what was chosen, the primary ones where nothing was."""
    if authorization is None:
        return Seen()
    return Seen(authorization.email_contact, authorization.phone_contact)


def choose_contacts(db: Session, citizen_id: UUID, client_id: str, chosen: Seen, now: datetime) -> bool:
    """Let a client see these contacts from now on; False when it is given nothing or sees them already.

    Rows that a later consent superseded count too: tokens may still rest on them (decisions 6).
    """
    changed = db.execute(
        update(Authorization)
        .where(
            Authorization.citizen_id == citizen_id,
            Authorization.client_id == client_id,
            Authorization.withdrawn_at.is_(None),
            or_(
                Authorization.email_contact.is_distinct_from(chosen.email),
                Authorization.phone_contact.is_distinct_from(chosen.phone),
            ),
        )
        .values(email_contact=chosen.email, phone_contact=chosen.phone)
        .returning(Authorization.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        return False
    kinds = tuple(
        kind for kind, each in (("email", chosen.email), ("phone", chosen.phone)) if each is not None
    )
    record(db, AgencyContactChosen(citizen_id=citizen_id, client_id=client_id, kinds=kinds), now)
    return True


def is_required(client: Client, claims: ClaimsRequest, name: str) -> bool:
    """Tell whether a claim comes with the service or is the citizen's choice.

    The registration decides where it lists the claim; else an essential claim is required, a voluntary one asked for
    by name is not, and what only a scope stands for comes with that scope.
    """
    use = client.use(name)
    if use is not None:
        return use.required
    return claims.is_essential(base(name)) or not claims.names(base(name))


def standing(db: Session, citizen_id: UUID, client_id: str, now: datetime) -> Authorization | None:
    """Return the authorization a citizen currently gives a client, if any."""
    return db.scalars(
        select(Authorization).where(
            Authorization.citizen_id == citizen_id,
            Authorization.client_id == client_id,
            Authorization.withdrawn_at.is_(None),
            Authorization.superseded_at.is_(None),
            Authorization.expires_at > now,
        )
    ).one_or_none()


def until(
    before: Authorization | None, client: Client, names: Iterable[str], usual: timedelta, now: datetime
) -> datetime:
    """Return when a consent to `names` given now will end (features G4).

    What stood before and is not put to the citizen this time is carried over, and gets no day longer by that.
    """
    asked = set(names)
    kept = set(before.granted.split()) - asked if before is not None else set()
    end = now + lifetime(client, asked | kept, usual)
    return min(end, before.expires_at) if before is not None and kept else end


def one_at_a_time(db: Session, citizen_id: UUID) -> None:
    """Let decisions of one citizen wait for each other until the transaction ends: buttons are pressed twice."""
    db.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update())


def grant(
    db: Session,
    data_key: DataKey,
    *,
    citizen_id: UUID,
    client: Client,
    scope: Iterable[str],
    shown: Sequence[Shown],
    allowed: frozenset[str],
    absent: Iterable[str] = (),
    reach: Reach = NOTHING_ELSE,
    language: str,
    expires_at: datetime,
    now: datetime,
    subject: bytes | None = None,
    actor: str | None = None,
) -> Authorization:
    """Record a consent act; what stood before is superseded by a row that holds both (decisions 6).

    `subject` is a digest of the `sub` the client knows them by; `actor` is who acted if it was not the citizen.
    `absent` are claims that a scope stands for and this citizen has no value of: never shown, so never granted.
    """
    before = standing(db, citizen_id, client.client_id, now)
    names = [line.name for line in shown]
    granted = {line.name for line in shown if line.required or line.name in allowed}
    declined = (set(names) | set(absent)) - granted
    scopes, resources = dict.fromkeys(scope), dict.fromkeys(reach.resource)
    details = read_stored(reach.authorization_details)
    if before is not None:
        granted |= set(before.granted.split()) - declined
        declined |= set(before.declined.split()) - granted
        scopes = dict.fromkeys((*before.scope.split(), *scopes))
        resources = dict.fromkeys((*(before.resource or "").split(), *resources))
        kept = read_stored(before.authorization_details)
        details = (*(detail for detail in kept if detail not in details), *details)
        if set(before.granted.split()) & declined:
            _end_tokens(db, citizen_id, client.client_id, now)
    chosen = seen(before)
    _supersede(db, citizen_id, client.client_id, expires_at, now)
    row_id = uuid4()
    text = orjson.dumps([*(line.to_dict() for line in shown), *({"words": words} for words in reach.words)])
    authorization = Authorization(
        id=row_id,
        citizen_id=citizen_id,
        client_id=client.client_id,
        scope=format_scope(scopes),
        granted=" ".join(sorted(granted)),
        declined=" ".join(sorted(declined)),
        resource=" ".join(resources) or None,
        authorization_details=stored(details) if details else None,
        language=language,
        text_version=TEXT_VERSION,
        record=data_key.seal(text, Place("authorization", "record", row_id.hex)),
        granted_at=now,
        expires_at=expires_at,
        subject=subject,
        email_contact=chosen.email,
        phone_contact=chosen.phone,
    )
    db.add(authorization)
    db.flush()
    record(
        db,
        ConsentGranted(
            citizen_id=citizen_id,
            client_id=client.client_id,
            actor=actor,
            authorization_id=row_id,
            granted=tuple(sorted(granted)),
            declined=tuple(sorted(declined)),
        ),
        now,
    )
    return authorization


def deny(db: Session, citizen_id: UUID, client_id: str, now: datetime) -> None:
    """Record a no; nothing else changes."""
    record(db, ConsentDenied(citizen_id=citizen_id, client_id=client_id), now)


def _end_tokens(db: Session, citizen_id: UUID, client_id: str, now: datetime) -> None:
    """Revoke what earlier consents started: tokens must not carry on with an item that is not given any more."""
    db.execute(
        update(_FAMILY)
        .where(
            _FAMILY.c.citizen_id == citizen_id,
            _FAMILY.c.client_id == client_id,
            _FAMILY.c.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoke_reason="consent_narrowed")
    )


def _supersede(db: Session, citizen_id: UUID, client_id: str, until: datetime, now: datetime) -> None:
    """End what stood, expired rows too, so that one row at most stands; tokens rest on it no longer than on the new."""
    db.execute(
        update(Authorization)
        .where(
            Authorization.citizen_id == citizen_id,
            Authorization.client_id == client_id,
            Authorization.withdrawn_at.is_(None),
            Authorization.superseded_at.is_(None),
        )
        .values(
            superseded_at=now,
            expires_at=case((Authorization.expires_at > until, until), else_=Authorization.expires_at),
        )
        .execution_options(synchronize_session=False)
    )
