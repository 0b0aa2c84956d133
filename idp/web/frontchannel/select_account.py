"""The account chooser: who is signed in here, and who has signed in here before (OIDC Core §3.1.2.1; features B5)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import known_browsers, remembered_devices
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.logout import end_everywhere
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.web import cookies, csrf
from idp.web.context import services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel.accounts_here import choice, known_here
from idp.web.frontchannel.frame import AUTHORIZE, agency_of, waiting_for
from idp.web.frontchannel.signed_in import current_session
from idp.web.pages import AccountChoice, SelectAccountPage
from idp.web.render import go, show

bp = Blueprint("select_account", __name__)

OTHER = "other"


def select_account_page(db: Session, uid: str, waiting: Waiting) -> SelectAccountPage:
    """Offer the account that is signed in here, those that were, and another one."""
    session = current_session(db)
    known = known_here(db)
    accounts: tuple[AccountChoice, ...] = tuple(
        each for each in known if session is None or each.id != str(session.account_id)
    )
    if session is not None:
        here = choice(db, session.account_id, "", full=True)
        name = here.name if here is not None else ""
        accounts = (
            AccountChoice(str(session.account_id), name, _("Sedang masuk di peramban ini")),
            *accounts,
        )
    return SelectAccountPage(
        agency=agency_of(waiting),
        action=f"/interaction/{uid}/account",
        accounts=accounts,
        removable=bool(known),
        removing="remove" in request.args,
        remove_url=f"/interaction/{uid}/account?remove=1",
        back_url=f"/interaction/{uid}/account",
    )


@bp.get("/interaction/<uid>/account")
def accounts(uid: str) -> Response:
    """Show the accounts of this browser."""
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        page = select_account_page(db, uid, waiting)
    return show(page) if page.accounts else go(f"/interaction/{uid}")


@bp.post("/interaction/<uid>/account")
def choose(uid: str) -> Response:
    """Go on with an account that is signed in here or was before, take one off this browser, or ask for another."""
    csrf.check()
    response = go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        session = current_session(db)
        wanted = request.form.get("account", "")
        if wanted == OTHER:
            waiting.row.expected_account = None
            _sign_out_here(db, response, session, "other_account")
            response.location = f"/interaction/{uid}?other=1"
        elif session is not None and wanted == str(session.account_id):
            if waiting.row.kind == AUTHORIZE:
                waiting.row.chosen_account = session.account_id
        elif request.form.get("remove"):
            _remove(db, response, session, _known(db, request.form["remove"]))
            response.location = f"/interaction/{uid}/account?remove=1"
        else:
            waiting.row.expected_account = _known(db, wanted)
            _sign_out_here(db, response, session, "other_account")
    return response


def _known(db: Session, wanted: str) -> UUID:
    """Return an account of this browser.

    Raises:
        Gone: it is none of this browser's.
    """
    found = next((each.id for each in known_here(db) if each.id == wanted), None)
    if found is None:
        raise Gone
    return UUID(found)


def _remove(db: Session, response: Response, session: BrowserSession | None, account_id: UUID) -> None:
    """Make this browser forget an account: chooser, remembered device, session."""
    here = cookies.browser_digest()
    known_browsers.forget(db, account_id, here)
    remembered_devices.end_here(db, account_id, here, "removed_here", services().clock())
    if session is not None and session.account_id == account_id:
        _sign_out_here(db, response, session, "logout")


def _sign_out_here(db: Session, response: Response, session: BrowserSession | None, reason: str) -> None:
    if session is not None:
        end_everywhere(db, session, reason, services().clock())
        cookies.drop_session(response)
