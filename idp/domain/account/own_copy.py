"""Everything held about a citizen, as they may have it: values, consents, releases, history (UU PDP art. 32; G6).

Secrets and what only guards them (password hash, keys, digests of codes and cookies) are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import select

from idp.domain.audit.history import history
from idp.domain.authenticators import factors, recovery_codes
from idp.domain.citizens import contacts, pending_changes, profile
from idp.domain.citizens.models import Account, AttributeValue, Citizen
from idp.domain.consent.models import Authorization
from idp.domain.events import announcements
from idp.domain.exchange import dispute_words, disputes, ledger
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.messages import inbox
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from keys import DataKey, Place

PAGE: Final = 500

Document = dict[str, Any]


def everything(db: Session, data_key: DataKey, citizen: Citizen, now: datetime, language: str) -> Document:
    """Return the copy as plain values, ready for JSON."""
    account = db.get_one(Account, citizen.account_id)
    names = _ClientNames(db, language)
    return {
        "made_at": now,
        "account": {
            "id": account.id,
            "citizen_id": citizen.id,
            "status": account.status,
            "created_at": account.created_at,
            "identity_assurance": citizen.ial,
            "identity_check": citizen.proofing,
            "language": citizen.locale,
            "time_zone": citizen.zoneinfo,
            "password_changed_at": account.password_changed_at,
        },
        "data": list(_values(db, data_key, citizen)),
        "contacts": [
            {
                "kind": each.kind.value,
                "value": each.value,
                "primary": each.is_primary,
                "signs_in": each.signs_in,
                "confirmed_at": each.verified_at,
                "channels": each.channels,
                "since": each.created_at,
            }
            for each in contacts.of(db, data_key, citizen.id)
        ],
        "consents": list(_consents(db, data_key, citizen, names)),
        "releases": list(_releases(db, citizen, names)),
        "services_told": list(_told(db, citizen, names)),
        "history": list(_history(db, citizen, names)),
        "cases_about_data": list(_cases(db, data_key, citizen)),
        "reported_by_agencies": list(_observations(db, data_key, citizen)),
        "sessions": list(_sessions(db, citizen)),
        "second_factors": [
            {"kind": f.kind, "name": f.name, "added_at": f.created_at, "last_used_at": f.last_used_at}
            for f in factors.of(db, account.id)
        ],
        "recovery_codes_left": recovery_codes.left(db, account.id),
        "changes_waiting": [
            {"kind": c.kind, "asked_at": c.asked_at, "effective_at": c.effective_at}
            for c in pending_changes.waiting(db, citizen.id, now)
        ],
        "notices": list(_notices(db, data_key, citizen)),
    }


class _ClientNames:
    """Names of services, each looked up once."""

    def __init__(self, db: Session, language: str) -> None:
        self._db, self._language = db, language
        self._known: dict[str, str] = {}

    def of(self, client_id: str | None) -> str:
        """Name a client, retired ones too; empty for none."""
        if client_id is None:
            return ""
        if client_id not in self._known:
            row = self._db.get(ClientRegistration, client_id)
            self._known[client_id] = as_client(row).name(self._language) if row is not None else ""
        return self._known[client_id]


def _values(db: Session, data_key: DataKey, citizen: Citizen) -> Iterator[Document]:
    names = db.scalars(
        select(AttributeValue.name)
        .where(AttributeValue.citizen_id == citizen.id)
        .distinct()
        .order_by(AttributeValue.name)
    ).all()
    for name in names:
        for value in profile.history(db, data_key, citizen.id, name):
            yield {
                "name": name,
                "value": value.value,
                "source": value.source,
                "level": value.level,
                "verified_at": value.verified_at,
                "valid_from": value.valid_from,
                "valid_until": value.valid_until,
                "recorded_at": value.recorded_at,
                "superseded_at": value.superseded_at,
            }


def _consents(db: Session, data_key: DataKey, citizen: Citizen, names: _ClientNames) -> Iterator[Document]:
    rows = db.scalars(
        select(Authorization)
        .where(Authorization.citizen_id == citizen.id)
        .order_by(Authorization.granted_at.desc())
    )
    for row in rows:
        shown = data_key.unseal(row.record, Place("authorization", "record", row.id.hex))
        yield {
            "client_id": row.client_id,
            "service": names.of(row.client_id),
            "scope": row.scope.split(),
            "granted": row.granted.split(),
            "declined": row.declined.split(),
            "shown": orjson.loads(shown),
            "language": row.language,
            "granted_at": row.granted_at,
            "expires_at": row.expires_at,
            "superseded_at": row.superseded_at,
            "withdrawn_at": row.withdrawn_at,
        }


def _releases(db: Session, citizen: Citizen, names: _ClientNames) -> Iterator[Document]:
    for use in ledger.every(db, citizen.id):
        yield {
            "at": use.at,
            "client_id": use.client_id,
            "service": names.of(use.client_id),
            "claims": list(use.claims),
            "channel": use.channel,
            "outcome": use.outcome,
            "reason": use.reason,
            "terms": dict(use.terms),
            "on_behalf_of": use.on_behalf_of,
            "id": use.id,
        }


def _told(db: Session, citizen: Citizen, names: _ClientNames) -> Iterator[Document]:
    for row in announcements.of_citizen(db, citizen.id, limit=None):
        yield {
            "at": row.occurred_at,
            "client_id": row.client_id,
            "service": names.of(row.client_id),
            "event": row.kind,
            "claims": row.claims.split(),
            "delivered_at": row.delivered_at,
            "failure": row.failure,
            "confirm_by": row.answer_by,
            "confirmed_at": row.confirmed_at,
            "id": row.id,
        }


def _history(db: Session, citizen: Citizen, names: _ClientNames) -> Iterator[Document]:
    offset = 0
    while True:
        entries, _total = history(db, citizen.id, offset=offset, limit=PAGE)
        for entry in entries:
            yield {
                "at": entry.at,
                "event": entry.event,
                "client_id": entry.client_id,
                "service": names.of(entry.client_id),
                "detail": dict(entry.detail),
            }
        if len(entries) < PAGE:
            return
        offset += PAGE


def _cases(db: Session, data_key: DataKey, citizen: Citizen) -> Iterator[Document]:
    rows = db.scalars(
        select(DataCase).where(DataCase.citizen_id == citizen.id).order_by(DataCase.opened_at.desc())
    )
    for row in rows:
        written = dispute_words.words(data_key, row)
        yield {
            "number": row.number,
            "kind": row.kind,
            "attribute": row.attribute,
            "owner": row.owner_id,
            "reported_by": row.reported_by,
            "opened_at": row.opened_at,
            "due_at": row.due_at,
            "decided_at": row.decided_at,
            "outcome": row.outcome,
            "you_said": dict(written.said),
            "you_proposed": dict(written.proposed),
            "document": written.document,
            "answer": written.answer if row.decided_at is not None else "",
        }


def _observations(db: Session, data_key: DataKey, citizen: Citizen) -> Iterator[Document]:
    for row in disputes.observations(db, citizen.id):
        yield {
            "name": row.attribute,
            "value": disputes.opened(data_key, row),
            "source": row.source,
            "verified_at": row.verified_at,
            "observed_at": row.observed_at,
            "verdict": row.verdict,
            "case": row.case_number,
        }


def _sessions(db: Session, citizen: Citizen) -> Iterator[Document]:
    rows = db.scalars(
        select(BrowserSession)
        .where(BrowserSession.citizen_id == citizen.id)
        .order_by(BrowserSession.started_at.desc())
    )
    for row in rows:
        yield {
            "device": row.device,
            "network": row.network,
            "assurance": row.acr,
            "methods": row.methods.split(),
            "started_at": row.started_at,
            "last_seen_at": row.seen_at,
            "ended_at": row.ended_at,
        }


def _notices(db: Session, data_key: DataKey, citizen: Citizen) -> Iterator[Document]:
    offset = 0
    while True:
        found, _total = inbox.latest(db, data_key, citizen.id, offset=offset, limit=PAGE)
        for each in found:
            yield {"at": each.at, "about": each.template, "values": dict(each.context), "read": each.read}
        if len(found) < PAGE:
            return
        offset += PAGE
