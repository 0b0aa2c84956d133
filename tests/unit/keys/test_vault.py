"""Personal data at rest: sealed under the citizen's own key, bound to its place (style practice 22)."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from keys import DataKey, KeyTree, Place, SealBroken, UnknownVersion

SITI, BUDI = uuid4(), uuid4()
KEY = DataKey({1: b"k" * 32})
NAMES = st.text(st.characters(exclude_characters="|", codec="utf-8"), min_size=1, max_size=12)
PLACES = st.builds(Place, NAMES, NAMES, st.text(st.characters(codec="utf-8"), max_size=12))


class TestFields:
    @given(plaintext=st.binary(max_size=300), place=PLACES)
    def test_what_is_sealed_opens_at_its_place(self, plaintext: bytes, place: Place) -> None:
        assert KEY.unseal(KEY.seal(plaintext, place), place) == plaintext

    @given(place=PLACES, other=PLACES)
    def test_and_at_no_other(self, place: Place, other: Place) -> None:
        sealed = KEY.seal(b"3173", place)
        if place != other:
            with pytest.raises(SealBroken):
                KEY.unseal(sealed, other)

    @pytest.mark.parametrize(
        "moved",
        [
            Place("attribute", "value", "2"),
            Place("attribute", "source", "1"),
            Place("identifier", "value", "1"),
            Place("attribute", "value", "1|1"),
        ],
    )
    def test_a_ciphertext_swapped_to_another_row_column_or_table_fails_closed(self, moved: Place) -> None:
        sealed = KEY.seal(b"3173", Place("attribute", "value", "1"))
        with pytest.raises(SealBroken):
            KEY.unseal(sealed, moved)

    @given(data=st.data())
    def test_a_changed_bit_anywhere_fails_closed(self, data: st.DataObject) -> None:
        place = Place("attribute", "value", "1")
        sealed = bytearray(KEY.seal(b"Siti Aminah", place))
        at = data.draw(st.integers(0, len(sealed) * 8 - 1))
        sealed[at // 8] ^= 1 << at % 8
        with pytest.raises(SealBroken):
            KEY.unseal(bytes(sealed), place)

    @given(st.binary(max_size=60))
    def test_bytes_that_were_never_sealed_fail_closed(self, junk: bytes) -> None:
        with pytest.raises(SealBroken):
            KEY.unseal(junk, Place("attribute", "value", "1"))

    @given(st.integers(0, 40))
    def test_a_cut_ciphertext_fails_closed(self, length: int) -> None:
        place = Place("attribute", "value", "1")
        with pytest.raises(SealBroken):
            KEY.unseal(KEY.seal(b"Siti Aminah", place)[:length], place)

    def test_the_same_value_never_looks_the_same(self) -> None:
        place = Place("attribute", "value", "1")
        assert KEY.seal(b"Siti", place) != KEY.seal(b"Siti", place)

    def test_a_refusal_tells_nothing(self) -> None:
        with pytest.raises(SealBroken) as refused:
            KEY.unseal(KEY.seal(b"Siti", Place("a", "b", "1")), Place("a", "b", "2"))
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__

    @pytest.mark.parametrize(("table", "column"), [("", "c"), ("t", ""), ("t|c", "x"), ("t", "c|x")])
    def test_a_place_cannot_be_spelled_in_two_ways(self, table: str, column: str) -> None:
        with pytest.raises(ValueError, match="place"):
            Place(table, column, "1")


class TestDataKeys:
    def test_each_citizen_has_one(self, tree: KeyTree) -> None:
        place = Place("attribute", "value", "1")
        siti, wrapped = tree.vault.new_data_key(SITI)
        budi, _ = tree.vault.new_data_key(BUDI)
        sealed = siti.seal(b"Siti", place)
        assert tree.vault.open(SITI, wrapped).unseal(sealed, place) == b"Siti"
        with pytest.raises(SealBroken):
            budi.unseal(sealed, place)

    def test_a_wrapped_key_copied_to_another_citizen_does_not_open(self, tree: KeyTree) -> None:
        _, wrapped = tree.vault.new_data_key(SITI)
        with pytest.raises(SealBroken):
            tree.vault.open(BUDI, wrapped)

    @given(data=st.data())
    def test_a_changed_wrapped_key_does_not_open(self, data: st.DataObject, shared_tree: KeyTree) -> None:
        wrapped = bytearray(shared_tree.vault.new_data_key(SITI)[1])
        at = data.draw(st.integers(0, len(wrapped) - 1))
        wrapped[at] ^= data.draw(st.integers(1, 255))
        with pytest.raises(SealBroken):
            shared_tree.vault.open(SITI, bytes(wrapped))

    def test_a_sealed_value_is_no_wrapped_key(self, tree: KeyTree) -> None:
        key, _ = tree.vault.new_data_key(SITI)
        with pytest.raises(SealBroken):
            tree.vault.open(SITI, key.seal(b"x" * 34, Place("data-key", str(SITI), "")))

    def test_the_wrapped_form_does_not_contain_the_key(self, tree: KeyTree) -> None:
        assert b"k" * 32 not in tree.vault.new_data_key(SITI)[1]
        assert tree.vault.new_data_key(SITI)[1] != tree.vault.new_data_key(SITI)[1]

    def test_a_renewed_key_still_opens_what_the_old_one_sealed(self, tree: KeyTree) -> None:
        place = Place("attribute", "value", "1")
        key, wrapped = tree.vault.new_data_key(SITI)
        old = key.seal(b"Siti", place)
        renewed, wrapped = tree.vault.renew(SITI, wrapped)
        new = renewed.seal(renewed.unseal(old, place), place)
        reopened = tree.vault.open(SITI, wrapped)
        assert (reopened.unseal(old, place), reopened.unseal(new, place)) == (b"Siti", b"Siti")
        assert (key.version, renewed.version, reopened.version) == (1, 2, 2)
        with pytest.raises(UnknownVersion):
            key.unseal(new, place)

    def test_a_settled_key_has_forgotten_the_old_version(self, tree: KeyTree) -> None:
        place = Place("attribute", "value", "1")
        key, wrapped = tree.vault.new_data_key(SITI)
        old = key.seal(b"Siti", place)
        renewed, wrapped = tree.vault.renew(SITI, wrapped)
        new = renewed.seal(b"Siti", place)
        settled, wrapped = tree.vault.settle(SITI, wrapped)
        assert settled.unseal(new, place) == tree.vault.open(SITI, wrapped).unseal(new, place) == b"Siti"
        with pytest.raises(UnknownVersion):
            settled.unseal(old, place)


class TestSystemKeys:
    def test_each_purpose_has_its_own(self, tree: KeyTree) -> None:
        place = Place("totp", "seed", str(UUID(int=1)))
        sealed = tree.vault.system("factor").seal(b"seed", place)
        assert tree.vault.system("factor").unseal(sealed, place) == b"seed"
        with pytest.raises(SealBroken):
            tree.vault.system("pii").unseal(sealed, place)
