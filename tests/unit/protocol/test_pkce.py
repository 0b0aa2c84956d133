"""RFC 7636, S256 only."""

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given, strategies as st

from idp.protocol.oauth.errors import InvalidGrant, InvalidRequest
from idp.protocol.oauth.pkce import CodeChallenge, check_verifier, parse_verifier, s256

VERIFIERS = st.text("abcXYZ019-._~", min_size=43, max_size=128)


@given(VERIFIERS)
def test_4_2_the_transformation_is_the_one_of_another_library(verifier):
    assert s256(verifier) == create_s256_code_challenge(verifier)


def test_appendix_b():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert s256(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(VERIFIERS)
def test_4_6_the_right_verifier_passes_and_another_does_not(verifier):
    challenge = CodeChallenge(s256(verifier))
    challenge.verify(verifier)
    with pytest.raises(InvalidGrant):
        challenge.verify(verifier[:-1] + ("A" if verifier[-1] != "A" else "B"))


def test_o030_the_challenge_is_not_its_own_verifier():
    challenge = s256("v" * 43)
    with pytest.raises(InvalidGrant):
        check_verifier(challenge, challenge)


@pytest.mark.parametrize("text", ["v" * 42, "v" * 129, "v" * 42 + " ", "v" * 42 + "é", "v" * 43 + "\n", ""])
def test_o028_a_malformed_verifier_is_invalid_request(text):
    with pytest.raises(InvalidRequest):
        parse_verifier(text)


@pytest.mark.parametrize("text", ["a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + ".", "a" * 43 + "\n"])
def test_a_malformed_challenge_cannot_be_made(text):
    with pytest.raises(InvalidRequest):
        CodeChallenge(text)


def test_o028_no_verifier_is_invalid_grant():
    with pytest.raises(InvalidGrant):
        check_verifier(s256("v" * 43), None)


def test_o029_a_verifier_without_a_challenge_is_a_downgrade():
    with pytest.raises(InvalidGrant):
        check_verifier(None, "v" * 43)


def test_neither_is_for_clients_without_pkce():
    check_verifier(None, None)
