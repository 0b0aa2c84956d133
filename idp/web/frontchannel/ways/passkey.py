"""A passkey or security key of the account, after the password or as a step up (WebAuthn L3 §7.2)."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.domain.authenticators import passkeys as kept_passkeys
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import check_passkey
from idp.domain.authenticators.sign_in import SignInResult
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oidc import acr
from idp.web import passkeys
from idp.web.context import services
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.ways.way import Asking, Way
from idp.web.pages import PasskeyPage


class Passkey:
    """Let the device ask for a finger, a face or a PIN."""

    name = "passkey"
    factor = "passkey"
    field = passkeys.FIELD

    def is_open(self, db: Session, asking: Asking) -> bool:
        """Tell whether the account has a passkey that is enough for what is asked."""
        kinds = passkey_kinds(asking.session)
        return passkeys.available() and bool(kept_passkeys.of_account(db, asking.session.account_id, kinds))

    def label(self) -> str:
        """Name the way."""
        return str(_("Kunci sandi atau kunci keamanan"))

    def page(self, _db: Session, asking: Asking) -> PasskeyPage:
        """Offer the button; the page's script asks for a challenge when it is pressed."""
        return PasskeyPage(
            agency=agency_of(asking.waiting),
            action=asking.action,
            options_url=f"{asking.action}/passkey/options",
            hardware=is_step_up(asking.session),
            cancellable=True,
            other_available=asking.others,
            errors=asking.errors,
            notice=asking.notice,
        )

    def act(self, _db: Session, _asking: Asking, _form: MultiDict[str, str]) -> Response | None:
        """Have no button of its own."""
        return None

    def problem(self, proof: str) -> str:
        """Say why an answer does not do."""
        if not proof.strip():
            return str(_("Tekan tombol kunci sandi dulu."))
        return str(_("Kunci sandi itu tidak cocok dengan akun ini. Coba lagi, atau pakai cara lain."))

    def judge(self, db: Session, asking: Asking, proof: str) -> SignInResult:
        """Judge an assertion; its challenge had its try whatever comes of it."""
        deployment, account_id = services(), asking.session.account_id
        return check_passkey(
            db,
            deployment.tree,
            proof,
            passkeys.asking(Purpose.SECOND_FACTOR, account_id.bytes),
            deployment.clock(),
            account_id=account_id,
            needs=passkey_kinds(asking.session),
        )


def is_step_up(session: BrowserSession) -> bool:
    """Tell whether two factors were proved already, so that more is asked: hardware."""
    return acr.meets(session.acr, acr.AAL2)


def passkey_kinds(session: BrowserSession) -> tuple[str, ...]:
    """Return the kinds of passkeys that take this session further."""
    return (kept_passkeys.SECURITY_KEY,) if is_step_up(session) else kept_passkeys.KINDS


PASSKEY: Final[Way] = Passkey()
