"""private_key_jwt (RFC 7523 §3; protocol.md T4 to T6; attacks O-041 to O-043, O-056 to O-060)."""

import hmac
import json
from datetime import timedelta

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from idp.protocol.client_auth import Audiences, authenticate, presented
from idp.protocol.client_auth.assertion import ASSERTION_TYPE, UnknownAssertionKey, verify_assertion
from idp.protocol.oauth.client import Profile
from idp.protocol.oauth.errors import InvalidClient
from idp.protocol.oauth.jose import import_public
from idp.protocol.oauth.values import b64url
from tests.unit.protocol.samples import ISSUER, NOW, a_client, core_client

TOKEN = f"{ISSUER}/token"
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
KEYS = KeySet([EC, ED, RSA]).as_dict(private=False)
IAT = int(NOW.timestamp())
FAPI = {"profile": Profile.FAPI2}


def claims(**overrides):
    values = {"iss": "tax", "sub": "tax", "aud": ISSUER, "jti": "j1", "iat": IAT, "exp": IAT + 60}
    return {name: value for name, value in (values | overrides).items() if value is not ...}


def signed(key=EC, alg="ES256", header=None, **overrides):
    fields = {"alg": alg, "kid": key.kid} | (header or {})
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = 200_000
    return jwt.encode(fields, claims(**overrides), key, algorithms=[alg], registry=registry)


def part(value):
    return b64url(json.dumps(value).encode())


def verify(assertion, client=None, first_use=lambda client_id, jti, until: True, jwks=None):
    chosen = client or a_client(jwks=KEYS)
    verify_assertion(chosen, assertion, Audiences(ISSUER, (TOKEN,)), NOW, first_use, jwks=jwks)


def refused(assertion, client=None, **rest):
    with pytest.raises(InvalidClient) as caught:
        verify(assertion, client, **rest)
    return caught.value


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519"), (RSA, "PS256")])
@pytest.mark.parametrize("profile", list(Profile))
def test_a_good_assertion_passes(key, alg, profile):
    verify(signed(key, alg), a_client(jwks=KEYS, profile=profile))


def test_the_whole_way():
    client = a_client(jwks=KEYS)
    found = presented({}, {"client_assertion": signed(), "client_assertion_type": ASSERTION_TYPE})
    assert (found.method, found.client_id) == ("private_key_jwt", "tax")
    known = authenticate(
        found, client, audiences=Audiences(ISSUER), now=NOW, first_use=lambda client_id, jti, until: True
    )
    assert known is client
    assert found.assertion not in repr(found)


def test_o041_single_use_is_marked_with_client_jti_and_its_end():
    seen = []
    verify(signed(), first_use=lambda client_id, jti, until: seen.append((client_id, jti, until)) or True)
    assert seen[0][:2] == ("tax", "j1")
    assert seen[0][2] >= NOW + timedelta(seconds=60)
    refused(signed(), first_use=lambda client_id, jti, until: False)


def test_a_bad_assertion_burns_no_jti():
    def never(client_id, jti, until):
        raise AssertionError("marked")

    refused(signed(aud="https://other"), first_use=never)
    refused(signed(ECKey.generate_key("P-256", {"kid": "ec"})), first_use=never)


# parties, audience, times


@pytest.mark.parametrize("name", ["iss", "sub"])
@pytest.mark.parametrize("value", [..., "health", ["tax"], None, 1, ""])
def test_iss_and_sub_are_the_client_id_one_string(name, value):
    refused(signed(**{name: value}))


@pytest.mark.parametrize(
    ("client", "aud", "accepted"),
    [
        ({}, ISSUER, True),
        ({}, TOKEN, True),
        ({}, [ISSUER], False),
        ({}, [ISSUER, TOKEN], False),
        ({}, "https://other.example", False),
        ({}, ..., False),
        ({}, ISSUER + "/", False),
        (FAPI, ISSUER, True),
        (FAPI, TOKEN, False),
        (FAPI, [ISSUER], False),
        ({"profile": Profile.OIDC_CORE}, [TOKEN, "https://x"], True),
        ({"profile": Profile.OIDC_CORE}, ["https://x", 1], False),
        ({"profile": Profile.OIDC_CORE}, TOKEN, True),
    ],
)
def test_o042_decision_12_the_audience_by_profile(client, aud, accepted):
    registered = a_client(jwks=KEYS, **client)
    if accepted:
        verify(signed(aud=aud), registered)
    else:
        refused(signed(aud=aud), registered)


@pytest.mark.parametrize(
    "times",
    [
        {"exp": ...},
        {"exp": IAT - 300},
        {"exp": IAT + 86_400},
        {"iat": IAT + 3600, "exp": IAT + 3700},
        {"iat": IAT + 61},
        {"nbf": IAT + 61},
        {"iat": IAT - 7200},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": "now"},
        {"exp": None},
    ],
)
def test_o042_bad_times_are_refused(times):
    refused(signed(**times))


@pytest.mark.parametrize("times", [{"iat": IAT + 10}, {"nbf": IAT + 10}, {"iat": ...}, {"exp": IAT + 3600}])
def test_g13_small_skew_and_library_defaults_pass(times):
    verify(signed(**times))


