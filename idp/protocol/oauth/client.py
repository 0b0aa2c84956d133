"""A client registration as the protocol sees it: plain facts and the questions they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from idp.protocol.oauth.errors import UnauthorizedClient

ANSWERS: Final = ("id_token", "userinfo", "authorization", "introspection")
"""What a client may have encrypted; with `_encrypted_response_alg` the names of metadata members."""

NOTICE_GROUNDS: Final = frozenset({"law", "public_duty", "contract", "vital_interest"})
"""Grounds of UU PDP article 20 on which data is given without consent, which would be void there (art. 20 (2))."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Profile(StrEnum):
    """The security profile of a client (contract.md section 4)."""

    NATIONAL = "national"
    FAPI2 = "fapi2"
    FAPI2_MESSAGE_SIGNING = "fapi2_message_signing"
    OIDC_CORE = "oidc_core"


class Environment(StrEnum):
    """Where a client lives; waivers and four eyes follow it."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class ClaimUse:
    """Why a client reads one claim (UU PDP art. 20, 21): shown at consent, recorded with each release."""

    required: bool = False
    purpose: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    legal_basis: str = "consent"
    terms: tuple[str, tuple[tuple[str, str], ...]] = field(init=False, repr=False, compare=False)
    """Ground and purposes in one order, to be remembered by."""

    def __post_init__(self) -> None:
        """Put the terms in order once: every answer looks them up."""
        object.__setattr__(self, "terms", (self.legal_basis, tuple(sorted(self.purpose.items()))))

    @property
    def by_law(self) -> bool:
        """True where the citizen is told rather than asked: it comes with the service, on a ground beside consent."""
        return self.required and self.legal_basis in NOTICE_GROUNDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered client (RFC 7591 §2, OIDC Registration §2). Metadata only, never the client's status."""

    client_id: str
    agency_id: str = ""
    profile: Profile = Profile.NATIONAL
    environment: Environment = Environment.PRODUCTION
    names: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    client_uri: str | None = None
    logo_uri: str | None = None
    logo: str | None = None
    """Names the picture we keep of `logo_uri`, once it was fetched."""
    policy_uri: str | None = None
    tos_uri: str | None = None
    cancel_uri: str | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    application_type: str = "web"
    token_endpoint_auth_method: str = "private_key_jwt"  # noqa: S105  a method name, not a secret
    token_endpoint_auth_signing_alg: str | None = None
    secret_digest: bytes | None = field(default=None, repr=False)
    secret_sealed: bytes | None = field(default=None, repr=False)
    """The secret of a `client_secret_jwt` client, sealed: a MAC cannot be checked with a digest (OIDC Core §9)."""
    jwks: Mapping[str, object] | None = field(default=None, repr=False)
    jwks_uri: str | None = None
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    scopes: tuple[str, ...] = ("openid",)
    id_token_signed_response_alg: str = ""
    id_token_encrypted_response_alg: str | None = None
    id_token_encrypted_response_enc: str | None = None
    userinfo_signed_response_alg: str | None = None
    userinfo_encrypted_response_alg: str | None = None
    userinfo_encrypted_response_enc: str | None = None
    authorization_signed_response_alg: str | None = None
    authorization_encrypted_response_alg: str | None = None
    authorization_encrypted_response_enc: str | None = None
    introspection_signed_response_alg: str | None = None
    introspection_encrypted_response_alg: str | None = None
    introspection_encrypted_response_enc: str | None = None
    request_object_signing_alg: str | None = None
    request_uris: tuple[str, ...] = ()
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    dpop_bound_access_tokens: bool = False
    tls_client_certificate_bound_access_tokens: bool = False
    tls_client_auth_subject_dn: str | None = None
    tls_client_auth_san_dns: str | None = None
    tls_client_auth_san_uri: str | None = None
    tls_client_auth_san_ip: str | None = None
    tls_client_auth_san_email: str | None = None
    authorization_details_types: tuple[str, ...] = ()
    resource_uris: tuple[str, ...] = ()
    subject_type: str = "pairwise"
    sector: str = ""
    default_max_age: int | None = None
    consent_lifetime: int | None = None
    """Seconds a consent stands; None: as this deployment has it."""
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    min_acr: str = ""
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    backchannel_token_delivery_mode: str | None = None
    backchannel_client_notification_endpoint: str | None = None
    backchannel_authentication_request_signing_alg: str | None = None
    backchannel_user_code_parameter: bool = False
    security_events_uri: str | None = None
    """Where security event tokens are pushed (RFC 8935)."""
    isolated_sso: bool = False
    required_role: str | None = None
    claims: Mapping[str, ClaimUse] = field(default_factory=lambda: MappingProxyType({}))
    encrypted: frozenset[str] = field(init=False, repr=False, compare=False)
    """The kinds of answers that are encrypted for this client; most clients have none."""

    def __post_init__(self) -> None:
        """Fill what the profile decides where the registration does not (decisions 3 and 12)."""
        relaxed = self.profile is Profile.OIDC_CORE
        if not self.min_acr:
            object.__setattr__(self, "min_acr", "urn:gerbang:acr:aal1" if relaxed else "urn:gerbang:acr:aal2")
        if not self.id_token_signed_response_alg:
            object.__setattr__(self, "id_token_signed_response_alg", "RS256" if relaxed else "ES256")
        encrypted = {kind for kind in ANSWERS if getattr(self, f"{kind}_encrypted_response_alg")}
        object.__setattr__(self, "encrypted", frozenset(encrypted))

    def use(self, name: str) -> ClaimUse | None:
        """Return why this client asks for a claim; a question counts as the claim it asks about."""
        return self.claims.get(name) or self.claims.get(name.partition(":")[0])

    @property
    def is_public(self) -> bool:
        """True for a client that cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"  # noqa: S105

    @property
    def is_native(self) -> bool:
        """True for an application on the citizen's device (RFC 8252)."""
        return self.application_type == "native"

    @property
    def is_fapi(self) -> bool:
        """True where only the strict rules of FAPI 2.0 hold (FAPI 2.0 SP §5.3.2)."""
        return self.profile in (Profile.FAPI2, Profile.FAPI2_MESSAGE_SIGNING)

    @property
    def needs_pkce(self) -> bool:
        """True unless confidential and `oidc_core` (RFC 9700 §2.1.1; decision 12)."""
        return self.is_public or self.profile is not Profile.OIDC_CORE

    @property
    def rotates_refresh_tokens(self) -> bool:
        """True where a refresh token is single use (RFC 9700 §4.14.2).

        FAPI 2.0 forbids it (§5.3.2.1-9); a confidential client whose tokens are bound to a key keeps it (decision 7).
        """
        return not self.is_fapi and (self.is_public or not self.needs_bound_tokens)

    @property
    def needs_bound_tokens(self) -> bool:
        """True where an access token must be bound to a key (RFC 9449 §5.2, RFC 8705 §3.4, FAPI 2.0 SP §5.3.2.1-6)."""
        return (
            self.is_fapi or self.dpop_bound_access_tokens or self.tls_client_certificate_bound_access_tokens
        )

    @property
    def needs_pushed_requests(self) -> bool:
        """True where an authorization request must be pushed (RFC 9126 §6, FAPI 2.0 SP §5.3.2.2-3)."""
        return self.is_fapi or self.require_pushed_authorization_requests

    @property
    def needs_signed_requests(self) -> bool:
        """True where an authorization request must be a signed object (RFC 9101 §10.5, FAPI 2.0 MS §5.3)."""
        return self.require_signed_request_object or self.profile is Profile.FAPI2_MESSAGE_SIGNING

    @property
    def takes_secured_responses(self) -> bool:
        """True for a client that can read signed authorization responses (JARM §3, FAPI 2.0 MS §5.4)."""
        return self.is_fapi or self.authorization_signed_response_alg is not None

    @property
    def authorization_response_alg(self) -> str:
        """What signed authorization responses are signed with (JARM §3; decision 12)."""
        return self.authorization_signed_response_alg or (
            "RS256" if self.profile is Profile.OIDC_CORE else "ES256"
        )

    @property
    def introspection_alg(self) -> str:
        """What signed introspection answers are signed with (RFC 9701 §6, FAPI 2.0 SP §5.4.1)."""
        return self.introspection_signed_response_alg or ("ES256" if self.is_fapi else "RS256")

    def name(self, language: str) -> str:
        """The client's name in a language, else Indonesian, else any (OIDC Registration §2.1)."""
        found = self.names.get(language) or self.names.get("id")
        return found or next(iter(self.names.values()), self.client_id)

    def require_grant(self, grant_type: str) -> None:
        """Refuse a grant type the client is not registered for (RFC 6749 §5.2)."""
        if grant_type not in self.grant_types:
            raise UnauthorizedClient(f"client is not registered for {grant_type}", parameter="grant_type")

    def narrow(self, scope: tuple[str, ...]) -> tuple[str, ...]:
        """Keep the scopes the client is registered for (RFC 6749 §3.3)."""
        return tuple(token for token in scope if token in self.scopes)
