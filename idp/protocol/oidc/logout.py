"""Logout requests by clients, and logout tokens for them (RP-Initiated and Back-Channel Logout 1.0)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.redirects import append_query
from idp.protocol.oauth.values import seconds
from idp.protocol.oidc.id_token_hint import IdTokenHint

TYP: Final = "logout+jwt"
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME: Final = timedelta(minutes=2)

Lookup = Callable[[str], Client | None]


@dataclass(frozen=True, slots=True)
class EndSessionRequest:
    """What a client, or a citizen's bookmark, asks for (RP-Initiated Logout §2)."""

    id_token_hint: str | None = field(default=None, repr=False)
    client_id: str | None = None
    post_logout_redirect_uri: str | None = None
    state: str | None = field(default=None, repr=False)
    logout_hint: str | None = field(default=None, repr=False)
    ui_locales: tuple[str, ...] = ()

    @classmethod
    def of(cls, params: Parameters) -> Self:
        """Read the parameters; every one is optional, a control character in state is refused."""
        state = params.get("state")
        if state is not None and not state.isprintable():
            raise InvalidRequest("state has a character that is not allowed", parameter="state")
        return cls(
            id_token_hint=params.get("id_token_hint"),
            client_id=params.get("client_id"),
            post_logout_redirect_uri=params.get("post_logout_redirect_uri"),
            state=state,
            logout_hint=params.get("logout_hint"),
            ui_locales=tuple(params.get("ui_locales", "").split()),
        )


@dataclass(frozen=True, slots=True)
class LogoutPlan:
    """What to do: ask first or not, and where the browser may go afterwards.

    `redirect_uri` holds once the citizen has confirmed or where no question is due; it carries `state`
    already.
    """

    client: Client | None
    confirm: bool
    redirect_uri: str | None


def plan(
    request: EndSessionRequest,
    hint: IdTokenHint | None,
    lookup: Lookup,
    *,
    signed_in: bool,
    hint_is_own: bool,
) -> LogoutPlan:
    """Decide by the rules L1 to L6 of protocol.md (RP-Initiated Logout §2, §3).

    `hint` is the verified hint (expired is fine), None when absent or not ours. `signed_in`: this browser has
    a session. `hint_is_own`: the hint speaks of that session's citizen. Without a proof of intent the citizen
    is asked; an unregistered address is left out, and the page says that the citizen is signed out.
    """
    client = _client(request, hint, lookup)
    bad_hint = request.id_token_hint is not None and hint is None
    confirm = signed_in and not (hint is not None and hint_is_own)
    may_return = not bad_hint and (hint is not None or signed_in)
    target = request.post_logout_redirect_uri if may_return else None
    if target is None or client is None or target not in client.post_logout_redirect_uris:
        return LogoutPlan(client, confirm, None)
    return LogoutPlan(client, confirm, with_state(target, request.state))


def with_state(uri: str, state: str | None) -> str:
    """Append state, and nothing else (RP-Initiated Logout §3)."""
    return append_query(uri, {"state": state} if state is not None else {})


def frontchannel_address(client: Client, issuer: str, sid: str) -> str | None:
    """Where to tell a client by a frame, with `iss` and `sid` where it wants them (Front-Channel Logout §2, §3)."""
    if client.frontchannel_logout_uri is None:
        return None
    named = {"iss": issuer, "sid": sid} if client.frontchannel_logout_session_required else {}
    return append_query(client.frontchannel_logout_uri, named)


def logout_token_claims(
    *,
    issuer: str,
    client_id: str,
    now: datetime,
    jti: str,
    subject: str | None = None,
    sid: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> dict[str, object]:
    """Put a logout token together: sub, sid or both, never a nonce (Back-Channel Logout §2.4)."""
    if subject is None and sid is None:
        raise ValueError("a logout token needs sub or sid")
    issued = seconds(now)
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": client_id,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
        "jti": jti,
        "events": {EVENT: {}},
    }
    if subject is not None:
        claims["sub"] = subject
    if sid is not None:
        claims["sid"] = sid
    return claims


def _client(request: EndSessionRequest, hint: IdTokenHint | None, lookup: Lookup) -> Client | None:
    """The client that asks; client_id and hint must name the same one (RP-Initiated Logout §2)."""
    if hint is not None and request.client_id is not None and request.client_id != hint.client_id:
        raise InvalidRequest("client_id is not the audience of id_token_hint", parameter="client_id")
    client_id = hint.client_id if hint is not None else request.client_id
    return lookup(client_id) if client_id is not None else None
