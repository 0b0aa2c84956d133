"""Letters that tell a citizen what happened to their account (ASVS 6.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from idp.changes import written
from idp.domain.authenticators import recovery_codes
from idp.domain.authenticators.sign_in import SignInResult
from idp.domain.cases import locking
from idp.domain.citizens import enrolment
from idp.domain.citizens.models import Citizen
from idp.domain.proofing import contact
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.web.context import services
from idp.web.places import place_of

DISAVOWABLE: Final = frozenset(
    {
        "new_sign_in",
        "recovery_code_used",
        "account_change",
        "password_reset",
        "account_renewed",
        "case_opened",
        "case_decided",
    }
)
"""Letters whose reader may answer "that was not me", without signing in (features H3)."""


def after_sign_in(
    db: Session, session: BrowserSession, result: SignInResult, *, used_recovery_code: bool
) -> None:
    """Tell of a sign-in from a new browser, and of every recovery code that was spent."""
    issuer = services().settings.issuer
    if session.citizen_id is None:
        return
    if used_recovery_code:
        context: dict[str, object] = {
            "codes_left": recovery_codes.left(db, session.account_id),
            "sessions_url": f"{issuer}/me/sessions",
        }
        tell(db, session.citizen_id, "recovery_code_used", context)
    elif result.new_browser:
        new_sign_in(db, session)


def new_sign_in(db: Session, session: BrowserSession) -> None:
    """Tell of a sign-in from a browser the account did not know."""
    if session.citizen_id is None:
        return
    context = {
        "device": session.device,
        "place": place_of(session.network),
        "sessions_url": f"{services().settings.issuer}/me/sessions",
    }
    tell(db, session.citizen_id, "new_sign_in", context)


def not_me_url(account_id: UUID) -> str:
    """Return the link of a security letter that locks the account without signing in; good once, for thirty days."""
    deployment = services()
    token = locking.link_text(deployment.tree, account_id, deployment.clock())
    return f"{deployment.settings.issuer}/not-me?token={token}"


def tell_account(db: Session, account_id: UUID, template: str, context: Mapping[str, object]) -> bool:
    """Queue a letter to the citizen of an account; False when there is no confirmed address."""
    citizen_id = enrolment.citizen_of(db, account_id)
    return citizen_id is not None and tell(db, citizen_id, template, context)


def tell(db: Session, citizen_id: UUID, template: str, context: Mapping[str, object]) -> bool:
    """Queue a letter to a citizen's confirmed addresses; False when there is none.

    Every letter may say when it was (`at`, in its reader's language); one about the account's safety carries the link
    that locks the account.
    """
    deployment, now = services(), services().clock()
    citizen = db.get(Citizen, citizen_id)
    if citizen is None:
        return False
    told: dict[str, object] = {"at": written(now, citizen.locale)}
    if template in DISAVOWABLE:
        told["not_me_url"] = not_me_url(citizen.account_id)
    help_url = f"{deployment.settings.issuer}/help"
    return contact.write(
        db, deployment.tree, citizen_id, template, told | dict(context), now, help_url=help_url
    )
