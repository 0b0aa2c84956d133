"""Forgotten password: a letter to a confirmed address, a link that sets a new one, and nothing that signs in.

The answer is the same for everybody and takes as long: the worker finds out whose request it was (attacks O-091). The
host of the link is the configured issuer, whatever a request says (attacks O-118).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp import changes
from idp.domain.audit.events import RecoveryCodeUsed
from idp.domain.audit.record import record
from idp.domain.authenticators import guesses, passwords, recovery_codes, throttle
from idp.domain.cases import letters, locking, one_telephone, renewal
from idp.domain.cases.letters import LIFETIME, Link
from idp.domain.citizens import identifiers, pending_changes
from idp.domain.citizens.contact_changes import PHONE_HOLD
from idp.domain.citizens.identifiers import MOST_CHARS
from idp.domain.sessions import interactions
from idp.domain.store.database import Session
from idp.web import challenges, csrf
from idp.web.context import place, services, unit_of_work
from idp.web.cookies import browser_digest
from idp.web.frontchannel import notices, registering
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import (
    Challenge,
    FieldError,
    NewPasswordPage,
    OutcomePage,
    RecoverPage,
    RecoverSentPage,
    Way,
)
from idp.web.password_words import explain
from idp.web.render import show

bp = Blueprint("recover", __name__)

ADDRESS: Final = "/recover"
NEW_PASSWORD: Final = "/recover/password"  # noqa: S105 - an address
HOLD_HOURS: Final = int(PHONE_HOLD.total_seconds() // 3600)


class WrongCode(Exception):
    """The code of the card was not right; the transaction it was tried in is undone."""


@bp.get(ADDRESS)
def recover() -> Response:
    """Ask who it is."""
    return show(_ask_page(registering.wanted_interaction()))


@bp.post(ADDRESS)
def take() -> Response:
    """Leave a request for the worker and say the same to everybody."""
    csrf.check()
    uid, typed = registering.wanted_interaction(), request.form.get("identifier", "")
    subject = identifiers.classify(typed)
    if subject is None:
        words = (
            _("Isi NIK, email, atau nomor ponsel Anda.")
            if not typed.strip()
            else _("Tulis NIK (16 angka), alamat email, atau nomor ponsel.")
        )
        return show(_ask_page(uid, typed[:MOST_CHARS], (FieldError("identifier", words),)), 400)
    deployment, now = services(), services().clock()
    with unit_of_work() as db:
        unmet = challenges.unmet(db, challenges.LETTERS)
        if unmet is not None:
            db.commit()
            page = _ask_page(uid, typed, (challenges.refusal(unmet),), challenge=unmet)
            return challenges.refused(show(page), unmet)
        verdict = letters.allowed(db, deployment.tree, subject, place().network, throttle_policy(), now)
        if verdict.allowed:
            letters.ask(db, deployment.tree, "password", subject, uid, now)
    if not verdict.allowed:
        return slow_down(show(_ask_page(uid, typed, wait=verdict.wait)), verdict.wait)
    return show(sent_page(f"{ADDRESS}?uid={uid}" if uid else ADDRESS))


@bp.get(NEW_PASSWORD)
def password_page() -> Response:
    """Ask for a new password; looking spends nothing."""
    token = request.args.get("token", "")
    with unit_of_work() as db:
        link = letters.find(db, token, "password", services().clock())
        page = _password_page(db, token, link) if link is not None else None
    return show(page) if page is not None else nothing_left()


@bp.post(NEW_PASSWORD)
def set_password() -> Response:
    """Set the new password once; sessions and tokens end, the second factor is asked for as before (O-119, O-120).

    Where the link and the second factor come to the same telephone, a code of the card is asked for too, or the new
    password waits as long as a change of the number would (ADR 0026).
    """
    csrf.check()
    token, chosen = request.form.get("token", ""), request.form.get("password", "")
    deployment, now = services(), services().clock()
    code = request.form.get("recovery_code", "")
    with unit_of_work() as db:
        link = letters.find(db, token, "password", now)
        if link is None:
            return nothing_left()
        weakness = passwords.weakness(chosen, renewal.owner_of(db, deployment.tree, link.citizen_id))
        if weakness is not None:
            words = explain(weakness) if chosen else str(_("Isi kata sandi yang Anda pilih."))
            return show(_password_page(db, token, link, (FieldError("password", words),)), 400)
        why = _why_card(db, link)
        let_wait = why == "text" and request.form.get("action") == "wait"
        wait = _count_card(db, link) if why and not let_wait else None
        if wait is not None:
            return slow_down(show(_password_page(db, token, link, wait=wait)), wait)
    password_hash = passwords.hashed(deployment.hasher, chosen)
    if let_wait:
        return _let_wait(token, link, password_hash)
    try:
        with unit_of_work() as db:
            _open_by_card(db, link, code)
            citizen_id = renewal.set_password(db, token, link.account_id, password_hash, now)
            guesses.welcome(db, deployment.tree, link.account_id, browser_digest(), now)
            notices.tell(
                db, citizen_id, "password_reset", {"account_url": f"{deployment.settings.issuer}/me"}
            )
            way = _way_out(db, link.interaction)
    except WrongCode:
        words = str(_("Kode pemulihan ini tidak cocok, atau sudah pernah dipakai."))
        with unit_of_work() as db:
            page = _password_page(db, token, link, (FieldError("recovery_code", words),))
        return show(page)
    except renewal.NothingLeft:
        return nothing_left()
    done = OutcomePage(
        title=_("Kata sandi baru sudah berlaku"),
        text=_(
            "Semua perangkat dan layanan sudah dikeluarkan. Masuklah dengan kata sandi baru dan pengaman kedua Anda."
        ),
        ways=(Way(_("Masuk"), way),),
    )
    return show(done)


def _let_wait(token: str, link: Link, password_hash: str) -> Response:
    """Spend the link and let the password wait; every channel hears of it, with a link that calls it off."""
    deployment, now = services(), services().clock()
    with unit_of_work() as db:
        if locking.is_locked_by_owner(db, link.account_id) or not one_telephone.spend(db, token, now):
            return nothing_left()
        for change in pending_changes.waiting(db, link.citizen_id, now):
            if change.kind == one_telephone.KIND:
                pending_changes.cancel_own(db, link.citizen_id, change.id, now)
        needed = one_telephone.payload(db, link.account_id, password_hash)
        changes.ask(deployment, db, link.citizen_id, one_telephone.KIND, needed, actor=None, wait=PHONE_HOLD)
    page = OutcomePage(
        title=_("Kata sandi baru menunggu"),
        text=_(
            "Kata sandi baru berlaku dalam %(n)s jam. Kami mengabari semua kontak Anda, dengan tautan untuk"
            " membatalkannya. Sampai saat itu kata sandi yang lama tetap berlaku.",
            n=HOLD_HOURS,
        ),
        ways=(
            Way(_("Lebih cepat: datang ke loket dengan KTP"), "/help#lost-phone"),
            Way(_("Masuk"), "/signin"),
        ),
    )
    return show(page)


def sent_page(again: str, *, identity: bool = False) -> RecoverSentPage:
    """Say that a letter is under way if there is such an account."""
    return RecoverSentPage(
        valid_minutes=int(LIFETIME.total_seconds() // 60),
        again_url=again,
        outbox_url="" if services().settings.production else "/sandbox/outbox",
        identity=identity,
    )


def nothing_left() -> Response:
    """Say that a link is good for nothing any more, with ways on."""
    page = OutcomePage(
        title=_("Tautan ini sudah tidak berlaku"),
        text=_("Tautan berlaku satu kali dan satu jam; yang terbaru saja yang berlaku. Mintalah yang baru."),
        ways=(Way(_("Minta tautan baru"), ADDRESS), Way(_("Bantuan"), "/help#forgot")),
    )
    return show(page, 404)


def _ask_page(
    uid: str | None,
    identifier: str = "",
    errors: tuple[FieldError, ...] = (),
    *,
    wait: timedelta = timedelta(0),
    challenge: Challenge | None = None,
) -> RecoverPage:
    return RecoverPage(
        agency=registering.agency_at(uid),
        action=ADDRESS,
        hidden=(("uid", uid),) if uid else (),
        identifier=identifier,
        back_url=registering.way_out(uid),
        errors=errors,
        wait_seconds=seconds(wait),
        challenge=challenge or challenges.due(challenges.LETTERS),
    )


def _password_page(
    db: Session,
    token: str,
    link: Link,
    errors: tuple[FieldError, ...] = (),
    *,
    wait: timedelta = timedelta(0),
) -> NewPasswordPage:
    return NewPasswordPage(
        action=NEW_PASSWORD,
        hidden=(("token", token),),
        min_length=passwords.MIN_CHARS,
        card_needed=bool(why := _why_card(db, link)),
        wait_hours=HOLD_HOURS if why == "text" else 0,
        errors=errors,
        wait_seconds=seconds(wait),
    )


def _why_card(db: Session, link: Link) -> Literal["", "locked", "text"]:
    """Tell why the letter alone does not do: its owner has locked the account, or one telephone would open it all."""
    if locking.is_locked_by_owner(db, link.account_id):
        return "locked"
    return "text" if one_telephone.is_second_factor(db, services().tree, link) else ""


def _count_card(db: Session, link: Link) -> timedelta | None:
    """Count a try of the card before it is judged; the wait when there were too many."""
    tree, now = services().tree, services().clock()
    key = throttle.key(tree, link.account_id.bytes)
    verdict = throttle.count(db, "recover.card", key, throttle_policy().second_factor, now)
    db.commit()
    return None if verdict.allowed else verdict.wait


def _open_by_card(db: Session, link: Link, code: str) -> None:
    """Take a code of the card where it is needed: the letter proves the address, the card its owner.

    Raises:
        WrongCode: nothing is kept.
    """
    if not _why_card(db, link):
        return
    tree, now = services().tree, services().clock()
    if not recovery_codes.claim(db, tree, link.account_id, code, now):
        raise WrongCode
    left = recovery_codes.left(db, link.account_id)
    record(db, RecoveryCodeUsed(account_id=link.account_id, citizen_id=link.citizen_id, left=left), now)
    throttle.forget(db, "recover.card", throttle.key(tree, link.account_id.bytes))
    locking.unlock(db, tree.vault.system("pii"), link.account_id, link.citizen_id, locking.CARD, now)


def _way_out(db: Session, uid: str | None) -> str:
    """Return to what this browser was in the middle of, or to the account pages."""
    deployment = services()
    seal = deployment.tree.vault.system("pii")
    if uid and interactions.find(db, seal, uid, browser_digest(), deployment.clock()) is not None:
        return f"/interaction/{uid}"
    return "/signin"
