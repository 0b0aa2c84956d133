"""Who is signed in to the console: an active operator's session, never a citizen's (decisions 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from idp.domain.audit.events import OperatorSignedIn
from idp.domain.audit.record import record
from idp.domain.authenticators.ways_in import PASSKEYS
from idp.domain.citizens.models import Account, Operator
from idp.domain.sessions import browser
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oidc import acr


class Role(StrEnum):
    """What an operator may do: everything, their own agency's clients, or look only."""

    SUPER = "super"
    AGENCY = "agency"
    READONLY = "readonly"
    OFFICER = "officer"
    """Works at a counter of one agency: citizens' cases and nothing else."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An operator with a live session; `complete` once the second factor was right."""

    session: BrowserSession
    operator: Operator

    @property
    def complete(self) -> bool:
        """Tell whether both factors were right."""
        return acr.meets(self.session.acr, acr.AAL2)

    @property
    def by_passkey(self) -> bool:
        """Tell whether a passkey was used, which no false site can ask for."""
        return not PASSKEYS.isdisjoint(self.session.methods.split())


def signed_in(db: Session, cookie: str | None, now: datetime) -> SignedIn | None:
    """Return the operator of a console cookie; None for citizens, locked accounts and ended sessions."""
    session = browser.find(db, cookie, now)
    if session is None or session.citizen_id is not None:
        return None
    account = db.get(Account, session.account_id)
    operator = db.get(Operator, session.account_id)
    if account is None or operator is None or account.kind != "operator" or account.status != "active":
        return None
    return SignedIn(session, operator)


def note_sign_in(db: Session, session: BrowserSession, now: datetime) -> None:
    """Put on record that an operator proved both factors."""
    record(
        db,
        OperatorSignedIn(account_id=session.account_id, session_id=session.id, actor=str(session.account_id)),
        now,
    )


def names(db: Session, actors: Iterable[str | None]) -> Mapping[str, str]:
    """Return the display names of those actors that are operators."""
    ids = set()
    for actor in actors:
        try:
            ids.add(UUID(actor))
        except (TypeError, ValueError):
            continue
    if not ids:
        return {}
    rows = db.execute(select(Operator.account_id, Operator.display_name).where(Operator.account_id.in_(ids)))
    return {str(account_id): name for account_id, name in rows}
