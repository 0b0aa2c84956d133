"""RFC 7636: Proof Key for Code Exchange; S256 only (RFC 9700 section 2.1.1, decisions 12)."""

import base64
import hashlib

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import factories
from tests.rp import CHALLENGE, RP, VERIFIER
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def s256(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_4_the_verifier_of_the_challenge_opens_the_code(rp, citizen):
    rp.sign_in(citizen)

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(UNRESERVED, min_size=43, max_size=128))
    def holds(verifier):
        code = rp.authorize(code_challenge=s256(verifier)).code
        assert rp.redeem(code, code_verifier=verifier).ok

    holds()


def test_4_1_appendix_b_of_the_rfc(rp, citizen):
    challenge, verifier = (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )
    code = rp.sign_in(citizen, code_challenge=challenge).code
    assert rp.redeem(code, code_verifier=verifier).ok


@pytest.mark.parametrize(
    "challenge", ["short", CHALLENGE + "=", CHALLENGE[:-1] + "+", "a" * 129, "\u00e9" * 43]
)
def test_4_2_a_malformed_challenge_is_invalid_request(rp, challenge):
    assert rp.authorize(code_challenge=challenge).error == "invalid_request"


@pytest.mark.parametrize("method", ["plain", None, "s256", "S512"])
def test_4_3_only_s256_is_a_method(rp, method):
    assert rp.authorize(code_challenge_method=method).error == "invalid_request"


def test_4_4_1_a_client_that_must_use_pkce_and_does_not_is_refused(rp, public_rp):
    for client in (rp, public_rp):
        answer = client.authorize(code_challenge=None, code_challenge_method=None)
        assert answer.error == "invalid_request"
        assert "code_challenge" in answer.params["error_description"]


def test_4_4_1_ready_made_confidential_software_may_do_without(provider, citizen):
    client = factories.a_client(provider.services, profile_name="oidc_core")
    rp = RP(provider, client)
    code = rp.sign_in(citizen, code_challenge=None, code_challenge_method=None).code
    assert rp.redeem(code, code_verifier=None).ok
    assert rp.redeem(rp.authorize().code, code_verifier=None).error == "invalid_grant", "sent, so it counts"


def test_4_4_1_in_production_such_software_needs_a_nonce_at_least(provider, citizen):
    client = factories.a_client(provider.services, profile_name="oidc_core", environment="production")
    rp = RP(provider, client)
    without = {"code_challenge": None, "code_challenge_method": None}
    assert rp.authorize(**without, nonce=None).error == "invalid_request"
    assert rp.authorize(**without, scope="email").error == "invalid_request"
    assert rp.sign_in(citizen, **without).code


def test_4_4_1_a_public_client_of_any_profile_needs_pkce(provider):
    client = factories.a_client(
        provider.services, profile_name="oidc_core", token_endpoint_auth_method="none"
    )
    assert (
        RP(provider, client).authorize(code_challenge=None, code_challenge_method=None).error
        == "invalid_request"
    )


def test_4_6_a_wrong_verifier_is_invalid_grant_and_the_code_is_spent(rp, citizen):
    code = rp.sign_in(citizen).code
    assert rp.redeem(code, code_verifier=VERIFIER[:-1] + "x").error == "invalid_grant"
    assert rp.redeem(code).error == "invalid_grant"
