"""The account chooser (OIDC Core §3.1.2.1, prompt=select_account)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.exchange.preview import preview
from idp.domain.grants.situation import Standing
from idp.domain.sessions import browser
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.logout import end_everywhere
from idp.web import cookies, csrf
from idp.web.context import services, unit_of_work
from idp.web.errors import Gone
from idp.web.frontchannel.frame import agency_of, client_of, waiting_for
from idp.web.pages import AccountChoice, SelectAccountPage
from idp.web.render import go

bp = Blueprint("select_account", __name__)


def select_account_page(uid: str, waiting: Waiting, standing: Standing) -> SelectAccountPage:
    """Offer the account that is signed in here, and another one."""
    deployment = services()
    tree = deployment.tree
    client = client_of(waiting)
    with unit_of_work() as db:
        opened = preview(
            db,
            tree.vault,
            tree.sector_salt,
            standing.citizen_id,
            client,
            ("name",),
            deployment.clock(),
        )
    name = str(opened.claims.get("name", ""))
    return SelectAccountPage(
        agency=agency_of(waiting),
        action=f"/interaction/{uid}/account",
        accounts=(AccountChoice(str(standing.account_id), name, _("Sedang masuk di peramban ini")),),
    )


@bp.post("/interaction/<uid>/account")
def choose(uid: str) -> Response:
    """Go on with the account that is signed in, or sign it out here and ask for another."""
    csrf.check()
    now = services().clock()
    response = go(f"/interaction/{uid}")
    with unit_of_work() as db:
        waiting = waiting_for(db, uid)
        session = browser.find(db, request.cookies.get(cookies.SESSION), now)
        if session is None:
            return response
        if request.form.get("account") == "other":
            end_everywhere(db, session, "other_account", now)
            cookies.drop_session(response)
        elif request.form.get("account") == str(session.account_id):
            waiting.row.chosen_account = UUID(str(session.account_id))
        else:
            raise Gone
    return response
