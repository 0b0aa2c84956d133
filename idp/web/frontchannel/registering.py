"""What the steps of registration share: the draft of this browser, where it came from, and the page of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from flask import Response, request

from idp.domain.citizens import drafts
from idp.domain.citizens.drafts import Draft
from idp.domain.citizens.identifiers import Kind
from idp.domain.sessions import interactions
from idp.domain.store.database import Session
from idp.protocol.oauth.values import Handle, HandleKind
from idp.web.context import services, unit_of_work
from idp.web.cookies import browser_digest
from idp.web.frontchannel.frame import agency_of
from idp.web.pages import Agency, FieldError, Steps
from keys import DataKey

COOKIE = "__Host-gerbang-draft"
ADDRESS = "/register"
IDENTITY, MISMATCH, LATER, CONTACT, CODE = "identity", "mismatch", "later", "contact", "code"
PASSWORD, AUTHENTICATOR, RECOVERY, DONE = "password", "authenticator", "recovery", "done"
NUMBERS = {
    IDENTITY: 1,
    MISMATCH: 1,
    LATER: 1,
    CONTACT: 2,
    CODE: 3,
    PASSWORD: 4,
    AUTHENTICATOR: 5,
    RECOVERY: 6,
}
TOTAL = 6
NIK = Kind.NIK
Errors = tuple[FieldError, ...]


class Common(TypedDict):
    """The members every page of registration has."""

    agency: Agency | None
    action: str
    steps: Steps | None
    cancel_url: str
    back_url: str
    errors: Errors


@dataclass(frozen=True, slots=True)
class Form:
    """What was posted: text without NUL or excess, so that nobody below has to ask (decisions 37)."""

    values: Mapping[str, str]

    @classmethod
    def posted(cls) -> Form:
        """Read the form of this request."""
        return cls({name: text for name, text in request.form.items() if "\x00" not in text})

    def text(self, name: str, most: int = 300) -> str:
        """Return a value without surrounding blanks, cut to a sane length."""
        return self.values.get(name, "")[:most].strip()

    def secret(self, name: str) -> str:
        """Return a value exactly as typed."""
        return request.form.get(name, "")


def seal() -> DataKey:
    """Return the key drafts are sealed with."""
    return services().tree.vault.system("pii")


def current(db: Session) -> Draft | None:
    """Return the registration under way in this browser."""
    return drafts.find(db, seal(), request.cookies.get(COOKIE), services().clock())


def begin(db: Session, response: Response, step: str, data: dict[str, Any], uid: str | None) -> Draft:
    """Start a registration and give this browser its handle."""
    draft, handle = drafts.start(db, seal(), step, data, uid, services().clock())
    response.set_cookie(COOKIE, handle.text, secure=True, httponly=True, samesite="Lax", path="/")
    return draft


def forget(response: Response) -> Response:
    """Take the handle of a finished registration out of the browser."""
    response.set_cookie(COOKIE, "", max_age=0, secure=True, httponly=True, samesite="Lax", path="/")
    return response


def wanted_interaction() -> str | None:
    """Return the interaction this request wants to come back to, if its form is right."""
    given = request.values.get("uid")
    return given if given and Handle.parse(given, HandleKind.INTERACTION) is not None else None


def way_out(uid: str | None) -> str:
    """Return where registration leads: back to what the citizen was doing, or to their own pages."""
    return f"/interaction/{uid}" if uid else "/me"


def common(
    step: str, uid: str | None, errors: Errors = (), back: str = "", *, cancellable: bool = True
) -> Common:
    """Return what every page of registration has."""
    return Common(
        agency=agency_at(uid),
        action=ADDRESS,
        steps=Steps(NUMBERS[step], TOTAL) if step in NUMBERS else None,
        cancel_url=f"{ADDRESS}/cancel" if cancellable else "",
        back_url=f"{ADDRESS}?step={back}" if back else "",
        errors=errors,
    )


def agency_at(uid: str | None) -> Agency | None:
    """Return the agency an interaction of this browser leads to, if there is one."""
    if uid is None:
        return None
    deployment = services()
    with unit_of_work() as db:
        waiting = interactions.find(db, seal(), uid, browser_digest(), deployment.clock())
    return agency_of(waiting) if waiting is not None else None
