"""The life of a signing key: pending, active, retiring, retired."""

import pytest

from keys import IllegalMove, KeyState, StoredKey
from keys.states import check_move, moved
from tests.unit.keys.conftest import NOW

ALLOWED = {
    (KeyState.PENDING, KeyState.ACTIVE),
    (KeyState.PENDING, KeyState.RETIRED),
    (KeyState.ACTIVE, KeyState.RETIRING),
    (KeyState.ACTIVE, KeyState.RETIRED),
    (KeyState.RETIRING, KeyState.RETIRED),
}


@pytest.mark.parametrize("old", KeyState)
@pytest.mark.parametrize("new", KeyState)
def test_a_key_only_goes_forward(old: KeyState, new: KeyState) -> None:
    if (old, new) in ALLOWED:
        check_move(old, new)
    else:
        with pytest.raises(IllegalMove):
            check_move(old, new)


def test_each_move_notes_its_moment() -> None:
    key = StoredKey("k", "ES256", KeyState.PENDING, {}, b"wrapped", NOW)
    active = moved(key, KeyState.ACTIVE, NOW)
    retiring = moved(active, KeyState.RETIRING, NOW)
    retired = moved(retiring, KeyState.RETIRED, NOW)
    assert (key.activated_at, active.activated_at) == (None, NOW)
    assert (active.retiring_at, retiring.retiring_at) == (None, NOW)
    assert (retiring.retired_at, retired.retired_at) == (None, NOW)


def test_a_stored_key_does_not_print_its_wrapped_half() -> None:
    assert "wrapped" not in repr(StoredKey("k", "ES256", KeyState.PENDING, {}, b"wrapped", NOW))
