"""The two tables of an authorization request: before we may redirect, and after (RFC 6749 §4.1.2.1)."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from idp.protocol.authorize.request import AuthorizationRequest, ReplyTo
from idp.protocol.authorize.response import ResponseMode
from idp.protocol.oauth.authorization_details import Circumstances, parse_details, stored
from idp.protocol.oauth.client import Client, Environment
from idp.protocol.oauth.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    RedirectRefused,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnknownClient,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.pkce import METHODS, CodeChallenge
from idp.protocol.oauth.redirects import redirect_matches
from idp.protocol.oauth.resources import parse_resources
from idp.protocol.oauth.values import parse_scope
from idp.protocol.oidc import acr
from idp.protocol.oidc.claims_request import ClaimsRequest
from idp.protocol.oidc.once_only import TYPES

Lookup = Callable[[str], Client | None]
Serving = Callable[[str], Client | None]
Agreed = Callable[[str], Collection[str]]

PROMPT_VALUES: Final = ("none", "login", "consent", "select_account", "create")
LONGEST_MAX_AGE: Final = 10**9

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MOST_LOCALES = 10


def nobody(_resource: str) -> Client | None:
    """Serve nothing: where no registry is asked, no resource is known."""
    return None


def nothing(_agency_id: str) -> Collection[str]:
    """Agree to nothing: where no agreements are asked, none is in force."""
    return ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What differs between the ways a request may come in; `serving` and `agreed` ask the register (RFC 8707 §2)."""

    pushed: bool = False
    signed: bool = False
    registration: bool = True
    serving: Serving = nobody
    agreed: Agreed = nothing


@dataclass(slots=True)
class Draft:
    """What the checks read, and what they have found so far."""

    params: Parameters
    client: Client
    policy: Policy
    scope: tuple[str, ...] = ()
    nonce: str | None = None
    code_challenge: CodeChallenge | None = None
    dpop_jkt: str | None = None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    issuer: str = ""
    resource: tuple[str, ...] = ()
    authorization_details: str | None = None


Check = Callable[[Draft], None]


def resolve(params: Parameters, lookup: Lookup, issuer: str) -> tuple[Client, ReplyTo]:
    """Find the client and where its answer may go; any failure is a page (RFC 6749 §4.1.2.1).

    `lookup` returns None for a client that is unknown or not active. The messages do not tell the two apart.
    """
    client_id = params.get("client_id")
    client = lookup(client_id) if client_id is not None else None
    if client is None:
        raise UnknownClient("client_id is missing, repeated or not known", parameter="client_id")
    redirect_uri = params.get("redirect_uri")
    if redirect_uri is None:
        raise RedirectRefused("redirect_uri is missing or repeated", parameter="redirect_uri")
    if not redirect_matches(client.redirect_uris, redirect_uri, native=client.is_native):
        raise RedirectRefused("redirect_uri is not registered for this client", parameter="redirect_uri")
    state = params.get("state")
    if state is not None and not _is_printable(state):
        state = None  # refused by check_state, and never echoed
    return client, ReplyTo(redirect_uri, _mode_or_query(params.get("response_mode"), client), state, issuer)


def validate(params: Parameters, client: Client, reply_to: ReplyTo, policy: Policy) -> AuthorizationRequest:
    """Run every check in order; an error goes to `reply_to.error`."""
    draft = Draft(params, client, policy, issuer=reply_to.issuer)
    for check in CHECKS:
        check(draft)
    return AuthorizationRequest(
        client_id=client.client_id,
        reply_to=reply_to,
        scope=draft.scope,
        nonce=draft.nonce,
        code_challenge=draft.code_challenge,
        prompt=draft.prompt,
        max_age=draft.max_age,
        acr_values=draft.acr_values,
        claims=draft.claims,
        ui_locales=_locales(params.get("ui_locales")),
        claims_locales=_locales(params.get("claims_locales")),
        login_hint=params.get("login_hint"),
        id_token_hint=params.get("id_token_hint"),
        display=params.get("display"),
        resource=draft.resource,
        dpop_jkt=draft.dpop_jkt,
        authorization_details=draft.authorization_details,
    )


def check_faults(draft: Draft) -> None:
    """Refuse a repeated, oversized or malformed parameter (RFC 6749 §3.1)."""
    for fault in draft.params.faults.values():
        raise fault


def check_state(draft: Draft) -> None:
    """Refuse control characters in state; otherwise it travels unchanged (RFC 6749 §4.1.2, A.5)."""
    _require_printable(draft.params, "state")


