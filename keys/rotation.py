"""When keys change state: a pure plan, and applying it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from keys.errors import NoSuchKey
from keys.kek import KeyTree
from keys.signer import PrivateKey
from keys.states import KeyState, StoredKey, check_move
from keys.store import KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """How long a key stays in each state."""

    algorithms: tuple[str, ...] = ("ES256", "RS256", "EdDSA", "PS256", "RSA-OAEP-256", "ECDH-ES")
    active_for: timedelta = timedelta(days=90)
    """A key signs this long (NIST SP 800-57 part 1, section 5.3.6 allows up to 1 to 3 years)."""
    publish_ahead: timedelta = timedelta(hours=24)
    """A key is in the JWKS this long before it signs: cache lifetime and slack (OIDC Core section 10.1.1)."""
    longest_token_life: timedelta = timedelta(hours=24)
    """A key stays in the JWKS this long after it stopped signing."""
    slack: timedelta = timedelta(hours=1)
    """Processes may sign with the old key this long until they see the new state."""

    def __post_init__(self) -> None:
        if (
            self.publish_ahead < timedelta(0)
            or self.longest_token_life < timedelta(0)
            or self.slack < timedelta(0)
        ):
            raise ValueError("a rotation policy has no negative times")
        if self.active_for <= self.publish_ahead:
            raise ValueError("a key must be active longer than its successor is published ahead")


DEFAULT_POLICY: Final = RotationPolicy()


@dataclass(frozen=True, slots=True)
class Generate:
    """Make a key and store it in this state."""

    alg: str
    state: KeyState


@dataclass(frozen=True, slots=True)
class Move:
    """Bring a key from one state to the next."""

    kid: str
    old: KeyState
    new: KeyState

    def __post_init__(self) -> None:
        check_move(self.old, self.new)


Transition = Generate | Move


def plan(
    keys: Sequence[StoredKey], now: datetime, policy: RotationPolicy = DEFAULT_POLICY, *, begin: bool = False
) -> tuple[Transition, ...]:
    """Decide what is due; `begin` publishes successors now instead of when the active keys grow old.

    New keys come before the old ones go, so that a process killed in between leaves two signers, never none;
    processes that plan at once may make one key too many, which the next plan puts aside.
    """
    due: list[Transition] = []
    for alg in policy.algorithms:
        due += _of_algorithm([key for key in keys if key.alg == alg], alg, now, policy, begin)
    outlived = [k for k in keys if k.state is KeyState.RETIRING and _outlived(k, now, policy)]
    return (*due, *_moves(outlived, KeyState.RETIRED))


def plan_immediate(
    keys: Sequence[StoredKey], policy: RotationPolicy = DEFAULT_POLICY
) -> tuple[Transition, ...]:
    """Decide an emergency: fresh keys sign at once, old ones still verify, pending ones are dropped."""
    affected = [key for key in keys if key.alg in policy.algorithms]
    return (
        *(Generate(alg, KeyState.ACTIVE) for alg in policy.algorithms),
        *_moves([k for k in affected if k.state is KeyState.ACTIVE], KeyState.RETIRING),
        *_moves([k for k in affected if k.state is KeyState.PENDING], KeyState.RETIRED),
    )


def apply(
    transitions: Sequence[Transition], store: KeyStore, tree: KeyTree, now: datetime
) -> tuple[Transition, ...]:
    """Carry out a plan; return what was done and not already done by another process."""
    done: list[Transition] = []
    for transition in transitions:
        if isinstance(transition, Generate):
            store.add_signing_key(new_key(tree, transition.alg, transition.state, now))
        elif not store.move(transition.kid, transition.old, transition.new, now):
            continue
        done.append(transition)
    return tuple(done)


def rotate(
    store: KeyStore,
    tree: KeyTree,
    now: datetime,
    policy: RotationPolicy = DEFAULT_POLICY,
    immediate: bool = False,
    *,
    begin: bool = False,
) -> tuple[Transition, ...]:
    """Do what is due; harmless at every start and by a timer. `immediate` replaces every key now."""
    keys = store.signing_keys()
    due = plan_immediate(keys, policy) if immediate else plan(keys, now, policy, begin=begin)
    return apply(due, store, tree, now)


def retire(store: KeyStore, tree: KeyTree, kid: str, now: datetime) -> tuple[Transition, ...]:
    """Drop one key at once, whatever its state; a published successor, else a fresh key, signs instead."""
    keys = store.signing_keys()
    key = next((k for k in keys if k.kid == kid), None)
    if key is None:
        raise NoSuchKey(f"no signing key {kid}")
    if key.state is KeyState.RETIRED:
        return ()
    due: list[Transition] = []
    others = [k for k in keys if k.alg == key.alg and k.kid != kid]
    if key.state is KeyState.ACTIVE and not any(k.state is KeyState.ACTIVE for k in others):
        pending = _oldest_first(others, KeyState.PENDING)
        due += _moves(pending[:1], KeyState.ACTIVE) or [Generate(key.alg, KeyState.ACTIVE)]
    return apply([*due, Move(kid, key.state, KeyState.RETIRED)], store, tree, now)


def new_key(tree: KeyTree, alg: str, state: KeyState, now: datetime) -> StoredKey:
    """Make a key to sign with or to be encrypted to, its private half wrapped."""
    private = PrivateKey.generate(alg)
    return StoredKey(
        kid=private.kid,
        alg=alg,
        state=state,
        public_jwk=private.jwk,
        wrapped=tree.wrap_private(private.kid, alg, private.der()),
        created_at=now,
        activated_at=now if state is KeyState.ACTIVE else None,
    )


def _of_algorithm(
    keys: Sequence[StoredKey], alg: str, now: datetime, policy: RotationPolicy, begin: bool
) -> list[Transition]:
    active = _oldest_first(keys, KeyState.ACTIVE)
    pending = _oldest_first(keys, KeyState.PENDING)
    due: list[Transition] = []
    if pending and (not active or pending[0].created_at + policy.publish_ahead <= now):
        due += _moves(pending[:1], KeyState.ACTIVE) + _moves(active, KeyState.RETIRING)
    elif pending or active:
        due += _moves(active[:-1], KeyState.RETIRING)
        if not pending and (begin or _ageing(active[-1], now, policy)):
            due.append(Generate(alg, KeyState.PENDING))
    else:
        due.append(Generate(alg, KeyState.ACTIVE))
    return due + _moves(pending[1:], KeyState.RETIRED)


def _ageing(key: StoredKey, now: datetime, policy: RotationPolicy) -> bool:
    return _entered(key) + policy.active_for - policy.publish_ahead <= now


def _outlived(key: StoredKey, now: datetime, policy: RotationPolicy) -> bool:
    return (key.retiring_at or key.created_at) + policy.longest_token_life + policy.slack <= now


def _entered(key: StoredKey) -> datetime:
    return key.activated_at or key.created_at


def _oldest_first(keys: Sequence[StoredKey], state: KeyState) -> list[StoredKey]:
    """Order the same in every process, so that simultaneous plans agree."""
    return sorted((k for k in keys if k.state is state), key=lambda k: (_entered(k), k.kid))


def _moves(keys: Sequence[StoredKey], new: KeyState) -> list[Transition]:
    return [Move(key.kid, key.state, new) for key in keys]
