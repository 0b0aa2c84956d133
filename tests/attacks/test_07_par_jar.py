"""Attack catalogue, section 7: pushed requests, request objects, and what we fetch (O-064 to O-068, O-071, O-072)."""

import base64
import json
import time

import pytest
from joserfc.jwk import ECKey

from idp import outbound
from idp.outbound import Outbound, OutboundFailed
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher

pytestmark = sqlite_only


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


def consented(rp, citizen):
    factories.a_consent(
        rp.provider.services, citizen, rp.client.client_id, "openid profile email", ("name", "email")
    )
    rp.browser.sign_in(citizen)
    return rp


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


# --- O-064 ---


def test_o064_pushing_needs_the_client(provider, rp):
    with provider.unchanged("ClientAuthenticationFailed", tables=("pushed_request",)):
        answer = provider.post("/par", data=rp.request())
    assert (answer.status, answer.error) == (401, "invalid_client")


@pytest.mark.parametrize("uri", ["https://evil.example/r", "urn:ietf:params:oauth:request_uri:x"])
def test_o064_a_request_uri_is_not_pushed(provider, rp, uri):
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        answer = rp.push(request_uri=uri)
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_o064_an_unregistered_redirect_uri_is_not_pushed(provider, rp):
    with provider.unchanged("AuthorizationRefused", tables=("pushed_request",)):
        answer = rp.push(redirect_uri="https://evil.example/cb")
    assert (answer.status, answer.error) == (400, "invalid_request")


# --- O-065 ---


def test_o065_another_client_cannot_use_it_nor_use_it_up(provider, rp, other_rp, citizen):
    consented(rp, citizen)
    consented(other_rp, citizen)
    pushed = rp.push()
    with provider.unchanged("AuthorizationRefused"):
        answer = other_rp.bring(pushed)
    assert answer.is_page
    assert answer.error == "invalid_request_uri"
    assert rp.bring(pushed).code


def test_o065_it_ends(provider, rp, citizen, clock):
    consented(rp, citizen)
    pushed = rp.push()
    clock.advance(seconds=pushed["expires_in"])
    with provider.unchanged("AuthorizationRefused"):
        assert rp.bring(pushed).error == "invalid_request_uri"


def test_o065_it_gives_one_code(provider, rp, citizen):
    consented(rp, citizen)
    pushed = rp.push()
    assert rp.bring(pushed).code
    with provider.unchanged("AuthorizationRefused"):
        assert rp.bring(pushed).error == "invalid_request_uri"


# --- O-066 ---


@pytest.mark.parametrize("how", ["metadata", "fapi2"])
def test_o066_a_client_that_must_push_cannot_come_plainly(provider, citizen, how):
    by_profile = how == "fapi2"
    client = factories.a_client(
        provider.services,
        profile_name="fapi2" if by_profile else "national",
        require_pushed_authorization_requests=not by_profile,
    )
    rp = consented(RP(provider, client), citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert rp.authorize().error == "invalid_request"


# --- O-067 ---


def test_o067_only_what_was_pushed_counts(rp, citizen):
    consented(rp, citizen)
    answer = rp.bring(
        rp.push(scope="openid profile"),
        scope="openid profile email address",
        redirect_uri="https://evil.example/",
        response_mode="form_post",
        state="evil",
        code_challenge="E" * 43,
    )
    assert answer.location.startswith(factories.REDIRECT)
    assert answer.params["state"] == "state-1"
    tokens = rp.redeem(answer.code)
    assert tokens["scope"] == "openid profile"


def test_o067_only_what_was_signed_counts(provider, rp, citizen, services):
    factories.amend(services, rp.client.client_id, require_signed_request_object=True)
    consented(rp, citizen)
    signed = rp.request_object(scope="openid profile")
    answer = rp.authorize(
        request=signed, scope="openid profile email address", redirect_uri="https://evil.example/"
    )
    assert answer.location.startswith(factories.REDIRECT)
    assert rp.redeem(answer.code)["scope"] == "openid profile"


# --- O-068 ---


def bad_objects(rp, other):
    claims = {**rp.request(), "iss": rp.client.client_id, "aud": factories.ISSUER, "exp": 4102444800}
    now = int(rp.provider.services.clock().timestamp())
    key = rp.client.key
    good = rp.request_object()
    head, body, signature = good.split(".")
    return {
        "unsigned": f"{part({'alg': 'none'})}.{part(claims)}.",
        "none in other words": f"{part({'alg': 'NoNe'})}.{part(claims)}.",
        "signature cut off": f"{head}.{body}.",
        "changed inside": f"{head}.{part(claims)}.{signature}",
        "signed by B": rp.request_object(key=other.client.key),
        "signed by B under our kid": rp.request_object(
            key=other.client.key, header={"kid": rp.client.key.kid}
        ),
        "its own key inside": rp.request_object(
            key=other.client.key, header={"kid": None, "jwk": other.client.key.as_dict(private=False)}
        ),
        "a key address inside": rp.request_object(header={"jku": "https://evil.example/jwks"}),
        "critical header": rp.request_object(header={"crit": ["kid"]}),
        "client_id of B": rp.request_object(client_id=other.client.client_id),
        "iss of B": rp.request_object(iss=other.client.client_id),
        "wrong aud": rp.request_object(aud="https://other.example"),
        "expired": rp.request_object(exp=now - 60),
        "request inside": rp.request_object(request=good),
        "request_uri inside": rp.request_object(request_uri="https://evil.example/r"),
        "a client assertion": rp.assertion(),
        "an algorithm nobody offers": f"{part({'alg': 'ES256K', 'kid': key.kid})}.{part(claims)}.{signature}",
        "keyed with the public key": f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims)}.{signature}",
    }


