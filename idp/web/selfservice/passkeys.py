"""The passkeys of the account: several, named, with their last use; and doing without a password (features C2, C3)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _, ngettext

from idp.domain.authenticators import passkeys as kept_passkeys, ways_in
from idp.domain.authenticators.passkey_answers import Refused
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import take_created
from idp.domain.authenticators.passkeys import Kept, LastWayIn, Owner
from idp.domain.sessions import logout
from idp.domain.store.database import Session
from idp.protocol.webauthn.relying_party import Trust
from idp.web import csrf, passkeys
from idp.web.context import place, services
from idp.web.pages import (
    AccountNewPasskeyPage,
    AccountPasskeyPage,
    AccountPasskeysPage,
    FieldError,
    Notice,
    PasskeyLine,
    SecurityRow,
)
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp, stay
from idp.web.selfservice.telling import told

ADDRESS: Final = "/me/security/passkeys"
NEW: Final = f"{ADDRESS}/new"
PASSWORD: Final = f"{ADDRESS}/password"
HARDWARE: Final = "security_key"


def row(db: Session, resident: Resident) -> SecurityRow:
    """Tell of the passkeys on the security page."""
    count = len(kept_passkeys.of_account(db, resident.session.account_id))
    status = ngettext("%(num)s terpasang", "%(num)s terpasang", count) if count else _("Belum dipasang")
    return SecurityRow("passkeys", _("Kunci sandi"), status, ADDRESS, icon="key")


@bp.get(ADDRESS)
def list_passkeys() -> Response:
    """List the passkeys, and say whether the password can go."""
    with at_home() as (db, resident):
        page = _list(db, resident, notice=_done(request.args.get("done", "")))
    return show(page)


@bp.get(NEW)
def new_passkey() -> Response:
    """Offer to add a passkey; a fresh sign-in comes first (ASVS 7.5.1)."""
    with at_home(fresh=True) as (_db, resident):
        page = _new(resident)
    return show(page)


@bp.post(f"{ADDRESS}/options")
def options() -> Response:
    """Give the page's script what the device needs to make a passkey."""
    csrf.check()
    with at_home(fresh=True) as (db, resident):
        account_id = resident.session.account_id
        owner = Owner(kept_passkeys.handle_of(db, account_id), _label(resident), resident.name)
        return passkeys.to_script(
            passkeys.to_create(
                db,
                Purpose.ADD,
                account_id.bytes,
                owner,
                kept_passkeys.of_account(db, account_id),
                attested=_wants_hardware(),
            )
        )


@bp.post(ADDRESS)
def add() -> Response:
    """Keep what the device made, and tell its owner everywhere (ASVS 6.3.7)."""
    csrf.check()
    deployment = services()
    now, name = deployment.clock(), request.form.get("name", "")
    with at_home(fresh=True) as (db, resident):
        account_id, citizen_id = resident.session.account_id, resident.citizen.id
        asking = passkeys.asking(Purpose.ADD, account_id.bytes)
        trust = deployment.trust if _wants_hardware() else Trust()
        try:
            posted = request.form.get(passkeys.FIELD, "")
            new = take_created(db, posted, asking, trust, now, account_id=account_id)
            stay(db, resident)
            seal = deployment.tree.vault.system("factor")
            title = kept_passkeys.called(name) or place().device
            kept_passkeys.keep(db, seal, account_id, new, title, now, citizen_id=citizen_id)
        except Refused as refused:
            error = FieldError("name", passkeys.explain(refused.reason))
            return show(_new(resident, name, (error,)), 400)
        told(db, citizen_id, "passkey_added", title)
    return go(f"{ADDRESS}?done=added")


@bp.get(f"{ADDRESS}/<uuid:factor_id>")
def one_passkey(factor_id: UUID) -> Response:
    """Show one passkey: its name, and the way to be rid of it."""
    with at_home(fresh=True) as (db, resident):
        page = _one(resident, _of(db, resident, factor_id))
    return show(page)


