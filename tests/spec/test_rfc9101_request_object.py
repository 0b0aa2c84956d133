"""RFC 9101: request objects, at both channels (protocol A27, A28, P9, P10)."""

import json

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher
from tests.support.signed_requests import consented, refused

pytestmark = sqlite_only


@pytest.fixture
def core_rp(provider):
    return RP(provider, factories.a_client(provider.services, "core", profile_name="oidc_core"))


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


# --- RFC 9101 section 4: what is inside ---


def test_4_a_signed_request_is_a_request(rp, citizen):
    consented(rp, citizen)
    answer = rp.authorize_signed(state="inside")
    assert answer.params["state"] == "inside"
    assert rp.redeem(answer.code).ok


def test_4_by_form_it_is_the_same(rp, citizen):
    consented(rp, citizen)
    form = {"client_id": rp.client.client_id, "request": rp.request_object()}
    assert rp.browser.follow(rp.browser.post("/authorize", data=form)).code


def test_4_max_age_is_a_number_and_claims_are_an_object(rp, citizen):
    consented(rp, citizen)
    asked = {"id_token": {"auth_time": {"essential": True}}}
    tokens = rp.redeem(rp.authorize_signed(max_age=3600, claims=asked).code)
    assert "auth_time" in rp.id_token(tokens)
    assert rp.redeem(rp.authorize_signed(max_age="3600", claims=json.dumps(asked)).code).ok


@pytest.mark.parametrize(
    "overrides",
    [
        {"scope": ["openid"]},
        {"state": 5},
        {"max_age": 1.5},
        {"max_age": True},
        {"claims": 7},
        {"resource": [1]},
        {"nonce": {"a": "b"}},
    ],
)
def test_4_a_parameter_of_the_wrong_type_is_refused(rp, overrides):
    refused(rp, **overrides)


def test_4_unknown_members_are_ignored_whatever_they_are(rp, citizen):
    consented(rp, citizen)
    assert rp.authorize_signed(purpose=["x"], extra={"a": 1}, flag=True).code


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_4_request_and_request_uri_must_not_be_inside(rp, name):
    refused(rp, **{name: "https://agency.example/x"})


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "client_id"])
def test_4_a_national_client_says_who_to_whom_and_until_when(rp, name):
    refused(rp, **{name: None})


@pytest.mark.parametrize(
    "overrides",
    [
        {"iss": "other"},
        {"client_id": "other"},
        {"aud": "https://other.example"},
        {"aud": ["https://other.example"]},
        {"aud": 5},
        {"sub": "core"},
        {"exp": "soon"},
        {"exp": 10**20},
        {"jti": ""},
        {"jti": 5},
        {"jti": "j" * 257},
    ],
)
def test_6_3_what_is_said_must_be_true_for_core_clients_too(core_rp, overrides):
    refused(core_rp, **overrides)


def test_4_the_audience_may_be_a_list(rp, citizen):
    consented(rp, citizen)
    assert rp.authorize_signed(aud=[factories.ISSUER, "https://other.example"]).code


def at(rp, **offset):
    """NumericDates in seconds from now."""
    now = int(rp.provider.services.clock().timestamp())
    return {name: now + seconds for name, seconds in offset.items()}


@pytest.mark.parametrize(
    "offset",
    [{"exp": -60}, {"nbf": 60}, {"iat": 600}, {"exp": 4000, "nbf": 0}, {"nbf": -4000, "exp": 100}],
)
def test_4_times_have_limits(rp, offset):
    refused(rp, **at(rp, **offset))


def test_4_a_clock_that_runs_a_little_ahead_is_good(rp, citizen):
    consented(rp, citizen)
    assert rp.authorize_signed(**at(rp, nbf=8, iat=8, exp=100)).code


def test_10_an_object_with_a_jti_is_used_once(rp, citizen, clock):
    consented(rp, citizen)
    assert rp.authorize_signed(jti="one").code
    refused(rp, jti="one")
    assert rp.authorize_signed(jti="two").code
    clock.advance(minutes=2)
    refused(rp, jti="one")


