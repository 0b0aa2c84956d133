"""The citizen's side of a sign-in on another screen: the code, the confirmation, the end (RFC 8628 §3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from idp.domain.consent import blocks
from idp.domain.exchange.preview import preview
from idp.domain.grants import decoupled, user_code_guesses
from idp.domain.grants.decoupled import Decoupled
from idp.domain.grants.situation import Standing
from idp.domain.sessions import interactions
from idp.domain.sessions.interactions import Waiting
from idp.domain.store.database import Session
from idp.protocol.authorize.prompts import asked_claims
from idp.protocol.decoupled import user_code
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import AccessDenied, ProtocolError
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import cookies, csrf, locale
from idp.web.context import place, services, unit_of_work
from idp.web.devices import UNKNOWN
from idp.web.errors import Gone
from idp.web.frontchannel.flow import due, finish_with_error
from idp.web.frontchannel.frame import APPROVE, DECOUPLED, DEVICE, agency, client_of, request_of, waiting_for
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import current_session
from idp.web.pages import ApprovePage, DecidedPage, DeviceCodePage, DeviceConfirmPage, FieldError
from idp.web.render import go, show

bp = Blueprint("elsewhere", __name__)

OUTCOMES = {"approved": True, "denied": False}


@bp.get("/device")
def enter() -> Response:
    """Ask for the code; one in the address is filled in and no more (RFC 8628 §3.3.1).

    Any page can send a citizen here. So an address neither looks a code up, which would be a way to guess (§5.1), nor
    counts as a guess, which would use up the guesses of its citizen.
    """
    typed = request.args.get("user_code", "")[: user_code.LONGEST_TYPED]
    return show(DeviceCodePage(action="/device", user_code=typed))


@bp.post("/device")
def entered() -> Response:
    """Look a typed code up."""
    csrf.check()
    return _look_up(request.form.get("user_code", ""))


@bp.post("/interaction/<uid>/confirm")
def confirm(uid: str) -> Response:
    """Note that this citizen knows the request as theirs, or end it; consent is asked after that."""
    csrf.check()
    with unit_of_work() as db:
        waiting = waiting_for(db, uid, DECOUPLED)
    asked, client = request_of(waiting), client_of(waiting)
    try:
        standing, prompt = due(waiting, asked, client)
    except ProtocolError as exc:
        return finish_with_error(waiting, exc)
    if standing is None or prompt is None or prompt.name != "confirm":
        return go(f"/interaction/{uid}")
    if request.form.get("action") == "block" and waiting.row.kind == APPROVE:
        with unit_of_work() as db:
            blocks.block(db, standing.citizen_id, client.client_id, services().clock())
    if request.form.get("action") != "allow":
        return finish_with_error(waiting, AccessDenied("the citizen refused"))
    with unit_of_work() as db:
        waiting_for(db, uid, DECOUPLED).row.chosen_account = standing.account_id
    return go(f"/interaction/{uid}")


@bp.get("/decided/<outcome>")
def decided(outcome: str) -> Response:
    """Say that it is done here."""
    if outcome not in OUTCOMES:
        abort(404)
    return show(DecidedPage(approved=OUTCOMES[outcome]))


def confirm_page(
    uid: str, waiting: Waiting, client: Client, standing: Standing
) -> DeviceConfirmPage | ApprovePage:
    """Show who asks, from where, and what to compare (RFC 8628 §3.3, §5.4; CIBA Core §9)."""
    deployment = services()
    with unit_of_work() as db:
        found = decoupled.by_id(db, deployment.tree, UUID(waiting.request["decoupled"]), deployment.clock())
        if found is None:
            raise Gone
        opened = _preview(db, client, standing, ("name", *asked_claims(found.asked, client)))
    name = str(opened.get("name", ""))
    if found.kind == "ciba":
        return ApprovePage(
            agency=agency(client),
            action=f"/interaction/{uid}/confirm",
            citizen_name=name,
            asked_at=found.started_at,
            expires_at=found.expires_at,
            binding_message=str(found.extra.get("binding_message") or ""),
            items=tuple(
                CLAIMS[item].label(locale.language())
                for item in asked_claims(found.asked, client)
                if item in opened
            ),
            network=found.origin.network,
        )
    return DeviceConfirmPage(
        agency=agency(client),
        action=f"/interaction/{uid}/confirm",
        user_code=user_code.shown(str(found.extra["user_code"])),
        citizen_name=name,
        asked_at=found.started_at,
        device=found.origin.device if found.origin.device != UNKNOWN else "",
        network=found.origin.network,
        same_network=found.origin.network == place().network,
    )


def _preview(db: Session, client: Client, standing: Standing, names: tuple[str, ...]) -> Mapping[str, object]:
    """Open values for their owner's eyes: the name, and which of the items asked for there are at all."""
    tree, now = services().tree, services().clock()
    return preview(db, tree.vault, tree.sector_salt, standing.citizen_id, client, names, now).claims


def begin(db: Session, kind: str, found: Decoupled) -> Response:
    """Start the interaction in which the citizen of this browser decides."""
    deployment = services()
    expected = found.citizen_id.hex if found.citizen_id is not None else None
    uid = interactions.start(
        db,
        deployment.tree.vault.system("pii"),
        kind=kind,
        browser=cookies.browser_digest(),
        client_id=found.client_id,
        request={**found.asked.to_dict(), "decoupled": found.id.hex, "citizen": expected},
        language=locale.spoken(),
        lifetime=max(found.expires_at - deployment.clock(), timedelta(seconds=1)),
        now=deployment.clock(),
    )
    return go(f"/interaction/{uid.text}")


def _look_up(typed: str) -> Response:
    deployment = services()
    with unit_of_work() as db:
        session = current_session(db)
        guess = user_code_guesses.judge(
            db,
            deployment.tree,
            typed,
            browser=cookies.browser_digest(),
            network=place().network,
            account_id=session.account_id if session is not None else None,
            now=deployment.clock(),
        )
        if guess.waiting is not None:
            return begin(db, DEVICE, guess.waiting)
    kept = typed[: user_code.LONGEST_TYPED]
    if guess.wait:
        page = DeviceCodePage(
            action="/device",
            user_code=kept,
            wait_seconds=seconds(guess.wait),
            sign_in_url="" if session is not None else "/signin?next=/device",
        )
        return slow_down(show(page), guess.wait)
    error = FieldError(
        "user_code", _("Kode ini tidak ada atau sudah lewat waktunya. Periksa layar perangkat Anda.")
    )
    return show(DeviceCodePage(action="/device", user_code=kept, errors=(error,)), 400)
