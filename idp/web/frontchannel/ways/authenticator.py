"""The six digits of an authenticator application (RFC 6238)."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.domain.authenticators.sign_in import SignInResult, check_totp, second_factors
from idp.domain.store.database import Session
from idp.web import cookies
from idp.web.context import place, services
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.frontchannel.ways.way import Asking, Way
from idp.web.pages import MfaPage


class Authenticator:
    """Type the code an application shows."""

    name = "authenticator"
    factor = "totp"
    field = "otp"

    def is_open(self, db: Session, asking: Asking) -> bool:
        """Tell whether the account has an application."""
        return second_factors(db, asking.session.account_id).totp

    def label(self) -> str:
        """Name the way."""
        return str(_("Aplikasi autentikator"))

    def page(self, _db: Session, asking: Asking) -> MfaPage:
        """Ask for the code."""
        return MfaPage(
            agency=agency_of(asking.waiting),
            action=asking.action,
            cancellable=True,
            other_available=asking.others,
            errors=asking.errors,
            notice=asking.notice,
            wait_seconds=asking.wait_seconds,
            remember_offered=asking.remember_offered,
        )

    def act(self, _db: Session, _asking: Asking, _form: MultiDict[str, str]) -> Response | None:
        """Have no button of its own."""
        return None

    def problem(self, proof: str) -> str:
        """Say why a code does not do."""
        if not proof.strip():
            return str(_("Isi kodenya dulu."))
        return str(_("Kode tidak cocok, sudah dipakai, atau sudah berganti. Tunggu kode berikutnya."))

    def judge(self, db: Session, asking: Asking, proof: str) -> SignInResult:
        """Spend a code."""
        deployment = services()
        return check_totp(
            db,
            deployment.tree,
            asking.session.account_id,
            proof,
            place().network,
            deployment.clock(),
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )


AUTHENTICATOR: Final[Way] = Authenticator()
