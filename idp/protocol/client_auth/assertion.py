"""private_key_jwt and client_secret_jwt: a client proves itself with a short statement (RFC 7523 §3, OIDC Core §9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from idp.protocol.oauth.client import Client, Profile
from idp.protocol.oauth.errors import InvalidClient
from idp.protocol.oauth.jose import (
    ALGORITHMS,
    FAPI_ALGORITHMS,
    MAC_OF,
    BadJwtError,
    UnknownKeyError,
    is_storable,
    numeric_date,
    open_jwt,
    open_mac,
    peek,
    unique_id,
    with_alias,
)

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY_JWT: Final = "private_key_jwt"
SECRET_JWT: Final = "client_secret_jwt"  # noqa: S105  a method name
MAC_ALGORITHMS: Final = tuple(MAC_OF)

SKEW: Final = timedelta(seconds=30)  # between the 10 s that must pass and the 60 s that must not (G13)
LIFETIME: Final = timedelta(hours=1)  # what ready-made libraries send at most
FAPI_LIFETIME: Final = timedelta(minutes=10)

FirstUse = Callable[[str, str, datetime], bool]
"""Mark (client_id, jti, kept until) as used; False when it was used before (RFC 7523 §3, rule 7)."""


class UnknownAssertionKey(InvalidClient):
    """No registered key fits; with a `jwks_uri` the caller may fetch it again, once (OIDC Core §10.1.1)."""


@dataclass(frozen=True, slots=True)
class Audiences:
    """What an assertion may name as its audience (decision 12, RFC 9126 §2)."""

    issuer: str
    endpoints: tuple[str, ...] = ()


def claimed(assertion: str) -> tuple[str, str]:
    """The method an assertion is of and the client it speaks of, before it is verified (RFC 7523 §3).

    The registration must name this very method, and only its algorithms are tried: the header decides nothing.
    """
    try:
        peeked = peek(assertion)
    except BadJwtError as cause:
        raise InvalidClient from cause
    subject = peeked.claims.get("sub")
    if not isinstance(subject, str) or not subject or not is_storable(subject):
        raise InvalidClient
    return SECRET_JWT if peeked.header.get("alg") in MAC_OF else KEY_JWT, subject


def verify_assertion(
    client: Client,
    assertion: str,
    audiences: Audiences,
    now: datetime,
    first_use: FirstUse,
    *,
    jwks: Mapping[str, object] | None = None,
) -> None:
    """Check signature, then claims, then single use; what is wrong is told only to the holder of the key."""
    keys = jwks if jwks is not None else client.jwks
    if keys is None:
        raise UnknownAssertionKey
    try:
        claims = open_jwt(assertion, keys, allowed_algorithms(client)).claims
    except UnknownKeyError as cause:
        raise UnknownAssertionKey from cause
    except BadJwtError as cause:
        raise InvalidClient from cause
    _check_claims(client, claims, audiences, now, first_use)


def verify_mac(
    client: Client,
    assertion: str,
    secret: bytes | None,
    audiences: Audiences,
    now: datetime,
    first_use: FirstUse,
) -> None:
    """The same for client_secret_jwt, with the client's own secret (OIDC Core §9); never in a FAPI profile."""
    if secret is None or client.is_fapi:
        raise InvalidClient
    registered = client.token_endpoint_auth_signing_alg
    try:
        claims = open_mac(assertion, secret, MAC_ALGORITHMS if registered is None else (registered,)).claims
    except BadJwtError as cause:
        raise InvalidClient from cause
    _check_claims(client, claims, audiences, now, first_use)


def _check_claims(
    client: Client,
    claims: Mapping[str, object],
    audiences: Audiences,
    now: datetime,
    first_use: FirstUse,
) -> None:
    """What RFC 7523 §3 asks of the content, single use last."""
    _check_party(client, claims, "iss")
    _check_party(client, claims, "sub")
    _check_audience(client, claims.get("aud"), audiences)
    expires = _check_times(client, claims, now)
    jti = unique_id(claims)
    if jti is None:
        raise InvalidClient("client_assertion needs a jti")
    if not first_use(client.client_id, jti, expires + SKEW):
        raise InvalidClient("client_assertion was used before")


def allowed_algorithms(client: Client) -> frozenset[str]:
    """The registered algorithm, else the profile's; never what only the header says (RFC 8725 §3.1)."""
    offered = frozenset(FAPI_ALGORITHMS if client.is_fapi else ALGORITHMS)
    registered = client.token_endpoint_auth_signing_alg
    return offered & with_alias(registered) if registered is not None else offered


def _check_party(client: Client, claims: Mapping[str, object], name: str) -> None:
    """iss and sub are the client id itself, one string (RFC 7523 §3, rules 1 and 2)."""
    if claims.get(name) != client.client_id:
        raise InvalidClient(f"client_assertion: {name} must be the client_id")


def _check_audience(client: Client, aud: object, audiences: Audiences) -> None:
    """The audience by profile (decision 12; FAPI 2.0 SP §5.3.2.1-8)."""
    accepted = {audiences.issuer} if client.is_fapi else {audiences.issuer, *audiences.endpoints}
    if isinstance(aud, str) and aud in accepted:
        return
    several = aud if client.profile is Profile.OIDC_CORE and isinstance(aud, list) else []
    if any(isinstance(one, str) and one in accepted for one in several):
        return
    raise InvalidClient("client_assertion: aud is not accepted for this client")


def _check_times(client: Client, claims: Mapping[str, object], now: datetime) -> datetime:
    """exp is needed, near and not past; iat and nbf not in the future (RFC 7523 §3, rules 4 to 6; G13)."""
    longest = FAPI_LIFETIME if client.is_fapi else LIFETIME
    expires = _moment(claims, "exp")
    issued = _moment(claims, "iat")
    not_before = _moment(claims, "nbf")
    if expires is None or expires <= now - SKEW:
        raise InvalidClient("client_assertion: exp is missing or past")
    if expires > now + longest + SKEW:
        raise InvalidClient("client_assertion: exp is too far ahead")
    if any(moment is not None and moment > now + SKEW for moment in (issued, not_before)):
        raise InvalidClient("client_assertion: iat or nbf is in the future")
    if issued is not None and issued < now - longest - SKEW:
        raise InvalidClient("client_assertion: iat is too old")
    return expires


def _moment(claims: Mapping[str, object], name: str) -> datetime | None:
    """A NumericDate (RFC 7519 §2), or None when absent."""
    try:
        return numeric_date(claims, name)
    except BadJwtError as cause:
        raise InvalidClient(f"client_assertion: {cause}") from cause
