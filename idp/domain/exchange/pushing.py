"""Taking what an agency sends by itself: its own attributes are kept, its word about others' is compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.citizens.models import Citizen
from idp.domain.consent.decisions import one_at_a_time
from idp.domain.consent.models import Authorization
from idp.domain.exchange import fetching
from idp.domain.exchange.disputes import Report, observe
from idp.domain.exchange.publishers import Publication
from idp.domain.exchange.stated import Stated
from idp.domain.registry.lookup import is_approved
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import CLAIMS, lender_of
from idp.protocol.oidc.claims import registered
from keys import KeyTree


class NotPublished(ValueError):
    """A name that is in no catalogue, or that its owner does not publish here; `name` is the first of them."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class About:
    """Whom a push is about: a NIK, or the digest of the `sub` the publisher knows them by."""

    nik: str | None = None
    subject: bytes | None = None


def sort_out(
    publications: Mapping[str, Publication],
    client: Client,
    names: Mapping[str, object],
    agreed: Collection[str],
) -> frozenset[str]:
    """Return which of the pushed names are the agency's own.

    What others own it may report only where it reads it itself, by its registration or an agreement: whoever has no
    business with an attribute has no word in a conflict about it.

    Raises:
        NotPublished: a name nobody knows, one of its own that it has not registered, or one it has no business with.
    """
    own = frozenset(name for name in names if lender_of(name) == client.agency_id)
    for name in names:
        publication = publications.get(name)
        if name in own:
            known = publication is not None and publication.client_id == client.client_id
        else:
            known = name in CLAIMS and (name in agreed or name in registered(client))
        if not known:
            raise NotPublished(name)
    return own


def take(
    db: Session,
    tree: KeyTree,
    client: Client,
    about: About,
    own: frozenset[str],
    stated: Mapping[str, Stated],
    now: datetime,
) -> bool:
    """Keep a push about one citizen; False when there is nobody it could be about, or their data is gone.

    Raises:
        TooManyConflicts: it disagrees with other owners more often than an agency may in a day.
    """
    citizen_id = _find(db, tree, client, about)
    if citizen_id is None:
        return False
    one_at_a_time(db, citizen_id)
    citizen = db.get(Citizen, citizen_id) if is_approved(db, client.client_id) else None
    if citizen is None or citizen.data_key is None:
        return False
    data_key = tree.vault.open(citizen.id, citizen.data_key)
    mine = {name: said for name, said in stated.items() if name in own}
    if mine:
        fetching.take_push(db, tree, data_key, citizen_id, client, mine, now)
    for name, said in stated.items():
        if name not in own:
            report = Report(citizen_id, name, client.agency_id, said.value, said.verified_at)
            observe(db, data_key, report, now)
    return True


def _find(db: Session, tree: KeyTree, client: Client, about: About) -> UUID | None:
    """Find the citizen; None for a NIK without an account and for a `sub` that is not this client's."""
    if about.nik is not None:
        try:
            value = identifiers.canonical(Kind.NIK, about.nik)
        except Malformed:
            return None
        account = identifiers.account_of(db, Kind.NIK, identifiers.digest(tree.blind_index, Kind.NIK, value))
        if account is None:
            return None
        return db.scalars(
            select(Citizen.id).where(Citizen.account_id == account, Citizen.erased_at.is_(None))
        ).one_or_none()
    return db.scalars(
        select(Authorization.citizen_id)
        .where(Authorization.client_id == client.client_id, Authorization.subject == about.subject)
        .limit(1)
    ).first()
