"""Attack catalogue, section 2: PKCE (O-026 to O-030)."""

import pytest

from tests import factories
from tests.rp import CHALLENGE, RP, VERIFIER


@pytest.mark.parametrize("who", ["rp", "public_rp"])
def test_o026_without_a_challenge_nobody_gets_a_code(provider, request, citizen, who):
    rp = request.getfixturevalue(who)
    rp.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize(code_challenge=None, code_challenge_method=None)
    assert answer.error == "invalid_request"


@pytest.mark.parametrize("method", ["plain", None])
def test_o027_plain_does_not_exist_nor_does_a_challenge_without_method(provider, rp, citizen, method):
    rp.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize(code_challenge=VERIFIER, code_challenge_method=method)
    assert answer.error == "invalid_request"


@pytest.mark.parametrize(
    ("verifier", "error", "spent"),
    [
        (None, "invalid_grant", True),
        ("x" * 43, "invalid_grant", True),
        (VERIFIER[:42], "invalid_request", False),
        ("v" * 129, "invalid_request", False),
        (VERIFIER + "!", "invalid_request", False),
        (VERIFIER + "\u00e9", "invalid_request", False),
    ],
)
def test_o028_a_wrong_verifier_gets_no_token(provider, rp, citizen, verifier, error, spent):
    code = rp.sign_in(citizen).code
    with provider.unchanged("TokenRefused", tables=("family", "release", "revoked_token")):
        answer = rp.redeem(code, code_verifier=verifier)
    assert (answer.status, answer.error) == (400, error)
    assert rp.redeem(code).ok is not spent, "a guess at the verifier is the last one; a malformed one is none"


def test_o029_a_verifier_for_a_code_whose_challenge_was_stripped_is_refused(provider, citizen):
    client = factories.a_client(provider.services, profile_name="oidc_core")
    rp = RP(provider, client)
    code = rp.sign_in(citizen, code_challenge=None, code_challenge_method=None).code
    with provider.unchanged("TokenRefused", tables=("family",)):
        assert rp.redeem(code, code_verifier=VERIFIER).error == "invalid_grant"


def test_o030_the_challenge_is_not_its_own_verifier(provider, rp, citizen):
    code = rp.sign_in(citizen).code
    with provider.unchanged("TokenRefused", tables=("family",)):
        assert rp.redeem(code, code_verifier=CHALLENGE).error == "invalid_grant"
