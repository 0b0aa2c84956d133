"""An authentication request without a browser (CIBA Core 1.0 §7.1): what is asked, and of whom."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from idp.protocol.authorize.checks import Agreed, Draft, Serving, nothing
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.decoupled.errors import InvalidBindingMessage
from idp.protocol.decoupled.request import SAME_AS_ELSEWHERE, checked
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest, InvalidScope
from idp.protocol.oauth.parameters import Parameters

CIBA_GRANT: Final = "urn:openid:params:grant-type:ciba"
POLL, PING = "poll", "ping"
DELIVERY_MODES: Final = (POLL, PING)
HINTS: Final = ("login_hint", "login_hint_token", "id_token_hint")
LONGEST_MESSAGE: Final = 64
LONGEST_NOTIFICATION_TOKEN: Final = 1024
SHORTEST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(minutes=10)

_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that cannot be seen, or that change how others are seen (Unicode TR36 §3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CibaRequest:
    """A checked request: one hint by its name, and what the citizen will be shown."""

    asked: AuthorizationRequest = field(repr=False)
    hint: str
    hint_value: str = field(repr=False)
    binding_message: str | None
    notification_token: str | None = field(repr=False)
    lifetime: timedelta


def ciba_request(
    params: Parameters, client: Client, issuer: str, serving: Serving, agreed: Agreed = nothing
) -> CibaRequest:
    """Check a request in plain parameters, wherever they came from (CIBA Core §7.1, §7.2).

    Raises:
        ProtocolError: the registered error of the first parameter that is wrong.
    """
    asked = checked(params, client, issuer, serving, (*SAME_AS_ELSEWHERE, need_openid), agreed)
    hint, value = _one_hint(params)
    return CibaRequest(
        asked=asked,
        hint=hint,
        hint_value=value,
        binding_message=_binding_message(params, client),
        notification_token=_notification_token(params, client),
        lifetime=_lifetime(params),
    )


def need_openid(draft: Draft) -> None:
    """Require `openid` among the scopes (CIBA Core §7.1)."""
    if "openid" not in draft.scope:
        raise InvalidScope("scope must contain openid", parameter="scope")


def is_ping(client: Client) -> bool:
    """Tell whether a client is told when to come (CIBA Core §5)."""
    return client.backchannel_token_delivery_mode == PING


def _one_hint(params: Parameters) -> tuple[str, str]:
    """Take exactly one hint (CIBA Core §7.1)."""
    given = [name for name in HINTS if name in params]
    if len(given) != 1:
        raise InvalidRequest("exactly one of login_hint, login_hint_token and id_token_hint is needed")
    return given[0], params[given[0]]


def _binding_message(params: Parameters, client: Client) -> str | None:
    """Take a short message that any screen can show (CIBA Core §7.1); FAPI-CIBA §5.2.2-2 requires one."""
    message = params.get("binding_message")
    if message is None:
        if client.is_fapi:
            raise InvalidRequest("binding_message is needed", parameter="binding_message")
        return None
    shown = unicodedata.normalize("NFC", message).strip()
    if not 0 < len(shown) <= LONGEST_MESSAGE:
        reason = f"binding_message must have 1 to {LONGEST_MESSAGE} characters"
        raise InvalidBindingMessage(reason, parameter="binding_message")
    if any(unicodedata.category(char) in _NOT_SHOWN for char in shown):
        raise InvalidBindingMessage("binding_message cannot be shown", parameter="binding_message")
    return shown


def _notification_token(params: Parameters, client: Client) -> str | None:
    """Require the token a ping is authenticated with; a polling client needs none (CIBA Core §7.1)."""
    if not is_ping(client):
        return None
    token = params.require("client_notification_token")
    if len(token) > LONGEST_NOTIFICATION_TOKEN or not _TOKEN68.fullmatch(token):
        raise InvalidRequest(
            "client_notification_token is not a bearer token", parameter="client_notification_token"
        )
    return token


def _lifetime(params: Parameters) -> timedelta:
    """Honour a requested expiry within limits (CIBA Core §7.1); beyond them the nearest limit holds."""
    text = params.get("requested_expiry")
    if text is None:
        return LONGEST
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise InvalidRequest(
            "requested_expiry must be a positive number of seconds", parameter="requested_expiry"
        )
    return timedelta(seconds=min(max(int(text), SHORTEST.seconds), LONGEST.seconds))


SIGNED_PARAMETERS: Final = frozenset(
    {
        "acr_values",
        "authorization_details",
        "binding_message",
        "claims",
        "client_notification_token",
        "requested_expiry",
        "resource",
        "scope",
        "user_code",
        *HINTS,
    }
)
"""What must be inside a signed request, and nowhere beside it (CIBA Core §7.1.1)."""