@bp.post(f"{ADDRESS}/<uuid:factor_id>")
def change(factor_id: UUID) -> Response:
    """Rename or remove a passkey of this account; the last way in stays (attacks O-109)."""
    csrf.check()
    now = services().clock()
    with at_home(fresh=True) as (db, resident):
        account_id, citizen_id = resident.session.account_id, resident.citizen.id
        kept = _of(db, resident, factor_id)
        if request.form.get("action") != "remove":
            name = kept_passkeys.called(request.form.get("name", ""))
            if not name:
                error = FieldError("name", str(_("Beri nama yang Anda kenali.")))
                return show(_one(resident, kept, (error,)), 400)
            kept_passkeys.rename(db, account_id, factor_id, name)
            return go(f"{ADDRESS}?done=renamed")
        try:
            kept_passkeys.remove(db, account_id, factor_id, now, citizen_id=citizen_id)
        except LastWayIn:
            return show(_one(resident, kept, (FieldError("", _last_way()),)), 409)
        here = resident.session.id
        logout.end_proved_by(db, account_id, kept.kind, "factor_removed", now, keep=here)
        told(db, citizen_id, "passkey_removed", kept.name)
    return go(f"{ADDRESS}?done=removed")


@bp.post(PASSWORD)
def remove_password() -> Response:
    """Give up the password: two passkeys, or one beside the recovery card, must stand (features C3)."""
    csrf.check()
    now = services().clock()
    with at_home(fresh=True) as (db, resident):
        citizen_id = resident.citizen.id
        try:
            gone = kept_passkeys.remove_password(db, resident.session.account_id, now, citizen_id=citizen_id)
        except LastWayIn:
            return show(_list(db, resident, errors=(FieldError("", _last_way()),)), 409)
        if gone:
            told(db, citizen_id, "password_removed")
    return go(f"{ADDRESS}?done=password")


def _list(
    db: Session,
    resident: Resident,
    *,
    notice: Notice | None = None,
    errors: tuple[FieldError, ...] = (),
) -> AccountPasskeysPage:
    account_id = resident.session.account_id
    ways = ways_in.read(db, account_id)
    return AccountPasskeysPage(
        citizen_name=resident.name,
        notice=notice,
        errors=errors,
        passkeys=tuple(_line(kept) for kept in kept_passkeys.of_account(db, account_id)),
        new_url=NEW if passkeys.available() else "",
        password_action=PASSWORD,
        has_password=ways.password,
        may_do_without=ways.password and ways.without_password().enough,
    )


def _new(resident: Resident, name: str = "", errors: tuple[FieldError, ...] = ()) -> AccountNewPasskeyPage:
    return AccountNewPasskeyPage(
        citizen_name=resident.name,
        action=ADDRESS,
        options_url=f"{ADDRESS}/options",
        back_url=ADDRESS,
        name=kept_passkeys.called(name) or place().device,
        hardware=bool(services().trust.roots),
        errors=errors,
    )


def _one(resident: Resident, kept: Kept, errors: tuple[FieldError, ...] = ()) -> AccountPasskeyPage:
    return AccountPasskeyPage(
        citizen_name=resident.name,
        action=f"{ADDRESS}/{kept.id}",
        back_url=ADDRESS,
        passkey=_line(kept),
        errors=errors,
    )


def _line(kept: Kept) -> PasskeyLine:
    return PasskeyLine(
        id=str(kept.id),
        name=kept.name,
        href=f"{ADDRESS}/{kept.id}",
        added=kept.added_at,
        last_used=kept.last_used_at,
        hardware=kept.kind == kept_passkeys.SECURITY_KEY,
        backed_up=kept.backed_up,
    )


def _of(db: Session, resident: Resident, factor_id: UUID) -> Kept:
    """Find a passkey of this account; one of somebody else does not exist (attacks O-127)."""
    standing = kept_passkeys.of_account(db, resident.session.account_id)
    found = next((kept for kept in standing if kept.id == factor_id), None)
    return found if found is not None else abort(404)


def _label(resident: Resident) -> str:
    """Return what the device lists the passkey under: an address the citizen signs in with, never the NIK."""
    known = resident.values
    found = next((known[name].value for name in ("email", "phone_number") if name in known), None)
    return str(found or resident.name or passkeys.party(Purpose.ADD).name)


def _wants_hardware() -> bool:
    return request.form.get("kind") == HARDWARE and bool(services().trust.roots)


def _last_way() -> str:
    return str(
        _(
            "Ini jalan masuk terakhir ke akun Anda. Pasang satu lagi dulu: kunci sandi lain, aplikasi autentikator, "
            "atau kata sandi."
        )
    )


def _done(done: str) -> Notice | None:
    words = {
        "added": _("Kunci sandi terpasang. Mulai sekarang Anda bisa masuk dengannya."),
        "renamed": _("Nama diganti."),
        "removed": _("Kunci sandi dihapus. Ia tidak membuka akun Anda lagi."),
        "password": _("Kata sandi dihapus. Sekarang Anda masuk dengan kunci sandi saja."),
    }
    return Notice("success", str(words[done])) if done in words else None
