"""OpenID Connect Core 1.0: the ID Token (sections 2, 3.1.3), refreshing (12) and offline access (11)."""

import base64
import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

OFFLINE = {"scope": "openid email offline_access", "prompt": "consent"}
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=64)


def offline_tokens(rp, citizen):
    """Sign in, consent to staying connected, redeem."""
    rp.provider.services.clock.advance(minutes=1)
    page = rp.begin_signed_in(citizen, **OFFLINE)
    assert page.page == "consent"
    return rp.redeem(rp.browser.submit(page, "consent-form", "consent-allow").code)


# --- 2 the token ---


@sqlite_only
def test_2_an_id_token_says_who_for_whom_by_whom_until_when_and_how(rp, citizen, clock):
    tokens = rp.tokens(citizen, nonce="n-0S6_WzA2Mj", max_age=60)
    claims = rp.id_token(tokens)
    now = int(clock().timestamp())
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    assert claims == {
        "iss": factories.ISSUER,
        "sub": claims["sub"],
        "aud": rp.client.client_id,
        "exp": now + 600,
        "iat": now,
        "auth_time": now,
        "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:gerbang:acr:aal2",
        "amr": ["pwd", "otp", "mfa"],
        "sid": claims["sid"],
        "at_hash": base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode(),
    }
    assert claims["sub"].isascii()
    assert len(claims["sub"]) <= 255


@sqlite_only
def test_2_without_openid_there_is_none(rp, citizen):
    assert "id_token" not in rp.tokens(citizen, scope="email").json


@sqlite_only
def test_2_the_nonce_is_unchanged_or_absent(rp, citizen):
    rp.sign_in(citizen)
    assert "nonce" not in rp.id_token(rp.redeem(rp.authorize(nonce=None).code))
    assert rp.id_token(rp.redeem(rp.authorize(nonce="n" * 1024).code))["nonce"] == "n" * 1024
    assert rp.authorize(nonce="n" * 1025).error == "invalid_request"

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(TEXT)
    def holds(nonce):
        assert rp.id_token(rp.redeem(rp.authorize(nonce=nonce).code))["nonce"] == nonce

    holds()


@sqlite_only
def test_5_4_claims_of_a_scope_are_not_in_the_id_token(rp, citizen):
    claims = rp.id_token(rp.tokens(citizen, scope="openid profile email phone address birth"))
    assert not {"name", "email", "birthdate", "address", "phone_number"} & claims.keys()


@sqlite_only
def test_registration_2_rs256_is_the_default_of_ready_made_software(provider, citizen):
    client = factories.a_client(
        provider.services, profile_name="oidc_core", id_token_signed_response_alg=None
    )
    assert RP(provider, client).header(RP(provider, client).tokens(citizen))["alg"] == "RS256"


@sqlite_only
def test_back_channel_logout_2_1_sid_is_stable_in_a_session_and_differs_between_clients(
    rp, other_rp, citizen
):
    first = rp.id_token(rp.tokens(citizen))["sid"]
    again = rp.id_token(rp.redeem(rp.authorize().code))["sid"]
    assert first == again
    other_rp.browser = rp.browser
    factories.a_consent(rp.provider.services, citizen, "health", "openid profile email", ("name", "email"))
    assert other_rp.id_token(other_rp.redeem(other_rp.authorize().code))["sid"] != first
    rp.browser.sign_in(citizen)
    assert rp.id_token(rp.redeem(rp.authorize().code))["sid"] != first, "another session"


@sqlite_only
def test_a_second_request_of_the_same_session_gives_the_same_sub_and_auth_time(rp, citizen, clock):
    first = rp.id_token(rp.tokens(citizen, max_age=3600))
    clock.advance(minutes=7)
    second = rp.id_token(rp.redeem(rp.authorize(max_age=3600).code))
    assert (first["sub"], first["auth_time"]) == (second["sub"], second["auth_time"])


# --- 8 subjects ---


@sqlite_only
def test_8_1_a_subject_is_the_same_in_a_sector_and_unrelated_elsewhere(provider, citizen, bob, services):
    def sub(client_id, redirect, who=citizen, **metadata):
        client = factories.a_client(services, client_id, redirect_uris=[redirect], **metadata)
        return RP(provider, client).id_token(RP(provider, client).tokens(who))["sub"]

    one = sub("one", "https://tax.example/cb")
    assert sub("two", "https://tax.example/other") == one
    assert sub("three", "https://health.example/cb") != one
    assert sub("four", "https://tax.example/cb", who=bob) != one
    sector = {"sector_identifier_uri": "https://tax.example/sector.json"}
    assert sub("five", "https://elsewhere.example/cb", **sector) == one
    public = sub("six", "https://x.example/cb", subject_type="public")
    assert sub("seven", "https://y.example/cb", subject_type="public") == public != one
    assert sub("eight", "http://127.0.0.1:8101/cb") != sub("nine", "http://127.0.0.1:8102/cb")
    for value in (one, public):
        assert str(citizen.account_id) not in value


