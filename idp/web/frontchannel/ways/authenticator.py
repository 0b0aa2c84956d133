"""The six digits of an authenticator application (RFC 6238)."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from idp.domain.authenticators.sign_in import check_totp, second_factors
from idp.domain.store.database import Session
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.ways.typed_code import TypedCode
from idp.web.frontchannel.ways.way import Asking, Way
from idp.web.pages import MfaPage


class Authenticator(TypedCode):
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


AUTHENTICATOR: Final[Way] = Authenticator(
    check_totp,
    lambda: str(_("Kode tidak cocok, sudah dipakai, atau sudah berganti. Tunggu kode berikutnya.")),
)
