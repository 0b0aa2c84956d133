"""Authenticator applications: several, named, confirmed by a first code, never none at all (attacks O-101, O-109).

The secret of a new one waits in the form itself, sealed for this account and a quarter of an hour.
"""

from __future__ import annotations

import segno
from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.authenticators import factors, totp, ways_in
from idp.domain.authenticators.factors import LastFactor
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import services
from idp.web.frontchannel.waiting_secret import open_secret, sealed_secret
from idp.web.ids import uuid_of
from idp.web.pages import (
    AccountAuthenticatorAddPage,
    AccountAuthenticatorPage,
    ApplicationLine,
    FieldError,
    Notice,
)
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp
from idp.web.selfservice.telling import notice, told

ADDRESS = "/me/security/authenticator"
ADD = f"{ADDRESS}/add"
MOST_NAME_CHARS = 40


@bp.get(ADDRESS)
def authenticators() -> Response:
    """List the applications."""
    with at_home(fresh=True) as (db, resident):
        page = _list(db, resident, notice(request.args.get("done")))
    return show(page)


@bp.post(ADDRESS)
def remove_authenticator() -> Response:
    """Take one off; the last factor stays."""
    csrf.check()
    chosen = uuid_of(request.form.get("remove"))
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        account_id, now = resident.session.account_id, services().clock()
        mine = [each.id for each in factors.of(db, account_id, totp.KIND)]
        if chosen is None or chosen not in mine:
            abort(404)
        try:
            removed = factors.remove(db, account_id, chosen, now, citizen_id=resident.citizen.id)
        except LastFactor:
            words = Notice(
                "warning",
                str(_("Ini pengaman kedua Anda yang terakhir")),
                str(_("Pasang dulu yang baru, lalu lepaskan yang ini.")),
            )
            return show(_list(db, resident, words), 409)
        if removed is not None:
            told(db, resident.citizen.id, "authenticator_removed", removed.name)
    return go(f"{ADDRESS}?done=authenticator_removed")


@bp.get(ADD)
def new_authenticator() -> Response:
    """Show a new secret, as a picture and as text."""
    with at_home(fresh=True) as (db, resident):
        if len(factors.of(db, resident.session.account_id, totp.KIND)) >= factors.MOST:
            words = Notice(
                "warning",
                str(_("Sudah ada %(n)s aplikasi", n=factors.MOST)),
                str(_("Lepaskan dulu yang tidak dipakai.")),
            )
            return show(_list(db, resident, words), 409)
        page = add_page(resident, totp.new_secret())
    return show(page)


@bp.post(ADD)
def add_authenticator() -> Response:
    """Keep the application whose first code is right (attacks O-101)."""
    csrf.check()
    with at_home(fresh=True, back=ADD) as (db, resident):
        account_id, now = resident.session.account_id, services().clock()
        secret = open_secret(request.form.get("sealed", ""), account_id.hex)
        if secret is None or len(factors.of(db, account_id, totp.KIND)) >= factors.MOST:
            return go(ADD)
        name = _name(request.form.get("name", ""))
        step = totp.matching_step(secret, request.form.get("otp", ""), now)
        if step is None:
            error = FieldError(
                "otp",
                str(_("Kode tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang tampil.")),
            )
            return show(add_page(resident, secret, name=name, errors=(error,)))
        totp.enrol(
            db,
            services().tree.vault.system("factor"),
            account_id,
            secret,
            now,
            citizen_id=resident.citizen.id,
            confirmed_step=step,
            name=name,
        )
        told(db, resident.citizen.id, "authenticator_added", name)
    return go(f"{ADDRESS}?done=authenticator_added")


def add_page(
    resident: Resident, secret: str, *, name: str = "", errors: tuple[FieldError, ...] = ()
) -> AccountAuthenticatorAddPage:
    """Show a secret that waits for its first code."""
    known = resident.values
    label = str(known["email"].value) if "email" in known else resident.name
    address = totp.uri(secret, label)
    return AccountAuthenticatorAddPage(
        citizen_name=resident.name,
        action=ADD,
        qr_uri=picture(address),
        secret=grouped(secret),
        otpauth_uri=address,
        name=name,
        hidden=(("sealed", sealed_secret(secret, resident.session.account_id.hex)),),
        errors=errors,
    )


def picture(text: str) -> str:
    """Draw a QR code as an SVG in a data: address; the page policy allows no other source."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))


def grouped(secret: str) -> str:
    """Write a secret in fours, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _name(text: str) -> str:
    """Return what somebody calls an application: printable, on one line, not too long."""
    return " ".join("".join(letter for letter in text if letter.isprintable()).split())[:MOST_NAME_CHARS]


def _list(db: Session, resident: Resident, words: Notice | None) -> AccountAuthenticatorPage:
    account_id = resident.session.account_id
    mine = factors.of(db, account_id, totp.KIND)
    return AccountAuthenticatorPage(
        citizen_name=resident.name,
        action=ADDRESS,
        applications=tuple(
            ApplicationLine(
                str(each.id),
                each.name or str(_("Aplikasi autentikator")),
                each.created_at,
                each.last_used_at,
            )
            for each in mine
        ),
        removable=bool(mine) and ways_in.read(db, account_id).without(totp.KIND).enough,
        add_url=ADD if len(mine) < factors.MOST else "",
        notice=words,
        offer_end_others=words is not None and words.kind == "success",
    )
