"""Requests to the machine endpoints as frozen values: parsed once, nothing below sees a form again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from idp.protocol.oauth.errors import InvalidRequest, MissingToken
from idp.protocol.oauth.parameters import Parameters
from idp.protocol.oauth.values import Confirmation, parse_scope


class Headers(Protocol):
    """Anything that answers `get` with lower-case names: a dict, or case-insensitive headers."""

    def get(self, key: str, /) -> str | None:
        """Return one header field, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client presented, by exactly one method (RFC 6749 §2.3)."""

    method: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)

    @property
    def scheme(self) -> str | None:
        """The HTTP scheme to answer a failure with (RFC 6749 §5.2)."""
        return "Basic" if self.method == "client_secret_basic" else None


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A token request (RFC 6749 §4.1.3, §6). Grants of later specs read `parameters`.

    `confirmation` is the key the caller proved to hold, by a DPoP proof or a certificate (RFC 9449 §5, RFC 8705 §3).
    """

    credentials: Credentials
    grant_type: str
    code: str | None = field(default=None, repr=False)
    redirect_uri: str | None = None
    code_verifier: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    scope: tuple[str, ...] | None = None
    resource: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    confirmation: Confirmation | None = None

    @classmethod
    def of(
        cls, parameters: Parameters, credentials: Credentials, confirmation: Confirmation | None = None
    ) -> Self:
        """Read a token request; only `grant_type` is needed to know which grant judges the rest."""
        scope = parameters.get("scope")
        return cls(
            credentials=credentials,
            grant_type=parameters.require("grant_type"),
            code=parameters.get("code"),
            redirect_uri=parameters.get("redirect_uri"),
            code_verifier=parameters.get("code_verifier"),
            refresh_token=parameters.get("refresh_token"),
            scope=parse_scope(scope) if scope is not None else None,
            resource=parameters.all("resource"),
            audience=parameters.all("audience"),
            parameters=parameters,
            confirmation=confirmation,
        )

    def require(self, name: str) -> str:
        """Return a parameter this grant cannot do without (RFC 6749 §5.2)."""
        value = self.parameters.get(name)
        if value is None:
            raise InvalidRequest(f"{name} is missing", parameter=name)
        return value


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """A revocation request (RFC 7009 §2.1); a hint that is wrong or unknown is ignored."""

    credentials: Credentials
    token: str = field(repr=False)
    token_type_hint: str | None = None

    @classmethod
    def of(cls, parameters: Parameters, credentials: Credentials) -> Self:
        """Read a revocation request."""
        return cls(credentials, parameters.require("token"), parameters.get("token_type_hint"))


@dataclass(frozen=True, slots=True)
class IntrospectionRequest:
    """An introspection request (RFC 7662 §2.1)."""

    credentials: Credentials
    token: str = field(repr=False)
    token_type_hint: str | None = None

    @classmethod
    def of(cls, parameters: Parameters, credentials: Credentials) -> Self:
        """Read an introspection request."""
        return cls(credentials, parameters.require("token"), parameters.get("token_type_hint"))


@dataclass(frozen=True, slots=True)
class UserInfoRequest:
    """A UserInfo request with its one access token (OIDC Core §5.3.1, RFC 6750 §2, RFC 9449 §7.1)."""

    token: str = field(repr=False)
    scheme: str = "Bearer"

    @classmethod
    def of(cls, headers: Headers, body: Mapping[str, str], query: Mapping[str, str]) -> Self:
        """Find the token in the header or the form; in the address it is refused (RFC 9700 §4.3.2)."""
        if "access_token" in query:
            raise InvalidRequest("access_token must not be in the address", parameter="access_token")
        header, in_body = headers.get("authorization"), body.get("access_token")
        if header is None:
            if in_body is None:
                raise MissingToken("an access token is needed")
            return cls(in_body)
        if in_body is not None:
            raise InvalidRequest("more than one access token", parameter="access_token")
        scheme, _, token = header.strip().partition(" ")
        known = {"bearer": "Bearer", "dpop": "DPoP"}.get(scheme.lower())
        token = token.strip()
        if known is None:
            raise MissingToken("an access token is needed")
        if not token or " " in token or not token.isascii():
            raise InvalidRequest("the Authorization header is malformed")
        return cls(token, known)
