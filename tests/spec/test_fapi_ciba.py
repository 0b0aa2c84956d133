"""FAPI: Client Initiated Backchannel Authentication profile; signed requests (CIBA Core 7.1.1) and bound tokens."""

import secrets

import pytest
from joserfc.jwk import ECKey, RSAKey

from tests import factories
from tests.dpop_rp import DpopRP
from tests.support.elsewhere import CIBA_GRANT, a_desk, ask_citizen, poll_for, say, signed

NOTHING = {"scope": None, "login_hint": None}


@pytest.fixture
def desk(provider):
    client = factories.a_client(
        provider.services,
        "bank",
        profile_name="fapi2",
        grant_types=[CIBA_GRANT, "refresh_token"],
        response_types=[],
        backchannel_token_delivery_mode="poll",
    )
    return DpopRP(provider, client)


def ask(desk, **overrides):
    return ask_citizen(desk, **NOTHING, request=signed(desk, **overrides))


def moment(desk, seconds):
    return int(desk.provider.services.clock().timestamp()) + seconds


def test_5_2_2_a_signed_request_is_required(provider, desk, citizen):
    answer = ask_citizen(desk, binding_message="LOKET-7")
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert provider.count("decoupled_request") == 0


def test_5_2_2_a_signed_request_is_honoured(provider, desk, citizen):
    answer = ask(desk, requested_expiry=60, binding_message="LOKET-9")
    assert answer.ok, answer.json
    assert answer["expires_in"] == 60
    browser = provider.browser().sign_in(citizen)
    assert "LOKET-9" in browser.get("/me").text


def test_5_2_2_tokens_are_bound_to_a_key(provider, desk, citizen):
    request_id = ask(desk)["auth_req_id"]
    say(provider.browser().sign_in(citizen), "approve-allow")
    unproven = desk.call_with(None, grant_type=CIBA_GRANT, auth_req_id=request_id)
    assert unproven.status in (400, 401)
    tokens = poll_for(desk, request_id)
    assert tokens.ok, tokens.json
    assert tokens["token_type"] == "DPoP"
    assert desk.claims(tokens)["cnf"] == {"jkt": desk.jkt}
    assert desk.userinfo(tokens["access_token"]).ok
    again = desk.refresh(tokens["refresh_token"])
    assert again.ok
    assert again.json.get("refresh_token", tokens["refresh_token"]) == tokens["refresh_token"], "no rotation"


def test_5_2_2_2_a_binding_message_is_required(desk, citizen):
    answer = ask(desk, binding_message=None)
    assert (answer.status, answer.error) == (400, "invalid_request")


@pytest.mark.parametrize("member", ["iss", "aud", "exp", "iat", "nbf", "jti"])
def test_7_1_1_every_claim_is_required(desk, citizen, member):
    answer = ask(desk, **{member: None})
    assert (answer.status, answer.error) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("iat", "nbf", "exp"),
    [
        (-600, -600, -300),
        (0, 0, 3700),
        (-3700, -3700, 60),
        (600, 600, 900),
        (0, 600, 900),
    ],
    ids=["past", "too long", "too old", "in the future", "not yet"],
)
def test_7_1_1_times_are_near(desk, citizen, iat, nbf, exp):
    answer = ask(desk, iat=moment(desk, iat), nbf=moment(desk, nbf), exp=moment(desk, exp))
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_7_1_1_eight_seconds_ahead_are_a_clocks_doing(desk, citizen):
    assert ask(desk, iat=moment(desk, 8), nbf=moment(desk, 8)).ok


@pytest.mark.parametrize(
    "overrides",
    [
        {"iss": "somebody"},
        {"aud": "https://other.example"},
        {"aud": factories.ISSUER + "/bc-authorize"},
        {"jti": ""},
        {"jti": 7},
        {"exp": "soon"},
        {"scope": ["openid"]},
        {"login_hint": {"nik": "x"}},
        {"id_token_hint": "a.b.c"},
    ],
)
def test_7_1_1_a_wrong_claim_is_refused(desk, citizen, overrides):
    answer = ask(desk, **overrides)
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_7_1_1_an_audience_may_be_a_list_with_us_in_it(desk, citizen):
    assert ask(desk, aud=["https://other.example", factories.ISSUER]).ok


