"""Who may see the account pages: a citizen with two factors, in a live session, with an account that stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from idp.domain.citizens import profile
from idp.domain.citizens.models import Account, Citizen
from idp.domain.citizens.people import Person, stands
from idp.domain.citizens.profile import Value
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions import browser
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc import acr
from idp.web import locale, logos
from idp.web.context import services, session_limits, unit_of_work
from idp.web.frontchannel.signed_in import current_session
from idp.web.pages import Agency
from idp.web.render import go
from keys import DataKey

bp = Blueprint("selfservice", __name__)


FRESH_FOR: Final = timedelta(minutes=5)
"""How long after a sign-in grave acts need no other one."""


class SignInFirst(Exception):
    """Nobody is signed in here with two factors, or not lately enough for what is asked (`fresh`)."""

    def __init__(self, *, fresh: bool = False, back: str = "") -> None:
        super().__init__("sign in first")
        self.fresh = fresh
        self.back = back


@dataclass(frozen=True, slots=True)
class Resident:
    """The citizen at their own pages; nothing here takes an id from the address to find a person."""

    session: BrowserSession
    citizen: Citizen
    data_key: DataKey = field(repr=False)
    values: dict[str, Value] = field(repr=False)

    @property
    def person(self) -> Person:
        """The citizen as what writes about them knows them."""
        return Person(self.session.account_id, self.citizen.id, self.data_key)

    @property
    def name(self) -> str:
        """The name the pages greet with."""
        return str(self.values["name"].value) if "name" in self.values else ""


@contextmanager
def at_home(*, fresh: bool = False, back: str = "") -> Iterator[tuple[Session, Resident]]:
    """Open a transaction for the citizen of this browser; `fresh` for changes of factors and contacts (ASVS 7.5.1).

    `back` is the page to come back to after signing in, where that is not the one asked for.

    Raises:
        SignInFirst: leads to the sign-in page and back.
    """
    with unit_of_work() as db:
        resident = _resident(db)
        g.shared_device = resident.session.shared
        if fresh and not _is_fresh(resident.session):
            raise SignInFirst(fresh=True, back=back)
        if fresh and request.method == "POST":
            stay(db, resident)
        yield db, resident


def stay(db: Session, resident: Resident) -> None:
    """Look again before a change, also where judging a code has ended the transaction.

    Whoever locks or renews the account at this moment waits for this transaction, or has ended the session.

    Raises:
        SignInFirst: leads to the sign-in page and back.
    """
    if not stands(db, resident.session.account_id) or browser.has_ended(db, resident.session.id):
        raise SignInFirst


@bp.errorhandler(SignInFirst)
def sign_in_first(error: SignInFirst) -> Response:
    """Lead to the sign-in page and back; a form that was sent without a session is not sent again."""
    path = error.back or (request.path if request.method in ("GET", "HEAD") else "/me")
    return go(f"/signin?next={quote(path)}{'&fresh=1' if error.fresh else ''}")


def service(client: Client) -> Agency:
    """Describe a service the citizen uses, in the language of this page."""
    return Agency(
        name=client.name(locale.spoken()),
        logo_uri=logos.address(client.logo),
        home_uri=client.client_uri or "",
        policy_uri=client.policy_uri or "",
        tos_uri=client.tos_uri or "",
    )


def service_name(db: Session, client_id: str | None) -> str:
    """Name a client, retired ones too."""
    row = db.get(ClientRegistration, client_id) if client_id else None
    return as_client(row).name(locale.spoken()) if row is not None else ""


def _is_fresh(session: BrowserSession) -> bool:
    """Two factors were proved just now and here; a remembered device or another screen's word is not that."""
    lately = services().clock() - session.auth_time <= FRESH_FOR
    return lately and acr.is_fresh(session.methods.split())


def _resident(db: Session) -> Resident:
    session = current_session(db)
    if session is None or not acr.meets(session.acr, acr.AAL2):
        raise SignInFirst
    citizen = db.get(Citizen, session.citizen_id)
    account = db.get(Account, session.account_id)
    if citizen is None or citizen.data_key is None or account is None or account.status != "active":
        raise SignInFirst
    browser.touch(db, session, session_limits(), services().clock())
    if citizen.locale != locale.language():
        locale.use([citizen.locale])
    data_key = services().tree.vault.open(citizen.id, citizen.data_key)
    return Resident(session, citizen, data_key, profile.read(db, data_key, citizen.id))
