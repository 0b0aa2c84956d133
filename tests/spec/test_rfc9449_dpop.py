"""RFC 9449: Demonstrating Proof of Possession, from the authorization request to UserInfo and introspection."""

import secrets
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.protocol.oauth.dpop import ALGORITHMS
from tests import factories
from tests.dpop_rp import TOKEN, USERINFO, DpopRP, redeemed_with
from tests.rp import RP, VERIFIER, Provider
from tests.support import state
from tests.support.databases import sqlite_only

OWN = {"grant_types": ["client_credentials"], "scope": "openid x:read"}


@pytest.fixture
def public(provider):
    """A public client, as an application in a browser or on a telephone is."""
    client = factories.a_client(provider.services, "app", token_endpoint_auth_method="none")
    return DpopRP(provider, client)


@pytest.fixture
def fapi(provider):
    """A FAPI 2.0 client that acts for itself."""
    return DpopRP(provider, factories.a_client(provider.services, "fapi", profile_name="fapi2", **OWN))


# 4.1, 4.2, 4.3: the proof


@sqlite_only
def test_4_1_two_proofs_in_one_request_are_refused(provider, dpop_rp, citizen):
    code = dpop_rp.sign_in(citizen).code
    form, _ = dpop_rp.authentication()
    form |= {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    headers = [("DPoP", dpop_rp.proof()), ("DPoP", dpop_rp.proof())]
    with provider.unchanged("TokenRefused"):
        answer = provider.post("/token", data=form, headers=headers)
        assert (answer.status, answer.error) == (400, "invalid_dpop_proof")
    assert dpop_rp.redeem(code).ok


@sqlite_only
@pytest.mark.parametrize("name", ["DPoP", "dpop", "DPOP", "dPoP"])
def test_4_1_the_name_of_the_header_is_of_any_case(provider, dpop_rp, citizen, name):
    tokens = dpop_rp.tokens(citizen)
    token = tokens["access_token"]
    headers = {"Authorization": f"DPoP {token}", name: dpop_rp.proof("GET", USERINFO, token)}
    assert provider.get("/userinfo", headers=headers).ok


@sqlite_only
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_4_2_every_advertised_algorithm_works(provider, citizen, alg):
    assert alg in provider.get("/.well-known/openid-configuration")["dpop_signing_alg_values_supported"]
    key = {"ES256": ECKey, "PS256": RSAKey}.get(alg, OKPKey)
    size = {"ES256": "P-256", "PS256": 2048}.get(alg, "Ed25519")
    client = factories.a_client(provider.services)
    rp = DpopRP(provider, client, key.generate_key(size))
    code = rp.sign_in(citizen).code
    tokens = redeemed_with(rp, code, rp.proof(header={"alg": alg}))
    assert tokens["token_type"] == "DPoP"
    assert rp.claims(tokens)["cnf"] == {"jkt": rp.jkt}
    token = tokens["access_token"]
    assert rp.userinfo(token, rp.proof("GET", USERINFO, token, header={"alg": alg})).ok


WRONG = {
    "typ": {"header": {"typ": "JWT"}},
    "no typ": {"header": {"typ": None}},
    "alg none": {"header": {"alg": "none"}},
    "alg RS256": {"key": RSAKey.generate_key(2048), "header": {"alg": "RS256"}},
    "no jwk": {"header": {"jwk": None}},
    "private jwk": {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=True)}},
    "other jwk": {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}},
    "no jti": {"jti": None},
    "htm": {"htm": "PUT"},
    "no htm": {"htm": None},
    "htu": {"htu": factories.ISSUER + "/other"},
    "htu of another host": {"htu": "https://evil.example/token"},
    "no htu": {"htu": None},
    "an hour old": {"late": timedelta(hours=-1), "nonce": None},
    "an hour ahead": {"late": timedelta(hours=1), "nonce": None},
    "a minute ahead": {"late": timedelta(seconds=61), "nonce": None},
    "no iat": {"iat": None},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@sqlite_only
def test_5_a_wrong_proof_at_the_token_endpoint_is_invalid_dpop_proof_and_burns_nothing(
    provider, dpop_rp, citizen, wrong
):
    code = dpop_rp.sign_in(citizen).code
    with provider.unchanged("TokenRefused"):
        answer = redeemed_with(dpop_rp, code, dpop_rp.proof(**wrong))
    assert (answer.status, answer.error) == (400, "invalid_dpop_proof")
    assert answer.headers.get("WWW-Authenticate") is None
    assert dpop_rp.redeem(code).ok