def test_10_an_object_without_an_end_is_remembered_for_good(core_rp, citizen, clock):
    consented(core_rp, citizen)
    assert core_rp.authorize_signed(jti="one", exp=None).code
    clock.advance(hours=23)
    consented(core_rp, citizen)
    refused(core_rp, jti="one", exp=None)


def test_10_a_jti_counts_for_request_objects_alone(rp, citizen, provider):
    consented(rp, citizen)
    code = rp.authorize_signed(jti="shared").code
    form = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": rp.assertion(jti="shared"),
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": factories.REDIRECT,
        "code_verifier": "verifier-0123456789-0123456789-0123456789-ABCDEF",
    }
    assert provider.post("/token", data=form).ok


def test_10_a_refused_request_does_not_use_its_jti(rp, citizen):
    consented(rp, citizen)
    refused(rp, "invalid_scope", jti="one", scope="unknown")
    assert rp.authorize_signed(jti="one").code


# --- RFC 9101 section 5 and 6.3, Core 6.1: what is beside it ---


def beside(rp, **parameters):
    return rp.browser.get("/authorize", query_string={"client_id": rp.client.client_id, **parameters})


def test_6_3_a_client_that_must_sign_takes_nothing_from_beside(rp, citizen, services):
    factories.amend(services, rp.client.client_id, require_signed_request_object=True)
    consented(rp, citizen)
    inside = rp.request_object(state=None, nonce=None)
    answer = beside(rp, request=inside, state="out", nonce="out", prompt="none login", max_age="x")
    assert "state" not in answer.params
    assert "nonce" not in rp.id_token(rp.redeem(answer.code))


def test_6_3_without_a_redirect_uri_inside_it_is_a_page(rp, services):
    factories.amend(services, rp.client.client_id, require_signed_request_object=True)
    answer = beside(rp, request=rp.request_object(redirect_uri=None), redirect_uri=factories.REDIRECT)
    assert answer.is_page


def test_6_3_an_unregistered_redirect_uri_inside_is_a_page(rp):
    answer = beside(
        rp,
        request=rp.request_object(redirect_uri="https://evil.example/"),
        redirect_uri=factories.REDIRECT,
    )
    assert answer.is_page
    assert answer.error == "invalid_request"


def test_5_client_id_beside_it_is_needed(rp):
    answer = rp.browser.get("/authorize", query_string={"request": rp.request_object()})
    assert answer.is_page
    assert answer.error == "invalid_client"


def test_5_request_and_request_uri_exclude_each_other(rp):
    answer = beside(
        rp, **rp.request() | {"request": rp.request_object(), "request_uri": "https://agency.example/r"}
    )
    assert answer.error == "invalid_request"


# --- where the error of an object goes that nobody can trust ---


def test_an_object_that_does_not_verify_is_answered_at_the_address_beside_it(rp):
    broken = rp.request_object(key=ECKey.generate_key("P-256", {"kid": "tax-1", "alg": "ES256"}))
    with rp.provider.unchanged("AuthorizationRefused"):
        answer = beside(rp, **rp.request(state="out") | {"request": broken})
    assert (answer.error, answer.params["state"]) == ("invalid_request_object", "out")
    assert answer.params["iss"] == factories.ISSUER


def test_an_object_that_does_not_verify_is_a_page_without_one(rp):
    broken = rp.request_object(key=ECKey.generate_key("P-256", {"kid": "tax-1", "alg": "ES256"}))
    with rp.provider.unchanged("AuthorizationRefused"):
        answer = beside(rp, request=broken)
    assert answer.is_page
    assert answer.status == 400
    assert answer.error == "invalid_request_object"


# --- RFC 9101 section 6.2: the signature ---


