"""RFC 6749: The OAuth 2.0 Authorization Framework. The token endpoint (sections 2.3, 3.2, 4.1.3, 4.4, 5, 6)."""

import base64
from urllib.parse import quote

import pytest

from tests import factories
from tests.rp import RP, VERIFIER


def basic(client_id, secret):
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


# --- 2.3 client authentication ---


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_2_3_1_a_client_with_a_secret_proves_itself_by_its_registered_method(provider, citizen, method):
    client = factories.a_client(provider.services, token_endpoint_auth_method=method)
    rp = RP(provider, client)
    code = rp.sign_in(citizen).code
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri}
    form["code_verifier"] = VERIFIER
    if method == "client_secret_post":
        form |= {"client_id": client.client_id, "client_secret": factories.SECRET}
        assert provider.post("/token", data=form).ok
    else:
        assert provider.post("/token", data=form, headers=basic(client.client_id, factories.SECRET)).ok


def test_2_3_1_id_and_secret_are_form_encoded_inside_basic(provider):
    client = factories.a_client(
        provider.services,
        "agency:with colon",
        token_endpoint_auth_method="client_secret_basic",
        grant_types=["client_credentials"],
    )
    form = {"grant_type": "client_credentials"}
    assert provider.post("/token", data=form, headers=basic(client.client_id, factories.SECRET)).ok
    headers = basic(client.client_id, factories.SECRET)
    headers["Authorization"] = headers["Authorization"].replace("Basic", "bAsIc")
    assert provider.post("/token", data=form, headers=headers).ok


def test_2_3_1_a_failure_by_basic_is_answered_with_a_challenge(provider):
    client = factories.a_client(provider.services, token_endpoint_auth_method="client_secret_basic")
    with provider.unchanged("ClientAuthenticationFailed"):
        answer = provider.post(
            "/token", data={"grant_type": "authorization_code"}, headers=basic(client.client_id, "wrong")
        )
    assert answer.status == 401
    assert answer.error == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


# --- 3.2 the endpoint ---


def test_3_2_parameters_come_once_and_in_the_body_of_a_post(provider, rp):
    form = {"grant_type": "client_credentials"}
    assert provider.get("/token").status == 405
    assert provider.post("/token?grant_type=client_credentials", data=form).error == "invalid_request"
    assert provider.post("/token", json=form).error == "invalid_request"
    repeated = "grant_type=client_credentials&grant_type=client_credentials"
    answer = provider.post("/token", data=repeated, content_type="application/x-www-form-urlencoded")
    assert answer.error == "invalid_request"
    assert answer.status == 400


def test_3_2_a_client_id_in_the_body_must_be_the_client_that_proved_itself(rp, citizen, other_rp):
    code = rp.sign_in(citizen).code
    assert rp.redeem(code, client_id=other_rp.client.client_id).error == "invalid_client"
    assert rp.redeem(code, client_id=rp.client.client_id).ok


@pytest.mark.parametrize("body", [b"grant_type=\xff", b"grant_type=%ff", b"\x00=%00&&&", b"grant_type"])
def test_3_2_a_body_that_is_no_form_is_invalid_request(provider, body):
    answer = provider.post("/token", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status in (400, 401)
    assert answer.error in ("invalid_request", "invalid_client")


def test_3_2_a_body_that_is_too_large_is_not_read(provider):
    assert provider.post("/token", data={"grant_type": "x" * 70_000}).status == 413


# --- 4.1.3 authorization code ---


def test_4_1_3_a_code_is_redeemed_for_tokens(provider, rp, citizen):
    code = rp.sign_in(citizen).code
    with provider.recorded("TokensIssued") as events:
        tokens = rp.redeem(code)
    assert tokens.ok
    assert tokens["token_type"].lower() == "bearer"
    assert tokens["expires_in"] == 600
    assert tokens["scope"] == "openid profile email"
    assert {"access_token", "id_token", "refresh_token"} <= tokens.json.keys()
    assert events[0].client_id == rp.client.client_id
    assert provider.count("family") == 1


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "code_verifier", "grant_type"])
def test_4_1_3_every_parameter_is_needed(provider, rp, citizen, missing):
    code = rp.sign_in(citizen).code
    answer = rp.redeem(code, **{missing: None})
    assert answer.status == 400
    assert answer.error in ("invalid_request", "invalid_grant")
    assert provider.count("family") == 0


