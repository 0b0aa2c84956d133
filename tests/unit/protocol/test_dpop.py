"""DPoP proofs as JWTs: form, header, key and signature (RFC 9449 §4.2, §4.3 rules 1 to 7)."""

import base64
import hashlib
import json

import pytest
from hypothesis import given, strategies as st
from joserfc.jwk import ECKey, OctKey

from idp.protocol.oauth.dpop import ALGORITHMS, verify
from tests.unit.protocol.proofs import CLAIMS, EC, KEYS, NOW, TOKEN_REQUEST, refused, segment, signed


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_proof_names_its_key_by_thumbprint(alg):
    key = KEYS[alg]
    proof = verify(signed(key, alg), TOKEN_REQUEST)
    assert proof.jkt == key.thumbprint()
    assert len(proof.jkt) == 43


def test_rfc7638_the_thumbprint_is_of_the_required_members_only():
    jwk = EC.as_dict(private=False) | {"kid": "mine", "use": "sig", "x5t": "abc"}
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    expected = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
    assert verify(signed(header={"jwk": jwk}), TOKEN_REQUEST).jkt == expected


# 1 to 7: the JWT and its header


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c", "..", "e30.e30.e30", "\u00e9.e30.x", "A" * 20_000])
def test_rule_2_it_is_a_well_formed_jwt(text):
    refused(text)


def test_rule_1_two_proofs_joined_by_the_server_are_refused():
    refused(f"{signed()},{signed(jti='j2')}")
    refused(f"{signed()}, {signed()}")


@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat"])
def test_rule_3_every_needed_claim_is_there(name):
    assert name in refused(signed(**{name: ...}))
    refused(signed(**{name: None}))
    refused(signed(**{name: ["x"]}))


@pytest.mark.parametrize("typ", [..., None, "", "JWT", "jwt", "at+jwt", "dpop", ["dpop+jwt"], 1])
def test_rule_4_typ_says_what_it_is(typ):
    assert "typ" in refused(signed(header={"typ": typ}))


def test_rule_4_typ_is_a_media_type_in_any_case():
    verify(signed(header={"typ": "DPoP+JWT"}), TOKEN_REQUEST)


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "", "HS256", "RS256", "ES384", "ES256K", None, ["ES256"], 1]
)
def test_rule_5_alg_is_asymmetric_and_on_the_list(alg):
    _, payload, signature = signed().split(".")
    header = {"typ": "dpop+jwt", "alg": alg, "jwk": EC.as_dict(private=False)}
    for text in (f"{segment(header)}.{payload}.{signature}", f"{segment(header)}.{payload}."):
        assert "alg" in refused(text)


def test_rule_5_rs256_is_refused_however_well_signed():
    assert "alg" in refused(signed(KEYS["PS256"], "RS256"))


@pytest.mark.parametrize(
    "jwk", [..., None, "x", [], {}, {"kty": "EC"}, {"kty": "EC", "crv": "P-256", "x": 1, "y": 2}]
)
def test_rule_6_the_key_is_in_the_header(jwk):
    assert "jwk" in refused(signed(header={"jwk": jwk}))


def test_rule_6_a_key_of_another_kind_is_refused():
    for other in (KEYS["PS256"], KEYS["EdDSA"], ECKey.generate_key("P-384"), ECKey.generate_key("secp256k1")):
        assert "jwk" in refused(signed(header={"jwk": other.as_dict(private=False)}))
    assert "jwk" in refused(signed(header={"jwk": OctKey.generate_key(256).as_dict(private=True)}))


def test_rule_6_a_short_rsa_key_and_an_absurd_one_are_refused():
    for length in (171, 1500):  # some 1024 and 9000 bits
        jwk = {"kty": "RSA", "e": "AQAB", "n": "x" * length}
        assert "jwk" in refused(signed(KEYS["PS256"], "PS256", header={"jwk": jwk}))


def test_rule_6_a_point_off_the_curve_is_refused():
    jwk = EC.as_dict(private=False) | {"x": "A" * 43}
    assert "jwk" in refused(signed(header={"jwk": jwk}))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_rule_7_a_private_key_in_the_header_is_refused(alg):
    key = KEYS[alg]
    assert "private" in refused(signed(key, alg, header={"jwk": key.as_dict(private=True)}))


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_rule_7_even_one_private_member_is_refused(member):
    jwk = EC.as_dict(private=False) | {member: "AQAB"}
    assert "private" in refused(signed(header={"jwk": jwk}))


def test_rule_6_the_signature_is_by_that_key():
    assert "signature" in refused(signed(header={"jwk": ECKey.generate_key("P-256").as_dict(private=False)}))
    head, _, signature = signed().split(".")
    assert "signature" in refused(f"{head}.{segment(CLAIMS | {'jti': 'other'})}.{signature}")


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "x", None])
def test_rfc7515_an_extension_nobody_here_understands_is_refused(crit):
    refused(signed(header={"crit": crit, "b64": True}))


def test_repeated_members_are_refused():
    head, _, signature = signed().split(".")
    twice = base64.urlsafe_b64encode(b'{"jti":"a","jti":"b"}').rstrip(b"=").decode()
    refused(f"{head}.{twice}.{signature}")


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"kid": "../../etc/passwd"},
        {"unheard_of": {"a": 1}},
    ],
)
def test_4_2_header_members_nobody_asked_for_are_ignored(header):
    verify(signed(header=header), TOKEN_REQUEST)


def test_4_2_claims_nobody_asked_for_are_ignored():
    past = int(NOW.timestamp()) - 3600
    verify(signed(nbf=past + 7200, exp=past, aud="https://other", unheard_of=[1], ath="x"), TOKEN_REQUEST)


@pytest.mark.parametrize("jti", ["", "x" * 257, 7, "\x00", "a\nb", "\ud800"])
def test_11_1_a_jti_is_a_text_of_sane_length(jti):
    assert "jti" in refused(signed(jti=jti))


def test_11_1_a_jti_of_the_full_length_is_taken():
    verify(signed(jti="x" * 256), TOKEN_REQUEST)


@given(st.text(max_size=200), st.binary(max_size=200))
def test_any_text_is_refused_and_nothing_worse(text, data):
    refused(text)
    encoded = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    refused(f"{encoded}.{encoded}.{encoded}")
