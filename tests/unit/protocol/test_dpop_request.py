"""DPoP proofs and the request they come with: method, address, freshness, token (RFC 9449 §4.3 rules 8 to 12)."""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from idp.protocol.oauth import dpop
from idp.protocol.oauth.dpop import normal, verify
from idp.protocol.oauth.dpop_nonces import WINDOW_SECONDS, Nonces
from idp.protocol.oauth.errors import InvalidDpopProof, UseDpopNonce
from tests.unit.protocol.proofs import KEYS, NONCES, NOW, TOKEN_REQUEST, URL, refused, signed

ACCESS_TOKEN = "a.b.c"

# 8, 9: method and address


@pytest.mark.parametrize("htm", ["GET", "post", "Post", "POST ", ""])
def test_rule_8_htm_is_the_method(htm):
    assert "htm" in refused(signed(htm=htm))


@pytest.mark.parametrize(
    "htu",
    [
        URL + "?a=b",
        URL + "#f",
        URL + "?a=b#f",
        URL + "?",
        "HTTPS://masuk.example.go.id/token",
        "https://MASUK.Example.GO.id/token",
        "https://masuk.example.go.id:443/token",
        "https://masuk.example.go.id/%74oken",
        "https://masuk.example.go.id/x/../token",
    ],
)
def test_rule_9_htu_is_the_address_however_it_is_spelled(htu):
    verify(signed(htu=htu), TOKEN_REQUEST)


@pytest.mark.parametrize(
    "htu",
    [
        "",
        "/token",
        "masuk.example.go.id/token",
        "http://masuk.example.go.id/token",
        "https://masuk.example.go.id:8443/token",
        "https://masuk.example.go.id:99999/token",
        "https://masuk.example.go.id/Token",
        "https://masuk.example.go.id/token/",
        "https://masuk.example.go.id/userinfo",
        "https://masuk.example.go.id%2Ftoken",
        "https://masuk.example.go.id/x%2F..%2Ftoken",
        "https://user@masuk.example.go.id/token",
        "https://masuk.example.go.id.evil.example/token",
        "https://evil.example/token",
        "https://evil.example//masuk.example.go.id/token",
        "https://evil.example//masuk.example.go.id:443/token",
        "https://evil.example/https://masuk.example.go.id/token",
        "https://[::1/token",
        "//masuk.example.go.id/token",
        "https:///token",
        URL + " ",
        " " + URL,
        URL + "\n",
        "https://masuk.example.go.id/" + "a" * 3000,
    ],
)
def test_rule_9_another_address_is_refused(htu):
    assert "htu" in refused(signed(htu=htu))


def test_rule_9_an_issuer_with_port_or_path_is_compared_with_them():
    here = replace(TOKEN_REQUEST, url="http://localhost:8000/masuk/token")
    verify(signed(htu="http://LOCALHOST:8000/masuk/token"), here)
    refused(signed(htu="http://localhost:8000/token"), here)
    refused(signed(htu="http://localhost/masuk/token"), here)


def test_an_address_of_ipv6_is_an_address():
    assert normal("http://[::1]/a?b#c") == normal("HTTP://[::1]:80/a")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text):
    found = normal(text)
    assert found is None or normal(found) == found


# 10, 11: freshness


@pytest.mark.parametrize(
    ("late", "good"), [(-121, False), (-120, True), (-10, True), (10, True), (30, True), (31, False)]
)
def test_rule_11_iat_is_recent(late, good):
    text = signed(iat=int(NOW.timestamp()) + late)
    if good:
        verify(text, TOKEN_REQUEST)
    else:
        assert "iat" in refused(text)


@pytest.mark.parametrize("iat", ["1", True, 1e300, -1e300, 10**30, {"a": 1}])
def test_rule_11_iat_is_a_number_of_seconds(iat):
    assert "iat" in refused(signed(iat=iat))


def test_rule_11_infinity_is_no_time():
    assert "iat" in refused(signed(iat=float("inf")))
    assert "iat" in refused(signed(iat=float("nan")))


@pytest.mark.parametrize("late", [-3600, 3600, -(10**9)])
def test_rule_11_a_good_nonce_tells_the_time_instead_of_iat(late):
    verify(signed(iat=int(NOW.timestamp()) + late, nonce=NONCES.current(NOW)), TOKEN_REQUEST)


