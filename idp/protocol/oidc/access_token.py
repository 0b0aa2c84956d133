"""JWT access tokens: their claims, and reading them back (RFC 9068)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self, cast
from uuid import UUID

from idp.protocol.oauth.errors import InsufficientScope, InvalidToken
from idp.protocol.oauth.values import Confirmation, format_scope, seconds

TYP: Final = "at+jwt"
LIFETIME: Final = timedelta(minutes=5)


def access_token_claims(
    *,
    issuer: str,
    subject: str,
    client_id: str,
    scope: Sequence[str],
    jti: str,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    audience: str | Sequence[str] | None = None,
    family_id: UUID | None = None,
    acr: str | None = None,
    amr: Sequence[str] = (),
    auth_time: datetime | None = None,
    confirmation: Confirmation | None = None,
    authorization_details: Sequence[object] | None = None,
    actor: Mapping[str, object] | None = None,
    made_from: Sequence[str] = (),
) -> dict[str, object]:
    """Put the claims together (RFC 9068 §2.2). The default audience is the issuer (decision 11).

    `fid` is the family, the way back to the citizen (decision 6); `cnf` binds the token to a key (RFC 9449
    §6.1, RFC 8705 §3.1); `authorization_details` is what exactly was allowed (RFC 9396 §9.1); `act` who acts for
    the citizen, and who before (RFC 8693 §4.1); `subject_jti` the tokens it was exchanged from, the last one first.
    """
    issued = seconds(now)
    aud = issuer if audience is None else audience
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": subject,
        "aud": aud if isinstance(aud, str) else list(aud),
        "client_id": client_id,
        "scope": format_scope(scope),
        "jti": jti,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
    }
    if family_id is not None:
        claims["fid"] = str(family_id)
    if acr is not None:
        claims["acr"] = acr
    if amr:
        claims["amr"] = list(amr)
    if auth_time is not None:
        claims["auth_time"] = seconds(auth_time)
    if confirmation is not None:
        claims["cnf"] = confirmation.claim()
    if authorization_details:
        claims["authorization_details"] = list(authorization_details)
    if actor is not None:
        claims["act"] = dict(actor)
    if made_from:
        claims["subject_jti"] = list(made_from)
    return claims


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Our own access token, its signature verified before (RFC 9068 §4)."""

    subject: str
    client_id: str
    audience: tuple[str, ...]
    scope: tuple[str, ...]
    jti: str
    issued_at: datetime
    expires_at: datetime
    family_id: UUID | None = None
    acr: str | None = None
    auth_time: datetime | None = None
    confirmation: Confirmation | None = None
    authorization_details: tuple[Mapping[str, object], ...] = ()
    actor: Mapping[str, object] | None = None
    made_from: tuple[str, ...] = ()

    @classmethod
    def of(cls, claims: Mapping[str, object], *, issuer: str, now: datetime) -> Self:
        """Read verified claims; refuse another issuer's or an expired token (RFC 9068 §4, RFC 6750 §3.1)."""
        if claims.get("iss") != issuer:
            raise InvalidToken("the access token is not ours")
        try:
            aud = claims["aud"]
            actor = claims.get("act")
            fid, acr, auth_time = claims.get("fid"), claims.get("acr"), claims.get("auth_time")
            token = cls(
                subject=str(claims["sub"]),
                client_id=str(claims["client_id"]),
                audience=(aud,) if isinstance(aud, str) else tuple(cast("Sequence[str]", aud)),
                scope=tuple(str(claims.get("scope", "")).split()),
                jti=str(claims["jti"]),
                issued_at=datetime.fromtimestamp(cast("int", claims["iat"]), UTC),
                expires_at=datetime.fromtimestamp(cast("int", claims["exp"]), UTC),
                family_id=UUID(str(fid)) if fid is not None else None,
                acr=acr if isinstance(acr, str) else None,
                auth_time=datetime.fromtimestamp(cast("int", auth_time), UTC) if auth_time else None,
                confirmation=Confirmation.of(claims.get("cnf")),
                authorization_details=tuple(
                    cast("Sequence[Mapping[str, object]]", claims.get("authorization_details") or ())
                ),
                actor=actor if isinstance(actor, dict) else None,
                made_from=tuple(cast("Sequence[str]", claims.get("subject_jti") or ())),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as cause:
            raise InvalidToken("the access token is malformed") from cause
        if token.expires_at <= now:
            raise InvalidToken("the access token has expired")
        return token

    def require_audience(self, audience: str) -> None:
        """Refuse a token meant for somebody else (RFC 9068 §4)."""
        if audience not in self.audience:
            raise InvalidToken("the access token is for another audience")

    def require_scope(self, scope: str) -> None:
        """Refuse a token without this scope (RFC 6750 §3.1)."""
        if scope not in self.scope:
            raise InsufficientScope(f"scope {scope} is needed", scope=scope)
