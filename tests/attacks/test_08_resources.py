"""Attack catalogue, section 8: discovery, keys, resource endpoints (O-073 to O-079)."""

from datetime import timedelta

import pytest

from keys import compact
from tests import factories
from tests.dpop_rp import TOKEN, USERINFO, DpopRP, forged, resigned
from tests.support.databases import sqlite_only

EVIL = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}


@sqlite_only
def test_o073_every_address_comes_from_the_configured_issuer(provider, rp, citizen):
    expected = provider.get("/.well-known/openid-configuration").json
    answer = provider.machine.get(
        "/.well-known/openid-configuration", base_url="http://evil.example", headers=EVIL
    )
    assert answer.status_code in (200, 400, 421)
    if answer.status_code == 200:
        assert answer.json == expected
    assert rp.sign_in(citizen).params["iss"] == factories.ISSUER
    fooled = rp.browser.http.get(
        "/authorize", query_string=rp.request(prompt="login"), base_url=factories.ISSUER, headers=EVIL
    )
    assert "evil.example" not in fooled.headers["Location"]


@sqlite_only
def test_o074_the_key_set_is_public_and_cached_shorter_than_keys_overlap(provider, services):
    answer = provider.get("/jwks")
    keys = answer["keys"]
    assert not {"d", "p", "q", "k", "dp", "dq", "qi"} & {member for key in keys for member in key}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(key["use"] in ("sig", "enc") and key["alg"] for key in keys)
    max_age = int(answer.headers["Cache-Control"].rpartition("=")[2])
    assert max_age <= services.settings.jwks_max_age.total_seconds() == 600


def test_o075_userinfo_wants_one_good_token_for_itself(provider, rp, citizen, services, clock):
    tokens = rp.tokens(citizen)
    good = tokens["access_token"]
    signer = services.keyring.signer("ES256")
    claims = rp.claims(tokens)
    elsewhere = compact(signer, claims | {"aud": "https://api.example"}, "at+jwt")
    nobody = compact(signer, {k: v for k, v in claims.items() if k != "fid"}, "at+jwt")
    other_client = compact(signer, claims | {"client_id": "other"}, "at+jwt")
    with provider.unchanged():
        missing = provider.get("/userinfo")
        assert missing.status == 401
        assert "error" not in missing.headers["WWW-Authenticate"]
        for token in ("garbage", elsewhere, nobody, other_client, good[:-4] + "AAAA"):
            answer = rp.userinfo(token)
            assert (answer.status, answer.error) == (401, "invalid_token")
        assert provider.get(f"/userinfo?access_token={good}").status == 400
    narrow = rp.redeem(rp.authorize(scope="email").code)
    with provider.unchanged():
        refused = rp.userinfo(narrow["access_token"])
        assert (refused.status, refused.error) == (403, "insufficient_scope")
    clock.advance(minutes=11)
    with provider.unchanged():
        assert rp.userinfo(good).error == "invalid_token"


def test_o076_introspection_tells_strangers_nothing(provider, rp, other_rp, public_rp, citizen):
    tokens = rp.tokens(citizen)
    with provider.unchanged():
        assert provider.post("/introspect", data={"token": tokens["access_token"]}).status == 401
        assert public_rp.introspect(tokens["access_token"]).status == 401
        for token in (tokens["access_token"], tokens["refresh_token"], "unknown"):
            assert other_rp.introspect(token).json == {"active": False}
    assert rp.introspect(tokens["access_token"])["active"] is True


def test_o077_a_stranger_revokes_nothing_and_the_owner_everything(provider, rp, other_rp, citizen):
    tokens = rp.tokens(citizen)
    with provider.unchanged():
        other_rp.revoke(tokens["access_token"])
        other_rp.revoke(tokens["refresh_token"])
        assert rp.revoke("unknown").status == 200
    assert rp.userinfo(tokens["access_token"]).ok
    with provider.recorded("TokenRevoked") as events:
        assert rp.revoke(tokens["refresh_token"]).status == 200
    assert events[0].client_id == rp.client.client_id
    assert rp.userinfo(tokens["access_token"]).error == "invalid_token"


