"""Registration: one question per page, kept in a sealed draft; the account exists after the last proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Blueprint, Response, request

from idp.domain.citizens import drafts
from idp.domain.citizens.drafts import Draft
from idp.web import csrf
from idp.web.context import unit_of_work
from idp.web.frontchannel import (
    register_contact,
    register_factors,
    register_identity,
    register_secrets,
    registering,
)
from idp.web.frontchannel.registering import (
    AUTHENTICATOR,
    CODE,
    CONTACT,
    IDENTITY,
    LATER,
    MISMATCH,
    PASSWORD,
    RECOVERY,
    Form,
)
from idp.web.pages.base import Page
from idp.web.render import go, show

bp = Blueprint("register", __name__)


def _take_later(_form: Form) -> Response:
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is not None and draft.step == LATER:
            drafts.save(db, registering.seal(), draft, CONTACT)
    return go(registering.ADDRESS)


TAKE: Mapping[str, Callable[[Form], Response]] = MappingProxyType(
    {
        IDENTITY: register_identity.take_identity,
        LATER: _take_later,
        CONTACT: register_contact.take_contact,
        CODE: register_contact.take_code,
        PASSWORD: register_secrets.take_password,
        **register_factors.TAKE,
        RECOVERY: register_secrets.take_recovery,
    }
)
BACK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {IDENTITY: (MISMATCH, LATER, CONTACT, CODE, PASSWORD), CONTACT: (CODE, PASSWORD)}
)
"""Which earlier question may be looked at again from which step."""


@bp.route("/register", methods=["GET", "POST"])
def register() -> Response:
    """Show the question that is due, or take its answer."""
    if request.method == "POST":
        csrf.check()
        take = TAKE.get(request.form.get("step", ""))
        return take(Form.posted()) if take is not None else go(registering.ADDRESS)
    uid = registering.wanted_interaction()
    with unit_of_work() as db:
        draft = registering.current(db)
        if draft is not None and uid is not None:
            draft.row.interaction = uid
        if draft is not None and draft.step == RECOVERY and not register_secrets.may_see_card(db, draft):
            drafts.complete(db, draft, draft.row.created_at)
            draft = None
    return show(_page(draft, uid))


@bp.get("/register/cancel")
def cancel() -> Response:
    """Leave; what was entered is forgotten."""
    with unit_of_work() as db:
        draft = registering.current(db)
        uid = draft.row.interaction if draft is not None else None
        if draft is not None and draft.step != RECOVERY:
            drafts.complete(db, draft, draft.row.created_at)
    return registering.forget(go(f"/interaction/{uid}" if uid else "/"))


def _page(draft: Draft | None, uid: str | None) -> Page:
    if draft is None:
        return register_identity.identity_page(uid)
    uid, data, step = draft.row.interaction, draft.data, draft.step
    asked = request.args.get("step", "")
    if step in BACK.get(asked, ()):
        step = asked
    pages: dict[str, Callable[[], Page]] = {
        IDENTITY: lambda: register_identity.identity_page(uid, data.get("typed")),
        MISMATCH: lambda: register_identity.mismatch_page(uid, data),
        LATER: lambda: register_identity.later_page(uid),
        CONTACT: lambda: register_contact.contact_page(uid, data),
        CODE: lambda: register_contact.code_page(uid, data),
        PASSWORD: lambda: register_secrets.password_page(uid, data),
        AUTHENTICATOR: lambda: register_factors.page_of(request.args.get("way", ""), uid, data),
        RECOVERY: lambda: register_secrets.recovery_page(uid, data),
    }
    return pages[step]()
