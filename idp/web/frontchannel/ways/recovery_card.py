"""A line of the printed recovery card."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from idp.domain.authenticators.sign_in import check_recovery_code, second_factors
from idp.domain.store.database import Session
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.ways.typed_code import TypedCode
from idp.web.frontchannel.ways.way import Asking, Way
from idp.web.pages import RecoveryCodePage


class RecoveryCard(TypedCode):
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


RECOVERY_CARD: Final[Way] = RecoveryCard(
    check_recovery_code, lambda: str(_("Kode pemulihan ini tidak cocok, atau sudah pernah dipakai."))
)
