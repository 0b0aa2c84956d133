"""Attack catalogue, section 8: discovery, keys, resource endpoints (O-073 to O-079; DPoP is not offered yet)."""

import pytest

from keys import compact
from tests import factories
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
    assert all(key["use"] == "sig" and key["alg"] for key in keys)
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