def test_a_fapi_assertion_lives_ten_minutes_at_most():
    verify(signed(exp=IAT + 600), a_client(jwks=KEYS, **FAPI))
    refused(signed(exp=IAT + 3600), a_client(jwks=KEYS, **FAPI))


@pytest.mark.parametrize("jti", [..., "", None, 1, "x" * 300, "a\x00b"])
def test_a_jti_is_needed(jti):
    refused(signed(jti=jti))


# keys and algorithms


def test_t6_rs256_is_refused_for_fapi_and_accepted_elsewhere():
    verify(signed(RSA, "RS256"), core_client(jwks=KEYS))
    verify(signed(RSA, "RS256"), a_client(jwks=KEYS))
    refused(signed(RSA, "RS256"), a_client(jwks=KEYS, **FAPI))
    refused(signed(RSA, "RS256"), a_client(jwks=KEYS, token_endpoint_auth_signing_alg="RS256", **FAPI))


def test_o043_only_the_registered_algorithm_counts():
    client = a_client(jwks=KEYS, token_endpoint_auth_signing_alg="PS256")
    verify(signed(RSA, "PS256"), client)
    refused(signed(RSA, "RS256"), client)
    refused(signed(EC, "ES256"), client)


def test_both_names_of_ed25519_are_one_algorithm():
    client = a_client(jwks=KEYS, token_endpoint_auth_signing_alg="EdDSA")
    verify(signed(ED, "Ed25519"), client)


@pytest.mark.parametrize("key", [RSA, EC])
def test_o043_hs256_with_the_public_key_is_refused(key):
    pem = key.as_pem(private=False)
    signing_input = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims())}"
    forged = f"{signing_input}.{b64url(hmac.digest(pem, signing_input.encode(), 'sha256'))}"
    refused(forged)
    refused(forged, a_client(jwks={"keys": [{"kty": "oct", "kid": key.kid, "k": b64url(pem)}]}))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, 1, ["ES256"], "ES256K", "HS256"])
def test_o056_other_algorithms_are_refused_before_any_key_is_touched(alg):
    for signature in ("", "AAAA"):
        refused(f"{part({'alg': alg})}.{part(claims())}.{signature}")


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": ECKey.generate_key("P-256").as_dict(private=False)},
        {"kid": "x" * 300},
    ],
)
def test_o057_o058_keys_in_the_header_and_odd_kids_are_refused(header):
    refused(signed(header=header))


@pytest.mark.parametrize("crit", [["exp"], ["b64"], ["kid"], [], "exp"])
def test_o059_crit_is_refused(crit):
    fields = {"alg": "ES256", "kid": "ec", "crit": crit, "exp": 1}
    error = refused(f"{part(fields)}.{part(claims())}.AAAA")
    assert "header" in str(error.__cause__)


@pytest.mark.parametrize("kid", ["../../etc/passwd", "' OR 1=1--"])
def test_o058_an_unknown_kid_asks_for_a_fresh_key_set(kid):
    assert isinstance(refused(signed(header={"kid": kid})), UnknownAssertionKey)


def test_a_fetched_key_set_replaces_the_registered_one():
    other = ECKey.generate_key("P-256", {"kid": "new"})
    client = a_client(jwks_uri="https://tax.example/jwks")
    assert isinstance(refused(signed(other), client), UnknownAssertionKey)
    verify(signed(other), client, jwks=KeySet([other]).as_dict(private=False))


def test_without_kid_every_fitting_key_is_tried():
    two = KeySet([ECKey.generate_key("P-256", {"kid": "a"}), EC]).as_dict(private=False)
    unnamed = jwt.encode({"alg": "ES256"}, claims(), EC, algorithms=["ES256"])
    verify(unnamed, a_client(jwks=two))


@pytest.mark.parametrize(
    "change", [{"use": "enc"}, {"alg": "ES384"}, {"kty": "RSA"}, {"crv": "P-384"}, {"x": "!"}, {"y": None}]
)
def test_a_key_that_does_not_fit_is_never_used(change):
    refused(signed(), a_client(jwks={"keys": [EC.as_dict(private=False) | change, "nonsense", None]}))


def test_g10_short_rsa_keys_are_never_used():
    modulus = ((1 << 1023) + 1).to_bytes(128)
    short = {"kty": "RSA", "kid": "rsa", "e": "AQAB", "n": b64url(modulus)}
    refused(signed(RSA, "PS256"), a_client(jwks={"keys": [short]}))
    assert import_public(json.dumps(short)) is None
    assert import_public(json.dumps(short | {"n": b64url(b"\x00" * 200 + modulus)})) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "a.b", "a.b.c.d", "....", "é.é.é", "e30.e30.", "W10.e30.x", "e30.W10.x", "bm90anNvbg.e30.x"),
        *("a" * 20_000, "A" * 1_000_000 + ".e30.x", "eyJhbGciOiJFUzI1NiIsImFsZyI6Im5vbmUifQ.e30.x"),
    ],
)
def test_o060_garbage_and_oversize_are_refused(text):
    refused(text)


def test_a_changed_payload_does_not_verify():
    head, _, signature = signed().split(".")
    other = signed(jti="j2").split(".")[1]
    refused(f"{head}.{other}.{signature}")