@pytest.mark.parametrize("typ", [None, "JWT", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"])
def test_10_8_typ_is_taken_where_it_is_of_a_request(rp, citizen, typ):
    consented(rp, citizen)
    assert rp.authorize_signed(header={"typ": typ}).code


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "logout+jwt", "JOSE"])
def test_10_8_typ_of_something_else_is_refused(rp, typ):
    answer = beside(rp, **rp.request() | {"request": rp.request_object(header={"typ": typ})})
    assert answer.error == "invalid_request_object"


def test_6_2_a_client_assertion_is_no_request(rp, core_rp):
    for each in (rp, core_rp):
        answer = beside(each, **each.request() | {"request": each.assertion()})
        assert answer.error == "invalid_request_object"


@pytest.mark.parametrize(
    ("alg", "make"),
    [
        ("ES256", lambda: ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})),
        ("PS256", lambda: RSAKey.generate_key(2048, {"kid": "k", "alg": "PS256"})),
        ("RS256", lambda: RSAKey.generate_key(2048, {"kid": "k", "alg": "RS256"})),
        ("Ed25519", lambda: OKPKey.generate_key("Ed25519", {"kid": "k", "alg": "Ed25519"})),
    ],
)
def test_6_2_each_advertised_algorithm_verifies(provider, citizen, alg, make):
    assert (
        alg
        in provider.get("/.well-known/openid-configuration").json[
            "request_object_signing_alg_values_supported"
        ]
    )
    rp = RP(provider, factories.a_client(provider.services, key=make(), request_object_signing_alg=alg))
    consented(rp, citizen)
    assert rp.authorize_signed().code


def test_6_2_only_the_registered_algorithm_verifies(provider):
    keys = [ECKey.generate_key("P-256", {"kid": "e"}), RSAKey.generate_key(2048, {"kid": "r"})]
    jwks = {"keys": [key.as_dict(private=False) for key in keys]}
    client = factories.a_client(provider.services, key=keys[0], jwks=jwks, request_object_signing_alg="ES256")
    rp = RP(provider, client)
    wrong = rp.request_object(key=keys[1], header={"alg": "PS256"})
    assert beside(rp, **rp.request() | {"request": wrong}).error == "invalid_request_object"


@pytest.mark.parametrize(
    "value", ["x", "a.b.c", "e30.e30.", "e30.e30.e30", "a.b.c.d.e", "." * 4, "A" * 20_000]
)
def test_6_what_is_no_jwt_is_refused(rp, value):
    with rp.provider.unchanged("AuthorizationRefused"):
        assert beside(rp, **rp.request() | {"request": value}).error == "invalid_request_object"


def test_6_1_deep_and_many_members_are_refused_not_an_incident(rp):
    deep: dict = {}
    for _ in range(900):
        deep = {"a": deep}
    for overrides in ({f"p{n}": "x" for n in range(200)}, {"claims": deep}):
        answer = beside(rp, **rp.request() | {"request": rp.request_object(**overrides)})
        assert answer.error in ("invalid_request_object", "invalid_request")


# --- at the back channel (RFC 9126 section 3) ---


def test_par_3_a_signed_request_is_pushed(rp, citizen):
    consented(rp, citizen)
    pushed = rp.call("/par", request=rp.request_object(state="in"))
    assert rp.bring(pushed).params["state"] == "in"


def test_par_3_only_the_inside_counts(rp, core_rp, citizen):
    for each in (rp, core_rp):
        consented(each, citizen)
        pushed = each.call("/par", request=each.request_object(state=None), state="out", nonce="out")
        assert "state" not in each.bring(pushed).params


def test_par_3_the_object_is_of_the_authenticated_client(rp, other_rp):
    assert rp.call("/par", request=other_rp.request_object()).error == "invalid_request_object"


# --- registered to sign ---


def test_10_5_a_client_that_must_sign_is_refused_otherwise(provider, rp, citizen, services):
    factories.amend(services, rp.client.client_id, require_signed_request_object=True)
    consented(rp, citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert rp.authorize().error == "invalid_request"
    assert rp.push().error == "invalid_request"
    assert rp.authorize_signed().code
