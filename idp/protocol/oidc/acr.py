"""National assurance levels: how sure a sign-in is (acr), how it was done (amr), the identity (ial)."""

from collections.abc import Iterable, Sequence
from typing import Final

AAL1: Final = "urn:gerbang:acr:aal1"
AAL2: Final = "urn:gerbang:acr:aal2"
AAL3: Final = "urn:gerbang:acr:aal3"
LEVELS: Final = (AAL1, AAL2, AAL3)

IALS: Final = ("ial0", "ial1", "ial2", "ial3")
TRUST_FRAMEWORK: Final = "id_gerbang"

_RANK: Final = {level: rank for rank, level in enumerate(LEVELS, 1)}

# RFC 8176 §2 values for what a citizen used. `sms` is an SMS and nothing else.
_AMR: Final[dict[str, tuple[str, ...]]] = {
    "password": ("pwd",),
    "totp": ("otp",),
    "recovery_code": ("otp",),
    "passkey": ("swk", "user"),
    "security_key": ("hwk", "user"),
    "message_code": ("sms",),
    "whatsapp_code": ("otp", "mca"),
    "remembered_device": ("rba",),
    "another_device": ("mca",),
}
_POSSESSION: Final = frozenset(
    {"totp", "recovery_code", "passkey", "security_key", "message_code", "whatsapp_code"}
)
_EARLIER: Final = frozenset({"remembered_device", "another_device"})
"""What stands on factors that were proved before: earlier in this browser, or in another one of the same account.

They carry a sign-in to aal2 and no further, they never stand for a fresh one, and `amr` does not say `mfa` for them.
"""


def rank(acr: str) -> int:
    """Order the levels; 0 for anything unknown."""
    return _RANK.get(acr, 0)


def meets(achieved: str, wanted: str) -> bool:
    """Say whether a sign-in is at least as sure as wanted."""
    return rank(achieved) >= rank(wanted)


def highest(levels: Iterable[str], default: str = AAL1) -> str:
    """The surest of some levels."""
    return max(levels, key=rank, default=default)


def known(values: Iterable[str]) -> tuple[str, ...]:
    """Keep the levels we know, in the order of preference (decision 3: unknown values are ignored)."""
    return tuple([value for value in values if value in _RANK])


def achieved(methods: Iterable[str]) -> str:
    """The level some methods reach together (decision 3): hardware aal3, passkey or two factors aal2."""
    used = set(methods)
    if "security_key" in used:
        return AAL3
    if used & {"passkey", "another_device"} or ("password" in used and used & (_POSSESSION | _EARLIER)):
        return AAL2
    return AAL1


def is_fresh(methods: Iterable[str]) -> bool:
    """Say whether the methods alone, without what was proved earlier, make two factors (ASVS 7.5.1)."""
    return meets(achieved(set(methods) - _EARLIER), AAL2)


def reachable(factors: Iterable[str]) -> str:
    """The surest level somebody can reach with a password and the factors they keep."""
    return achieved(("password", *factors))


def amr(methods: Iterable[str]) -> tuple[str, ...]:
    """Authentication method references (RFC 8176 §2), `mfa` added where two factors were used."""
    used = tuple(dict.fromkeys(methods))
    values = tuple(dict.fromkeys(value for method in used for value in _AMR.get(method, ())))
    return (*values, "mfa") if is_fresh(used) else values


def stated(achieved_acr: str, asked: Sequence[str]) -> str:
    """The acr an ID Token states: the surest asked level reached, else what was done (Core §5.5.1.1)."""
    reached = [level for level in known(asked) if meets(achieved_acr, level)]
    return highest(reached, achieved_acr)
