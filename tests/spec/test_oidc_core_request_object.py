"""OpenID Connect Core 6: request objects of ready-made clients, by value and by reference (protocol A26 to A29)."""

import base64
import hashlib
import json

import pytest
from joserfc.jwk import ECKey, KeySet

from idp import fetched
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher
from tests.support.signed_requests import consented, part

pytestmark = sqlite_only


@pytest.fixture
def core_rp(provider):
    return RP(provider, factories.a_client(provider.services, "core", profile_name="oidc_core"))


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


def beside(rp, **parameters):
    return rp.browser.get("/authorize", query_string={"client_id": rp.client.client_id, **parameters})


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "nbf", "iat", "jti", "client_id"])
def test_core_6_1_a_core_client_may_leave_them_out(core_rp, citizen, name):
    consented(core_rp, citizen)
    assert core_rp.authorize_signed(**{name: None}).code


def test_core_6_1_parameters_inside_win(core_rp, citizen):
    consented(core_rp, citizen)
    inside = core_rp.request_object(state="in", scope="openid profile", nonce="in")
    answer = beside(
        core_rp, request=inside, state="out", scope="openid profile email", nonce="out", redirect_uri="x"
    )
    assert answer.params["state"] == "in"
    tokens = core_rp.redeem(answer.code)
    assert tokens["scope"] == "openid profile"
    assert core_rp.id_token(tokens)["nonce"] == "in"


@pytest.mark.parametrize("fixture", ["core_rp", "rp"])
def test_core_6_1_parameters_beside_it_fill_what_is_not_inside(request, fixture, citizen):
    rp = consented(request.getfixturevalue(fixture), citizen)
    inside = rp.request_object(state=None, response_type=None, redirect_uri=None)
    answer = beside(rp, request=inside, state="out", response_type="code", redirect_uri=factories.REDIRECT)
    assert answer.params["state"] == "out"
    assert answer.code


def unsigned(rp, signature="", **overrides):
    claims = {**rp.request(), "iss": rp.client.client_id, "aud": factories.ISSUER} | overrides
    return f"{part({'alg': 'none'})}.{part(claims)}.{signature}"


def test_core_6_1_none_is_for_core_clients_registered_for_it(core_rp, rp, citizen, services):
    consented(core_rp, citizen)
    with_errors = core_rp.request()
    assert beside(core_rp, **with_errors | {"request": unsigned(core_rp)}).error == "invalid_request_object"
    factories.amend(services, "core", request_object_signing_alg="none")
    assert beside(core_rp, request=unsigned(core_rp)).code
    for bad in (unsigned(core_rp, "eA"), core_rp.request_object()):
        assert beside(core_rp, **with_errors | {"request": bad}).error == "invalid_request_object"
    factories.amend(services, rp.client.client_id, request_object_signing_alg="none")
    assert beside(rp, **rp.request() | {"request": unsigned(rp)}).error == "invalid_request_object"


# --- Core 6.2: by reference ---


@pytest.fixture
def by_reference(core_rp, publisher, services, citizen):
    factories.amend(services, "core", request_uris=[publisher.url()])
    publisher.body = core_rp.request_object().encode()
    return consented(core_rp, citizen)


def test_core_6_2_it_is_fetched_from_a_registered_address_and_kept_for_a_moment(by_reference, publisher):
    for _ in range(3):
        assert beside(by_reference, request_uri=publisher.url()).code
    assert publisher.asked == ["/request.jwt"]


def test_core_6_2_a_fragment_is_the_hash_of_the_content(by_reference, publisher):
    digest = base64.urlsafe_b64encode(hashlib.sha256(publisher.body).digest()).rstrip(b"=").decode()
    assert beside(by_reference, request_uri=f"{publisher.url()}#{digest}").code
    answer = beside(by_reference, **by_reference.request(request_uri=f"{publisher.url()}#other"))
    assert answer.error == "invalid_request_uri"
    assert set(publisher.asked) == {"/request.jwt"}


