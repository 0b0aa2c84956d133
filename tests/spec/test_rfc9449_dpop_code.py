"""RFC 9449 §10: the code is bound to a key, by `dpop_jkt` or by a proof with the pushed request."""

import pytest
from joserfc.jwk import ECKey

from tests import factories
from tests.dpop_rp import DpopRP, redeemed_with
from tests.rp import Provider
from tests.support.databases import sqlite_only

PAR = factories.ISSUER + "/par"


@pytest.fixture
def fapi(provider, citizen):
    """A FAPI 2.0 client whose citizen has consented and is signed in."""
    rp = DpopRP(provider, factories.a_client(provider.services, "fapi", profile_name="fapi2"))
    given = ("openid profile email", ("name", "email"))
    factories.a_consent(provider.services, citizen, rp.client.client_id, *given)
    rp.browser.sign_in(citizen)
    return rp


def test_10_a_code_bound_by_dpop_jkt_is_redeemed_with_that_key_only(provider, dpop_rp, citizen):
    code = dpop_rp.sign_in(citizen, dpop_jkt=dpop_rp.jkt).code
    assert dpop_rp.redeem(code)["token_type"] == "DPoP"
    for key in (ECKey.generate_key("P-256"), None):
        code = dpop_rp.authorize(dpop_jkt=dpop_rp.jkt).code
        families = provider.count("family")
        answer = redeemed_with(dpop_rp, code, dpop_rp.proof(key=key) if key else None)
        assert (answer.status, answer.error) == (400, "invalid_grant")
        assert redeemed_with(dpop_rp, code, dpop_rp.proof()).error == "invalid_grant"  # the code is spent
        assert provider.count("family") == families


@sqlite_only
def test_10_dpop_jkt_survives_the_pages(dpop_rp, citizen):
    page = dpop_rp.begin_signed_in(citizen, dpop_jkt=dpop_rp.jkt)
    answer = dpop_rp.browser.submit(page, "consent-form", "consent-allow")
    assert (
        redeemed_with(dpop_rp, answer.code, dpop_rp.proof(key=ECKey.generate_key("P-256"))).error
        == "invalid_grant"
    )


@sqlite_only
@pytest.mark.parametrize("jkt", ["x", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + " ", "é" * 43])
def test_10_a_dpop_jkt_that_is_no_thumbprint_is_invalid_request(dpop_rp, citizen, jkt):
    dpop_rp.browser.sign_in(citizen)
    assert dpop_rp.authorize(dpop_jkt=jkt).error == "invalid_request"


# 10.1: with pushed requests


def test_10_1_a_proof_with_the_pushed_request_binds_the_code(provider, fapi):
    pushed = fapi.push()
    assert pushed.headers["DPoP-Nonce"]
    tokens = fapi.redeem(fapi.bring(pushed).code)
    assert tokens["token_type"] == "DPoP"
    assert fapi.claims(tokens)["cnf"] == {"jkt": fapi.jkt}
    assert fapi.userinfo(tokens["access_token"])["name"] == "Siti Aminah"
    again = fapi.refresh(tokens["refresh_token"])
    assert again["refresh_token"] == tokens["refresh_token"]  # FAPI 2.0 does not rotate
    assert fapi.userinfo(again["access_token"]).ok
    code = fapi.bring(fapi.push()).code
    thief = DpopRP(provider, fapi.client)
    thief.nonce = fapi.nonce
    assert thief.redeem(code).error == "invalid_grant"
    assert provider.count("family") == 1


@sqlite_only
def test_10_1_dpop_jkt_alone_binds_a_pushed_request_too(provider, fapi):
    code = fapi.pushed(dpop_jkt=fapi.jkt).code
    thief = DpopRP(provider, fapi.client)
    assert thief.redeem(code).error == "invalid_grant"
    assert fapi.redeem(fapi.pushed(dpop_jkt=fapi.jkt).code).ok
    assert fapi.redeem(fapi.pushed().code).ok  # bound to nothing: any key may redeem it