@pytest.mark.parametrize("nonce", ["", "x", NONCES.current(NOW) + "x", 1, None, ["x"], "\ud800"])
def test_rule_10_a_nonce_that_is_not_ours_asks_for_one(nonce):
    refused(signed(nonce=nonce), error=UseDpopNonce)


def test_rule_10_where_a_nonce_is_due_a_proof_without_asks_for_one():
    strict = replace(TOKEN_REQUEST, nonce_needed=True)
    refused(signed(), strict, UseDpopNonce)
    verify(signed(nonce=NONCES.current(NOW)), strict)


def test_8_a_nonce_is_good_for_its_window_and_the_next():
    start = NOW.replace(minute=0, second=0)
    nonce = NONCES.current(start)
    for late in (0, WINDOW_SECONDS - 1, WINDOW_SECONDS, 2 * WINDOW_SECONDS - 1, -1):
        until = NONCES.good_until(nonce, start + timedelta(seconds=late))
        assert until == start + timedelta(seconds=2 * WINDOW_SECONDS)
    for late in (2 * WINDOW_SECONDS, -WINDOW_SECONDS - 1):
        assert NONCES.good_until(nonce, start + timedelta(seconds=late)) is None


def test_8_nonces_of_another_deployment_are_not_good():
    other = Nonces(lambda data: hashlib.sha256(b"other" + data).digest())
    assert NONCES.good_until(other.current(NOW), NOW) is None


@given(st.integers(0, 10**6))
def test_8_a_nonce_is_unguessable_text_of_safe_characters(minutes):
    nonce = NONCES.current(NOW + timedelta(minutes=minutes))
    assert len(nonce) == 22
    assert nonce.replace("-", "").replace("_", "").isalnum()


# 12: the access token


def test_rule_12_at_a_resource_ath_is_the_hash_of_the_token():
    here = replace(TOKEN_REQUEST, access_token=ACCESS_TOKEN)
    ath = base64.urlsafe_b64encode(hashlib.sha256(ACCESS_TOKEN.encode()).digest()).rstrip(b"=").decode()
    verify(signed(ath=ath), here)
    for wrong in (..., None, "", ath + "=", ath.lower(), dpop.token_hash("other"), ACCESS_TOKEN, [ath]):
        assert "ath" in refused(signed(ath=wrong), here)


# 11.1: what tells a proof from others


def test_11_1_the_mark_is_of_key_method_address_and_jti():
    one = verify(signed(), TOKEN_REQUEST)
    assert verify(signed(), TOKEN_REQUEST).digest == one.digest
    assert verify(signed(htu=URL + "?x"), TOKEN_REQUEST).digest == one.digest
    others = [
        verify(signed(jti="j2"), TOKEN_REQUEST),
        verify(signed(KEYS["EdDSA"], "EdDSA"), TOKEN_REQUEST),
        verify(signed(htm="GET"), replace(TOKEN_REQUEST, method="GET")),
        verify(signed(htu=URL + "2"), replace(TOKEN_REQUEST, url=URL + "2")),
    ]
    assert len({proof.digest for proof in [one, *others]}) == 5


@given(st.integers(-120, 30), st.booleans(), st.integers(0, 30))
def test_11_1_how_long_a_mark_is_kept_follows_from_the_proof_alone(late, with_nonce, later):
    claims = {"iat": int(NOW.timestamp()) + late} | ({"nonce": NONCES.current(NOW)} if with_nonce else {})
    text = signed(**claims)
    first = verify(text, TOKEN_REQUEST)
    assert first.good_until >= NOW
    after = replace(TOKEN_REQUEST, now=NOW + timedelta(seconds=later))
    if after.now <= first.good_until:
        assert verify(text, after) == first
    gone = replace(TOKEN_REQUEST, now=first.good_until + timedelta(seconds=1))
    refused(text, gone, UseDpopNonce if with_nonce else InvalidDpopProof)


@given(
    st.dictionaries(
        st.sampled_from(["jti", "htm", "htu", "iat", "nonce", "ath", "nbf", "exp"]),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
            ),
            max_leaves=4,
        ),
        min_size=1,
    )
)
def test_any_claims_are_taken_or_refused_and_nothing_worse(claims):
    try:
        verify(signed(**claims), TOKEN_REQUEST)
    except (InvalidDpopProof, UseDpopNonce) as exc:
        assert exc.public