@pytest.mark.parametrize("fragment", ["é", "%00", "a" * 2000])
def test_core_6_2_any_other_fragment_is_refused(by_reference, publisher, fragment):
    answer = beside(by_reference, **by_reference.request(request_uri=f"{publisher.url()}#{fragment}"))
    assert answer.error == "invalid_request_uri"


def test_core_6_2_whoever_writes_fragments_makes_nobody_call(by_reference, publisher):
    for number in range(5):
        beside(by_reference, **by_reference.request(request_uri=f"{publisher.url()}#{number}"))
    assert publisher.asked == ["/request.jwt"]


def test_core_6_2_a_fragment_of_a_new_version_fetches_it_again(by_reference, publisher, monkeypatch):
    assert beside(by_reference, request_uri=publisher.url()).code
    publisher.body = by_reference.request_object(state="new").encode()
    monkeypatch.setattr(fetched, "AGAIN_AFTER_SECONDS", 0.0)
    digest = base64.urlsafe_b64encode(hashlib.sha256(publisher.body).digest()).rstrip(b"=").decode()
    assert beside(by_reference, request_uri=f"{publisher.url()}#{digest}").params["state"] == "new"


@pytest.mark.parametrize("path", ["/request.jwt?x=1", "/request.jwt/", "/other", "/REQUEST.jwt"])
def test_core_6_2_another_address_is_refused_without_a_fetch(by_reference, publisher, path):
    answer = beside(by_reference, **by_reference.request(request_uri=publisher.url(path)))
    assert answer.error == "invalid_request_uri"
    assert publisher.asked == []


def test_core_3_1_2_6_a_client_without_request_uris_is_told_so(rp, publisher):
    answer = beside(rp, **rp.request(request_uri=publisher.url()))
    assert answer.error == "request_uri_not_supported"
    assert publisher.asked == []


def test_core_6_2_without_an_address_beside_it_a_failure_is_a_page(by_reference, publisher):
    publisher.status = 404
    with by_reference.provider.unchanged("AuthorizationRefused"):
        answer = beside(by_reference, request_uri=publisher.url())
    assert answer.is_page
    assert answer.error == "invalid_request_uri"


def test_core_6_2_what_is_fetched_is_judged_like_any_other(by_reference, publisher):
    publisher.body = by_reference.request_object(aud="https://other.example").encode()
    assert beside(by_reference, request_uri=publisher.url()).error == "invalid_request_object"


def test_par_only_clients_get_nothing_fetched(by_reference, publisher, services):
    factories.amend(services, "core", require_pushed_authorization_requests=True)
    answer = beside(by_reference, **by_reference.request(request_uri=publisher.url()))
    assert answer.error == "invalid_request"
    assert publisher.asked == []


# --- Core 10.1.1: keys ---


def test_core_10_1_1_keys_come_from_jwks_uri_and_are_fetched_again(provider, citizen, publisher, monkeypatch):
    first, second = (ECKey.generate_key("P-256", {"kid": f"k{n}", "alg": "ES256"}) for n in (1, 2))
    publisher.body = json.dumps(KeySet([first]).as_dict(private=False)).encode()
    client = factories.a_client(provider.services, key=first, jwks=None, jwks_uri=publisher.url("/jwks.json"))
    rp = consented(RP(provider, client), citizen)
    assert rp.authorize_signed().code
    publisher.body = json.dumps(KeySet([second]).as_dict(private=False)).encode()
    answer = beside(rp, **rp.request() | {"request": rp.request_object(key=second)})
    assert answer.error == "invalid_request_object", "not fetched again so soon"
    monkeypatch.setattr(fetched, "AGAIN_AFTER_SECONDS", 0.0)
    assert rp.authorize_signed(key=second).code
    assert publisher.asked == ["/jwks.json"] * 2
