"""The key tree (decision 16): a root key outside the database wraps one key per purpose inside it."""

import copy
import pickle
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from keys import (
    PURPOSES,
    KeyTree,
    NotRotatable,
    Place,
    RootKey,
    SealBroken,
    StoredKek,
    UnknownVersion,
    WrongRoot,
    rotate_kek,
)
from keys.kek import KEK_SETTLES_IN, ROTATABLE
from keys.memory import MemoryKeyStore
from tests.unit.keys.conftest import NOW

PLACE = Place("setting", "value", "1")


class TestRootKey:
    def test_it_is_32_bytes_in_base64url(self) -> None:
        text = RootKey.new_text()
        assert len(text) == 43
        assert RootKey.parse(f" {text}=\n").id == RootKey.parse(text).id

    @pytest.mark.parametrize("text", ["", "short", "A" * 42, "A" * 44, "é" * 43, "+" * 43, "A" * 42 + "B"])
    def test_anything_else_is_refused_without_being_repeated(self, text: str) -> None:
        with pytest.raises(WrongRoot) as refused:
            RootKey.parse(text)
        assert not text or text not in str(refused.value)
        assert refused.value.__cause__ is None

    def test_its_id_tells_nothing_about_it(self) -> None:
        text = RootKey.new_text()
        root = RootKey.parse(text)
        assert len(root.id) == 16
        assert text not in repr(root)
        assert root.id != RootKey.parse(RootKey.new_text()).id

    def test_what_it_wraps_opens_for_the_same_purpose_only(self, root: RootKey) -> None:
        wrapped = root.wrap(b"s" * 32, b"kek|pii|1")
        assert root.unwrap(wrapped, b"kek|pii|1") == b"s" * 32
        with pytest.raises(SealBroken):
            root.unwrap(wrapped, b"kek|factor|1")


class TestOpening:
    def test_a_first_start_makes_one_key_per_purpose(self, root: RootKey, store: MemoryKeyStore) -> None:
        KeyTree.open(root, store, NOW)
        assert sorted(kek.purpose for kek in store.keks()) == sorted(PURPOSES)
        assert {kek.root_id for kek in store.keks()} == {root.id}

    def test_a_second_start_makes_the_same_tree(
        self, root: RootKey, store: MemoryKeyStore, tree: KeyTree
    ) -> None:
        again = KeyTree.open(root, store, NOW)
        assert len(store.keks()) == len(PURPOSES)
        assert same(again, tree)

    def test_another_root_is_refused_and_leaves_nothing_behind(
        self, store: MemoryKeyStore, tree: KeyTree
    ) -> None:
        older = MemoryKeyStore()
        for kek in store.keks():
            if kek.purpose != "sector":
                older.add_kek(kek)
        with pytest.raises(WrongRoot):
            KeyTree.open(RootKey.parse(RootKey.new_text()), older, NOW)
        assert len(older.keks()) == len(PURPOSES) - 1

    def test_the_key_of_the_process_that_came_first_counts(self, root: RootKey) -> None:
        class Late(MemoryKeyStore):
            """Another process stores its keys between our reading and our writing."""

            rival: KeyTree | None = None

            def add_kek(self, kek: StoredKek) -> bool:
                if self.rival is None:
                    self.rival = KeyTree.open(root, other, NOW)
                    for theirs in other.keks():
                        super().add_kek(theirs)
                return super().add_kek(kek)

        other, store = MemoryKeyStore(), Late()
        ours = KeyTree.open(root, store, NOW)
        assert store.rival is not None
        assert same(ours, store.rival)

    def test_a_key_moved_to_another_purpose_does_not_open(self, root: RootKey, store: MemoryKeyStore) -> None:
        KeyTree.open(root, store, NOW)
        by_purpose = {kek.purpose: kek for kek in store.keks()}
        store.rewrap_kek(replace(by_purpose["pii"], wrapped=by_purpose["factor"].wrapped))
        with pytest.raises(SealBroken):
            KeyTree.open(root, store, NOW)

    def test_a_purpose_of_a_newer_release_is_left_alone(self, root: RootKey, store: MemoryKeyStore) -> None:
        store.add_kek(StoredKek("later", 1, b"whatever", "unknown", NOW))
        KeyTree.open(root, store, NOW)


class TestANewRoot:
    def test_the_previous_root_opens_and_everything_is_wrapped_again(
        self, root: RootKey, store: MemoryKeyStore, tree: KeyTree
    ) -> None:
        new = RootKey.parse(RootKey.new_text())
        changed = KeyTree.open(new, store, NOW, previous=root)
        assert same(changed, tree)
        assert {kek.root_id for kek in store.keks()} == {new.id}
        assert same(KeyTree.open(new, store, NOW), tree)  # the previous one is no longer needed
        with pytest.raises(WrongRoot):
            KeyTree.open(root, store, NOW)

    def test_a_start_killed_half_way_is_finished_by_the_next(
        self, root: RootKey, store: MemoryKeyStore, tree: KeyTree
    ) -> None:
        new = RootKey.parse(RootKey.new_text())
        half = MemoryKeyStore()
        KeyTree.open(new, changed := copy_of(store), NOW, previous=root)
        for number, pair in enumerate(zip(store.keks(), changed.keks(), strict=True)):
            half.add_kek(pair[number % 2])
        assert same(KeyTree.open(new, half, NOW, previous=root), tree)

    def test_neither_of_two_wrong_roots_opens(self, store: MemoryKeyStore, tree: KeyTree) -> None:
        with pytest.raises(WrongRoot):
            KeyTree.open(
                RootKey.parse(RootKey.new_text()), store, NOW, previous=RootKey.parse(RootKey.new_text())
            )

    def test_the_sector_salt_never_changes(self, root: RootKey, store: MemoryKeyStore, tree: KeyTree) -> None:
        new = RootKey.parse(RootKey.new_text())
        assert KeyTree.open(new, store, NOW, previous=root).sector_salt == tree.sector_salt
        assert (
            KeyTree.open(root, MemoryKeyStore(), NOW).sector_salt == tree.sector_salt
        )  # derived from the root
        assert KeyTree.open(new, MemoryKeyStore(), NOW).sector_salt != tree.sector_salt