@pytest.mark.parametrize("late", [-60, -10, 0, 10])
@sqlite_only
def test_4_3_clocks_may_differ_a_little(dpop_rp, citizen, late):
    code = dpop_rp.sign_in(citizen).code
    assert redeemed_with(dpop_rp, code, dpop_rp.proof(late=timedelta(seconds=late))).ok


@sqlite_only
def test_4_2_exp_and_nbf_and_unknown_members_are_ignored(dpop_rp, citizen, clock):
    code = dpop_rp.sign_in(citizen).code
    now = int(clock().timestamp())
    proof = dpop_rp.proof(exp=now - 60, nbf=now + 60, aud="x", header={"kid": "k", "x": [1]})
    tokens = redeemed_with(dpop_rp, code, proof)
    assert tokens.ok


@sqlite_only
@pytest.mark.parametrize(
    "htu",
    [TOKEN + "?a=b", TOKEN + "#f", TOKEN.replace("localhost", "LOCALHOST"), TOKEN.replace("http", "HTTP")],
)
def test_4_3_htu_is_compared_without_query_and_fragment_and_normalised(dpop_rp, citizen, htu):
    assert redeemed_with(dpop_rp, dpop_rp.sign_in(citizen).code, dpop_rp.proof(htu=htu)).ok


@sqlite_only
def test_4_3_the_query_of_the_request_does_not_matter_either(dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    assert dpop_rp.userinfo(token, query_string={"lang": "id"}).ok


@sqlite_only
def test_4_3_the_address_is_that_of_the_issuer_whatever_the_host_header_says(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    evil = "http://evil.example"
    for url, status in ((evil + "/userinfo", 401), (USERINFO, 200)):
        headers = {"Authorization": f"DPoP {token}", "DPoP": dpop_rp.proof("GET", url, token)}
        answer = provider.machine.get("/userinfo", base_url=evil, headers=headers)
        assert answer.status_code == status


@sqlite_only
def test_4_3_an_issuer_with_a_path_and_userinfo_by_post(database_url, tmp_path, clock):
    services = factories.a_deployment(database_url, tmp_path, clock, issuer="http://localhost:8000/masuk")
    try:
        provider = Provider(services)
        rp = DpopRP(provider, factories.a_client(services, **OWN))
        form, _ = rp.authentication()
        form["client_assertion"] = rp.assertion(aud="http://localhost:8000/masuk")
        form["grant_type"] = "client_credentials"
        wrong = provider.post("/masuk/token", data=form, headers={"DPoP": rp.proof()})
        assert wrong.error == "invalid_dpop_proof"
        form["client_assertion"] = rp.assertion(aud="http://localhost:8000/masuk")
        proof = rp.proof(url="http://localhost:8000/masuk/token")
        assert provider.post("/masuk/token", data=form, headers={"DPoP": proof})["token_type"] == "DPoP"
    finally:
        services.close()


# 5: tokens


def test_5_a_code_redeemed_with_a_proof_gives_a_bound_token(dpop_rp, citizen):
    tokens = dpop_rp.tokens(citizen)
    assert tokens["token_type"] == "DPoP"
    assert dpop_rp.claims(tokens)["cnf"] == {"jkt": dpop_rp.jkt}
    assert dpop_rp.userinfo(tokens["access_token"])["sub"] == dpop_rp.id_token(tokens)["sub"]
    assert "cnf" not in dpop_rp.id_token(tokens)


@sqlite_only
def test_5_without_a_proof_a_client_that_need_not_gets_a_bearer_token(provider, dpop_rp, citizen):
    tokens = redeemed_with(dpop_rp, dpop_rp.sign_in(citizen).code, None)
    assert tokens["token_type"] == "Bearer"
    assert "cnf" not in dpop_rp.claims(tokens)
    assert RP.userinfo(dpop_rp, tokens["access_token"]).ok


@sqlite_only
def test_5_client_credentials_are_bound_too(fapi):
    tokens = fapi.call("/token", grant_type="client_credentials")
    assert tokens["token_type"] == "DPoP"
    assert fapi.claims(tokens)["cnf"] == {"jkt": fapi.jkt}


def test_5_a_public_clients_refresh_token_is_bound_to_its_key(provider, public, citizen):
    tokens = public.tokens(citizen)
    assert state.rows(provider.database, "family")[0]["refresh_binding"] == f"jkt:{public.jkt}"
    stolen = DpopRP(provider, public.client)
    values = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    with provider.unchanged("TokenRefused", "TokenRefused"):
        assert stolen.call_with(stolen.proof(), **values).error == "invalid_grant"
        assert stolen.call_with(None, **values).error == "invalid_grant"
    again = public.refresh(tokens["refresh_token"])  # the thief spoiled nothing
    assert again["token_type"] == "DPoP"
    assert public.claims(again)["cnf"] == {"jkt": public.jkt}
    assert again["refresh_token"] != tokens["refresh_token"]
    assert public.userinfo(again["access_token"]).ok
    third = public.refresh(again["refresh_token"])
    assert third.ok


def test_5_a_confidential_clients_refresh_token_takes_a_new_key(provider, dpop_rp, citizen):
    tokens = dpop_rp.tokens(citizen)
    assert state.rows(provider.database, "family")[0]["refresh_binding"] is None
    renewed = DpopRP(provider, dpop_rp.client)
    again = renewed.refresh(tokens["refresh_token"])
    assert renewed.claims(again)["cnf"] == {"jkt": renewed.jkt}
    assert renewed.userinfo(again["access_token"]).ok
    assert dpop_rp.userinfo(again["access_token"]).error == "invalid_token"


# 5.1, 5.2: metadata


@sqlite_only
def test_5_1_the_server_says_which_algorithms_proofs_may_use(provider):
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        assert provider.get(path)["dpop_signing_alg_values_supported"] == list(ALGORITHMS)


@sqlite_only
def test_5_2_a_client_registered_for_bound_tokens_gets_none_without_a_proof(provider, citizen):
    client = factories.a_client(provider.services, "only", dpop_bound_access_tokens=True)
    rp = DpopRP(provider, client)
    code = rp.sign_in(citizen).code
    with provider.unchanged("TokenRefused"):
        answer = redeemed_with(rp, code, None)
    assert (answer.status, answer.error) == (400, "invalid_dpop_proof")
    tokens = rp.redeem(code)
    assert tokens["token_type"] == "DPoP"
    plain = rp.call_with(None, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert plain.error == "invalid_dpop_proof"
    assert (
        rp.refresh(tokens["refresh_token"])["refresh_token"] == tokens["refresh_token"]
    )  # bound: not rotated


@sqlite_only
@pytest.mark.parametrize("profile", ["fapi2", "fapi2_message_signing"])
def test_fapi2_5_3_2_1_6_tokens_are_always_bound(provider, profile):
    plain = {"dpop_bound_access_tokens": False}  # the profile decides, whatever the registration says
    client = factories.a_client(provider.services, "f", profile_name=profile, **OWN, **plain)
    rp = DpopRP(provider, client)
    answer = rp.call_with(None, grant_type="client_credentials")
    assert (answer.status, answer.error) == (400, "invalid_dpop_proof")
    assert rp.call("/token", grant_type="client_credentials")["token_type"] == "DPoP"


# 6: where a resource server reads the binding


@sqlite_only
def test_6_2_introspection_tells_the_key_and_the_type(dpop_rp, citizen):
    tokens = dpop_rp.tokens(citizen)
    found = dpop_rp.introspect(tokens["access_token"]).json
    assert found["active"] is True
    assert found["cnf"] == {"jkt": dpop_rp.jkt}
    assert found["token_type"] == "DPoP"


@sqlite_only
def test_rfc7009_a_bound_token_is_revoked_like_any_other(dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    assert dpop_rp.revoke(token).ok
    answer = dpop_rp.userinfo(token)
    assert (answer.status, answer.error) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")


# 11.1: one use


def test_11_1_a_proof_is_good_once(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    proof = dpop_rp.proof("GET", USERINFO, token)
    assert dpop_rp.userinfo(token, proof).ok
    with provider.unchanged("ProofReplayed"):
        again = dpop_rp.userinfo(token, proof)
    assert (again.status, again.error) == (401, "invalid_dpop_proof")
    assert dpop_rp.userinfo(token).ok


def test_11_1_a_replayed_proof_at_the_token_endpoint_burns_no_code(provider, dpop_rp, citizen):
    proof = dpop_rp.proof()
    assert redeemed_with(dpop_rp, dpop_rp.sign_in(citizen).code, proof).ok
    code = dpop_rp.authorize().code
    with provider.unchanged("ProofReplayed", "TokenRefused"):
        assert redeemed_with(dpop_rp, code, proof).error == "invalid_dpop_proof"
    assert dpop_rp.redeem(code).ok


@sqlite_only
def test_11_1_one_jti_may_serve_an_assertion_and_a_proof(provider, dpop_rp, citizen):
    jti = secrets.token_urlsafe(16)
    form = {
        "grant_type": "authorization_code",
        "code": dpop_rp.sign_in(citizen).code,
        "redirect_uri": dpop_rp.client.redirect_uri,
        "code_verifier": VERIFIER,
        "client_assertion": dpop_rp.assertion(jti=jti),
        "client_assertion_type": dpop_rp.authentication()[0]["client_assertion_type"],
    }
    assert provider.post("/token", data=form, headers={"DPoP": dpop_rp.proof(jti=jti)}).ok
