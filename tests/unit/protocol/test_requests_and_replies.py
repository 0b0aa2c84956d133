"""Machine endpoints: requests as values, replies as bytes."""

import json

import pytest

from idp.protocol.oauth import errors
from idp.protocol.oauth.parameters import parse
from idp.protocol.oauth.requests import (
    Credentials,
    IntrospectionRequest,
    RevocationRequest,
    TokenRequest,
    UserInfoRequest,
)
from idp.protocol.oauth.responses import empty_reply, error_reply, json_reply, jwt_reply, token_reply

WHO = Credentials("none", "tax")


def test_a_token_request_needs_a_grant_type():
    with pytest.raises(errors.InvalidRequest):
        TokenRequest.of(parse([("code", "x")]), WHO)


def test_a_token_request_is_a_value_without_secrets_in_print():
    request = TokenRequest.of(
        parse([("grant_type", "authorization_code"), ("code", "c0de"), ("scope", "openid email")]), WHO
    )
    assert (request.code, request.scope, request.refresh_token) == ("c0de", ("openid", "email"), None)
    assert "c0de" not in repr(request)
    with pytest.raises(errors.InvalidRequest, match="code_verifier"):
        request.require("code_verifier")


@pytest.mark.parametrize("kind", [RevocationRequest, IntrospectionRequest])
def test_revocation_and_introspection_need_a_token(kind):
    request = kind.of(parse([("token", "t0ken"), ("token_type_hint", "whatever")]), WHO)
    assert request.token == "t0ken"
    assert "t0ken" not in repr(request)
    with pytest.raises(errors.InvalidRequest):
        kind.of(parse([]), WHO)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_u1_u8_the_scheme_is_case_insensitive(scheme):
    assert UserInfoRequest.of({"authorization": f"{scheme} abc"}, {}, {}).token == "abc"


def test_u1_a_token_in_the_form_is_accepted_and_in_the_address_refused():
    assert UserInfoRequest.of({}, {"access_token": "abc"}, {}).token == "abc"
    with pytest.raises(errors.InvalidRequest):
        UserInfoRequest.of({"authorization": "Bearer abc"}, {}, {"access_token": "abc"})


def test_two_tokens_are_invalid_request():
    with pytest.raises(errors.InvalidRequest):
        UserInfoRequest.of({"authorization": "Bearer abc"}, {"access_token": "abc"}, {})


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic eDp5"}])
def test_o075_no_token_is_a_challenge_without_error_code(headers):
    with pytest.raises(errors.MissingToken) as caught:
        UserInfoRequest.of(headers, {}, {})
    reply = error_reply(caught.value, "https://id.example")
    assert reply.status == 401
    bearer, _, dpop = reply.header("WWW-Authenticate").partition(", ")
    assert bearer == 'Bearer realm="https://id.example"'
    assert dpop == 'DPoP realm="https://id.example", algs="ES256 PS256 EdDSA Ed25519"'
    assert json.loads(reply.body) == {}


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer a b", "Bearer é"])
def test_a_malformed_header_is_invalid_request(value):
    with pytest.raises(errors.InvalidRequest):
        UserInfoRequest.of({"authorization": value}, {}, {})


def test_a_token_may_come_by_the_dpop_scheme():
    request = UserInfoRequest.of({"authorization": "DPoP abc"}, {}, {})
    assert (request.scheme, request.token) == ("DPoP", "abc")


def test_o048_t1_a_token_reply():
    reply = token_reply(access_token="a", token_type="Bearer", expires_in=300, id_token="i", scope="openid")
    assert json.loads(reply.body) == {
        "access_token": "a",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "openid",
        "id_token": "i",
    }
    assert reply.header("cache-control") == "no-store"
    assert reply.header("Content-Type") == "application/json;charset=UTF-8"


def test_t2_an_error_reply():
    reply = error_reply(errors.InvalidGrant('say "no"'))
    assert (reply.status, json.loads(reply.body)) == (
        400,
        {"error": "invalid_grant", "error_description": "say ?no?"},
    )
    assert reply.header("WWW-Authenticate") is None


def test_a_failed_basic_authentication_is_challenged():
    assert error_reply(errors.InvalidClient(scheme="Basic"), "https://id").header("WWW-Authenticate") == (
        'Basic realm="https://id"'
    )
    assert error_reply(errors.InvalidClient()).header("WWW-Authenticate") is None


def test_u7_refused_tokens_are_challenged():
    challenge = error_reply(errors.InvalidToken("old"), "https://id").header("WWW-Authenticate")
    assert challenge == 'Bearer realm="https://id", error="invalid_token", error_description="old"'
    scope = error_reply(errors.InsufficientScope("more", scope="openid"), "https://id", "DPoP")
    assert scope.status == 403
    assert scope.header("WWW-Authenticate").startswith('DPoP realm="https://id", error="insufficient_scope"')
    assert 'scope="openid", algs="ES256 ' in scope.header("WWW-Authenticate")


def test_x6_step_up_names_what_is_needed():
    error = errors.InsufficientUserAuthentication("more", acr_values="urn:x", max_age=0)
    challenge = error_reply(error).header("WWW-Authenticate")
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="urn:x", max_age="0"' in challenge


def test_retry_after_travels():
    assert error_reply(errors.TooManyRequests("wait", retry_after=7)).header("Retry-After") == "7"


def test_33_an_empty_reply_has_no_type():
    assert empty_reply().header("Content-Type") is None
    assert empty_reply().body == b""


def test_other_replies():
    assert json_reply({"ok": True}, store=True).header("Cache-Control") is None
    assert jwt_reply("a.b.c").header("Content-Type") == "application/jwt"
