"""Request objects as values: who signed, what is inside, and what it may say (RFC 9101; OIDC Core 6.1)."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.protocol.authorize.request_object import (
    ALGORITHMS,
    FAPI_ALGORITHMS,
    FOREVER,
    RequestObject,
    UnknownRequestKey,
    allowed_algorithms,
    open_request_object,
    takes_outer,
)
from idp.protocol.oauth.client import Profile
from idp.protocol.oauth.errors import InvalidRequest, InvalidRequestObject
from idp.protocol.oauth.parameters import collect
from tests.unit.protocol.samples import ISSUER, NOW, a_client, core_client

KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256"})
JWKS = {"keys": [KEY.as_dict(private=False)]}
SECONDS = int(NOW.timestamp())


def an_object(client=None, **claims):
    said = {"iss": "tax", "client_id": "tax", "aud": ISSUER, "exp": SECONDS + 60, "nbf": SECONDS} | claims
    return RequestObject(client or a_client(), {k: v for k, v in said.items() if v is not None})


def test_a_registered_algorithm_stands_alone_and_within_the_profile():
    assert allowed_algorithms(a_client()) == set(ALGORITHMS)
    assert allowed_algorithms(a_client(profile=Profile.FAPI2)) == set(FAPI_ALGORITHMS)
    assert allowed_algorithms(a_client(request_object_signing_alg="PS256")) == {"PS256"}
    assert allowed_algorithms(a_client(request_object_signing_alg="EdDSA")) == {"EdDSA", "Ed25519"}
    assert allowed_algorithms(a_client(profile=Profile.FAPI2, request_object_signing_alg="RS256")) == set()
    assert allowed_algorithms(a_client(request_object_signing_alg="none")) == set()
    assert allowed_algorithms(core_client(request_object_signing_alg="none")) == {"none"}


def test_an_unknown_key_is_told_apart_so_that_keys_can_be_fetched_again():
    text = jwt.encode({"alg": "ES256", "kid": "two"}, {"iss": "tax"}, KEY)
    with pytest.raises(UnknownRequestKey):
        open_request_object(text, a_client(), JWKS)
    with pytest.raises(UnknownRequestKey):
        open_request_object(text, a_client(), None)


def test_who_takes_parameters_from_beside_the_object():
    assert takes_outer(core_client())
    assert takes_outer(a_client())
    assert not takes_outer(a_client(require_signed_request_object=True))
    assert not takes_outer(a_client(profile=Profile.FAPI2))
    assert not takes_outer(a_client(profile=Profile.FAPI2_MESSAGE_SIGNING))


def test_parameters_inside_win_and_faults_stay_with_their_name():
    outer = collect(
        [
            ("client_id", "other"),
            ("scope", "openid email"),
            ("state", "out"),
            ("nonce", "a"),
            ("nonce", "b"),
            ("prompt", "login"),
            ("prompt", "none"),
            ("resource", "https://a.example"),
            ("resource", "https://b.example"),
            ("request", "x"),
        ]
    )
    params = an_object(scope="openid", nonce="in").parameters(outer)
    assert dict(params) == {
        **{"client_id": "tax", "scope": "openid", "nonce": "in", "state": "out"},
        "resource": "https://a.example",
    }
    assert params.all("resource") == ("https://a.example", "https://b.example")
    assert set(params.faults) == {"prompt"}
    assert isinstance(params.faults["prompt"], InvalidRequest)


def test_alone_only_the_inside_counts():
    params = an_object(scope="openid", state="x\x00").parameters()
    assert dict(params) == {"client_id": "tax", "scope": "openid"}
    assert set(params.faults) == {"state"}


def test_values_travel_in_the_form_the_checks_read():
    params = an_object(
        max_age=5,
        claims={"userinfo": {"name": None}},
        authorization_details=[{"type": "x"}],
        resource=["a", "b"],
    ).parameters()
    assert params["max_age"] == "5"
    assert params["claims"] == '{"userinfo":{"name":null}}'
    assert params["authorization_details"] == '[{"type":"x"}]'
    assert params.all("resource") == ("a", "b")


def test_too_many_members_are_refused():
    with pytest.raises(InvalidRequestObject):
        an_object(**{f"p{n}": "x" for n in range(200)}).parameters()


@pytest.mark.parametrize("exp", [float("nan"), float("inf"), 10**30, -(10**30), "1", True])
def test_a_date_that_is_none_is_refused(exp):
    with pytest.raises(InvalidRequestObject):
        an_object(core_client(), exp=exp).check(ISSUER, NOW)


def test_the_use_of_an_object_is_remembered_until_a_moment_that_the_object_alone_decides():
    assert an_object(exp=SECONDS + 60).remembered_until == NOW + timedelta(seconds=60)
    assert an_object(core_client(), exp=None).remembered_until == FOREVER
    last = an_object(core_client(), exp=253402300799)
    last.check(ISSUER, NOW)
    assert last.remembered_until <= FOREVER
