"""Only what we signed ourselves verifies, byte by byte (RFC 7515 section 5.2, RFC 8725)."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping

import orjson
import pytest
from hypothesis import given, strategies as st
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from keys import BadSignature, Keyring, KeyTree, RotationPolicy, UnknownKey, compact, rotate
from keys.encoding import b64url, b64url_text
from keys.lru import Lru
from keys.memory import MemoryKeyStore
from keys.signer import PrivateKey
from keys.verifier import MAX_TOKEN
from tests.unit.keys.conftest import NOW

CLAIMS = {"iss": "https://id.example", "sub": "s", "aud": ["a"]}


def forge(
    keyring: Keyring, header: Mapping[str, object] | bytes, payload: bytes = orjson.dumps(CLAIMS)
) -> str:
    """Sign anything with our real ES256 key, which no attacker can: the form alone must refuse it."""
    raw = header if isinstance(header, bytes) else orjson.dumps(dict(header))
    message = b64url(raw) + b"." + b64url(payload)
    return (message + b"." + b64url(keyring.signer("ES256").sign(message))).decode()


@pytest.fixture(scope="session")
def kid(keyring: Keyring) -> str:
    return keyring.signer("ES256").kid


@pytest.fixture(scope="session")
def token(keyring: Keyring) -> str:
    return compact(keyring.signer("ES256"), CLAIMS, "at+jwt")


class TestForm:
    @pytest.mark.parametrize("text", ["", ".", "..", "a.b", "a.b.c.d", "é.b.c", "a.b.c", "\0.\0.\0", "....."])
    def test_what_is_not_three_segments_is_refused(self, keyring: Keyring, text: str) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(text, typ=None)

    def test_padding_and_white_space_are_refused(self, keyring: Keyring, token: str) -> None:
        head, body, tail = token.split(".")
        for text in (
            f"{token}=",
            f" {token}",
            f"{token}\n",
            f"{head}=.{body}.{tail}",
            f"{head}.{body}=.{tail}",
        ):
            with pytest.raises(BadSignature):
                keyring.verify(text, typ=None)

    def test_a_second_spelling_of_the_same_signature_is_refused(self, keyring: Keyring, token: str) -> None:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        last = alphabet.index(token[-1])
        with pytest.raises(BadSignature):  # the last four bits of 64 bytes are unused
            keyring.verify(token[:-1] + alphabet[last ^ 1], typ=None)

    def test_an_oversized_token_is_refused_before_any_work(self, keyring: Keyring) -> None:
        genuine = compact(keyring.signer("ES256"), {"x": "y" * MAX_TOKEN})
        start = time.perf_counter()
        for text in (genuine, "A" * 10_000_000, "." * 1_000_000):
            with pytest.raises(BadSignature):
                keyring.verify(text, typ=None)
        assert time.perf_counter() - start < 0.05

    def test_a_deep_header_is_refused(self, keyring: Keyring) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(forge(keyring, b"[" * 380), typ=None)


class TestHeader:
    @pytest.mark.parametrize(
        "more",
        [
            {"crit": ["exp"], "exp": 1},
            {"crit": []},
            {"b64": False, "crit": ["b64"]},
            {"jku": "https://evil.example/jwks"},
            {"x5u": "https://evil.example/cert"},
            {"jwk": {"kty": "EC"}},
            {"x5c": ["MII"]},
            {"zip": "DEF"},
            {"cty": "JWT"},
            {"unknown": 1},
        ],
    )
    def test_a_member_we_never_write_is_refused(
        self, keyring: Keyring, kid: str, more: dict[str, object]
    ) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(forge(keyring, {"alg": "ES256", "kid": kid, "typ": "JWT"} | more), typ=None)

    def test_a_repeated_member_is_refused(self, keyring: Keyring, kid: str) -> None:
        raw = f'{{"alg":"none","alg":"ES256","kid":"{kid}","typ":"JWT"}}'.encode()
        with pytest.raises(BadSignature):
            keyring.verify(forge(keyring, raw), typ=None)

    @pytest.mark.parametrize(
        "alg", ["none", "None", "NONE", "", "HS256", "RS256", "es256", "ES384", "Ed25519", None, 1, []]
    )
    def test_an_algorithm_other_than_the_key_s_is_refused(
        self, keyring: Keyring, kid: str, alg: object
    ) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(forge(keyring, {"alg": alg, "kid": kid, "typ": "JWT"}), typ=None)

    def test_an_unsigned_token_is_refused(self, keyring: Keyring, kid: str) -> None:
        for alg in ("none", "ES256"):
            head = b64url_text(orjson.dumps({"alg": alg, "kid": kid, "typ": "JWT"}))
            with pytest.raises(BadSignature):
                keyring.verify(f"{head}.{b64url_text(orjson.dumps(CLAIMS))}.", typ=None)

    def test_the_public_key_is_no_hmac_secret(self, keyring: Keyring, kid: str) -> None:
        message = b64url(orjson.dumps({"alg": "HS256", "kid": kid})) + b"." + b64url(orjson.dumps(CLAIMS))
        forged = hmac.digest(keyring.jwks_bytes, message, "sha256")
        with pytest.raises(BadSignature):
            keyring.verify(f"{message.decode()}.{b64url_text(forged)}", typ=None)

    @pytest.mark.parametrize(
        "kid", ["", "unknown", "../../etc/passwd", "' OR 1=1--", "k" * 100_000, ["x"], None, {}]
    )
    def test_a_kid_that_is_not_ours_is_refused(self, keyring: Keyring, kid: object) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(forge(keyring, {"alg": "ES256", "kid": kid, "typ": "JWT"}), typ=None)

    def test_an_unknown_kid_is_told_apart_so_that_the_ring_can_be_reloaded(self, keyring: Keyring) -> None:
        stranger = PrivateKey.generate("ES256").signer()
        with pytest.raises(UnknownKey):
            keyring.verify(compact(stranger, CLAIMS), typ=None)

    def test_another_s_key_under_our_kid_is_refused(self, keyring: Keyring, kid: str) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(compact(PrivateKey.generate("ES256").signer(kid), CLAIMS), typ=None)

    def test_the_type_is_exactly_the_expected_one(self, keyring: Keyring, token: str) -> None:
        assert keyring.verify(token, typ="at+jwt") == keyring.verify(token, typ=None) == CLAIMS
        for typ in ("JWT", "AT+JWT", "application/at+jwt", ""):
            with pytest.raises(BadSignature):
                keyring.verify(token, typ=typ)

    def test_a_caller_may_narrow_the_algorithms(self, keyring: Keyring, token: str) -> None:
        assert keyring.verify(token, typ=None, algorithms=("ES256", "PS256")) == CLAIMS
        for algorithms in ((), ("RS256",)):
            with pytest.raises(BadSignature):
                keyring.verify(token, typ=None, algorithms=algorithms)


class TestPayload:
    @pytest.mark.parametrize(
        "payload", [b"", b"[]", b'"x"', b"1", b"null", b"{", b"\xff", b"{} {}", b'{"a":NaN}']
    )
    def test_what_is_not_an_object_is_refused(self, keyring: Keyring, kid: str, payload: bytes) -> None:
        with pytest.raises(BadSignature):
            keyring.verify(forge(keyring, {"alg": "ES256", "kid": kid, "typ": "JWT"}, payload), typ=None)


class TestAgainstJoserfc:
    @given(data=st.data())
    def test_what_we_accept_joserfc_accepts_with_the_same_claims(
        self, keyring: Keyring, token: str, data: st.DataObject
    ) -> None:
        at = data.draw(st.integers(0, len(token)))
        cut = data.draw(st.integers(0, 3))
        put = data.draw(st.text("ABCabc019-_.=+/ ", max_size=3))
        changed = token[:at] + put + token[at + cut :]
        try:
            ours = keyring.verify(changed, typ="at+jwt")
        except BadSignature:
            assert changed != token
            return
        assert changed == token
        assert ours == jwt.decode(changed, KeySet.import_key_set(json.loads(keyring.jwks_bytes))).claims

    @given(flip=st.integers(0, 64 * 8 - 1))
    def test_a_flipped_bit_of_the_signature_is_refused_by_both(
        self, keyring: Keyring, token: str, flip: int
    ) -> None:
        head, body, _ = token.split(".")
        message = f"{head}.{body}"
        signature = bytearray(keyring.signer("ES256").sign(message.encode()))
        signature[flip // 8] ^= 1 << flip % 8
        changed = f"{message}.{b64url_text(bytes(signature))}"
        with pytest.raises(BadSignature):
            keyring.verify(changed, typ=None)
        with pytest.raises(JoseError):
            jwt.decode(changed, KeySet.import_key_set(json.loads(keyring.jwks_bytes)))

    @given(
        claims=st.dictionaries(
            st.text(st.characters(codec="utf-8")), st.integers(-(2**53), 2**53), max_size=4
        )
    )
    def test_what_joserfc_signs_with_our_key_we_read(
        self, shared_tree: KeyTree, claims: dict[str, int]
    ) -> None:
        ring, key = ring_of(shared_tree)
        header = {"typ": "JWT", "alg": "ES256", "kid": ring.signer("ES256").kid}  # another order of members
        assert ring.verify(jwt.encode(header, dict(claims), key), typ="JWT") == claims
        unordered = jws.serialize_compact(header, json.dumps(claims, indent=1), key)
        assert ring.verify(unordered, typ="JWT") == claims


_RINGS: dict[int, tuple[Keyring, ECKey]] = {}


def ring_of(tree: KeyTree) -> tuple[Keyring, ECKey]:
    """A ring with one key, and that key as joserfc takes it."""
    if id(tree) not in _RINGS:
        store = MemoryKeyStore()
        rotate(store, tree, NOW, RotationPolicy(algorithms=("ES256",)))
        (stored,) = store.signing_keys()
        der = tree.unwrap_private(stored.kid, stored.alg, stored.wrapped)
        _RINGS[id(tree)] = (Keyring.load(tree, store), ECKey.import_key(der))
    return _RINGS[id(tree)]


class TestMemory:
    def test_a_token_seen_before_is_read_again_in_microseconds(self, keyring: Keyring, token: str) -> None:
        keyring.verify(token, typ="at+jwt")
        start = time.perf_counter()
        for _ in range(200):
            keyring.verify(token, typ="at+jwt")
        assert (time.perf_counter() - start) / 200 < 0.000_05  # an ES256 verification alone takes longer

    def test_a_reader_cannot_change_what_the_next_one_reads(self, keyring: Keyring, token: str) -> None:
        first = keyring.verify(token, typ="at+jwt")
        first["sub"] = "someone else"
        audience = first["aud"]
        assert isinstance(audience, list)
        audience.append("b")
        assert keyring.verify(token, typ="at+jwt") == CLAIMS

    def test_it_is_bounded_and_forgets_what_was_unused_for_longest(self) -> None:
        memory: Lru[int] = Lru(3)
        for n in range(3):
            memory.put(bytes([n]), n)
        memory.get(b"\0")
        memory.put(b"\3", 3)
        assert len(memory) == 3
        assert [memory.get(bytes([n])) for n in range(4)] == [0, None, 2, 3]

    def test_it_keeps_digests_not_tokens(self, keyring: Keyring, token: str) -> None:
        keyring.verify(token, typ="at+jwt")
        remembered = keyring._verifier._verified._entries
        assert hashlib.sha256(token.encode()).digest() in remembered
        assert token not in repr(remembered)
