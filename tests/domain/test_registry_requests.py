"""How a client says it will send its authorization requests (OIDC Registration 2, RFC 9101 10.5, RFC 9126 6)."""

import pytest

from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import MOST_REQUEST_URIS
from idp.domain.registry.violations import Rule
from idp.protocol.oidc.acr import AAL2
from tests.support.registration import PRODUCTION, SANDBOX, a_registration, broken


@pytest.mark.parametrize(
    ("profile", "alg"),
    [("national", "ES256"), ("oidc_core", "ES256"), ("oidc_core", "none"), ("fapi2", "ES256")],
)
def test_an_algorithm_of_the_profile_is_taken(profile, alg):
    stored = accept(a_registration(profile=profile, request_object_signing_alg=alg), SANDBOX)
    assert stored["request_object_signing_alg"] == alg


@pytest.mark.parametrize(
    ("profile", "alg"),
    [
        ("national", "none"),
        ("national", "HS256"),
        ("oidc_core", "HS256"),
        ("fapi2", "RS256"),
        ("fapi2", "none"),
        ("fapi2_message_signing", "RS256"),
        ("fapi2_message_signing", "none"),
    ],
)
def test_an_algorithm_outside_the_profile_is_refused(profile, alg):
    given = a_registration(profile=profile, request_object_signing_alg=alg)
    assert ("request_object_signing_alg", Rule.ALGORITHM) in broken(given)


@pytest.mark.parametrize("profile", ["national", "oidc_core", "fapi2"])
def test_an_algorithm_no_assertion_of_which_is_taken_cannot_be_registered(profile):
    given = a_registration(profile=profile, token_endpoint_auth_signing_alg="ES384")
    assert ("token_endpoint_auth_signing_alg", Rule.ALGORITHM) in broken(given)


def test_none_and_signing_exclude_each_other():
    given = a_registration(
        profile="oidc_core", request_object_signing_alg="none", require_signed_request_object=True
    )
    assert ("request_object_signing_alg", Rule.UNSIGNED_REQUESTS) in broken(given)


@pytest.mark.parametrize(
    "members", [{"require_signed_request_object": True}, {"request_object_signing_alg": "ES256"}]
)
def test_signed_requests_need_keys(members):
    given = a_registration(token_endpoint_auth_method="client_secret_basic", jwks=None, **members)
    assert ("jwks", Rule.KEYS_NEEDED) in broken(given)


def test_the_registered_algorithm_needs_a_key():
    given = a_registration(request_object_signing_alg="PS256")
    assert ("jwks", Rule.KEYS_UNFIT) in broken(given)


def test_pushing_and_signing_can_be_asked_of_any_profile():
    stored = accept(
        a_registration(require_pushed_authorization_requests=True, require_signed_request_object=True),
        SANDBOX,
    )
    assert stored["require_pushed_authorization_requests"] is True
    assert stored["require_signed_request_object"] is True


@pytest.mark.parametrize(
    "uri",
    ["https://agency.example/request.jwt", "https://agency.example/r#nFWkcR9bqFEfCCLQBx5wGpMnU0HcvPqEGQdP"],
)
def test_request_uris_are_https_and_may_name_a_version(uri):
    assert accept(a_registration(request_uris=[uri]), SANDBOX)["request_uris"] == [uri]


@pytest.mark.parametrize(
    "uri",
    [
        "http://agency.example/r",
        "http://127.0.0.1:5432/",
        "http://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://user:pw@agency.example/r",
        "https://*.agency.example/r",
        "urn:ietf:params:oauth:request_uri:x",
    ],
)
def test_o070_request_uris_that_must_not_be_called_are_refused(uri):
    given = a_registration(
        request_uris=[uri],
        min_acr=AAL2,
        claims={"name": {"required": True, "purpose": {"id": "Surat", "en": "Letter"}}},
    )
    assert "request_uris" in {member for member, _ in broken(given, PRODUCTION)}


def test_request_uris_have_an_end():
    many = [f"https://agency.example/{n}" for n in range(MOST_REQUEST_URIS + 1)]
    assert ("request_uris", Rule.TOO_LONG) in broken(a_registration(request_uris=many))
