"""Asking publishers about one citizen: what has to be asked, and keeping what was said (features F3, F16, F19).

The calls themselves are made by `idp.publishing`; here is what stands before and after them in the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import orjson
from sqlalchemy import select

from idp import trace
from idp.domain.audit.exchange_events import AttributesFetched, AttributesPushed, PublisherFailed
from idp.domain.audit.record import record
from idp.domain.citizens import profile
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.logins import sign_in_with
from idp.domain.citizens.models import AttributeValue, Citizen
from idp.domain.consent.decisions import one_at_a_time
from idp.domain.events import outbox
from idp.domain.events.models import Outbox
from idp.domain.exchange.changes import changed
from idp.domain.exchange.due import AGAIN_AFTER, FAILED, KNOWN, REFUSED, UNKNOWN
from idp.domain.exchange.entries import Entry, add
from idp.domain.exchange.models import SourceAnswer
from idp.domain.exchange.publishers import Publication
from idp.domain.exchange.stated import Stated
from idp.domain.registry.lookup import is_approved
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.subject import subject
from keys import DataKey, KeyTree, Place

KIND: Final = "fetch"
CHANNEL: Final = "publisher"
NIP: Final = "nip"
"""Civil servants sign in with it too, as long as their employer knows it (features C14)."""
NIK_TERMS: Final = orjson.dumps({"nik": {"source": "population_registry", "legal_basis": "law"}}).decode()


@dataclass(frozen=True, slots=True)
class Question:
    """What one publisher is asked about one citizen. `nik` is set where the publisher knows people by it."""

    publication: Publication
    names: tuple[str, ...]
    citizen_id: UUID
    subject: str = field(repr=False)
    nik: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one question: values by name, or how it failed (`reason`) and when to try again."""

    question: Question
    stated: Mapping[str, Stated] = field(repr=False, default_factory=dict)
    reason: str = ""
    outcome: str = KNOWN
    retry_after: timedelta | None = None


def questions(
    db: Session,
    tree: KeyTree,
    clients: Mapping[str, Client],
    publications: Mapping[str, Publication],
    citizen_id: UUID,
    names: Iterable[str],
) -> tuple[Question, ...]:
    """Put one question to each publisher; one who knows people by NIK is not asked about somebody without."""
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.data_key is None:
        return ()
    by_agency: dict[str, list[str]] = {}
    for name in names:
        by_agency.setdefault(publications[name].agency_id, []).append(name)
    nik: str | None = None
    asked: list[Question] = []
    for group in by_agency.values():
        publication = publications[group[0]]
        client = clients.get(publication.client_id)
        if client is None or not is_approved(db, publication.client_id):
            continue
        if publication.subject == "nik":
            nik = nik or _nik(db, tree.vault.open(citizen.id, citizen.data_key), citizen_id)
            if nik is None:
                continue
        asked.append(
            Question(
                publication,
                tuple(group),
                citizen_id,
                subject(citizen.account_id, client, tree.sector_salt),
                nik if publication.subject == "nik" else None,
            )
        )
    return tuple(asked)


def told_publisher(db: Session, question: Question, now: datetime) -> None:
    """Put on the ledger that a publisher is told a NIK: that too is a release (UU PDP art. 31)."""
    if question.nik is None:
        return
    add(
        db,
        Entry(
            id=uuid4(),
            at=now,
            citizen_id=question.citizen_id,
            client_id=question.publication.client_id,
            authorization_id=None,
            family_id=None,
            claims="nik",
            channel=CHANNEL,
            trace_id=trace.current(),
            terms=NIK_TERMS,
        ),
    )


def keep(db: Session, tree: KeyTree, heard: Heard, now: datetime) -> None:
    """Keep what a publisher said, or that it said nothing usable and when it is asked again."""
    question, citizen_id = heard.question, heard.question.citizen_id
    one_at_a_time(db, citizen_id)
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.data_key is None:
        return
    publication = question.publication
    names = tuple(heard.stated)
    if names:
        data_key = tree.vault.open(citizen.id, citizen.data_key)
        store(db, tree, data_key, citizen_id, publication.agency_id, heard.stated, now)
        event = AttributesFetched(
            citizen_id=citizen_id,
            client_id=publication.client_id,
            agency_id=publication.agency_id,
            attributes=names,
        )
        record(db, event, now)
    if heard.reason:
        failed = PublisherFailed(
            citizen_id=citizen_id,
            client_id=publication.client_id,
            agency_id=publication.agency_id,
            attributes=question.names,
            reason=heard.reason,
        )
        record(db, failed, now)
    outcome = heard.outcome
    if outcome in (KNOWN, UNKNOWN):
        _let_go(db, tree, question, names, now)
    for name in question.names:
        said = outcome if outcome != KNOWN else KNOWN if name in heard.stated else UNKNOWN
        _note(db, question, name, said, now, heard.retry_after)
    if outcome == FAILED:
        _ask_later(db, tree, question, now, heard.retry_after)


