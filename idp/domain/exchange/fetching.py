"""Asking publishers about one citizen: what has to be asked, and keeping what was said (features F3, F16, F19).

The calls themselves are made by `idp.publishing`; here is what stands before and after them in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from idp.domain.citizens.models import AttributeValue, Citizen
from idp.domain.consent.decisions import one_at_a_time
from idp.domain.events import outbox
from idp.domain.exchange.changes import changed
from idp.domain.exchange.entries import Entry, add
from idp.domain.exchange.may_release import Reason
from idp.domain.exchange.models import SourceAnswer
from idp.domain.exchange.publishers import Publication
from idp.domain.exchange.stated import Stated
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.subject import subject
from keys import DataKey, KeyTree, Place

KIND: Final = "fetch"
CHANNEL: Final = "publisher"
KNOWN, UNKNOWN, FAILED, REFUSED = "known", "unknown", "failed", "refused"
UNKNOWN_FOR: Final = timedelta(hours=12)
"""How long we believe a publisher that it knows nothing of a person."""
FAILED_FOR: Final = timedelta(seconds=30)
REFUSED_FOR: Final = timedelta(minutes=15)
"""An answer that broke the rules will not be better at once."""
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


def due(
    db: Session,
    publications: Mapping[str, Publication],
    citizen_id: UUID,
    names: Iterable[str],
    now: datetime,
) -> tuple[tuple[str, ...], Mapping[str, Reason]]:
    """Return the names to ask for now, and why others are not asked again yet.

    What is fresh in the vault, pushed only, or was asked a moment ago is not asked.
    """
    wanted = [name for name in names if name in publications]
    if not wanted:
        return (), {}
    fresh = {
        row.name
        for row in db.execute(
            select(AttributeValue.name, AttributeValue.verified_at).where(
                AttributeValue.citizen_id == citizen_id,
                AttributeValue.name.in_(wanted),
                AttributeValue.superseded_at.is_(None),
            )
        )
        if row.verified_at is not None and row.verified_at + publications[row.name].max_age >= now
    }
    answers = {
        row.attribute: row
        for row in db.scalars(
            select(SourceAnswer).where(
                SourceAnswer.citizen_id == citizen_id,
                SourceAnswer.attribute.in_(wanted),
                SourceAnswer.again_at > now,
            )
        )
    }
    silent = {
        name: _reason(answers[name].outcome) for name in wanted if name in answers and name not in fresh
    }
    ask = tuple(
        name
        for name in wanted
        if name not in fresh and name not in silent and publications[name].endpoint is not None
    )
    return ask, silent


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
        if client is None:
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
        seal = tree.vault.system("pii")
        store(db, seal, data_key, citizen_id, publication.agency_id, heard.stated, now)
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
    for name in question.names:
        said = outcome if outcome != KNOWN else KNOWN if name in heard.stated else UNKNOWN
        _note(db, question, name, said, now, heard.retry_after)
    if outcome == FAILED:
        _ask_later(db, tree, question, now, heard.retry_after)


def take_push(
    db: Session,
    seal: DataKey,
    data_key: DataKey,
    citizen_id: UUID,
    client: Client,
    stated: Mapping[str, Stated],
    now: datetime,
) -> None:
    """Keep values their owner sent by itself."""
    store(db, seal, data_key, citizen_id, client.agency_id, stated, now)
    event = AttributesPushed(
        citizen_id=citizen_id,
        client_id=client.client_id,
        agency_id=client.agency_id,
        attributes=tuple(stated),
    )
    record(db, event, now)


def store(
    db: Session,
    seal: DataKey,
    data_key: DataKey,
    citizen_id: UUID,
    agency_id: str,
    stated: Mapping[str, Stated],
    now: datetime,
) -> None:
    """Write stated values into the vault and tell subscribers of those that differ from what was there."""
    before = profile.read(db, data_key, citizen_id)
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
    differing = [n for n, said in stated.items() if n in before and before[n].value != said.value]
    if differing:
        changed(db, seal, citizen_id, differing, now)


def _note(
    db: Session, question: Question, name: str, outcome: str, now: datetime, retry_after: timedelta | None
) -> None:
    pause = {KNOWN: timedelta(), UNKNOWN: UNKNOWN_FOR, FAILED: FAILED_FOR, REFUSED: REFUSED_FOR}[outcome]
    if outcome == FAILED and retry_after is not None:
        pause = max(pause, min(retry_after, REFUSED_FOR))
    row = db.get(SourceAnswer, (question.citizen_id, name))
    if row is None:
        row = SourceAnswer(citizen_id=question.citizen_id, attribute=name)
        db.add(row)
    row.agency_id, row.outcome = question.publication.agency_id, outcome
    row.asked_at, row.again_at = now, now + pause


def _ask_later(
    db: Session, tree: KeyTree, question: Question, now: datetime, retry_after: timedelta | None
) -> None:
    """Let the worker fill the value in once the publisher is back (features F19)."""
    outbox.add(
        db,
        tree.vault.system("pii"),
        KIND,
        {"names": list(question.names)},
        now,
        client_id=question.publication.client_id,
        citizen_id=question.citizen_id,
        not_before=now + max(FAILED_FOR, retry_after or FAILED_FOR),
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


def _reason(outcome: str) -> Reason:
    return Reason.UNKNOWN_TO_PUBLISHER if outcome == UNKNOWN else Reason.PUBLISHER_UNAVAILABLE
