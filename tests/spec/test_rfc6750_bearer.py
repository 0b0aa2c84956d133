"""RFC 6750: Bearer Token Usage, at the UserInfo endpoint."""

import pytest

from tests import factories
from tests.support.databases import sqlite_only

pytestmark = sqlite_only


@pytest.fixture
def tokens(rp, citizen):
    return rp.tokens(citizen)


def test_2_1_the_header_carries_the_token_whatever_the_case_of_the_scheme(provider, tokens):
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR"):
        answer = provider.get("/userinfo", headers={"Authorization": f"{scheme} {tokens['access_token']}"})
        assert answer.ok


def test_2_2_a_form_may_carry_the_token(provider, tokens):
    assert provider.post("/userinfo", data={"access_token": tokens["access_token"]}).ok


def test_2_2_only_a_form_may_not_json(provider, tokens):
    assert provider.post("/userinfo", json={"access_token": tokens["access_token"]}).status == 401


def test_2_3_the_address_may_not_carry_the_token(provider, rp, tokens):
    token = tokens["access_token"]
    assert provider.get(f"/userinfo?access_token={token}").error == "invalid_request"
    assert rp.userinfo(token, query_string={"access_token": token}).error == "invalid_request"


def test_2_a_token_comes_by_one_way_only(provider, tokens):
    token = tokens["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = provider.post("/userinfo", data={"access_token": token}, headers=headers)
    assert answer.status == 400
    assert answer.error == "invalid_request"


def test_3_without_a_token_the_challenge_names_no_error(provider):
    answer = provider.get("/userinfo")
    assert answer.status == 401
    bearer, _, dpop = answer.headers["WWW-Authenticate"].partition(", ")
    assert bearer == f'Bearer realm="{factories.ISSUER}"'
    assert dpop.startswith("DPoP ")
    assert answer.json == {}
    basic = provider.get("/userinfo", headers={"Authorization": "Basic eDp5"})
    assert "error" not in basic.headers["WWW-Authenticate"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.", "A" * 20_000, "..", "\u00e9"])
def test_3_1_what_is_no_token_of_ours_is_invalid_token(rp, token):
    answer = rp.userinfo(token)
    assert answer.status in (400, 401)
    assert answer.error in ("invalid_token", "invalid_request")
    if answer.status == 401:
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", "Bearer a, Bearer b"])
def test_3_1_a_malformed_header_is_invalid_request(provider, header):
    answer = provider.get("/userinfo", headers={"Authorization": header})
    assert answer.status in (400, 401)
    assert "code" not in answer.json


def test_3_1_an_expired_token_is_invalid_token(rp, tokens, clock):
    assert rp.userinfo(tokens["access_token"]).ok
    clock.advance(seconds=599)
    assert rp.userinfo(tokens["access_token"]).ok
    clock.advance(seconds=1)
    answer = rp.userinfo(tokens["access_token"])
    assert answer.status == 401
    assert answer.error == "invalid_token"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_3_1_a_token_without_openid_is_insufficient_scope(rp, citizen):
    tokens = rp.tokens(citizen, scope="email")
    answer = rp.userinfo(tokens["access_token"])
    assert answer.status == 403
    assert answer.error == "insufficient_scope"
    assert 'scope="openid"' in answer.headers["WWW-Authenticate"]


def test_5_3_an_answer_with_citizen_data_is_kept_by_nobody(rp, tokens):
    assert rp.userinfo(tokens["access_token"]).headers["Cache-Control"] == "no-store"


def test_other_methods_are_405_and_a_preflight_is_answered(provider):
    answer = provider.machine.put("/userinfo", base_url=factories.ISSUER)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    preflight = provider.machine.options("/userinfo", base_url=factories.ISSUER)
    assert preflight.status_code == 204
    assert "Access-Control-Allow-Credentials" not in preflight.headers
