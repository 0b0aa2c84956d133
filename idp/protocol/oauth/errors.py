"""One class for each registered error code; an instance is an outcome the protocol foresees."""

import re
from typing import ClassVar

_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5B\x5D-\x7E]")
SOON_SECONDS = 2


class ProtocolError(Exception):
    """Answer a request with a registered error (RFC 6749 §4.1.2.1, §5.2).

    `description` is a sentence for the developer at the agency, never personal data, never a secret. Private
    detail travels as `__cause__` and goes to the log only.
    """

    code: ClassVar[str] = "server_error"
    status: ClassVar[int] = 400
    longest: ClassVar[int] = 300

    def __init__(
        self,
        description: str = "",
        *,
        parameter: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(description)
        self.description = description
        self.parameter = parameter
        self.retry_after = retry_after

    @property
    def public(self) -> str:
        """The description in the characters that may travel (RFC 6749 §5.2), cut to a sane length."""
        return _NOT_ALLOWED.sub("?", self.description[: self.longest])


class InvalidRequest(ProtocolError):
    """Refuse a missing, repeated or malformed parameter (RFC 6749 §4.1.2.1, §5.2)."""

    code = "invalid_request"


class InvalidClient(ProtocolError):
    """Refuse a client that did not prove who it is (RFC 6749 §5.2).

    `scheme` names the HTTP scheme the client used, so that the answer carries the matching challenge.
    """

    code = "invalid_client"
    status = 401

    def __init__(
        self,
        description: str = "client authentication failed",
        *,
        parameter: str | None = None,
        retry_after: int | None = None,
        scheme: str | None = None,
    ) -> None:
        super().__init__(description, parameter=parameter, retry_after=retry_after)
        self.scheme = scheme


class InvalidGrant(ProtocolError):
    """Refuse a code, refresh token or verifier that is wrong, spent or another client's (RFC 6749 §5.2)."""

    code = "invalid_grant"


class UnauthorizedClient(ProtocolError):
    """Refuse what the client is not registered for (RFC 6749 §4.1.2.1, §5.2)."""

    code = "unauthorized_client"


class UnsupportedGrantType(ProtocolError):
    """Refuse a grant type that is not offered (RFC 6749 §5.2)."""

    code = "unsupported_grant_type"


class InvalidScope(ProtocolError):
    """Refuse a scope that is malformed, unknown or wider than given (RFC 6749 §4.1.2.1, §5.2)."""

    code = "invalid_scope"


class AccessDenied(ProtocolError):
    """Tell that the citizen or the provider said no (RFC 6749 §4.1.2.1)."""

    code = "access_denied"


class UnsupportedResponseType(ProtocolError):
    """Refuse every response type but `code` (RFC 6749 §4.1.2.1)."""

    code = "unsupported_response_type"


class UnsupportedTokenType(ProtocolError):
    """Refuse to revoke a kind of token that cannot be revoked (RFC 7009 §2.2.1)."""

    code = "unsupported_token_type"


class ServerError(ProtocolError):
    """Tell of an unforeseen condition where a status 500 cannot be sent (RFC 6749 §4.1.2.1)."""

    code = "server_error"
    status = 500


class TemporarilyUnavailable(ProtocolError):
    """Tell that a part we need is away for now, and when to try again (RFC 6749 §4.1.2.1, RFC 9110 §10.2.3)."""

    code = "temporarily_unavailable"
    status = 503

    def __init__(
        self,
        description: str = "",
        *,
        parameter: str | None = None,
        retry_after: int = SOON_SECONDS,
    ) -> None:
        super().__init__(description, parameter=parameter, retry_after=retry_after)


class TooManyRequests(ProtocolError):
    """Ask a caller to slow down (RFC 6585 §4).

    No code is registered for status 429; `slow_down` (RFC 8628 §3.5) is the token endpoint code with the same
    meaning. The `Retry-After` header says when.
    """

    code = "slow_down"
    status = 429


class LoginRequired(ProtocolError):
    """Say under prompt=none that the citizen would have to sign in (OIDC Core §3.1.2.6)."""

    code = "login_required"


class ConsentRequired(ProtocolError):
    """Say under prompt=none that the citizen would have to consent (OIDC Core §3.1.2.6)."""

    code = "consent_required"


class InteractionRequired(ProtocolError):
    """Say under prompt=none that some other page would be needed (OIDC Core §3.1.2.6)."""

    code = "interaction_required"


class AccountSelectionRequired(ProtocolError):
    """Say under prompt=none that the citizen would have to choose an account (OIDC Core §3.1.2.6)."""

    code = "account_selection_required"


class UnmetAuthenticationRequirements(ProtocolError):
    """Say that the wanted acr cannot be reached (OpenID Connect Unmet Authentication Requirements 1.0 §2)."""

    code = "unmet_authentication_requirements"


class RequestNotSupported(ProtocolError):
    """Refuse the `request` parameter (OIDC Core §3.1.2.6)."""

    code = "request_not_supported"


class RequestUriNotSupported(ProtocolError):
    """Refuse the `request_uri` parameter (OIDC Core §3.1.2.6)."""

    code = "request_uri_not_supported"


class RegistrationNotSupported(ProtocolError):
    """Refuse the `registration` parameter (OIDC Core §3.1.2.6)."""

    code = "registration_not_supported"


class InvalidRequestObject(ProtocolError):
    """Refuse a request object that does not verify (RFC 9101 §7)."""

    code = "invalid_request_object"


class InvalidRequestUri(ProtocolError):
    """Refuse a `request_uri` that is unknown, expired or another client's (RFC 9101 §7, RFC 9126 §4)."""

    code = "invalid_request_uri"


class InvalidTarget(ProtocolError):
    """Refuse a resource or audience that is unknown or not given to this client (RFC 8707 §2, RFC 8693 §2.2.2)."""

    code = "invalid_target"


class InvalidAuthorizationDetails(ProtocolError):
    """Refuse authorization details that are malformed or of a type not offered (RFC 9396 §5)."""

    code = "invalid_authorization_details"


class InvalidDpopProof(ProtocolError):
    """Refuse a DPoP proof that is missing, malformed, stale, replayed or of another key (RFC 9449 §5, §7.1).

    Status 401 at a protected resource.
    """

    code = "invalid_dpop_proof"


class UseDpopNonce(ProtocolError):
    """Ask for a proof that carries the nonce of this server (RFC 9449 §8, §9). Status 401 at a protected resource."""

    code = "use_dpop_nonce"


class AuthorizationPending(ProtocolError):
    """Tell that the citizen has not decided yet (RFC 8628 §3.5, CIBA §11)."""

    code = "authorization_pending"


class SlowDown(ProtocolError):
    """Ask to poll less often (RFC 8628 §3.5, CIBA §11)."""

    code = "slow_down"


class ExpiredToken(ProtocolError):
    """Tell that the citizen did not decide in time (RFC 8628 §3.5, CIBA §11)."""

    code = "expired_token"


class UnknownEvent(ProtocolError):
    """Refuse to take a confirmation of an event that was never told to this client (RFC 8417 §2.2; ours)."""

    code = "unknown_event"
    status = 404


class UnknownPerson(ProtocolError):
    """Refuse a statement about nobody we know, or nobody its sender knows here: both alike (OIDC Core §8.1; ours)."""

    code = "unknown_person"
    status = 404


class InvalidToken(ProtocolError):
    """Refuse an access token that is expired, revoked or not ours (RFC 6750 §3.1)."""

    code = "invalid_token"
    status = 401


class KeyNeeded(InvalidToken):
    """Refuse a token bound to a key that came without a proof of it (RFC 9449 §7.2)."""


class MissingToken(InvalidToken):
    """Ask for a token where none was sent; the challenge then names no error (RFC 6750 §3.1)."""


class InsufficientScope(ProtocolError):
    """Refuse a token without the scope this resource needs (RFC 6750 §3.1)."""

    code = "insufficient_scope"
    status = 403

    def __init__(self, description: str = "", *, scope: str = "") -> None:
        super().__init__(description)
        self.scope = scope


class InsufficientUserAuthentication(ProtocolError):
    """Ask for a stronger or fresher sign-in (RFC 9470 §3)."""

    code = "insufficient_user_authentication"
    status = 401

    def __init__(self, description: str = "", *, acr_values: str = "", max_age: int | None = None) -> None:
        super().__init__(description)
        self.acr_values = acr_values
        self.max_age = max_age


class InvalidRedirectUri(ProtocolError):
    """Refuse a registration with an unusable redirect URI (RFC 7591 §3.2.2)."""

    code = "invalid_redirect_uri"
    longest = 4000


class InvalidClientMetadata(ProtocolError):
    """Refuse a registration with unusable metadata (RFC 7591 §3.2.2)."""

    code = "invalid_client_metadata"
    longest = 4000


class UnapprovedSoftwareStatement(ProtocolError):
    """Refuse a software statement of an issuer nobody here trusts (RFC 7591 §3.2.2)."""

    code = "unapproved_software_statement"


class PageOnly(ProtocolError):
    """An error before any redirect is safe: the provider shows its own page (RFC 6749 §4.1.2.1)."""

    code = "invalid_request"


class UnknownClient(PageOnly):
    """Show a page for a client that is missing, unknown or not active (RFC 6749 §4.1.2.1)."""

    code = "invalid_client"


class RedirectRefused(PageOnly):
    """Show a page for a redirect URI that is missing or not registered (RFC 6749 §4.1.2.1)."""

    code = "invalid_request"


class PushedRequestRefused(PageOnly):
    """Show a page for a pushed request that is unknown, expired, used or another client's (RFC 9126 §4).

    Nothing proves then where the browser may be sent.
    """

    code = "invalid_request_uri"
