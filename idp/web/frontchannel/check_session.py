"""Session management: what a client gets with its code, and the frame it asks (OIDC Session Management 1.0).

Browsers that keep third-party cookies from frames answer "changed"; the client then asks by `prompt=none`.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from idp.domain.grants.situation import Standing
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.authorize.response import AuthorizationResponse
from idp.protocol.oidc.session_state import browser_state, session_state
from idp.services import Services
from idp.web.headers import FRAME_POLICY, may_be_framed

bp = Blueprint("check_session", __name__)


@bp.get("/check-session")
def frame() -> Response:
    """Serve the frame; any site may embed it, for it tells nothing but "changed" to whom it does not know."""
    response = make_response(render_template("check_session.html"))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    may_be_framed()
    return response


def success(
    services: Services, asked: AuthorizationRequest, standing: Standing, code: str
) -> AuthorizationResponse:
    """Answer with the code, and with the session's state for OpenID requests (§2)."""
    if not asked.is_openid:
        return asked.reply_to.success(code)
    cookie = browser_state(standing.session_id, services.tree.sector_salt)
    state = session_state(asked.client_id, asked.reply_to.redirect_uri, cookie)
    return asked.reply_to.success(code, session_state=state)
