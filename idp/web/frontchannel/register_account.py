"""Registration: the account comes into being when the second factor is proved, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import segno
from flask import Response

from idp.domain.authenticators import known_browsers, recovery_codes
from idp.domain.citizens import drafts
from idp.domain.citizens.drafts import Draft
from idp.domain.citizens.enrolment import DuplicateIdentity, NewCitizen, Person, create_citizen
from idp.domain.citizens.models import Citizen
from idp.domain.proofing.checks import apply_record, defer
from idp.domain.store.database import Session
from idp.web import locale
from idp.web.context import services, unit_of_work
from idp.web.cookies import browser_digest
from idp.web.frontchannel import notices, registering
from idp.web.frontchannel.register_identity import PENDING, VERIFIED, already_page, warn_owner
from idp.web.frontchannel.registering import RECOVERY
from idp.web.frontchannel.signed_in import begin_session
from idp.web.render import go, show

Keep = Callable[[Session, Person], None]


def make_account(draft: Draft, methods: Sequence[str], keep: Keep) -> Response:
    """Make the account with its proved second factor, which `keep` stores, and sign the newcomer in.

    `methods` are what was proved just now (`protocol/oidc/acr.py`).
    """
    response = go(registering.ADDRESS)
    try:
        with unit_of_work() as db:
            _create(db, response, draft, methods, keep)
    except DuplicateIdentity:
        with unit_of_work() as db:
            moved = registering.current(db)
        if moved is not None and moved.step == RECOVERY:
            return response
        warn_owner(str(draft.data["nik"]))
        return registering.forget(show(already_page(draft.row.interaction)))
    return response


def picture(text: str) -> str:
    """Draw a QR code as an SVG in a data: address; the page policy allows no other source."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))


def _create(db: Session, response: Response, draft: Draft, methods: Sequence[str], keep: Keep) -> None:
    deployment, data = services(), draft.data
    now, tree = deployment.clock(), deployment.tree
    person = create_citizen(
        db,
        tree,
        NewCitizen(
            name=data["typed"]["name"],
            nik=data["nik"],
            birthdate=date.fromisoformat(data["birthdate"]),
            email=data.get("email") or None,
            email_confirmed=bool(data.get("email_confirmed")),
            phone_number=data.get("phone_number") or None,
            phone_confirmed=bool(data.get("phone_confirmed")),
            password_hash=data["password_hash"],
            locale=locale.language(),
        ),
        synthetic_allowed=not deployment.settings.production,
        now=now,
    )
    _prove(db, person, data)
    keep(db, person)
    codes = recovery_codes.new_codes()
    recovery_codes.issue(db, tree, person.account_id, codes, now, citizen_id=person.citizen_id)
    known_browsers.remember(db, person.account_id, browser_digest(), now)
    begin_session(db, response, person.account_id, person.citizen_id, methods)
    notices.tell(db, person.citizen_id, "welcome", {"account_url": f"{deployment.settings.issuer}/me"})
    kept = {name: data[name] for name in ("name", "checked", "nik")}
    draft.data = {**kept, "codes": codes, "account_id": str(person.account_id)}
    if not drafts.save(db, registering.seal(), draft, RECOVERY):
        raise DuplicateIdentity(registering.NIK)


def _prove(db: Session, person: Person, data: dict[str, Any]) -> None:
    """Write what the registry said, or leave the question to the worker."""
    deployment = services()
    citizen = db.get_one(Citizen, person.citizen_id)
    if data["checked"] == VERIFIED:
        apply_record(db, citizen, person.data_key, data["record"], deployment.clock())
    elif data["checked"] == PENDING:
        defer(db, deployment.tree.vault.system("pii"), citizen, deployment.clock())
