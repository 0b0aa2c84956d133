"""RFC 9449 §7 to §9: at UserInfo, and the nonces of the server."""

from datetime import timedelta

import pytest

from idp.protocol.oauth.dpop import ALGORITHMS
from tests import factories
from tests.dpop_rp import USERINFO, DpopRP, redeemed_with
from tests.rp import Provider
from tests.spec.test_rfc9449_dpop import OWN, WRONG
from tests.support.databases import sqlite_only


@pytest.fixture
def fapi(provider):
    """A FAPI 2.0 client that acts for itself."""
    return DpopRP(provider, factories.a_client(provider.services, "fapi", profile_name="fapi2", **OWN))


# 7: at the protected resource


@pytest.mark.parametrize(
    "wrong", [*WRONG.values(), {"ath": None}, {"ath": "x"}], ids=[*WRONG, "no ath", "ath"]
)
@sqlite_only
def test_7_1_a_wrong_proof_at_userinfo_is_401_invalid_dpop_proof(provider, dpop_rp, citizen, wrong):
    token = dpop_rp.tokens(citizen)["access_token"]
    with provider.unchanged():
        answer = dpop_rp.userinfo(
            token, dpop_rp.proof(**{"method": "GET", "url": USERINFO, "token": token} | wrong)
        )
    assert (answer.status, answer.error) == (401, "invalid_dpop_proof")
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith(f'DPoP realm="{factories.ISSUER}", error="invalid_dpop_proof"')
    assert challenge.endswith(f'algs="{" ".join(ALGORITHMS)}"')
    assert dpop_rp.userinfo(token).ok  # a valid use still works


@sqlite_only
def test_7_1_a_bound_token_without_a_proof_is_refused(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    answer = provider.get("/userinfo", headers={"Authorization": f"DPoP {token}"})
    assert (answer.status, answer.error) == (401, "invalid_dpop_proof")


@sqlite_only
def test_7_1_the_key_of_the_proof_must_be_that_of_the_token(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    other = DpopRP(provider, dpop_rp.client)
    with provider.unchanged():
        answer = other.userinfo(token)
    assert (answer.status, answer.error) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@sqlite_only
def test_7_1_userinfo_may_be_posted_to(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    for method, good in (("POST", True), ("GET", False)):
        headers = {"Authorization": f"dpop {token}", "DPoP": dpop_rp.proof(method, USERINFO, token)}
        assert provider.post("/userinfo", headers=headers).ok is good


@sqlite_only
def test_7_2_a_bound_token_is_refused_as_a_bearer_token_with_or_without_a_proof(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    for headers in ({}, {"DPoP": dpop_rp.proof("GET", USERINFO, token)}):
        answer = provider.get("/userinfo", headers={"Authorization": f"Bearer {token}"} | headers)
        assert (answer.status, answer.error) == (401, "invalid_token")
        bearer, _, dpop = answer.headers["WWW-Authenticate"].partition(", DPoP ")
        assert bearer.startswith("Bearer ")
        assert 'error="invalid_token"' in bearer
        assert f'algs="{" ".join(ALGORITHMS)}"' in dpop
    in_body = provider.post("/userinfo", data={"access_token": token})
    assert (in_body.status, in_body.error) == (401, "invalid_token")


@sqlite_only
def test_7_2_a_bearer_token_is_refused_by_the_dpop_scheme(dpop_rp, rp, citizen):
    token = rp.tokens(citizen)["access_token"]
    answer = dpop_rp.userinfo(token)
    assert (answer.status, answer.error) == (401, "invalid_token")


@sqlite_only
def test_7_2_without_a_token_both_schemes_are_offered(provider):
    challenge = provider.get("/userinfo").headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert f'DPoP realm="{factories.ISSUER}", algs="' in challenge


# 8, 9: nonces


@sqlite_only
def test_8_a_fapi_client_is_asked_for_a_nonce_and_the_retry_works(provider, fapi):
    with provider.unchanged():
        asked = fapi.call_with(fapi.proof(), grant_type="client_credentials")
    assert (asked.status, asked.error) == (400, "use_dpop_nonce")
    nonce = asked.headers["DPoP-Nonce"]
    assert asked.headers["Cache-Control"] == "no-store"
    assert fapi.call_with(fapi.proof(nonce=nonce), grant_type="client_credentials").ok


@sqlite_only
def test_8_2_every_answer_to_a_proof_brings_the_nonce_for_the_next(provider, dpop_rp, citizen):
    tokens = dpop_rp.tokens(citizen)
    assert tokens.headers["DPoP-Nonce"]
    for answer in (dpop_rp.userinfo(tokens["access_token"]), dpop_rp.userinfo(tokens["access_token"], "x")):
        assert answer.headers["DPoP-Nonce"]
        assert "DPoP-Nonce" in answer.headers["Access-Control-Expose-Headers"]
        assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]
    assert "DPoP-Nonce" not in provider.get("/jwks", headers={"DPoP": dpop_rp.proof()}).headers
    assert "DPoP-Nonce" not in provider.get("/userinfo").headers


@sqlite_only
def test_8_a_nonce_that_is_out_of_date_or_made_up_asks_for_the_current_one(dpop_rp, citizen, clock):
    dpop_rp.tokens(citizen)
    token = dpop_rp.refresh(dpop_rp.tokens(citizen)["refresh_token"])["access_token"]
    old = dpop_rp.nonce
    assert old is not None
    clock.advance(minutes=4, seconds=1)
    for nonce in (old, "made-up"):
        answer = dpop_rp.userinfo(token, dpop_rp.proof("GET", USERINFO, token, nonce=nonce))
        assert (answer.status, answer.error) == (401, "use_dpop_nonce")
        assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
        assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]
    assert dpop_rp.nonce != old
    assert dpop_rp.userinfo(token).ok


@sqlite_only
def test_9_where_everybody_needs_a_nonce_userinfo_asks_too(database_url, tmp_path, clock):
    services = factories.a_deployment(database_url, tmp_path, clock, dpop_nonce="always")
    try:
        citizen = factories.a_citizen(services)
        provider = Provider(services)
        rp = DpopRP(provider, factories.a_client(services))
        tokens = rp.tokens(citizen)
        token = tokens["access_token"]
        asked = rp.userinfo(token, rp.proof("GET", USERINFO, token, nonce=None))
        assert (asked.status, asked.error) == (401, "use_dpop_nonce")
        assert rp.userinfo(token).ok
    finally:
        services.close()


@sqlite_only
def test_8_a_client_whose_clock_is_wrong_is_served_with_a_nonce(dpop_rp, citizen):
    code = dpop_rp.sign_in(citizen).code
    hours = timedelta(hours=7)
    refused = dpop_rp.note(redeemed_with(dpop_rp, code, dpop_rp.proof(late=hours)))
    assert refused.error == "invalid_dpop_proof"
    assert redeemed_with(dpop_rp, code, dpop_rp.proof(late=hours)).ok
