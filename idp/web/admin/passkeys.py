"""Passkeys at the console: signing in with one, enrolling them, taking them off (features K3; attacks O-132).

Where administrators need them, a code that was phished opens nothing: it leads to the passkey, or, for somebody who
has none yet, to enrolling the first.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from idp.domain.authenticators import passkeys as kept_passkeys
from idp.domain.authenticators.passkey_answers import Refused as Unfit
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import check_passkey, note_refusal, take_created
from idp.domain.authenticators.passkeys import LastWayIn, Owner
from idp.domain.authenticators.sign_in import Refusal
from idp.domain.sessions import browser, operators
from idp.web import cookies, csrf, passkeys
from idp.web.admin.desk import PASSKEYS, SIGN_IN, Desk, Refused, desk
from idp.web.admin.sign_in import login_page, wanted_page
from idp.web.context import operator_limits, place, services, unit_of_work
from idp.web.pages import FieldError, Notice, PasskeyLine
from idp.web.pages.admin_passkeys import AdminPasskeysPage
from idp.web.render import go, show
from idp.web.selfservice.area import FRESH_FOR

bp = Blueprint("passkeys", __name__)

OPTIONS: Final = "/passkeys/options"


@bp.post("/sign-in/passkey/options")
def sign_in_options() -> Response:
    """Give the sign-in page's script a challenge."""
    csrf.check()
    with unit_of_work() as db:
        return passkeys.to_script(passkeys.to_get(db, Purpose.CONSOLE_SIGN_IN))


@bp.post("/sign-in/passkey")
def sign_in() -> Response:
    """Judge a passkey; a right one of an operator starts a session that is complete."""
    csrf.check()
    deployment, now = services(), services().clock()
    response = go(wanted_page())
    with unit_of_work() as db:
        result = check_passkey(
            db,
            deployment.tree,
            request.form.get(passkeys.FIELD, ""),
            passkeys.asking(Purpose.CONSOLE_SIGN_IN),
            now,
            kind="operator",
        )
        if result and result.account_id and result.method:
            earlier = browser.find(db, request.cookies.get(cookies.OPERATOR), now)
            if earlier is not None and earlier.citizen_id is None:
                browser.end(db, earlier.id, earlier.account_id, "signed_in_again", now)
            session, handle = browser.start(
                db,
                account_id=result.account_id,
                citizen_id=None,
                methods=(result.method,),
                place=place(),
                limits=operator_limits(),
                now=now,
            )
            operators.note_sign_in(db, session, now)
            cookies.set_session(response, handle.text, cookies.OPERATOR)
            return response
    message = (
        _("Akun ini sedang dikunci. Hubungi administrator nasional.")
        if result.refusal is Refusal.LOCKED
        else _("Kunci sandi itu tidak cocok dengan akun petugas. Coba lagi, atau masuk dengan kata sandi.")
    )
    return show(login_page(errors=(FieldError("", message),)))


@bp.get("/passkeys")
def list_passkeys() -> Response:
    """List the operator's passkeys and offer to add one."""
    with desk(enrolling=True) as at:
        return show(_page(at))


@bp.post(OPTIONS)
def options() -> Response:
    """Give the page's script what the device needs; attested where makers are configured."""
    csrf.check()
    with desk(enrolling=True) as at:
        _require_fresh(at)
        owner = Owner(
            kept_passkeys.handle_of(at.db, at.account_id), _("%(name)s (petugas)", name=at.name), at.name
        )
        return passkeys.to_script(
            passkeys.to_create(
                at.db,
                Purpose.CONSOLE_ADD,
                at.account_id.bytes,
                owner,
                kept_passkeys.of_account(at.db, at.account_id),
                attested=bool(services().trust.roots),
            )
        )


@bp.post("/passkeys")
def add() -> Response:
    """Keep what the device made, where the policy for officials accepts it."""
    csrf.check()
    deployment = services()
    with desk(enrolling=True) as at:
        _require_fresh(at)
        asking = passkeys.asking(Purpose.CONSOLE_ADD, at.account_id.bytes)
        try:
            posted = request.form.get(passkeys.FIELD, "")
            new = take_created(at.db, posted, asking, deployment.trust, at.now, account_id=at.account_id)
            if deployment.trust.roots and not new.hardware:
                unfit = Unfit("attestation")
                note_refusal(at.db, asking.purpose, unfit, at.now, account_id=at.account_id)
                raise unfit
            title = kept_passkeys.called(request.form.get("name", "")) or place().device
            seal = deployment.tree.vault.system("factor")
            kept_passkeys.keep(at.db, seal, at.account_id, new, title, at.now, actor=at.actor)
        except Unfit as unfit:
            error = FieldError("name", passkeys.explain(unfit.reason))
            return show(_page(at, errors=(error,)), 400)
    return go(f"{PASSKEYS}?done=added")


@bp.post("/passkeys/<uuid:factor_id>/remove")
def remove(factor_id: UUID) -> Response:
    """Take a passkey off; whoever needs one keeps one."""
    csrf.check()
    with desk(enrolling=True) as at:
        _require_fresh(at)
        standing = kept_passkeys.of_account(at.db, at.account_id)
        if factor_id not in {kept.id for kept in standing}:
            abort(404)
        try:
            if at.needs_passkey and len(standing) == 1:
                raise LastWayIn
            kept_passkeys.remove(at.db, at.account_id, factor_id, at.now, actor=at.actor)
        except LastWayIn:
            message = _("Ini kunci sandi terakhir Anda, dan konsol memerlukannya. Pasang satu lagi dulu.")
            return show(_page(at, errors=(FieldError("", message),)), 409)
    return go(f"{PASSKEYS}?done=removed")


def _require_fresh(at: Desk) -> None:
    """Ask for a fresh sign-in, by passkey where there is one: a phished code never adds a key (ASVS 7.5.1).

    Raises:
        Refused: towards the sign-in page and back.
    """
    bound = at.by_passkey or not kept_passkeys.of_account(at.db, at.account_id)
    if not bound or at.now - at.signed_in_at > FRESH_FOR:
        raise Refused(go(f"{SIGN_IN}?next={PASSKEYS}&fresh=1"))


def _page(at: Desk, errors: tuple[FieldError, ...] = ()) -> AdminPasskeysPage:
    standing = kept_passkeys.of_account(at.db, at.account_id)
    notice = _done(request.args.get("done", ""))
    if not standing and at.needs_passkey:
        notice = Notice(
            "warning",
            _("Pasang kunci sandi dulu"),
            _(
                "Konsol ini meminta kunci sandi dari administrator nasional. Setelah terpasang, masuklah dengannya."
            ),
        )
    return AdminPasskeysPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        action=PASSKEYS,
        options_url=f"/admin{OPTIONS}",
        name=place().device,
        attested=bool(services().trust.roots),
        passkeys=tuple(
            PasskeyLine(
                id=str(kept.id),
                name=kept.name,
                href=f"{PASSKEYS}/{kept.id}/remove",
                added=kept.added_at,
                last_used=kept.last_used_at,
                hardware=kept.kind == kept_passkeys.SECURITY_KEY,
                backed_up=kept.backed_up,
            )
            for kept in standing
        ),
    )


def _done(done: str) -> Notice | None:
    words = {"added": _("Kunci sandi terpasang."), "removed": _("Kunci sandi dihapus.")}
    return Notice("success", str(words[done])) if done in words else None