def check_request_objects(draft: Draft) -> None:
    """Refuse an object that nobody opened, and inline registration; none is ignored (OIDC Core §3.1.2.6)."""
    if "request" in draft.params:
        raise RequestNotSupported("request is not supported here", parameter="request")
    if "request_uri" in draft.params:
        raise RequestUriNotSupported("request_uri is not supported here", parameter="request_uri")
    if "registration" in draft.params:
        raise RegistrationNotSupported("registration is not supported", parameter="registration")


def check_pushed(draft: Draft) -> None:
    """Refuse what a client that must push did not push (RFC 9126 §6, FAPI 2.0 SP §5.3.2.2-3)."""
    require_pushed(draft.client, draft.policy)


def require_pushed(client: Client, policy: Policy) -> None:
    """Refuse a request of a client that must push, before anything of it is opened."""
    if client.needs_pushed_requests and not policy.pushed:
        raise InvalidRequest("this client must push its authorization requests")


def check_signed(draft: Draft) -> None:
    """Refuse plain parameters of a client that must sign (RFC 9101 §10.5, FAPI 2.0 MS §5.3.2)."""
    if draft.client.needs_signed_requests and not draft.policy.signed:
        raise InvalidRequest("this client must sign its authorization requests", parameter="request")


def check_response_type(draft: Draft) -> None:
    """Offer `code` only, to clients registered for it (RFC 6749 §3.1.1; RFC 9700 §2.1.2)."""
    if draft.params.require("response_type") != "code":
        raise UnsupportedResponseType("only response_type=code is supported", parameter="response_type")
    if "code" not in draft.client.response_types or "authorization_code" not in draft.client.grant_types:
        raise UnauthorizedClient("client is not registered for response_type=code")


def check_response_mode(draft: Draft) -> None:
    """Offer query, form_post and the secured ones (Multiple Response Types §2.1, Form Post §2, JARM §2.3)."""
    asked = draft.params.get("response_mode")
    if asked is not None and not _may_use(draft.client, asked):
        raise InvalidRequest("response_mode is not supported", parameter="response_mode")


def check_scope(draft: Draft) -> None:
    """Narrow the scope to what the client is registered for (RFC 6749 §3.3; decision 14, O-018)."""
    asked = parse_scope(draft.params.get("scope", ""))
    draft.scope = draft.client.narrow(asked)
    if not asked:
        raise InvalidScope("scope is missing", parameter="scope")
    if not draft.scope:
        raise InvalidScope("client is not registered for any of these scopes", parameter="scope")


def check_nonce(draft: Draft) -> None:
    """Take the nonce unchanged, or refuse it (OIDC Core §3.1.2.1)."""
    _require_printable(draft.params, "nonce")
    draft.nonce = draft.params.get("nonce")


def check_pkce(draft: Draft) -> None:
    """Require S256 by profile; check it whenever sent (RFC 7636 §4.4.1, RFC 9700 §2.1.1; decision 12)."""
    challenge, method = draft.params.get("code_challenge"), draft.params.get("code_challenge_method")
    if challenge is not None:
        if method not in METHODS:
            raise InvalidRequest("code_challenge_method must be S256", parameter="code_challenge_method")
        draft.code_challenge = CodeChallenge(challenge)
    elif method is not None:
        raise InvalidRequest("code_challenge is missing", parameter="code_challenge")
    elif draft.client.needs_pkce:
        raise InvalidRequest("code_challenge is missing: this client needs PKCE", parameter="code_challenge")
    elif draft.client.environment is Environment.PRODUCTION and not _is_bound_by_nonce(draft):
        raise InvalidRequest("code_challenge or nonce is needed", parameter="code_challenge")


def check_dpop_jkt(draft: Draft) -> None:
    """Take the thumbprint of the key the code shall be bound to (RFC 9449 §10)."""
    jkt = draft.params.get("dpop_jkt")
    if jkt is not None and not _THUMBPRINT.fullmatch(jkt):
        raise InvalidRequest("dpop_jkt must be a SHA-256 thumbprint", parameter="dpop_jkt")
    draft.dpop_jkt = jkt


def check_prompt(draft: Draft) -> None:
    """Take known prompt values only; `none` stands alone (OIDC Core §3.1.2.1)."""
    values = frozenset(draft.params.get("prompt", "").split())
    unknown = values.difference(PROMPT_VALUES)
    if unknown or ("create" in values and not draft.policy.registration):
        raise InvalidRequest("prompt has an unknown value", parameter="prompt")
    if "none" in values and len(values) > 1:
        raise InvalidRequest("prompt=none must stand alone", parameter="prompt")
    draft.prompt = values


