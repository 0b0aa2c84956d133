"""A line of the printed recovery card."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.domain.authenticators.sign_in import SignInResult, check_recovery_code, second_factors
from idp.domain.store.database import Session
from idp.web import cookies
from idp.web.context import place, services
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.frontchannel.ways.way import Asking, Way
from idp.web.pages import RecoveryCodePage


class RecoveryCard:
    """Type a code of the card."""

    name = "recovery"
    factor = "recovery_code"
    field = "recovery_code"

    def is_open(self, db: Session, asking: Asking) -> bool:
        """Tell whether the card has codes left."""
        return second_factors(db, asking.session.account_id).recovery_codes > 0

    def label(self) -> str:
        """Name the way."""
        return str(_("Kode dari kartu pemulihan"))

    def page(self, db: Session, asking: Asking) -> RecoveryCodePage:
        """Ask for a code, saying how many are left."""
        return RecoveryCodePage(
            agency=agency_of(asking.waiting),
            action=asking.action,
            codes_left=second_factors(db, asking.session.account_id).recovery_codes,
            cancellable=True,
            other_available=asking.others,
            errors=asking.errors,
            notice=asking.notice,
            wait_seconds=asking.wait_seconds,
        )

    def act(self, _db: Session, _asking: Asking, _form: MultiDict[str, str]) -> Response | None:
        """Have no button of its own."""
        return None

    def problem(self, proof: str) -> str:
        """Say why a code does not do."""
        if not proof.strip():
            return str(_("Isi kodenya dulu."))
        return str(_("Kode pemulihan ini tidak cocok, atau sudah pernah dipakai."))

    def judge(self, db: Session, asking: Asking, proof: str) -> SignInResult:
        """Spend a code."""
        deployment = services()
        return check_recovery_code(
            db,
            deployment.tree,
            asking.session.account_id,
            proof,
            place().network,
            deployment.clock(),
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )


RECOVERY_CARD: Final[Way] = RecoveryCard()
