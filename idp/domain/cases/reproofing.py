"""Proving who one is again: what takes effect after the waiting time is a permit in a letter, no more (features D1).

Matching with the registry proves a level and no more, so it gives no account back that is bound more surely (D4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from idp.domain.cases import permits, post, renewal
from idp.domain.citizens.models import Account, Citizen
from idp.domain.citizens.pending_changes import Change
from idp.domain.proofing.levels import ORDER, Level
from idp.domain.store.database import Session
from keys import KeyTree

KIND: Final = "recovery"
PROVES: Final = Level.MATCHED


def suffices(citizen: Citizen) -> bool:
    """Tell whether a match with the registry is as sure as what the account rests on."""
    return ORDER.index(Level(citizen.ial)) <= ORDER.index(PROVES)


def payload(issuer: str) -> Mapping[str, object]:
    """Return what the change needs: where our pages are."""
    return {"issuer": issuer}


def apply(db: Session, tree: KeyTree, change: Change, now: datetime) -> bool:
    """Issue a permit and write it to the citizen's confirmed addresses; False when the account is gone or surer now."""
    citizen = db.get(Citizen, change.citizen_id)
    account = db.get(Account, citizen.account_id) if citizen is not None else None
    if citizen is None or account is None or not suffices(citizen) or not renewal.may_be_renewed(db, account):
        return False
    address = post.address_of(db, tree, citizen, now)
    if address is None:
        return False
    lifetime = post.lifetime(address, permits.LIFETIME)
    code = permits.issue(
        db,
        tree,
        account_id=account.id,
        citizen_id=citizen.id,
        origin="identity",
        lifetime=lifetime,
        now=now,
    )
    issuer = str(change.payload(tree.vault.system("pii"))["issuer"])
    context = {
        "code": code,
        "valid_minutes": int(lifetime.total_seconds() // 60),
        "link_url": f"{issuer}/recover/permit?{urlencode({'permit': code})}",
    }
    until = now + lifetime
    post.send(
        db,
        tree,
        citizen,
        address,
        "recover_permit",
        context,
        now,
        help_url=f"{issuer}/help",
        until=until,
    )
    return True
