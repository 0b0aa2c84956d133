"""RFC 7009: OAuth 2.0 Token Revocation."""

import pytest


def test_2_1_an_access_token_is_revoked_by_itself(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    with provider.recorded("TokenRevoked") as events:
        answer = rp.revoke(tokens["access_token"])
    assert answer.status == 200
    assert events[0].client_id == rp.client.client_id
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.introspect(tokens["access_token"]).json == {"active": False}
    fresh = rp.refresh(tokens["refresh_token"])
    assert fresh.ok, "the refresh token was not given back"
    assert rp.userinfo(fresh["access_token"]).ok


def test_2_1_a_refresh_token_takes_its_access_tokens_along(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    fresh = rp.refresh(tokens["refresh_token"])
    with provider.recorded("TokenRevoked"):
        assert rp.revoke(fresh["refresh_token"]).status == 200
    for answer in (tokens, fresh):
        assert rp.userinfo(answer["access_token"]).status == 401
        assert rp.introspect(answer["access_token"]).json == {"active": False}
    assert rp.refresh(fresh["refresh_token"]).error == "invalid_grant"


def test_2_1_other_sign_ins_of_the_same_citizen_go_on(rp, citizen):
    first = rp.tokens(citizen)
    second = rp.redeem(rp.authorize().code)
    rp.revoke(first["refresh_token"])
    assert rp.userinfo(second["access_token"]).ok


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something_else"])
def test_2_1_a_wrong_hint_is_no_obstacle(rp, citizen, hint):
    tokens = rp.tokens(citizen)
    assert rp.revoke(tokens["refresh_token"], token_type_hint=hint).status == 200
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"


def test_2_1_a_public_client_revokes_its_own(public_rp, citizen):
    tokens = public_rp.tokens(citizen)
    assert public_rp.revoke(tokens["refresh_token"]).status == 200
    assert public_rp.userinfo(tokens["access_token"]).status == 401


def test_2_1_the_client_must_prove_itself(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    form = {"token": tokens["refresh_token"]}
    assert provider.post("/revoke", data=form).status == 401
    with provider.unchanged("ClientAuthenticationFailed"):
        answer = provider.post("/revoke", data=form | {"client_id": rp.client.client_id})
    assert answer.error == "invalid_client"
    assert rp.userinfo(tokens["access_token"]).ok


@pytest.mark.parametrize("token", ["x", "a.b.c", "r2078101." + "x" * 43, "r99999ff." + "_" * 43, "\u00e9"])
def test_2_2_an_unknown_token_is_answered_with_200(provider, rp, token):
    with provider.unchanged():
        answer = rp.revoke(token)
    assert answer.status == 200


def test_2_2_the_answer_has_no_body_and_no_content_type(rp, citizen):
    answer = rp.revoke(rp.tokens(citizen)["access_token"])
    assert answer.response.data == b""
    assert "Content-Type" not in answer.headers


def test_2_2_revoking_again_is_answered_alike(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    assert rp.revoke(tokens["refresh_token"]).status == 200
    with provider.unchanged():
        assert rp.revoke(tokens["refresh_token"]).status == 200


def test_2_2_an_expired_access_token_needs_no_revoking(provider, rp, citizen, clock):
    tokens = rp.tokens(citizen)
    clock.advance(minutes=10)
    with provider.unchanged():
        assert rp.revoke(tokens["access_token"]).status == 200


def test_2_2_1_the_token_parameter_is_needed(rp):
    answer = rp.call("/revoke")
    assert answer.status == 400
    assert answer.error == "invalid_request"
