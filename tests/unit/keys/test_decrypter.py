"""What others encrypt to us: strict before any key is touched (RFC 7516, RFC 8725)."""

import json
import time
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from keys import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_ENCRYPTION_ALGORITHMS,
    CannotDecrypt,
    Keyring,
    KeyState,
    KeyTree,
    RotationPolicy,
    UnknownDecryptionKey,
    rotate,
)
from keys.decrypter import MAX_ENCRYPTED
from keys.encoding import b64url_text, from_b64url
from keys.memory import MemoryKeyStore
from keys.rotation import new_key
from tests.unit.keys.conftest import NOW

ANY = jwe.JWERegistry(algorithms=list(jwe.JWERegistry.algorithms["alg"] | jwe.JWERegistry.algorithms["enc"]))


def published(ring: Keyring, alg: str) -> dict[str, Any]:
    return next(dict(key) for key in ring.jwks()["keys"] if key["alg"] == alg)


def encrypted(
    ring: Keyring, alg: str, enc: str = "A256GCM", content: bytes = b"content", **header: object
) -> str:
    jwk = published(ring, alg)
    protected = {"alg": alg, "enc": enc, "kid": jwk["kid"]} | header
    return jwe.encrypt_compact(
        {name: value for name, value in protected.items() if value is not None},
        content,
        JWKRegistry.import_key(jwk),
        registry=ANY,
    )


def with_header(token: str, **changes: object) -> str:
    first, _, rest = token.partition(".")
    header = json.loads(from_b64url(first.encode())) | changes
    return b64url_text(json.dumps(header).encode()) + "." + rest


@pytest.mark.parametrize("enc", CONTENT_ENCRYPTION_ALGORITHMS)
@pytest.mark.parametrize("alg", KEY_ENCRYPTION_ALGORITHMS)
def test_what_joserfc_encrypts_to_a_published_key_is_read(keyring: Keyring, alg: str, enc: str) -> None:
    assert keyring.decrypt(encrypted(keyring, alg, enc)) == b"content"
    assert keyring.decrypt(encrypted(keyring, alg, enc, kid=None)) == b"content"


def test_one_key_may_be_named_by_any_of_its_names(keyring: Keyring) -> None:
    kid = published(keyring, "ECDH-ES")["kid"]
    assert keyring.decrypt(encrypted(keyring, "ECDH-ES+A256KW", kid=kid)) == b"content"


@pytest.mark.parametrize("state", list(KeyState))
def test_every_published_key_decrypts_and_no_retired_one(
    tree: KeyTree, store: MemoryKeyStore, state: KeyState
) -> None:
    key = new_key(tree, "ECDH-ES", state, NOW)
    store.add_signing_key(key)
    jwk: dict[str, Any] = dict(key.public_jwk)
    token = jwe.encrypt_compact(
        {"alg": "ECDH-ES", "enc": "A128GCM", "kid": key.kid}, b"x", ECKey.import_key(jwk), registry=ANY
    )
    ring = Keyring.load(tree, store)
    if state is KeyState.RETIRED:
        with pytest.raises(UnknownDecryptionKey):
            ring.decrypt(token)
    else:
        assert ring.decrypt(token) == b"x"


def test_a_deployment_without_encryption_keys_gets_them_at_its_next_start(
    tree: KeyTree, store: MemoryKeyStore
) -> None:
    rotate(store, tree, NOW, RotationPolicy(algorithms=("ES256",)))
    rotate(store, tree, NOW, RotationPolicy(algorithms=("ES256", "ECDH-ES")))
    ring = Keyring.load(tree, store)
    assert ring.decrypt(encrypted(ring, "ECDH-ES")) == b"content"
    assert ring.algorithms == ("ES256",)


def test_an_encryption_key_neither_signs_nor_verifies(keyring: Keyring) -> None:
    for alg in KEY_ENCRYPTION_ALGORITHMS:
        assert keyring.find(published(keyring, alg)["kid"]) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "RSA1_5"},
        {"alg": "RSA-OAEP"},
        {"alg": "PBES2-HS256+A128KW", "p2c": 2_000_000_000, "p2s": "c2FsdA"},
        {"alg": "dir"},
        {"alg": "A256KW"},
        {"alg": "ECDH-ES"},
        {"alg": None},
        {"alg": ["RSA-OAEP-256"]},
        {"enc": "A192GCM"},
        {"enc": None},
        {"zip": "DEF"},
        {"crit": ["exp"], "exp": 1},
        {"jwk": {}},
        {"jku": "https://attacker.example/"},
        {"x5u": "https://attacker.example/"},
        {"epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
    ],
)
def test_a_header_that_is_not_allowed_is_refused_before_a_key_is_used(
    keyring: Keyring, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = with_header(encrypted(keyring, "RSA-OAEP-256"), **changes)
    monkeypatch.setattr(jwe, "decrypt_compact", lambda *a, **k: pytest.fail("a key was used"))
    with pytest.raises(CannotDecrypt):
        keyring.decrypt(token)


@pytest.mark.parametrize("crv", ["P-384", "P-521", "X25519"])
def test_an_ephemeral_key_on_another_curve_is_refused(keyring: Keyring, crv: str) -> None:
    token = encrypted(keyring, "ECDH-ES")
    with pytest.raises(CannotDecrypt):
        keyring.decrypt(with_header(token, epk={"kty": "EC", "crv": crv, "x": "AA", "y": "AA"}))


def test_a_point_off_the_curve_is_refused(keyring: Keyring) -> None:
    epk = {"kty": "EC", "crv": "P-256", "x": b64url_text(b"\x01" * 32), "y": b64url_text(b"\x02" * 32)}
    with pytest.raises(CannotDecrypt):
        keyring.decrypt(with_header(encrypted(keyring, "ECDH-ES"), epk=epk))


def test_a_change_anywhere_is_noticed(keyring: Keyring) -> None:
    parts = encrypted(keyring, "RSA-OAEP-256").split(".")
    for place in range(1, 5):
        flipped = "B" if parts[place][0] == "A" else "A"
        changed = [*parts]
        changed[place] = flipped + parts[place][1:]
        with pytest.raises(CannotDecrypt, match="not encrypted to this key, or was changed"):
            keyring.decrypt(".".join(changed))


def test_what_was_encrypted_to_somebody_else_is_refused(keyring: Keyring) -> None:
    stranger = RSAKey.generate_key(2048)
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
    with pytest.raises(CannotDecrypt):
        keyring.decrypt(jwe.encrypt_compact(header, b"x", stranger, registry=ANY))
    with pytest.raises(UnknownDecryptionKey):
        keyring.decrypt(jwe.encrypt_compact(header | {"kid": "other"}, b"x", stranger, registry=ANY))


@pytest.mark.parametrize("text", ["", "a.b.c", "a.b.c.d.e", "a.b.c.d.e.f", "é.b.c.d.e", "{}....", "." * 4])
def test_what_is_no_compact_jwe_is_refused(keyring: Keyring, text: str) -> None:
    with pytest.raises(CannotDecrypt):
        keyring.decrypt(text)


@pytest.mark.parametrize("place", range(5))
def test_a_segment_of_a_megabyte_is_refused_at_once(keyring: Keyring, place: int) -> None:
    parts = encrypted(keyring, "RSA-OAEP-256").split(".")
    parts[place] = "A" * 1_000_000
    begin = time.perf_counter()
    with pytest.raises(CannotDecrypt, match="size"):
        keyring.decrypt(".".join(parts))
    assert time.perf_counter() - begin < 0.05
    assert len(".".join(parts)) > MAX_ENCRYPTED
