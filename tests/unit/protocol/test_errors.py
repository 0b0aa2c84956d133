"""Error codes and what of them may travel (RFC 6749 §4.1.2.1, §5.2)."""

import pytest
from hypothesis import given, strategies as st

from idp.protocol.oauth import errors
from idp.protocol.oauth.errors import InvalidClient, InvalidRequest, ProtocolError

ALLOWED = {chr(c) for c in range(0x20, 0x7F)} - {'"', "\\"}


@given(st.text())
def test_a_description_only_has_the_allowed_characters(text):
    assert set(InvalidRequest(text).public) <= ALLOWED


def test_a_description_is_cut():
    assert len(InvalidRequest("x" * 5000).public) <= 300


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("InvalidRequest", "invalid_request", 400),
        ("InvalidClient", "invalid_client", 401),
        ("InvalidGrant", "invalid_grant", 400),
        ("UnauthorizedClient", "unauthorized_client", 400),
        ("UnsupportedGrantType", "unsupported_grant_type", 400),
        ("InvalidScope", "invalid_scope", 400),
        ("AccessDenied", "access_denied", 400),
        ("UnsupportedResponseType", "unsupported_response_type", 400),
        ("ServerError", "server_error", 500),
        ("TemporarilyUnavailable", "temporarily_unavailable", 503),
        ("TooManyRequests", "slow_down", 429),
        ("LoginRequired", "login_required", 400),
        ("ConsentRequired", "consent_required", 400),
        ("InteractionRequired", "interaction_required", 400),
        ("AccountSelectionRequired", "account_selection_required", 400),
        ("UnmetAuthenticationRequirements", "unmet_authentication_requirements", 400),
        ("RequestNotSupported", "request_not_supported", 400),
        ("RequestUriNotSupported", "request_uri_not_supported", 400),
        ("RegistrationNotSupported", "registration_not_supported", 400),
        ("InvalidToken", "invalid_token", 401),
        ("InsufficientScope", "insufficient_scope", 403),
        ("InsufficientUserAuthentication", "insufficient_user_authentication", 401),
        ("InvalidRedirectUri", "invalid_redirect_uri", 400),
        ("InvalidClientMetadata", "invalid_client_metadata", 400),
        ("UnknownClient", "invalid_client", 400),
        ("RedirectRefused", "invalid_request", 400),
    ],
)
def test_each_registered_code_has_its_class(name, code, status):
    error = getattr(errors, name)("why")
    assert isinstance(error, ProtocolError)
    assert (error.code, error.status) == (code, status)


def test_failed_client_authentication_says_the_same_thing_always():
    assert InvalidClient().public == InvalidClient(scheme="Basic").public != ""
