"""Requests that wait for a citizen at another screen: kept, found, shown (RFC 8628 §3.2, CIBA Core §7.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID, uuid4

import orjson
from sqlalchemy import exists, select

from idp.domain.audit.decoupled_events import DeviceRequestStarted
from idp.domain.audit.event import Event
from idp.domain.audit.record import record
from idp.domain.grants.models import DecoupledRequest
from idp.domain.sessions.browser import Place as Origin
from idp.domain.store.database import Session
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.decoupled import user_code
from idp.protocol.oauth.values import Handle, HandleKind
from keys import DataKey, KeyTree, Place

TABLE: Final = "decoupled_request"
LIFETIME: Final = timedelta(minutes=10)
INTERVAL: Final = 5
SEAL: Final = "pii"

Kind = Literal["device", "ciba"]
HANDLES: Final[Mapping[Kind, HandleKind]] = {"device": HandleKind.DEVICE, "ciba": HandleKind.CIBA}


@dataclass(frozen=True, slots=True)
class Decoupled:
    """A request that waits, opened. `extra` is what the kind keeps beside the request itself."""

    id: UUID
    kind: Kind
    client_id: str
    asked: AuthorizationRequest = field(repr=False)
    extra: Mapping[str, Any] = field(repr=False)
    citizen_id: UUID | None
    origin: Origin
    started_at: datetime
    expires_at: datetime


def start(
    db: Session,
    seal: DataKey,
    kind: Kind,
    asked: AuthorizationRequest,
    origin: Origin,
    now: datetime,
    *,
    lifetime: timedelta = LIFETIME,
    citizen_id: UUID | None = None,
    code: bytes | None = None,
    extra: Mapping[str, Any],
    event: type[Event] = DeviceRequestStarted,
    handle: Handle | None = None,
) -> Handle:
    """Keep a request; the handle is the client's `device_code` or `auth_req_id`, told once."""
    handle = handle or mint(kind, asked.client_id, now)
    request_id = uuid4()
    content = orjson.dumps({"asked": asked.to_dict(), "extra": dict(extra)})
    db.add(
        DecoupledRequest(
            day=handle.day,
            bucket=handle.bucket,
            digest=handle.digest,
            id=request_id,
            kind=kind,
            client_id=asked.client_id,
            user_code=code,
            citizen_id=citizen_id,
            request=seal.seal(content, _place(request_id)),
            device=origin.device,
            network=origin.network,
            poll_interval=INTERVAL,
            next_poll_at=now,
            started_at=now,
            expires_at=now + lifetime,
        )
    )
    named = {"client_id": asked.client_id, "citizen_id": citizen_id, "request_id": request_id}
    record(db, event(**named), now)  # type: ignore[arg-type]  # each such event has these fields
    return handle


def mint(kind: Kind, client_id: str, now: datetime) -> Handle:
    """Make the handle of a request, in its client's bucket (decision 8)."""
    return Handle.mint(HANDLES[kind], now, client_id.encode())


def start_device(
    db: Session, tree: KeyTree, asked: AuthorizationRequest, origin: Origin, now: datetime
) -> tuple[Handle, str]:
    """Keep a device's request; return its device code and the user code to show (RFC 8628 §3.2)."""
    code = user_code.new()
    while db.scalar(select(exists().where(DecoupledRequest.user_code == code_digest(tree, code)))):
        code = user_code.new()
    handle = start(
        db,
        tree.vault.system(SEAL),
        "device",
        asked,
        origin,
        now,
        code=code_digest(tree, code),
        extra={"user_code": code},
    )
    return handle, code


def code_digest(tree: KeyTree, code: str) -> bytes:
    """Digest a user code with a key: some 34 bits are soon guessed by who holds the table."""
    return tree.mac("user_code", code.encode("ascii"))


def by_user_code(db: Session, tree: KeyTree, code: str, now: datetime) -> Decoupled | None:
    """Return the request a device shows this code for, while it waits."""
    return _one(db, tree, DecoupledRequest.user_code == code_digest(tree, code), now)


def by_id(db: Session, tree: KeyTree, request_id: UUID, now: datetime) -> Decoupled | None:
    """Return a request while it waits."""
    return _one(db, tree, DecoupledRequest.id == request_id, now)


def by_handle(db: Session, tree: KeyTree, kind: Kind, text: str, now: datetime) -> Decoupled | None:
    """Return the request of a handle while it waits."""
    handle = Handle.parse(text, HANDLES[kind])
    if handle is None:
        return None
    return _one(
        db,
        tree,
        (DecoupledRequest.day == handle.day)
        & (DecoupledRequest.bucket == handle.bucket)
        & (DecoupledRequest.digest == handle.digest),
        now,
    )


def asked_of(db: Session, tree: KeyTree, citizen_id: UUID, now: datetime) -> Sequence[Decoupled]:
    """Return what waits for a citizen at their account pages, the latest first (CIBA Core §9)."""
    rows = db.scalars(
        select(DecoupledRequest)
        .where(DecoupledRequest.citizen_id == citizen_id, *_waiting(now))
        .order_by(DecoupledRequest.started_at.desc())
    )
    return [_open(row, tree.vault.system(SEAL)) for row in rows]


def _one(db: Session, tree: KeyTree, criterion: Any, now: datetime) -> Decoupled | None:
    row = db.scalars(select(DecoupledRequest).where(criterion, *_waiting(now))).one_or_none()
    return _open(row, tree.vault.system(SEAL)) if row is not None else None


def _waiting(now: datetime) -> tuple[Any, ...]:
    return (DecoupledRequest.decision.is_(None), DecoupledRequest.expires_at > now)


def _open(row: DecoupledRequest, seal: DataKey) -> Decoupled:
    content = orjson.loads(seal.unseal(row.request, _place(row.id)))
    return Decoupled(
        id=row.id,
        kind=cast("Kind", row.kind),
        client_id=row.client_id,
        asked=AuthorizationRequest.from_dict(content["asked"]),
        extra=content["extra"],
        citizen_id=row.citizen_id,
        origin=Origin(row.device, row.network),
        started_at=row.started_at,
        expires_at=row.expires_at,
    )


def _place(request_id: UUID) -> Place:
    return Place(TABLE, "request", request_id.hex)
