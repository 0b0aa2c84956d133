"""The worker's part of ways back: a request becomes a letter when there is such an account (attacks O-091).

Because the page only leaves a row, its answer takes as long for people we know as for those we do not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select

from idp.domain.cases import letters, post, renewal, reproofing
from idp.domain.cases.letters import LIFETIME, Request
from idp.domain.citizens.models import Account, Citizen
from idp.domain.citizens.people import citizen_of
from idp.domain.store.database import Session
from idp.services import Services

log = structlog.get_logger()

TEMPLATES: Final = {"password": "recover_password", "identity": "recover_identity"}
PATHS: Final = {"password": "/recover/password", "identity": "/recover/confirm"}


def write_letters(services: Services) -> int:
    """Handle every request that waits; return how many."""
    count = 0
    while True:
        with services.database.unit_of_work() as db:
            now = services.clock()
            request = letters.take(db, now)
            if request is None:
                return count
            try:
                with db.begin_nested():
                    _write(services, db, request, now)
            except (
                Exception
            ) as exc:  # one person's trouble holds up nobody else's way back; they may ask again
                log.exception("recovery_letter_failed", error=type(exc).__name__)
        count += 1


def _write(services: Services, db: Session, request: Request, now: datetime) -> None:
    whose = select(Account).where(Account.id == request.account_id).with_for_update(key_share=True)
    account = db.scalars(whose).one_or_none()  # two workers write one account's letters one after the other
    if account is None or not renewal.may_be_renewed(db, account) or now - request.asked_at > LIFETIME:
        return
    citizen_id = citizen_of(db, account.id)
    citizen = db.get(Citizen, citizen_id) if citizen_id is not None else None
    if citizen is None or (request.purpose == "identity" and not _provable(request, citizen)):
        return
    if letters.just_written(db, account.id, request.purpose, now):
        return
    address = post.address_of(db, services.tree, citizen, now)
    if address is None:
        log.info("recovery_without_address", purpose=request.purpose)
        return
    lifetime = post.lifetime(address, LIFETIME)
    token = letters.give_link(
        db, request, account.id, citizen.id, now, lifetime, contact_id=address.contact_id
    )
    issuer = services.settings.issuer
    post.send(
        db,
        services.tree,
        citizen,
        address,
        TEMPLATES[request.purpose],
        {
            "link_url": f"{issuer}{PATHS[request.purpose]}?token={token}",
            "valid_minutes": int(lifetime.total_seconds() // 60),
        },
        now,
        help_url=f"{issuer}/help",
        until=now + lifetime,
    )


def _provable(request: Request, citizen: Citizen) -> bool:
    return request.proved and reproofing.suffices(citizen)
