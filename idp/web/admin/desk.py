"""Who sits at the console: finds the operator, refuses what lies outside a role or agency, and frames the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from idp import trace
from idp.domain.audit.events import AccessRefused
from idp.domain.audit.record import record
from idp.domain.authenticators import passkeys
from idp.domain.cases import data_cases
from idp.domain.registry import registrations, search
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.policy import Policy
from idp.domain.sessions import browser, operators
from idp.domain.sessions.operators import Role, SignedIn
from idp.domain.store.database import Session
from idp.web import cookies, locale
from idp.web.context import operator_limits, services, unit_of_work
from idp.web.pages import ErrorPage, Way
from idp.web.render import go, show

HOME = "/admin/clients"
COUNTER = "/admin/counter"
DATA_CASES = "/admin/cases"
SIGN_IN = "/admin/sign-in"
CODE = "/admin/sign-in/code"
PASSKEYS = "/admin/passkeys"
MOST_CHARS = 120


class Refused(Exception):
    """The console does not do this for whoever asked; `response` says so, the refusal is on record."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator at work within one transaction."""

    db: Session
    account_id: UUID
    name: str
    role: Role
    agency_id: str | None
    now: datetime
    signed_in_at: datetime
    by_passkey: bool
    needs_passkey: bool
    """This operator does nothing here without a passkey (features K3)."""

    @property
    def actor(self) -> str:
        """Name the operator for the audit log."""
        return str(self.account_id)

    @property
    def may_change(self) -> bool:
        """Tell whether this role changes anything at all."""
        return self.role in (Role.SUPER, Role.AGENCY)

    def refuse(self, what: str, status: int = 403, client_id: str | None = None) -> NoReturn:
        """Put a refusal on record and say no; things of other agencies do not exist (404).

        Raises:
            Refused: always.
        """
        record(self.db, AccessRefused(actor=self.actor, what=what, client_id=client_id), self.now)
        self.db.commit()
        raise Refused(not_found() if status == 404 else forbidden())

    def require_change(self, what: str) -> None:
        """Refuse an operator who may only look."""
        if not self.may_change:
            self.refuse(what)

    def require_super(self, what: str) -> None:
        """Refuse everybody but national administrators."""
        if self.role is not Role.SUPER:
            self.refuse(what)

    def client(self, client_id: str, what: str) -> ClientRegistration:
        """Return a client of this operator's agency, or of any for a national one.

        Raises:
            Refused: 404 when there is none, or it is another agency's.
        """
        try:
            row = registrations.find(self.db, client_id if _is_name(client_id) else "")
        except NotAllowed as exc:
            raise Refused(not_found()) from exc
        if self.agency_id is not None and row.agency_id != self.agency_id:
            self.refuse(what, 404, client_id=row.id)
        return row

    def frame(self) -> dict[str, Any]:
        """Return what every page of the console shares."""
        agency = (
            search.agencies(self.db, [self.agency_id]).get(self.agency_id)
            if self.agency_id is not None
            else None
        )
        return {
            "operator_name": self.name,
            "role": role_label(self.role),
            "agency_name": localised(agency.name_id, agency.name_en) if agency is not None else "",
            "may_change": self.may_change,
            "at_counter": self.role is Role.OFFICER,
            "sees_cases": self.role in (Role.OFFICER, Role.SUPER),
            "late_cases": data_cases.late_count(self.db, self.agency_id, self.now),
            "waiting": search.waiting_count(self.db, self.agency_id),
        }


@contextmanager
def desk(*, changing: str = "", enrolling: bool = False, counter: bool = False) -> Iterator[Desk]:
    """Open a transaction for the operator of this request; `changing` names an act that needs more than looking.

    `enrolling` lets somebody in who has yet to enrol the passkey they need, `counter` officers, who see nothing else.

    Raises:
        Refused: towards the sign-in, or 403 for a citizen or a role that may not.
    """
    with unit_of_work() as db:
        now = services().clock()
        found = operators.signed_in(db, request.cookies.get(cookies.OPERATOR), now)
        if found is None:
            _refuse_stranger(db, now)
        if not found.complete:
            raise Refused(go(CODE))
        needed = needs_passkey(found)
        if needed and not found.by_passkey:
            if has_passkeys(db, found):
                raise Refused(go(_sign_in_and_back()))
            if not enrolling:
                raise Refused(go(PASSKEYS))
        browser.touch(db, found.session, operator_limits(), now)
        operator = found.operator
        at_work = Desk(
            db=db,
            account_id=operator.account_id,
            name=operator.display_name,
            role=Role(operator.role),
            agency_id=operator.agency_id,
            now=now,
            signed_in_at=found.session.auth_time,
            by_passkey=found.by_passkey,
            needs_passkey=needed,
        )
        if at_work.role is Role.OFFICER and not (counter or enrolling):
            if request.method == "GET":
                raise Refused(go(COUNTER))
            at_work.refuse("console")
        if changing:
            at_work.require_change(changing)
        yield at_work