@pytest.mark.parametrize(
    "key",
    [
        ECKey.generate_key("P-256", {"kid": "bank-1", "alg": "ES256"}),
        RSAKey.generate_key(2048, {"kid": "bank-1", "alg": "RS256"}),
        RSAKey.generate_key(2048, {"kid": "bank-1", "alg": "PS256"}),
    ],
    ids=["another key", "RS256", "another kind of key"],
)
def test_7_1_1_another_signature_is_refused(desk, citizen, key):
    answer = ask(desk, key=key)
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_7_1_1_rs256_is_refused_even_with_a_registered_key(provider, citizen):
    key = RSAKey.generate_key(2048, {"kid": "bank-r", "alg": "RS256", "use": "sig"})
    desk = a_desk(provider, "rsa", key=key)
    assert ask(desk).error == "invalid_request"


def test_7_1_1_no_signature_is_none(desk, citizen):
    head, body, _ = signed(desk).split(".")
    none = "eyJhbGciOiJub25lIn0"
    for compact in (f"{none}.{body}.", f"{head}.{body}.", "nonsense", f"{head}.{body}.AAAA"):
        answer = ask_citizen(desk, **NOTHING, request=compact)
        assert (answer.status, answer.error) == (400, "invalid_request")


def test_7_1_1_a_request_is_good_once(provider, desk, citizen):
    compact = signed(desk)
    assert ask_citizen(desk, **NOTHING, request=compact).ok
    again = ask_citizen(desk, **NOTHING, request=compact)
    assert (again.status, again.error) == (400, "invalid_request")
    assert provider.count("decoupled_request") == 1


def test_7_1_1_one_jti_serves_an_assertion_and_a_request(desk, citizen):
    jti = secrets.token_urlsafe(16)
    form = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    answer = desk.provider.post(
        "/bc-authorize",
        data={**form, "client_assertion": desk.assertion(jti=jti), "request": signed(desk, jti=jti)},
    )
    assert answer.ok, answer.json


@pytest.mark.parametrize("beside", ["scope", "login_hint", "binding_message", "acr_values", "id_token_hint"])
def test_7_1_1_nothing_may_stand_beside_the_signed_request(desk, citizen, beside):
    answer = ask_citizen(desk, **{**NOTHING, beside: "openid"}, request=signed(desk))
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_7_1_1_a_national_client_may_sign(provider, citizen):
    desk = a_desk(provider)
    assert ask(desk).ok
    assert ask_citizen(desk).ok


def test_4_a_registered_algorithm_makes_signing_a_duty(provider, citizen):
    desk = a_desk(provider, backchannel_authentication_request_signing_alg="ES256")
    assert ask_citizen(desk).error == "invalid_request"
    assert ask(desk).ok


@pytest.mark.parametrize(
    ("sub_id", "error"),
    [
        ({"format": "email", "email": "siti@contoh.id"}, None),
        ({"format": "phone_number", "phone_number": "+6281234567890"}, None),
        ({"format": "opaque", "id": "9933744501900001"}, None),
        ({"format": "email", "email": "nobody@contoh.id"}, "unknown_user_id"),
        ({"format": "iss_sub", "iss": factories.ISSUER, "sub": "nobody"}, "unknown_user_id"),
        ({"format": "iss_sub", "iss": "https://other.example", "sub": "x"}, "invalid_request"),
        ({"format": "did", "url": "did:example:1"}, "invalid_request"),
        (None, "invalid_request"),
    ],
)
def test_7_1_login_hint_token_names_a_subject_identifier(desk, citizen, sub_id, error):
    token = signed(desk, scope=None, login_hint=None, binding_message=None, sub_id=sub_id)
    answer = ask(desk, login_hint=None, login_hint_token=token)
    assert answer.error == error


def test_13_an_old_login_hint_token_has_expired(desk, citizen, clock):
    token = signed(desk, sub_id={"format": "email", "email": "siti@contoh.id"})
    clock.advance(minutes=10)
    answer = ask(desk, login_hint=None, login_hint_token=token)
    assert (answer.status, answer.error) == (400, "expired_login_hint_token")
