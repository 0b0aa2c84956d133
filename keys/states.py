"""The life of a signing key: pending, active, retiring, retired; as pure transitions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from keys.errors import IllegalMove


class KeyState(StrEnum):
    """Where a signing key stands."""

    PENDING = "pending"
    """Published, does not sign yet: relying parties get time to fetch it (OIDC Core section 10.1.1)."""
    ACTIVE = "active"
    """Published and signs."""
    RETIRING = "retiring"
    """Published, no longer signs; what it signed is still in use."""
    RETIRED = "retired"
    """Not published; recognises old ID Tokens given as hints and nothing else."""


_ONWARD: Mapping[KeyState, frozenset[KeyState]] = MappingProxyType(
    {
        KeyState.PENDING: frozenset({KeyState.ACTIVE, KeyState.RETIRED}),
        KeyState.ACTIVE: frozenset({KeyState.RETIRING, KeyState.RETIRED}),
        KeyState.RETIRING: frozenset({KeyState.RETIRED}),
        KeyState.RETIRED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as the store keeps it: the public half readable, the private half wrapped."""

    kid: str
    alg: str
    state: KeyState
    public_jwk: Mapping[str, object]
    wrapped: bytes = field(repr=False)
    created_at: datetime
    activated_at: datetime | None = None
    retiring_at: datetime | None = None
    retired_at: datetime | None = None


def check_move(old: KeyState, new: KeyState) -> None:
    """Refuse to go back or to skip publication; an emergency may go straight to retired."""
    if new not in _ONWARD[old]:
        raise IllegalMove(f"a key does not go from {old} to {new}")


def moved(key: StoredKey, new: KeyState, at: datetime) -> StoredKey:
    """Return the key in its next state, with the moment it entered it."""
    check_move(key.state, new)
    match new:
        case KeyState.ACTIVE:
            return replace(key, state=new, activated_at=at)
        case KeyState.RETIRING:
            return replace(key, state=new, retiring_at=at)
        case _:
            return replace(key, state=new, retired_at=at)