def check_offline_access(draft: Draft) -> None:
    """Ignore offline_access without prompt=consent or the refresh grant (OIDC Core §11)."""
    if "offline_access" not in draft.scope:
        return
    allowed = "consent" in draft.prompt and "refresh_token" in draft.client.grant_types
    if not allowed or "openid" not in draft.scope:
        draft.scope = tuple(token for token in draft.scope if token != "offline_access")  # noqa: S105
    if not draft.scope:
        raise InvalidScope("offline_access needs openid", parameter="scope")


def check_max_age(draft: Draft) -> None:
    """Take a whole number of seconds, else the registered default (OIDC Core §3.1.2.1, Registration §2)."""
    text = draft.params.get("max_age")
    if text is None:
        draft.max_age = draft.client.default_max_age
        return
    if not (text.isascii() and text.isdigit()):
        raise InvalidRequest("max_age must be a whole number of seconds", parameter="max_age")
    draft.max_age = min(int(text), LONGEST_MAX_AGE)


def check_acr_values(draft: Draft) -> None:
    """Keep the asked order; unknown values are ignored later, never an error (OIDC Core §3.1.2.1)."""
    draft.acr_values = tuple(draft.params.get("acr_values", "").split())


def check_claims(draft: Draft) -> None:
    """Read the claims parameter; an essential acr nobody can reach is refused at once (OIDC Core §5.5)."""
    text = draft.params.get("claims")
    if text is None:
        return
    draft.claims = ClaimsRequest.parse(text)
    if draft.claims.acr_is_essential:
        wanted = draft.claims.acr_values
        if wanted and not acr.known(wanted):
            raise UnmetAuthenticationRequirements(
                "none of the essential acr values is known", parameter="claims"
            )


def check_resource(draft: Draft) -> None:
    """Know every resource asked for: ours, or one that an active client serves (RFC 8707 §2)."""
    draft.resource = parse_resources(draft.params.all("resource"))
    for resource in draft.resource:
        if resource != draft.issuer and draft.policy.serving(resource) is None:
            raise InvalidTarget("nobody serves this resource", parameter="resource")


def check_authorization_details(draft: Draft) -> None:
    """Take details of types this client may use, in their canonical form (RFC 9396 §2, §5)."""
    text = draft.params.get("authorization_details")
    if text is not None:
        known = Circumstances(draft.client, draft.issuer, draft.policy.serving, draft.policy.agreed)
        draft.authorization_details = stored(parse_details(text, known, TYPES))


CHECKS: tuple[Check, ...] = (
    check_faults,  # RFC 6749 §3.1
    check_state,  # RFC 6749 §4.1.2
    check_request_objects,  # OIDC Core §3.1.2.6
    check_pushed,  # RFC 9126 §6
    check_signed,  # RFC 9101 §10.5
    check_response_type,  # OIDC Core §3.1.2.1
    check_response_mode,  # OAuth 2.0 Multiple Response Types §2.1
    check_scope,  # RFC 6749 §3.3
    check_nonce,  # OIDC Core §3.1.2.1
    check_pkce,  # RFC 7636 §4.4.1
    check_dpop_jkt,  # RFC 9449 §10
    check_prompt,  # OIDC Core §3.1.2.1
    check_offline_access,  # OIDC Core §11
    check_max_age,  # OIDC Core §3.1.2.1
    check_acr_values,  # OIDC Core §3.1.2.1
    check_claims,  # OIDC Core §5.5
    check_resource,  # RFC 8707 §2
    check_authorization_details,  # RFC 9396 §5
)

_MODES = frozenset(mode.value for mode in ResponseMode)


def _mode_or_query(asked: str | None, client: Client) -> ResponseMode:
    """The mode for errors too; an unknown one is refused in the query (check_response_mode)."""
    return ResponseMode(asked) if asked is not None and _may_use(client, asked) else ResponseMode.QUERY


def _may_use(client: Client, mode: str) -> bool:
    return mode in _MODES and (not ResponseMode(mode).is_secured or client.takes_secured_responses)


def _is_printable(value: str) -> bool:
    return value.isprintable() or not _CONTROL.search(value)


def _is_bound_by_nonce(draft: Draft) -> bool:
    """A nonce protects the code only where an ID Token carries it back (RFC 9700 §2.1.1)."""
    return draft.nonce is not None and "openid" in draft.scope


def _require_printable(params: Parameters, name: str) -> None:
    value = params.get(name)
    if value is not None and not _is_printable(value):
        raise InvalidRequest(f"{name} has a control character", parameter=name)


def _locales(text: str | None) -> tuple[str, ...]:
    """Language tags in order; what is no tag is ignored, never an error (OIDC Core §3.1.2.1)."""
    if text is None:
        return ()
    return tuple(tag for tag in text.split() if _LANGUAGE_TAG.fullmatch(tag))[:_MOST_LOCALES]