@sqlite_only
def test_o078_a_token_that_is_bound_to_a_key_is_no_bearer_token(rp, citizen, services):
    claims = rp.claims(rp.tokens(citizen)) | {"cnf": {"jkt": "x" * 43}}
    bound = compact(services.keyring.signer("ES256"), claims, "at+jwt")
    answer = rp.userinfo(bound)
    assert (answer.status, answer.error) == (401, "invalid_token")


@sqlite_only
@pytest.mark.parametrize(
    "path", ["/token", "/userinfo", "/introspect", "/revoke", "/authorize", "/me", "/admin"]
)
def test_o079_no_page_and_no_endpoint_takes_credentials_across_origins(provider, path):
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = provider.machine.options(path, base_url=factories.ISSUER, headers=headers)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers.get("Access-Control-Allow-Origin") != "https://evil.example"
    if path in ("/authorize", "/me", "/admin"):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_o078_a_bound_token_is_worth_nothing_without_its_key(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    thief = DpopRP(provider, dpop_rp.client)
    hour = timedelta(hours=1)
    used = dpop_rp.proof("GET", USERINFO, token)
    assert dpop_rp.userinfo(token, used).ok
    bearer = {"Authorization": f"Bearer {token}"}
    with_proof = bearer | {"DPoP": dpop_rp.proof("GET", USERINFO, token)}
    with provider.unchanged("ProofReplayed"):
        tries = {
            "as Bearer": provider.get("/userinfo", headers=bearer),
            "as Bearer with a proof": provider.get("/userinfo", headers=with_proof),
            "by another key": thief.userinfo(token),
            "for another address": dpop_rp.userinfo(token, dpop_rp.proof("GET", TOKEN, token)),
            "for another method": dpop_rp.userinfo(token, dpop_rp.proof("POST", USERINFO, token)),
            "for another token": dpop_rp.userinfo(token, dpop_rp.proof("GET", USERINFO, "other")),
            "for no token": dpop_rp.userinfo(token, dpop_rp.proof("GET", USERINFO)),
            "old": dpop_rp.userinfo(token, dpop_rp.proof("GET", USERINFO, token, late=-hour, nonce=None)),
            "ahead": dpop_rp.userinfo(token, dpop_rp.proof("GET", USERINFO, token, late=hour, nonce=None)),
            "used": dpop_rp.userinfo(token, used),
        }
    for how, answer in tries.items():
        assert answer.status == 401, how
        assert answer.error in ("invalid_token", "invalid_dpop_proof"), how
        assert answer.headers["WWW-Authenticate"], how
    assert dpop_rp.userinfo(token).ok


@sqlite_only
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "HS256", "RS256"])
def test_o056_a_proof_that_is_not_signed_is_no_proof(provider, dpop_rp, citizen, alg):
    token = dpop_rp.tokens(citizen)["access_token"]
    proof = dpop_rp.proof("GET", USERINFO, token)
    with provider.unchanged():
        for signature in ("", "A" * 86, proof.rpartition(".")[2]):
            answer = dpop_rp.userinfo(token, forged(proof, {"alg": alg}, signature))
            assert (answer.status, answer.error) == (401, "invalid_dpop_proof")


@sqlite_only
@pytest.mark.parametrize("member", ["jku", "x5u", "x5c", "kid"])
def test_o057_o058_only_the_jwk_of_a_proof_counts_and_nothing_is_fetched(provider, dpop_rp, citizen, member):
    """The network is closed to tests: a fetch would raise and end as an incident."""
    token = dpop_rp.tokens(citizen)["access_token"]
    values = {
        "jku": ["https://evil.example/jwks", "file:///etc/passwd", 7],
        "x5u": ["https://evil.example/cert"],
        "x5c": [["MIIB"]],
        "kid": ["../../etc/passwd", "' OR 1=1--", "k" * 3000, ["k"], {"a": 1}, None],
    }[member]
    thief = DpopRP(provider, dpop_rp.client)
    for value in values:
        for rp, statuses in ((dpop_rp, (200, 401)), (thief, (401,))):
            answer = rp.userinfo(token, resigned(rp, rp.proof("GET", USERINFO, token), {member: value}))
            assert answer.status in statuses
            if answer.status == 401:
                assert answer.error in ("invalid_token", "invalid_dpop_proof")
            for word in ("Traceback", "sqlite", "psycopg", "/etc/"):
                assert word not in answer.text