# --- 11 offline access ---


def test_11_offline_access_needs_prompt_consent_and_is_ignored_without(rp, citizen):
    tokens = rp.tokens(citizen, scope="openid email offline_access")
    assert tokens["scope"] == "openid email"
    assert offline_tokens(rp, citizen)["scope"] == "openid email offline_access"


def test_11_an_offline_refresh_token_outlives_the_session(provider, rp, citizen, services, clock):
    tokens = offline_tokens(rp, citizen)
    factories.sign_out(services, citizen)
    clock.advance(hours=30)
    fresh = rp.refresh(tokens["refresh_token"])
    assert fresh.ok
    assert rp.userinfo(fresh["access_token"])["email"] == citizen.email


def test_11_an_online_refresh_token_ends_with_the_session(provider, rp, citizen, services):
    tokens = rp.tokens(citizen)
    factories.sign_out(services, citizen)
    with provider.unchanged("TokenRefused"):
        assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.introspect(tokens["access_token"]).json == {"active": False}


def test_11_offline_ends_after_its_absolute_life_though_used_daily(rp, citizen, clock, services):
    token = offline_tokens(rp, citizen)["refresh_token"]
    for _day in range(29):
        clock.advance(days=1)
        token = rp.refresh(token)["refresh_token"]
    clock.advance(days=1)
    assert rp.refresh(token).error == "invalid_grant"


# --- 12 refreshing ---


def test_12_2_a_new_id_token_is_of_the_same_citizen_and_sign_in(provider, rp, citizen, clock):
    factories.amend(provider.services, rp.client.client_id, require_auth_time=True)
    tokens = rp.tokens(citizen)
    first = rp.id_token(tokens)
    clock.advance(minutes=20)
    second = rp.id_token(rp.refresh(tokens["refresh_token"]))
    for name in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid"):
        assert second[name] == first[name]
    assert second["iat"] == first["iat"] + 1200
    assert "nonce" not in second
    assert "azp" not in second


def test_12_2_a_new_id_token_tells_no_auth_time_that_the_first_did_not(rp, citizen):
    tokens = rp.tokens(citizen)
    assert "auth_time" not in rp.id_token(tokens)
    assert "auth_time" not in rp.id_token(rp.refresh(tokens["refresh_token"]))


# --- 5.5 claims in the ID Token ---


def test_5_5_claims_asked_for_the_id_token_come_in_it_and_go_into_the_ledger(provider, rp, citizen):
    asked = json.dumps({"id_token": {"email": None, "nik": {"essential": True}, "unheard_of": None}})
    page = rp.begin_signed_in(citizen, scope="openid", claims=asked)
    code = rp.browser.submit(page, "consent-form", "consent-allow", tick=("email",)).code
    with provider.recorded("TokensIssued", "DataReleased") as events:
        claims = rp.id_token(rp.redeem(code))
    assert claims["email"] == citizen.email
    assert claims["email_verified"] is True
    assert "nik" not in claims, "restricted, and not registered for this client"
    assert events[1].detail["claims"] == ["email", "email_verified"]
    assert provider.count("release") == 1


@sqlite_only
def test_5_5_protocol_claims_cannot_be_asked_into_another_value(rp, citizen):
    asked = json.dumps(
        {"id_token": {name: {"value": "forged"} for name in ("iss", "aud", "exp", "acr", "amr", "nonce")}}
    )
    claims = rp.id_token(rp.tokens(citizen, claims=asked))
    assert "forged" not in str(claims)


@sqlite_only
@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[]",
        "1",
        '"x"',
        "null",
        '{"id_token": []}',
        '{"a":1,"a":2}',
        '{"id_token":{"acr":{"values":1}}}',
        "[" * 5000,
    ],
)
def test_5_5_a_claims_parameter_of_the_wrong_shape_is_invalid_request(rp, text):
    assert rp.authorize(claims=text).error == "invalid_request"


@sqlite_only
@pytest.mark.parametrize(
    "text", ["{}", '{"other": 1}', '{"userinfo": null}', '{"userinfo": {"name": true, "x": 1}}']
)
def test_5_5_what_is_not_understood_in_it_is_ignored(rp, citizen, text):
    assert rp.sign_in(citizen, claims=text).code


@sqlite_only
def test_5_5_any_json_leads_to_an_answer(rp, citizen):
    rp.sign_in(citizen)
    leaf = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8)
    names = st.sampled_from(
        ["userinfo", "id_token", "acr", "sub", "name", "value", "values", "essential", "x"]
    )
    value = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
    )

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(value)
    def holds(document):
        answer = rp.authorize(claims=json.dumps(document))
        assert answer.status == 303
        assert answer.location.startswith((rp.client.redirect_uri, "/interaction/"))
        assert answer.error != "server_error"

    holds()
