"""What is wrong with a registration: every violation at once, as a rule with a reason (RFC 7591 §3.2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.protocol.oauth.errors import InvalidClientMetadata, InvalidRedirectUri, ProtocolError


class Rule(StrEnum):
    """A rule of the registry; the value is the sentence for developers, after the member's name."""

    TYPE = "must be {0}"
    TOO_LONG = "is too long"
    REQUIRED = "is required"
    STANDARD = "is not allowed by RFC 7591 or OpenID Connect Registration"
    CHOICE = "must be one of: {0}"
    UNKNOWN = "has an entry that is not in the catalogue: {0}"
    NOT_A_URI = "has an entry that is not an absolute URI: {0}"
    NOT_HTTPS = "must use https: {0}"
    SAME_ORIGIN = "must have the scheme, host and port of a redirect URI"
    NO_FRAGMENT = "must not have a fragment: {0}"
    NO_WILDCARD = "must not have a wildcard: {0}"
    NO_CREDENTIALS = "must not carry a user name or password: {0}"
    NATIVE_SCHEME = "needs https, a loopback address or a scheme like go.id.example.app: {0}"
    WEB_SCHEME = "must be an http or https address for a web application: {0}"
    NOT_REACHABLE = "cannot be called from here: {0}"
    GRANT_RESPONSE = "response type code and grant type authorization_code go together"
    PUBLIC_GRANT = "a client without credentials cannot use client_credentials or token exchange"
    PUBLIC_CIBA = "a client without credentials cannot ask citizens by itself (CIBA)"
    ONE_KEY_SOURCE = "give jwks or jwks_uri, not both"
    KEYS_NEEDED = "{0} needs jwks or jwks_uri"
    UNSIGNED_REQUESTS = "none is not allowed where requests must be signed"
    KEY_PRIVATE = "must hold public keys only"
    KEY_UNUSABLE = "has a key that cannot be used here: {0}"
    KEY_REPEATED = "uses the key id {0} twice"
    ENCODING_ALONE = "needs {0}"
    KEYS_UNFIT = "has no key for {0}"
    SECRET_NOT_ALLOWED = "private_key_jwt is needed; a secret only in the sandbox or with a waiver"  # noqa: S105
    KEY_OR_CERTIFICATE = "the profile {0} needs private_key_jwt or a client certificate"
    TLS_NAME = "tls_client_auth needs exactly one of: {0}"
    CERTIFICATE = "has a certificate that is not of its key, or cannot be used: {0}"
    ONE_BINDING = "tokens are bound to a DPoP key or to a certificate, not to both"
    ALGORITHM = "the profile {0} allows: {1}"
    PAIRWISE = "the profile {0} needs pairwise"
    WAIVER = "oidc_core in production needs a waiver with an end date"
    WAIVER_SHAPE = "needs an end date (YYYY-MM-DD) and a reason for {0}"
    WAIVER_OVER = "the waiver for {0} has ended"
    SPECIFIC = "reading specific personal data in production needs a fapi2 profile: {0}"
    ASSURANCE = "must be at least {0} for this profile"
    NAME = "needs a name in Indonesian and in English"
    CLAIMS = "says why each item is read; it is required in production"
    PURPOSE = "needs a purpose in {1} for {0}"
    CONSENT_LIFETIME = "must be 1 to {0} seconds for what is read"
    GROUND = "needs a legal basis of UU PDP article 20 for {0}: {1}"
    ENVIRONMENT = "a production deployment holds no sandbox clients"
    OURS = "must not be an address of the provider: {0}"
    SERVED = "is served by another client already: {0}"
    SECTOR = "the document at this address must list every redirect URI"


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken by one member; `detail` fills the sentence and holds no secret."""

    member: str
    rule: Rule
    detail: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.member}: {self.rule.value.format(*self.detail)}"


class BadRedirectUri(InvalidRedirectUri):
    """Refuse a registration whose redirect URIs are unusable; other violations are listed with them."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = tuple(violations)


class BadMetadata(InvalidClientMetadata):
    """Refuse a registration whose metadata is unusable; every violation is listed."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = tuple(violations)


class Report:
    """Collects violations while a registration is read."""

    def __init__(self) -> None:
        self._found: list[Violation] = []

    def add(self, member: str, rule: Rule, *detail: str) -> None:
        """Note a violation, once."""
        violation = Violation(member, rule, detail)
        if violation not in self._found:
            self._found.append(violation)

    def __iter__(self) -> Iterator[Violation]:
        return iter(self._found)

    def about(self, member: str) -> bool:
        """Tell whether a member was found wrong already."""
        return any(violation.member == member for violation in self._found)

    def settle(self) -> None:
        """Raise when anything was found.

        Raises:
            BadRedirectUri: when a redirect URI is among it.
            BadMetadata: otherwise.
        """
        if not self._found:
            return
        error: ProtocolError = (
            BadRedirectUri(self._found) if self.about("redirect_uris") else BadMetadata(self._found)
        )
        raise error
