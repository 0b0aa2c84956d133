"""Which keys sign, which are published, which still verify."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from keys import (
    KEY_ENCRYPTION_ALGORITHMS,
    BadSignature,
    Keyring,
    KeyState,
    KeyTree,
    NoSigner,
    RotationPolicy,
    SealBroken,
    StoredKey,
    compact,
    rotate,
)
from keys.memory import MemoryKeyStore
from keys.rotation import new_key
from tests.unit.keys.conftest import NOW

Add = Callable[[KeyState], StoredKey]


@pytest.fixture
def add(tree: KeyTree, store: MemoryKeyStore) -> Add:
    def add(state: KeyState, alg: str = "ES256") -> StoredKey:
        key = new_key(tree, alg, state, NOW)
        store.add_signing_key(key)
        return key

    return add


def signed_by(tree: KeyTree, key: StoredKey) -> str:
    """A token this key signed while it was active."""
    store = MemoryKeyStore()
    store.add_signing_key(replace(key, state=KeyState.ACTIVE, activated_at=NOW))
    return compact(Keyring.load(tree, store).signer("ES256"), {"sub": "s"})


class TestJwks:
    def test_pending_active_and_retiring_keys_are_published_retired_ones_not(
        self, tree: KeyTree, store: MemoryKeyStore, add: Add
    ) -> None:
        keys = {state: add(state).kid for state in KeyState}
        published = [key["kid"] for key in Keyring.load(tree, store).jwks()["keys"]]
        assert published == [keys[KeyState.ACTIVE], keys[KeyState.PENDING], keys[KeyState.RETIRING]]

    def test_only_public_members_with_use_and_alg_and_distinct_kids(self, keyring: Keyring) -> None:
        keys = json.loads(keyring.jwks_bytes)["keys"]
        assert len({key["kid"] for key in keys}) == len(keys)
        for key in keys:
            assert key["use"] == ("enc" if key["alg"] in KEY_ENCRYPTION_ALGORITHMS else "sig")
            assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & key.keys()
        assert [key["alg"] for key in keys] == [
            *("ES256", "RS256", "EdDSA", "Ed25519", "PS256"),
            *("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"),
        ]

    def test_an_ed25519_key_is_listed_under_both_registered_names(self, keyring: Keyring) -> None:
        one, other = (key for key in keyring.jwks()["keys"] if key["kty"] == "OKP")
        assert one["x"] == other["x"]
        assert keyring.signer("Ed25519").kid == other["kid"] == f"{one['kid']}.Ed25519"

    def test_a_caller_cannot_change_the_ring(self, keyring: Keyring) -> None:
        keyring.jwks()["keys"][0].clear()
        assert keyring.jwks() == json.loads(keyring.jwks_bytes)


class TestSigner:
    def test_each_algorithm_has_its_own_key(self, keyring: Keyring) -> None:
        assert keyring.algorithms == ("ES256", "RS256", "EdDSA", "Ed25519", "PS256")
        kids = {keyring.signer(alg).kid for alg in keyring.algorithms}
        assert len(kids) == 5
        assert keyring.signer("RS256").alg == "RS256"

    @pytest.mark.parametrize("alg", ["none", "HS256", "ES384", ""])
    def test_there_is_none_for_what_we_do_not_issue(self, keyring: Keyring, alg: str) -> None:
        with pytest.raises(NoSigner):
            keyring.signer(alg)

    @pytest.mark.parametrize("state", [KeyState.PENDING, KeyState.RETIRING, KeyState.RETIRED])
    def test_only_active_keys_sign(
        self, tree: KeyTree, store: MemoryKeyStore, add: Add, state: KeyState
    ) -> None:
        add(state)
        with pytest.raises(NoSigner):
            Keyring.load(tree, store).signer("ES256")

    def test_of_two_active_keys_the_newest_signs(
        self, tree: KeyTree, store: MemoryKeyStore, add: Add
    ) -> None:
        old = add(KeyState.ACTIVE)
        newer = replace(new_key(tree, "ES256", KeyState.ACTIVE, NOW), activated_at=NOW.replace(hour=6))
        store.add_signing_key(newer)
        assert Keyring.load(tree, store).signer("ES256").kid == newer.kid != old.kid


class TestVerify:
    @pytest.mark.parametrize("state", [KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRING])
    def test_published_keys_verify(
        self, tree: KeyTree, store: MemoryKeyStore, add: Add, state: KeyState
    ) -> None:
        token = signed_by(tree, add(state))
        assert Keyring.load(tree, store).verify(token, typ="JWT") == {"sub": "s"}

    def test_retired_keys_verify_for_hints_only_also_when_remembered(
        self, tree: KeyTree, store: MemoryKeyStore, add: Add
    ) -> None:
        token = signed_by(tree, add(KeyState.RETIRED))
        ring = Keyring.load(tree, store)
        for _ in range(2):
            with pytest.raises(BadSignature):
                ring.verify(token, typ="JWT")
            assert ring.verify(token, typ="JWT", include_retired=True) == {"sub": "s"}

    def test_find_knows_every_key_of_ours(self, tree: KeyTree, store: MemoryKeyStore, add: Add) -> None:
        retired = add(KeyState.RETIRED)
        found = Keyring.load(tree, store).find(retired.kid)
        assert found is not None
        assert (found.alg, found.state, found.jwk["kid"]) == ("ES256", KeyState.RETIRED, retired.kid)
        assert Keyring.load(tree, store).find("unknown") is None


class TestTampering:
    """Whoever can write to the database cannot make us sign with or trust a key of hers."""

    def test_a_public_key_put_in_place_of_ours_is_noticed(self, tree: KeyTree, store: MemoryKeyStore) -> None:
        ours, hers = (new_key(tree, "ES256", KeyState.ACTIVE, NOW) for _ in range(2))
        store.add_signing_key(replace(ours, public_jwk=hers.public_jwk))
        with pytest.raises(SealBroken):
            Keyring.load(tree, store)

    @pytest.mark.parametrize(
        "changes", [{"kid": "other"}, {"alg": "RS256"}, {"alg": "none"}, {"wrapped": b""}]
    )
    def test_a_changed_row_is_noticed(
        self, tree: KeyTree, store: MemoryKeyStore, changes: dict[str, str | bytes]
    ) -> None:
        key = new_key(tree, "ES256", KeyState.ACTIVE, NOW)
        store.add_signing_key(replace(key, **changes))  # type: ignore[arg-type]
        with pytest.raises(SealBroken):
            Keyring.load(tree, store)

    def test_a_private_key_swapped_with_another_row_s_is_noticed(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        one, other = (new_key(tree, "ES256", KeyState.ACTIVE, NOW) for _ in range(2))
        store.add_signing_key(replace(one, wrapped=other.wrapped))
        with pytest.raises(SealBroken):
            Keyring.load(tree, store)

    def test_the_stored_row_holds_no_private_key_in_the_clear(self, tree: KeyTree) -> None:
        key = new_key(tree, "ES256", KeyState.ACTIVE, NOW)
        der = tree.unwrap_private(key.kid, key.alg, key.wrapped)
        assert der not in key.wrapped
        assert "d" not in key.public_jwk


def test_a_ring_knows_whether_it_is_current(tree: KeyTree, store: MemoryKeyStore) -> None:
    policy = RotationPolicy(algorithms=("ES256",))
    rotate(store, tree, NOW, policy)
    ring = Keyring.load(tree, store)
    assert ring.is_current(store.signing_keys())
    rotate(store, tree, NOW, policy, begin=True)
    assert not ring.is_current(store.signing_keys())
    assert repr(ring) == "<Keyring>"


def test_a_token_signed_here_is_known_without_another_check(keyring: Keyring) -> None:
    token = keyring.sign("ES256", {"sub": "one"}, "at+jwt")
    assert keyring.verify(token, typ="at+jwt") == {"sub": "one"}
    for wrong, typ in ((token, "JWT"), (token[:-4] + "AAAA", "at+jwt")):
        with pytest.raises(BadSignature):
            keyring.verify(wrong, typ=typ)
