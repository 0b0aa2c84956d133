"""Proving who one is again, when phone and card are lost: registry, confirmed address, waiting time (features D1).

Every answer is the same whether the data agree or not, and whether there is such an account or not (ASVS 6.3.8).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp import changes
from idp.domain.cases import letters, one_telephone, reproofing
from idp.domain.cases.letters import Link
from idp.domain.citizens import pending_changes
from idp.domain.citizens.contact_changes import PHONE_HOLD
from idp.domain.citizens.identifiers import Canonical, Kind
from idp.domain.citizens.pending_changes import COOLING_OFF
from idp.domain.proofing.population import Claims, RegistryUnavailable
from idp.domain.store.database import Session
from idp.web import csrf
from idp.web.context import place, services, unit_of_work
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.recover import nothing_left, sent_page
from idp.web.frontchannel.register_identity import TYPED, may_ask, population_registry, read_identity
from idp.web.frontchannel.registering import Form
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import OutcomePage, RecoverConfirmPage, RecoverIdentityPage, Way
from idp.web.render import show

bp = Blueprint("recover_identity", __name__)

ADDRESS: Final = "/recover/identity"
CONFIRM: Final = "/recover/confirm"
HOUR: Final = 3600


@bp.get(ADDRESS)
def ask() -> Response:
    """Ask for NIK, name and birth date."""
    return show(_page({}))


@bp.post(ADDRESS)
def take() -> Response:
    """Ask the registry outside of any transaction, leave a request for the worker, say the same to everybody."""
    csrf.check()
    form = Form.posted()
    typed = {name: form.text(name) for name in TYPED}
    claims, errors = read_identity(typed)
    if claims is None:
        return show(_page(typed, errors=errors), 400)
    if not may_ask(claims.nik):
        return slow_down(show(_page(typed, wait_seconds=HOUR)), COOLING_OFF / 24)
    proved = _proved(claims)
    if proved is None:
        return _later()
    deployment, now = services(), services().clock()
    subject = Canonical(Kind.NIK, claims.nik)
    with unit_of_work() as db:
        verdict = letters.allowed(db, deployment.tree, subject, place().network, throttle_policy(), now)
        if verdict.allowed:
            letters.ask(db, deployment.tree, "identity", subject, None, now, proved=proved)
    if not verdict.allowed:
        return slow_down(show(_page(typed, wait_seconds=seconds(verdict.wait))), verdict.wait)
    return show(sent_page(ADDRESS, identity=True))


@bp.get(CONFIRM)
def confirm_page() -> Response:
    """Say what the button starts; looking spends nothing."""
    token = request.args.get("token", "")
    with unit_of_work() as db:
        link = letters.find(db, token, "identity", services().clock())
        hours = _hours(_hold(db, link)) if link is not None else 0
    if link is None:
        return nothing_left()
    return show(RecoverConfirmPage(action=CONFIRM, hidden=(("token", token),), hours=hours))


@bp.post(CONFIRM)
def confirm() -> Response:
    """Start the waiting time, once; what waits already goes on waiting."""
    csrf.check()
    token = request.form.get("token", "")
    deployment, now = services(), services().clock()
    with unit_of_work() as db:
        link = letters.find(db, token, "identity", now)
        if link is None or not letters.spend(db, token, "identity", now):
            return nothing_left()
        hold = _hold(db, link)
        kinds = {change.kind for change in pending_changes.waiting(db, link.citizen_id, now)}
        if reproofing.KIND not in kinds:
            needed = reproofing.payload(deployment.settings.issuer)
            changes.ask(deployment, db, link.citizen_id, reproofing.KIND, needed, actor=None, wait=hold)
    page = OutcomePage(
        title=_("Masa tunggu dimulai"),
        text=_(
            "Dalam %(n)s jam kami mengirim kode untuk memasang kata sandi dan pengaman baru. Sampai saat itu pemilik"
            " akun dapat membatalkannya lewat tautan yang kami kirim ke semua alamatnya.",
            n=_hours(hold),
        ),
        ways=(Way(_("Ke halaman depan"), "/"), Way(_("Bantuan"), "/help#lost-phone")),
    )
    return show(page)


def _hold(db: Session, link: Link) -> timedelta:
    """Return how long it waits: a SIM card that was swapped is noticed within days, not hours (ADR 0026)."""
    return PHONE_HOLD if one_telephone.came_by_text(db, link) else COOLING_OFF


def _hours(hold: timedelta) -> int:
    return int(hold.total_seconds() // HOUR)


def _proved(claims: Claims) -> bool | None:
    """Ask the registry; None when it does not answer."""
    registry = population_registry()
    if registry is None:
        return None
    try:
        return registry.verify(claims).matched
    except RegistryUnavailable:
        return None


def _later() -> Response:
    page = OutcomePage(
        title=_("Data kependudukan sedang tidak tersambung"),
        text=_("Coba lagi nanti, atau datanglah ke loket dengan KTP."),
        ways=(Way(_("Coba lagi"), ADDRESS), Way(_("Bantuan"), "/help#lost-phone")),
    )
    response = show(page, 503)
    response.headers["Retry-After"] = "300"
    return response


def _page(typed: dict[str, str], **more: Any) -> RecoverIdentityPage:
    values: dict[str, Any] = {name: typed.get(name, "") for name in TYPED}
    return RecoverIdentityPage(action=ADDRESS, **values, **more)