class TestANewVersion:
    @pytest.mark.parametrize("purpose", ROTATABLE)
    def test_it_opens_at_once_and_seals_when_every_process_had_time_to_load_it(
        self, purpose: str, root: RootKey, store: MemoryKeyStore, tree: KeyTree
    ) -> None:
        owner = uuid4()
        _, wrapped = tree.vault.new_data_key(owner)
        rotate_kek(root, store, purpose, NOW)
        early = KeyTree.open(root, store, NOW + KEK_SETTLES_IN - timedelta(seconds=1))
        late = KeyTree.open(root, store, NOW + KEK_SETTLES_IN)
        sealed = [
            early.vault.system("factor").seal(b"seed", PLACE),
            late.vault.system("factor").seal(b"seed", PLACE),
        ]
        assert [late.vault.system("factor").unseal(s, PLACE) for s in sealed] == [b"seed", b"seed"]
        assert tree.vault.system("factor").unseal(sealed[0], PLACE) == b"seed"
        if purpose == "factor":
            with pytest.raises(UnknownVersion):
                tree.vault.system("factor").unseal(sealed[1], PLACE)
        assert early.vault.rewrap(owner, wrapped) is None
        assert (late.vault.rewrap(owner, wrapped) is not None) is (purpose == "pii")

    def test_rewrapping_leaves_the_data_as_they_are(
        self, root: RootKey, store: MemoryKeyStore, tree: KeyTree
    ) -> None:
        owner = uuid4()
        key, wrapped = tree.vault.new_data_key(owner)
        sealed = key.seal(b"Siti", PLACE)
        rotate_kek(root, store, "pii", NOW)
        late = KeyTree.open(root, store, NOW + KEK_SETTLES_IN)
        rewrapped = late.vault.rewrap(owner, wrapped)
        assert rewrapped is not None
        assert late.vault.open(owner, rewrapped).unseal(sealed, PLACE) == b"Siti"
        assert late.vault.rewrap(owner, rewrapped) is None
        with pytest.raises(UnknownVersion):
            tree.vault.open(owner, rewrapped)

    @pytest.mark.parametrize("purpose", sorted(set(PURPOSES) - set(ROTATABLE)))
    def test_keys_whose_outputs_are_stored_without_a_version_stay(
        self, purpose: str, root: RootKey, store: MemoryKeyStore
    ) -> None:
        with pytest.raises(NotRotatable):
            rotate_kek(root, store, purpose, NOW)


class TestKeyedDigests:
    def test_a_pepper_is_keyed(self, tree: KeyTree) -> None:
        other = KeyTree.open(RootKey.parse(RootKey.new_text()), MemoryKeyStore(), NOW)
        assert len(tree.pepper(b"rahasia")) == 32
        assert tree.pepper(b"rahasia") != other.pepper(b"rahasia")

    def test_a_mac_is_one_label_s_own(self, tree: KeyTree) -> None:
        assert tree.mac("csrf", b"form") == tree.mac("csrf", b"form")
        assert tree.mac("csrf", b"form") != tree.mac("cookie", b"form")
        assert len(tree.mac("csrf", b"form")) == 32

    def test_no_two_uses_share_a_key(self, tree: KeyTree) -> None:
        digests = {
            tree.pepper(b"x"),
            tree.mac("pepper", b"x"),
            tree.blind_index.digest("pepper", "x"),
            tree.sector_salt,
        }
        assert len(digests) == 4


def test_nothing_that_holds_a_key_prints_pickles_or_copies(root: RootKey, tree: KeyTree) -> None:
    for holder in (root, tree, tree.vault, tree.blind_index, tree.vault.system("pii")):
        assert repr(holder) == str(holder) == f"<{type(holder).__name__}>"
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                leave(holder)


def copy_of(store: MemoryKeyStore) -> MemoryKeyStore:
    copied = MemoryKeyStore()
    for kek in store.keks():
        copied.add_kek(kek)
    return copied


def same(one: KeyTree, other: KeyTree) -> bool:
    """Tell whether two trees open each other's seals and agree on every digest."""
    owner = uuid4()
    key, wrapped = one.vault.new_data_key(owner)
    sealed = key.seal(b"v", PLACE)
    factor = one.vault.system("factor").seal(b"v", PLACE)
    private = one.wrap_private("kid", "ES256", b"private")
    return (
        other.vault.open(owner, wrapped).unseal(sealed, PLACE) == b"v"
        and other.vault.system("factor").unseal(factor, PLACE) == b"v"
        and other.unwrap_private("kid", "ES256", private) == b"private"
        and one.pepper(b"x") == other.pepper(b"x")
        and one.mac("l", b"x") == other.mac("l", b"x")
        and one.blind_index.digest("nik", "x") == other.blind_index.digest("nik", "x")
        and one.sector_salt == other.sector_salt
    )
