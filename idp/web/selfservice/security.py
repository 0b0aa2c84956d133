"""How the citizen signs in and gets back in: one row for each thing that guards the account.

A new factor adds a function to `ROWS`; its own pages live in a module beside this one, under `/me/security/...`, and
open with `at_home(fresh=True)`, because a change of factors needs a fresh sign-in (ASVS 7.5.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from idp.domain.authenticators.sign_in import second_factors
from idp.domain.store.database import Session
from idp.web.pages import AccountSecurityPage, SecurityRow
from idp.web.render import show
from idp.web.selfservice.area import Resident, at_home, bp

HELP: Final = "/help#lost-phone"


def authenticator(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the authenticator application."""
    there = second_factors(db, resident.session.account_id).totp
    status = _("Terpasang") if there else _("Belum dipasang")
    return SecurityRow("authenticator", _("Aplikasi autentikator"), status, HELP)


def recovery_card(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the recovery card."""
    left = second_factors(db, resident.session.account_id).recovery_codes
    status = ngettext("%(num)s kode tersisa", "%(num)s kode tersisa", left)
    return SecurityRow("recovery-card", _("Kartu pemulihan"), status, HELP)


ROWS: Final[tuple[Callable[[Session, Resident], SecurityRow], ...]] = (authenticator, recovery_card)


@bp.get("/me/security")
def security() -> Response:
    """List what guards the account."""
    with at_home() as (db, resident):
        rows = tuple(row(db, resident) for row in ROWS)
        page = AccountSecurityPage(citizen_name=resident.name, rows=rows)
    return show(page)
