"""The second factor: ask by one of the account's ways, judge, raise the session."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import recovery_codes
from idp.domain.authenticators.sign_in import Refusal
from idp.domain.sessions import interactions
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.logout import end_everywhere
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.web import cookies, csrf
from idp.web.context import services, unit_of_work
from idp.web.frontchannel import notices, ways
from idp.web.frontchannel.enrol import enrol_page, no_factor_page
from idp.web.frontchannel.flow import cancelled, second_factor_is_due
from idp.web.frontchannel.frame import agency_of, waiting_for
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.sign_in_words import TOO_MANY_CODES
from idp.web.frontchannel.signed_in import (
    current_session,
    raise_session,
    remember_here,
)
from idp.web.frontchannel.ways import Asking, Way as FactorWay
from idp.web.pages import FieldError, MfaWaysPage, OutcomePage, Page, Way, WayLink
from idp.web.render import go, show

bp = Blueprint("mfa", __name__)

CHOOSE = "choose"
MOST_CHARS = 16 * 1024
"""A passkey's answer is the longest proof; a code of that length is refused like any wrong one."""


def mfa_page(db: Session, uid: str, waiting: Waiting, session: BrowserSession, wanted: str | None) -> Page:
    """Ask for the second factor by the wanted way, or show the list of ways."""
    asking = Asking(uid=uid, waiting=waiting, session=session)
    first = enrol_page(db, asking)
    if first is not None:
        return first
    if not ways.open_to(db, asking) and not ways.is_step_up(session):
        return no_factor_page(asking)
    if wanted == CHOOSE:
        return _list_of_ways(db, asking)
    return _page(db, asking, ways.chosen(db, asking, wanted))


@bp.post("/interaction/<uid>/mfa")
def mfa(uid: str) -> Response:
    """Judge a second factor; a right one raises the session to two factors."""
    csrf.check()
    action = request.form.get("action")
    response = go(f"/interaction/{uid}")
    if action != "cancel" and not second_factor_is_due(uid):
        return response
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        if action == "cancel":
            db.commit()
            return cancelled(waiting)
        session = current_session(db)
        if session is None:
            return response
        asking = Asking(uid=uid, waiting=waiting, session=session)
        way = ways.chosen(db, asking, request.form.get("method"))
        if action == "other":
            return go(f"/interaction/{uid}?method={_other(db, asking, way)}")
        others = any(other is not way for other in ways.open_to(db, asking))
        acted = way.act(db, asking.saying(others=others), request.form)
        if acted is not None:
            return acted
        if way not in ways.open_to(db, asking):
            return response
        proof = request.form.get(way.field, "")
        if not proof.strip() or len(proof) > MOST_CHARS or "\x00" in proof:
            error = FieldError(way.field, way.problem(proof))
            return show(_page(db, asking.saying(errors=(error,)), way), 400)
        if not interactions.count_mfa_try(db, waiting.row):
            return _start_over(db, response, session)
        result = way.judge(db, asking, proof)
        if result:
            method = result.method or way.factor
            known = ("remembered_device", method)
            first = tuple(name for name in session.methods.split() if name not in known)
            raise_session(db, response, session, (*first, method))
            if _is_to_be_remembered(asking, way):
                remember_here(db, response, session)
            notices.after_sign_in(db, session, result, used_recovery_code=way is ways.RECOVERY_CARD)
            if way is ways.RECOVERY_CARD:
                response.location = f"/interaction/{uid}/new-factor"
            return response
        if result.refusal is Refusal.THROTTLED:
            page = _page(db, asking.saying(wait_seconds=seconds(result.wait)), way)
            return slow_down(show(page), result.wait)
        error = FieldError(way.field, way.problem(proof))
        return show(_page(db, asking.saying(errors=(error,)), way))


@bp.get("/interaction/<uid>/new-factor")
def new_factor(uid: str) -> Response:
    """Offer a new factor to whoever came in by the card: it is for emergencies and runs out (features C6)."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        session = current_session(db)
        if session is None or ways.RECOVERY_CARD.factor not in session.methods.split():
            return go(f"/interaction/{uid}")
        left = recovery_codes.left(db, session.account_id)
    page = OutcomePage(
        agency=agency_of(waiting),
        title=_("Pasang pengaman baru sekarang?"),
        text=_(
            "Kode dari kartu hanya untuk keadaan darurat, dan tinggal %(n)s. Bila ponsel Anda hilang, pasang yang baru"
            " dan lepaskan yang lama, supaya penemunya tidak bisa masuk.",
            n=left,
        ),
        ways=(
            Way(
                _("Pasang pengaman baru"),
                "/me/security",
                _("Aplikasi autentikator, kunci sandi, atau kode SMS."),
            ),
            Way(
                _("Nanti saja, lanjutkan"),
                f"/interaction/{uid}",
                _("Ponsel Anda masih ada, atau Anda sedang buru-buru."),
            ),
        ),
    )
    return show(page)


def _is_to_be_remembered(asking: Asking, way: FactorWay) -> bool:
    """A code of the recovery card is for emergencies, which are no time to trust a device."""
    ticked = request.form.get("remember") == "yes"
    return ticked and asking.remember_offered and way is not ways.RECOVERY_CARD


def _page(db: Session, asking: Asking, way: FactorWay) -> Page:
    others = any(other is not way for other in ways.open_to(db, asking))
    return way.page(db, asking.saying(others=others))


def _list_of_ways(db: Session, asking: Asking) -> MfaWaysPage:
    return MfaWaysPage(
        agency=agency_of(asking.waiting),
        ways=tuple(
            WayLink(way.name, way.label(), f"/interaction/{asking.uid}?method={way.name}")
            for way in ways.open_to(db, asking)
        ),
    )


def _other(db: Session, asking: Asking, way: FactorWay) -> str:
    """Lead to the one other way, or to the list."""
    others = [other for other in ways.open_to(db, asking) if other is not way]
    return others[0].name if len(others) == 1 else CHOOSE


def _start_over(db: Session, response: Response, session: BrowserSession) -> Response:
    """End a sign-in that has guessed too often; it begins again at the password (attacks O-100)."""
    end_everywhere(db, session, "too_many_codes", services().clock())
    cookies.drop_session(response)
    response.location += f"?{TOO_MANY_CODES}"
    return response
