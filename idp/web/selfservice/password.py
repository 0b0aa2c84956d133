"""Another password: the old one is asked for, what rested on it ends, every channel is told (ASVS 6.2.3, 7.4.3)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any, Final

from flask import Response, request
from flask_babel import gettext as _

from idp.domain.account import password_change
from idp.domain.account.password_change import Overtaken
from idp.domain.authenticators import passwords
from idp.domain.authenticators.passwords import Owner
from idp.domain.authenticators.sign_in import Refusal
from idp.domain.cases import letters, permits
from idp.domain.citizens.models import Account
from idp.domain.store.database import Session
from idp.web import cookies, csrf
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import AccountPasswordPage, FieldError
from idp.web.password_words import explain
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp
from idp.web.selfservice.telling import told

ADDRESS: Final = "/me/security/password"
DONE: Final = "password"


@bp.get(ADDRESS)
def password() -> Response:
    """Ask for the old and the new password."""
    with at_home(fresh=True) as (db, resident):
        page = _page(db, resident)
    return show(page)


@bp.post(ADDRESS)
def change_password() -> Response:
    """Change it; the new one is hashed outside of transactions."""
    csrf.check()
    current, new = request.form.get("current_password", ""), request.form.get("password", "")
    deployment = services()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        account = db.get_one(Account, resident.session.account_id)
        errors = _problems(account, current, new, _owner(resident))
        if errors:
            return show(_page(db, resident, errors=errors), 400)
        if account.password_hash is not None:
            result = password_change.check_current(
                db,
                deployment.tree,
                deployment.hasher,
                account,
                resident.citizen.id,
                current,
                place().network,
                deployment.clock(),
                browser=cookies.browser_digest(),
                policy=throttle_policy(),
            )
            if result.refusal is Refusal.THROTTLED:
                page = _page(db, resident, wait_seconds=seconds(result.wait))
                return slow_down(show(page), result.wait)
            if not result:
                error = FieldError("current_password", str(_("Kata sandi sekarang tidak cocok.")))
                return show(_page(db, resident, errors=(error,)))
        session_id, account_id, citizen_id = resident.session.id, account.id, resident.citizen.id
        before = account.password_hash
    hashed = passwords.hashed(deployment.hasher, new)
    with unit_of_work() as db, suppress(Overtaken):
        password_change.change(
            db,
            account_id,
            citizen_id,
            hashed,
            deployment.clock(),
            before=before,
            keep_session=session_id,
            keep_browser=cookies.browser_digest(),
        )
        letters.retire(db, account_id, None, deployment.clock())
        permits.retire(db, account_id, deployment.clock())
        told(db, citizen_id, "password")
        return go(f"/me/security?done={DONE}")
    return go("/me/security")


def _page(db: Session, resident: Resident, **more: Any) -> AccountPasswordPage:
    account = db.get_one(Account, resident.session.account_id)
    known = resident.values
    username = next(
        (str(known[name].value) for name in ("email", "phone_number", "nik") if name in known), ""
    )
    return AccountPasswordPage(
        citizen_name=resident.name,
        action=ADDRESS,
        username=username,
        has_password=account.password_hash is not None,
        min_length=passwords.MIN_CHARS,
        **more,
    )


def _problems(account: Account, current: str, new: str, owner: Owner) -> tuple[FieldError, ...]:
    errors = []
    if account.password_hash is not None and not current:
        errors.append(FieldError("current_password", str(_("Isi kata sandi Anda sekarang."))))
    weakness = passwords.weakness(new, owner)
    if weakness is not None:
        message = explain(weakness) if new else str(_("Isi kata sandi yang Anda pilih."))
        errors.append(FieldError("password", message))
    elif new == current:
        errors.append(FieldError("password", str(_("Ini kata sandi yang sekarang. Pilih yang lain."))))
    return tuple(errors)


def _owner(resident: Resident) -> Owner:
    known = {name: str(value.value) for name, value in resident.values.items()}
    born = known.get("birthdate")
    return Owner(
        name=known.get("name", ""),
        nik=known.get("nik", ""),
        birthdate=date.fromisoformat(born) if born else None,
        email=known.get("email", ""),
        phone_number=known.get("phone_number", ""),
    )
