"""What a device asks for: what the authorization endpoint takes, with nobody to redirect (RFC 8628 §3.1)."""

from typing import Final

from idp.protocol.authorize import checks
from idp.protocol.authorize.checks import Agreed, Check, Draft, Policy, Serving, nothing
from idp.protocol.authorize.request import AuthorizationRequest, ReplyTo
from idp.protocol.authorize.response import ResponseMode
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.parameters import Parameters

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
MEANINGLESS: Final = ("request", "request_uri")


def device_request(
    params: Parameters, client: Client, issuer: str, serving: Serving, agreed: Agreed = nothing
) -> AuthorizationRequest:
    """Check a device authorization request (RFC 8628 §3.1); `acr_values`, `max_age` and `claims` work as elsewhere.

    Raises:
        ProtocolError: the registered error of the first parameter that is wrong.
    """
    return checked(params, client, issuer, serving, DEVICE_CHECKS, agreed)


def checked(
    params: Parameters,
    client: Client,
    issuer: str,
    serving: Serving,
    rules: tuple[Check, ...],
    agreed: Agreed = nothing,
) -> AuthorizationRequest:
    """Run checks of the authorization endpoint over a request whose answer is polled for."""
    policy = Policy(pushed=True, registration=False, serving=serving, agreed=agreed)
    draft = Draft(params, client, policy, issuer=issuer)
    for rule in rules:
        rule(draft)
    return AuthorizationRequest(
        client_id=client.client_id,
        reply_to=ReplyTo("", ResponseMode.QUERY, None, issuer),
        scope=draft.scope,
        prompt=draft.prompt,
        max_age=draft.max_age,
        acr_values=draft.acr_values,
        claims=draft.claims,
        resource=draft.resource,
        authorization_details=draft.authorization_details,
    )


def ask_consent_for_offline_access(draft: Draft) -> None:
    """Ask each time for what outlives everything: there is no `prompt` here to say so (OIDC Core §11)."""
    if "offline_access" in draft.params.get("scope", "").split():
        draft.prompt = frozenset({"consent"})


def refuse_request_objects(draft: Draft) -> None:
    """Refuse what would have to be processed and is not; it is never ignored (RFC 9101 §5)."""
    for name in MEANINGLESS:
        if name in draft.params:
            raise InvalidRequest(f"{name} has no meaning here", parameter=name)


SAME_AS_ELSEWHERE: Final[tuple[Check, ...]] = (
    checks.check_scope,  # RFC 6749 §3.3
    ask_consent_for_offline_access,  # OIDC Core §11
    checks.check_offline_access,  # OIDC Core §11
    checks.check_max_age,  # OIDC Core §3.1.2.1
    checks.check_acr_values,  # OIDC Core §3.1.2.1
    checks.check_claims,  # OIDC Core §5.5
    checks.check_resource,  # RFC 8707 §2
    checks.check_authorization_details,  # RFC 9396 §5
)
DEVICE_CHECKS: Final[tuple[Check, ...]] = (refuse_request_objects, *SAME_AS_ELSEWHERE)