def test_4_1_3_a_client_without_the_refresh_grant_gets_no_refresh_token(provider, citizen):
    client = factories.a_client(provider.services, grant_types=["authorization_code"])
    tokens = RP(provider, client).tokens(citizen)
    assert "refresh_token" not in tokens.json


def test_4_1_3_a_public_client_names_itself_by_client_id(public_rp, citizen):
    assert public_rp.tokens(citizen)["access_token"]


# --- 4.4 client credentials ---


def test_4_4_a_client_gets_a_token_of_its_own_without_refresh_or_id_token(provider):
    client = factories.a_client(
        provider.services, grant_types=["client_credentials"], scope="openid registry:read"
    )
    rp = RP(provider, client)
    with provider.recorded("ClientTokenIssued"):
        tokens = rp.call("/token", grant_type="client_credentials")
    assert tokens["scope"] == "registry:read"
    assert not {"refresh_token", "id_token"} & tokens.json.keys()
    assert rp.claims(tokens)["sub"] == client.client_id
    assert rp.introspect(tokens["access_token"])["active"] is True
    assert rp.userinfo(tokens["access_token"]).status in (401, 403)
    assert rp.call("/token", grant_type="client_credentials", scope="openid").error == "invalid_scope"
    assert rp.call("/token", grant_type="client_credentials", scope="other").error == "invalid_scope"


def test_4_4_a_suspended_client_gets_none(provider):
    client = factories.a_client(
        provider.services, grant_types=["client_credentials"], scope="openid registry:read"
    )
    rp = RP(provider, client)
    tokens = rp.call("/token", grant_type="client_credentials")
    factories.suspend(provider.services, client.client_id)
    with provider.unchanged("TokenRefused"):
        assert rp.call("/token", grant_type="client_credentials").error == "unauthorized_client"
    assert rp.introspect(tokens["access_token"]).json == {"active": False}


# --- 5 answers ---


def test_5_1_a_good_answer_is_json_that_nobody_keeps_and_sets_no_cookie(rp, citizen):
    tokens = rp.tokens(citizen)
    assert tokens.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert tokens.headers["Cache-Control"] == "no-store"
    assert tokens.headers["Pragma"] == "no-cache"
    assert "Set-Cookie" not in tokens.headers


def test_5_2_an_error_is_json_with_its_members_only(rp):
    answer = rp.redeem("c2078101." + "x" * 43)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json.keys() <= {"error", "error_description", "error_uri"}
    assert all(0x20 <= ord(c) <= 0x7E and c not in '"\\' for c in answer["error_description"])


# --- 6 refresh ---


def test_6_a_refresh_token_gives_new_tokens_for_the_same_citizen(provider, rp, citizen, clock):
    tokens = rp.tokens(citizen)
    clock.advance(minutes=5)
    with provider.recorded("TokensRefreshed"):
        fresh = rp.refresh(tokens["refresh_token"])
    assert fresh.ok
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert fresh["access_token"] != tokens["access_token"]
    assert rp.claims(fresh)["sub"] == rp.claims(tokens)["sub"]
    assert provider.count("family") == 1


def test_6_the_scope_may_be_narrowed_and_is_whole_again_next_time(rp, citizen):
    tokens = rp.tokens(citizen, scope="openid profile email")
    narrow = rp.refresh(tokens["refresh_token"], scope="openid email")
    assert narrow["scope"] == "openid email"
    assert rp.userinfo(narrow["access_token"]).json.keys() >= {"sub", "email"}
    assert "name" not in rp.userinfo(narrow["access_token"]).json
    assert rp.refresh(narrow["refresh_token"])["scope"] == "openid profile email"


def test_6_without_openid_in_the_narrowed_scope_there_is_no_id_token(rp, citizen):
    tokens = rp.tokens(citizen)
    assert "id_token" not in rp.refresh(tokens["refresh_token"], scope="email").json


NO_TOKENS = (
    "",
    "x",
    "r2078101." + "A" * 43,
    "r99999ff." + "_" * 43,
    "c2078101." + "x" * 43,
    "r\u00e9",
    "r" * 5000,
)


@pytest.mark.parametrize("token", NO_TOKENS)
def test_6_anything_else_is_no_refresh_token(rp, citizen, token):
    rp.tokens(citizen)
    answer = rp.refresh(token)
    assert answer.status == 400
    assert answer.error in ("invalid_grant", "invalid_request")


def test_6_the_client_must_prove_itself(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert provider.post("/token", data=form).status == 401
    assert provider.post("/token", data=form | {"client_id": rp.client.client_id}).status == 401
    assert rp.refresh(tokens["refresh_token"]).ok
