"""How the citizen signs in and gets back in: one row for each thing that guards the account.

A new factor adds a function to `ROWS`; its own pages live in a module beside this one, under `/me/security/...`, and
open with `at_home(fresh=True)`, because a change of factors needs a fresh sign-in (ASVS 7.5.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response, request
from flask_babel import gettext as _, ngettext

from idp.domain.authenticators import factors, message_codes, recovery_codes, remembered_devices, totp
from idp.domain.cases import counter
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from idp.web.context import services
from idp.web.frontchannel.codes import channel_name
from idp.web.locale import written_date
from idp.web.pages import AccountSecurityPage, SecurityRow
from idp.web.render import show
from idp.web.selfservice import passkeys
from idp.web.selfservice.area import Resident, at_home, bp
from idp.web.selfservice.telling import notice


def password(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the password, and since when."""
    account = db.get_one(Account, resident.session.account_id)
    since = account.password_changed_at
    status = _("Sejak %(date)s", date=written_date(since.date())) if since is not None else _("Belum dibuat")
    return SecurityRow("password", _("Kata sandi"), status, "/me/security/password", icon="key")


def authenticator(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the authenticator application."""
    number = len(factors.of(db, resident.session.account_id, totp.KIND))
    status = ngettext("%(num)s terpasang", "%(num)s terpasang", number) if number else _("Belum dipasang")
    return SecurityRow(
        "authenticator", _("Aplikasi autentikator"), status, "/me/security/authenticator", icon="device"
    )


def messages(db: Session, resident: Resident) -> SecurityRow:
    """Tell of codes by message."""
    on = message_codes.every(db, services().tree, resident.session.account_id, resident.citizen.id)
    names = [channel_name(each.channel) for each in on if each.number is not None]
    status = ", ".join(dict.fromkeys(names)) or str(_("Tidak menyala"))
    return SecurityRow(
        "messages", _("Kode lewat SMS atau WhatsApp"), status, "/me/security/messages", icon="mail"
    )


def recovery_card(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the recovery card."""
    left = recovery_codes.left(db, resident.session.account_id)
    status = (
        ngettext("%(num)s kode tersisa", "%(num)s kode tersisa", left)
        if left
        else _("Tidak ada yang berlaku")
    )
    return SecurityRow("recovery-card", _("Kartu pemulihan"), status, "/me/security/recovery-card")


def devices(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the devices that need no second factor."""
    now = services().clock()
    there = len(remembered_devices.live_of(db, resident.session.account_id, now))
    status = ngettext("%(num)s perangkat", "%(num)s perangkat", there) if there else _("Tidak ada")
    return SecurityRow("devices", _("Perangkat yang diingat"), status, "/me/security/devices", icon="device")


def cases(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the cases people look after for this citizen; who did what is in the history."""
    mine = counter.of_citizen(db, resident.citizen.id)
    waiting = sum(1 for case in mine if case.state == "open")
    status = (
        ngettext("%(num)s kasus menunggu", "%(num)s kasus menunggu", waiting) if waiting else _("Tidak ada")
    )
    return SecurityRow("cases", _("Kasus bantuan"), status, "/me/history", icon="history")


ROWS: Final[tuple[Callable[[Session, Resident], SecurityRow], ...]] = (
    password,
    passkeys.row,
    authenticator,
    messages,
    recovery_card,
    devices,
    cases,
)


@bp.get("/me/security")
def security() -> Response:
    """List what guards the account."""
    with at_home() as (db, resident):
        rows = tuple(row(db, resident) for row in ROWS)
        said = notice(request.args.get("done"))
        page = AccountSecurityPage(citizen_name=resident.name, rows=rows, notice=said)
    return show(page)