@sqlite_only
def test_10_1_both_and_the_same_key_is_well_both_and_different_is_refused(provider, fapi):
    assert fapi.redeem(fapi.bring(fapi.push(dpop_jkt=fapi.jkt)).code).ok
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        refused = fapi.push(dpop_jkt=ECKey.generate_key("P-256").thumbprint())
    assert (refused.status, refused.error) == (400, "invalid_dpop_proof")


@sqlite_only
def test_10_1_and_in_a_signed_request_object_which_asking_for_a_nonce_does_not_use_up(fapi):
    tokens = fapi.redeem(fapi.bring(fapi.call("/par", request=fapi.request_object(dpop_jkt=fapi.jkt))).code)
    assert tokens["token_type"] == "DPoP"
    other = ECKey.generate_key("P-256").thumbprint()
    assert fapi.call("/par", request=fapi.request_object(dpop_jkt=other)).error == "invalid_dpop_proof"


@sqlite_only
def test_8_a_fapi_client_is_asked_for_a_nonce_at_par_and_the_retry_works(provider, fapi):
    with provider.unchanged(tables=("pushed_request",)):
        asked = fapi.call_with(fapi.proof(url=PAR), "/par", **fapi.request())
    assert (asked.status, asked.error) == (400, "use_dpop_nonce")
    proof = fapi.proof(url=PAR, nonce=asked.headers["DPoP-Nonce"])
    assert fapi.call_with(proof, "/par", **fapi.request()).status == 201


@sqlite_only
@pytest.mark.parametrize(
    ("rule", "profile", "asked"),
    [
        ("never", "fapi2", False),
        ("fapi2", "fapi2", True),
        ("fapi2", "fapi2_message_signing", True),
        ("fapi2", "national", False),
        ("always", "national", True),
    ],
)
def test_8_par_asks_whom_the_token_endpoint_asks(database_url, tmp_path, clock, rule, profile, asked):
    """The nonce of one is good at the other; every answer to a proof brings the next (section 8.2)."""
    services = factories.a_deployment(database_url, tmp_path, clock, dpop_nonce=rule)
    try:
        grants = ["authorization_code", "client_credentials"]
        client = factories.a_client(services, "one", profile_name=profile, grant_types=grants)
        rp = DpopRP(Provider(services), client)
        form = {"request": rp.request_object()} if profile == "fapi2_message_signing" else rp.request()
        first = rp.call_with(rp.proof(url=PAR), "/par", **form)
        assert (first.error == "use_dpop_nonce") is asked, first.json
        assert rp.note(first).headers["DPoP-Nonce"] == rp.nonce
        machine = rp.call_with(rp.proof(nonce=None), grant_type="client_credentials")
        assert (machine.error == "use_dpop_nonce") is asked, machine.json
        again = rp.call_with(rp.proof(url=PAR), "/par", **form)
        assert again.status == 201, again.json
        assert again.headers["DPoP-Nonce"] == rp.nonce
        assert rp.call_with(rp.proof(), grant_type="client_credentials").ok
    finally:
        services.close()


@sqlite_only
@pytest.mark.parametrize(
    "wrong", [{"method": "GET"}, {"url": factories.ISSUER + "/token"}, {"header": {"typ": "JWT"}}]
)
def test_10_1_a_wrong_proof_with_a_pushed_request_is_refused(provider, fapi, wrong):
    fapi.push()
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        answer = fapi.call_with(fapi.proof(**{"url": PAR} | wrong), "/par", **fapi.request())
    assert (answer.status, answer.error) == (400, "invalid_dpop_proof")


@sqlite_only
def test_11_1_a_proof_at_par_is_good_once(provider, fapi):
    fapi.push()
    proof = fapi.proof(url=PAR)
    assert fapi.call_with(proof, "/par", **fapi.request()).status == 201
    with provider.unchanged("ProofReplayed", "AuthorizationRefused", tables=("pushed_request",)):
        assert fapi.call_with(proof, "/par", **fapi.request()).error == "invalid_dpop_proof"


@sqlite_only
def test_fapi2_a_bad_request_is_told_before_its_proof_is_used_up(provider, fapi):
    fapi.push()
    marks = provider.count("proof_mark")
    assert (
        fapi.call_with(fapi.proof(url=PAR), "/par", **fapi.request(code_challenge=None)).error
        == "invalid_request"
    )
    assert provider.count("proof_mark") == marks
