"""Equality search over sealed values (reliability: blind index)."""

from hypothesis import given, strategies as st

from keys import BlindIndex

INDEX = BlindIndex(b"i" * 32)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_equal_values_and_only_those_match(one: str, other: str) -> None:
    assert (INDEX.digest("nik", one) == INDEX.digest("nik", other)) is (one == other)


def test_equal_values_do_not_match_across_columns() -> None:
    assert INDEX.digest("nik", "9901") != INDEX.digest("phone", "9901")


def test_a_digest_is_never_truncated() -> None:
    assert len(INDEX.digest("nik", "")) == 32


def test_without_the_key_nobody_can_guess_a_low_entropy_value() -> None:
    assert INDEX.digest("nik", "9901") != BlindIndex(b"j" * 32).digest("nik", "9901")
    assert repr(INDEX) == "<BlindIndex>"