def test_o068_a_bad_object_is_refused_at_both_channels(provider, rp, other_rp, citizen):
    consented(rp, citizen)
    for what, value in bad_objects(rp, other_rp).items():
        with provider.unchanged("AuthorizationRefused", tables=("pushed_request", "authorization_code")):
            answer = rp.authorize(request=value)
        assert answer.error == "invalid_request_object", what
        assert answer.location.startswith(factories.REDIRECT), what
        with provider.unchanged("AuthorizationRefused", tables=("pushed_request", "authorization_code")):
            answer = rp.call("/par", request=value)
        assert (answer.status, answer.error) == (400, "invalid_request_object"), what


def test_o068_an_object_of_b_with_the_client_id_of_a_outside_gives_nothing(provider, rp, other_rp, citizen):
    consented(rp, citizen)
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize(request=other_rp.request_object())
    assert answer.error == "invalid_request_object"


# --- O-071, O-072: what we fetch ---


@pytest.fixture
def referring(provider, publisher, citizen):
    client = factories.a_client(
        provider.services, "core", profile_name="oidc_core", request_uris=[publisher.url()]
    )
    return consented(RP(provider, client), citizen)


def test_o071_a_redirect_is_not_followed(provider, referring, publisher):
    publisher.status, publisher.location = 302, publisher.url("/inside")
    publisher.body = referring.request_object().encode()
    with provider.unchanged("AuthorizationRefused"):
        answer = referring.authorize(request_uri=publisher.url())
    assert answer.error == "invalid_request_uri"
    assert publisher.asked == ["/request.jwt"]


def test_o071_a_redirected_key_set_has_no_keys(provider, citizen, publisher):
    key = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
    publisher.status, publisher.location = 302, publisher.url("/inside")
    client = factories.a_client(provider.services, key=key, jwks=None, jwks_uri=publisher.url("/jwks"))
    rp = consented(RP(provider, client), citizen)
    assert rp.authorize(request=rp.request_object()).error == "invalid_request_object"
    assert "/inside" not in publisher.asked


def test_o072_a_large_answer_is_not_read(provider, referring, publisher):
    publisher.body = b"A" * (64 * 1024 + 1)
    with provider.unchanged("AuthorizationRefused"):
        answer = referring.authorize(request_uri=publisher.url())
    assert answer.error == "invalid_request_uri"


def test_o072_an_answer_that_drips_ends_at_the_deadline_even_before_its_body(provider, publisher):
    publisher.drip_seconds = 0.1
    calls = Outbound(loopback=True)
    began = time.monotonic()
    try:
        with pytest.raises(OutboundFailed):
            calls.get(publisher.url(), total=1.0)
    finally:
        calls.close()
    assert time.monotonic() - began < 2.5


def test_o072_a_later_call_has_a_deadline_of_its_own(provider, publisher):
    publisher.body = b"{}"
    calls = Outbound(loopback=True)
    try:
        assert calls.get(publisher.url(), total=0.5).status == 200
        time.sleep(0.6)
        assert calls.get(publisher.url(), total=0.5).status == 200
    finally:
        calls.close()


def test_o072_there_are_limits_for_every_call(provider):
    assert outbound.TOTAL_SECONDS <= 10
    assert outbound.MOST_BYTES <= 1_000_000
