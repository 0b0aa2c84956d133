"""The fast signer says the same as joserfc (RFC 7515 section 3.1, RFC 7519)."""

import json
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet

from keys import Keyring, compact
from keys.encoding import from_b64url
from tests.unit.keys.conftest import NOW

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
CLAIMS = st.dictionaries(TEXT, VALUES, max_size=6)
TYPES = st.sampled_from(["JWT", "at+jwt", "logout+jwt", "secevent+jwt", "token-introspection+jwt"])


def joserfc_reads(keyring: Keyring, token: str, alg: str) -> jwt.Token:
    published = KeySet.import_key_set(json.loads(keyring.jwks_bytes))
    return jwt.decode(token, published, algorithms=[alg])


@given(claims=CLAIMS, typ=TYPES, alg=st.sampled_from(["ES256", "EdDSA", "Ed25519"]))
def test_joserfc_reads_what_we_sign(keyring: Keyring, claims: dict[str, object], typ: str, alg: str) -> None:
    token = compact(keyring.signer(alg), claims, typ)
    read = joserfc_reads(keyring, token, alg)
    assert read.claims == claims
    assert read.header == {"alg": alg, "kid": keyring.signer(alg).kid, "typ": typ}
    assert keyring.verify(token, typ=typ) == claims


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_verifies_with_the_published_keys(keyring: Keyring, alg: str) -> None:
    token = compact(keyring.signer(alg), {"sub": "Siti", "aud": ("a", "b")})
    assert joserfc_reads(keyring, token, alg).claims == {"sub": "Siti", "aud": ["a", "b"]}
    assert keyring.verify(token, typ="JWT", algorithms={alg}) == {"sub": "Siti", "aud": ["a", "b"]}


def test_the_header_names_algorithm_key_and_type_and_nothing_else(keyring: Keyring) -> None:
    token = compact(keyring.signer("ES256"), {}, "at+jwt")
    header = json.loads(from_b64url(token.split(".")[0].encode()))
    assert header == {"alg": "ES256", "kid": keyring.signer("ES256").kid, "typ": "at+jwt"}


def test_a_read_only_mapping_is_a_json_object(keyring: Keyring) -> None:
    claims = MappingProxyType({"cnf": MappingProxyType({"jkt": "x"}), "id": UUID(int=1)})
    token = compact(keyring.signer("ES256"), claims)
    assert keyring.verify(token, typ="JWT") == {"cnf": {"jkt": "x"}, "id": str(UUID(int=1))}


@pytest.mark.parametrize("value", [NOW, {"a set"}, b"bytes", object()])
def test_what_is_not_json_is_a_mistake_of_ours(keyring: Keyring, value: object) -> None:
    with pytest.raises(TypeError):
        compact(keyring.signer("ES256"), {"exp": value})


def test_threads_share_a_signer(keyring: Keyring) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda n: compact(keyring.signer("ES256"), {"n": n}), range(400)))
        read = list(pool.map(lambda token: keyring.verify(token, typ="JWT"), tokens))
    assert read == [{"n": n} for n in range(400)]