def needs_passkey(found: SignedIn) -> bool:
    """Tell whether a code is not enough for this operator.

    National administrators also approve (features K3), and two officers together give an account back.
    """
    return services().settings.admins_need_passkeys and found.operator.role in (Role.SUPER, Role.OFFICER)


def has_passkeys(db: Session, found: SignedIn) -> bool:
    """Tell whether an operator has enrolled a passkey."""
    return bool(passkeys.of_account(db, found.operator.account_id))


def require_origin() -> None:
    """Serve the console on its own origin only, where one is set."""
    origin = services().settings.admin_origin
    if origin and urlsplit(origin).netloc.lower() != request.host.lower():
        raise NotFound


def policy(*, fetching: bool = False) -> Policy:
    """Return the circumstances registrations are judged in; `fetching` may call the client's addresses."""
    deployment = services()
    return Policy(
        production=deployment.settings.production,
        issuer=deployment.settings.issuer,
        today=deployment.clock().date(),
        check_url=deployment.outbound.guard.check_url,
        fetch=deployment.outbound.document if fetching else None,
    )


def argument(name: str, most: int = MOST_CHARS) -> str:
    """Return a value of the address without what no value has: control characters and excess."""
    return "".join(char for char in request.args.get(name, "") if char.isprintable()).strip()[:most]


def localised(indonesian: str, english: str | None) -> str:
    """Choose the name in the language of this page."""
    return english if english and locale.language() == "en" else indonesian


def role_label(role: Role) -> str:
    """Say a role in words."""
    if role is Role.SUPER:
        return str(_("Administrator nasional"))
    if role is Role.OFFICER:
        return str(_("Petugas loket"))
    return str(_("Administrator instansi")) if role is Role.AGENCY else str(_("Hanya melihat"))


def not_found() -> Response:
    """Say that there is nothing here, or nothing for this operator."""
    return _error(404, _("Halaman ini tidak ditemukan"), _("Alamat ini tidak ada, atau bukan untuk Anda."))


def forbidden() -> Response:
    """Say that this operator's role does not include this."""
    return _error(
        403, _("Peran Anda tidak mencakup ini"), _("Tidak ada yang berubah. Permintaan ini dicatat.")
    )


def refused(error: Refused) -> Response:
    """Answer a refusal (an error handler)."""
    return error.response


def _refuse_stranger(db: Session, now: datetime) -> NoReturn:
    """Send a stranger to the sign-in; a citizen is told that this is not for them (attacks O-131)."""
    citizen = None
    for name in (cookies.OPERATOR, cookies.SESSION):
        session = browser.find(db, request.cookies.get(name), now)
        if session is not None and session.citizen_id is not None:
            citizen = session.citizen_id
    if citizen is None:
        raise Refused(go(_sign_in_and_back()))
    record(db, AccessRefused(citizen_id=citizen, what="console"), now)
    db.commit()
    raise Refused(
        _error(
            403,
            _("Halaman ini untuk petugas"),
            _("Anda masuk sebagai warga. Petugas masuk dengan akun petugasnya sendiri."),
            Way(_("Masuk sebagai petugas"), SIGN_IN),
        )
    )


def _sign_in_and_back() -> str:
    here = request.full_path.rstrip("?") if request.method == "GET" else HOME
    return f"{SIGN_IN}?next={quote(here, safe='')}"


def _error(status: int, title: str, text: str, way: Way | None = None) -> Response:
    ways = (way or Way(_("Ke konsol"), HOME),)
    code = "invalid_request" if status == 404 else "access_denied"
    page = ErrorPage(code=code, title=title, text=text, trace_id=trace.current() or "", ways=ways)
    return show(page, status)


def _is_name(text: str) -> bool:
    return len(text) <= MOST_CHARS and text.isprintable()