def take_push(
    db: Session,
    tree: KeyTree,
    data_key: DataKey,
    citizen_id: UUID,
    client: Client,
    stated: Mapping[str, Stated],
    now: datetime,
) -> None:
    """Keep values their owner sent by itself."""
    store(db, tree, data_key, citizen_id, client.agency_id, stated, now)
    event = AttributesPushed(
        citizen_id=citizen_id,
        client_id=client.client_id,
        agency_id=client.agency_id,
        attributes=tuple(stated),
    )
    record(db, event, now)


def store(
    db: Session,
    tree: KeyTree,
    data_key: DataKey,
    citizen_id: UUID,
    agency_id: str,
    stated: Mapping[str, Stated],
    now: datetime,
) -> None:
    """Write stated values into the vault and tell subscribers of those that differ from what was there."""
    before = profile.read(db, data_key, citizen_id)
    stated = {
        name: said for name, said in stated.items() if not _is_behind(before.get(name), agency_id, said)
    }
    for name, said in stated.items():
        profile.write(
            db,
            data_key,
            citizen_id,
            name,
            said.value,
            source=agency_id,
            level=said.level,
            verified_at=said.verified_at,
            valid_from=said.valid_from,
            valid_until=said.valid_until,
            now=now,
        )
        if name == NIP:
            _signs_in_with(db, tree, citizen_id, str(said.value), now)
    differing = [n for n, said in stated.items() if n in before and before[n].value != said.value]
    if differing:
        changed(db, tree.vault.system("pii"), citizen_id, differing, now)


def _signs_in_with(db: Session, tree: KeyTree, citizen_id: UUID, nip: str | None, now: datetime) -> None:
    account_id = db.get_one(Citizen, citizen_id).account_id
    sign_in_with(db, tree, account_id, Kind.NIP, nip, now)


def _is_behind(kept: profile.Value | None, agency_id: str, said: Stated) -> bool:
    """Tell whether its owner has verified the kept value later: a slow answer must not undo a newer one."""
    return (
        kept is not None
        and kept.source == agency_id
        and kept.verified_at is not None
        and kept.verified_at > said.verified_at
    )


def _let_go(db: Session, tree: KeyTree, question: Question, stated: Collection[str], now: datetime) -> None:
    """End values whose owner no longer knows them: what it took back must not leave as if it stood."""
    gone = [
        name
        for name in db.scalars(
            select(AttributeValue.name).where(
                AttributeValue.citizen_id == question.citizen_id,
                AttributeValue.name.in_([name for name in question.names if name not in stated]),
                AttributeValue.source == question.publication.agency_id,
                AttributeValue.superseded_at.is_(None),
            )
        )
    ]
    for name in gone:
        profile.supersede(db, question.citizen_id, name, now)
        if name == NIP:
            _signs_in_with(db, tree, question.citizen_id, None, now)
    if gone:
        changed(db, tree.vault.system("pii"), question.citizen_id, gone, now)


def _note(
    db: Session, question: Question, name: str, outcome: str, now: datetime, retry_after: timedelta | None
) -> None:
    pause = AGAIN_AFTER[outcome]
    if outcome == FAILED and retry_after is not None:
        pause = max(pause, min(retry_after, AGAIN_AFTER[REFUSED]))
    row = db.get(SourceAnswer, (question.citizen_id, name))
    if row is None:
        row = SourceAnswer(citizen_id=question.citizen_id, attribute=name)
        db.add(row)
    row.agency_id, row.outcome = question.publication.agency_id, outcome
    row.asked_at, row.again_at = now, now + pause


def _ask_later(
    db: Session, tree: KeyTree, question: Question, now: datetime, retry_after: timedelta | None
) -> None:
    """Let the worker fill the value in once the publisher is back (features F19); once for each publisher."""
    waiting = db.scalar(
        select(Outbox.id)
        .where(
            Outbox.kind == KIND,
            Outbox.citizen_id == question.citizen_id,
            Outbox.client_id == question.publication.client_id,
            Outbox.done_at.is_(None),
            Outbox.failed_at.is_(None),
        )
        .limit(1)
    )
    if waiting is not None:
        return
    outbox.add(
        db,
        tree.vault.system("pii"),
        KIND,
        {"names": list(question.names)},
        now,
        client_id=question.publication.client_id,
        citizen_id=question.citizen_id,
        not_before=now + max(AGAIN_AFTER[FAILED], retry_after or timedelta()),
    )


def _nik(db: Session, data_key: DataKey, citizen_id: UUID) -> str | None:
    row = db.execute(
        select(AttributeValue.id, AttributeValue.sealed).where(
            AttributeValue.citizen_id == citizen_id,
            AttributeValue.name == "nik",
            AttributeValue.superseded_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return str(orjson.loads(data_key.unseal(row.sealed, Place("attribute_value", "sealed", row.id.hex))))
