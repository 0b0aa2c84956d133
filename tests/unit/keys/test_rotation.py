"""Key rotation in time: published a day before use, kept until the last token has expired."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from keys import (
    Keyring,
    KeyState,
    KeyTree,
    NoSuchKey,
    RotationPolicy,
    StoredKey,
    compact,
    plan,
    retire,
    rotate,
)
from keys.memory import MemoryKeyStore
from keys.rotation import DEFAULT_POLICY, Generate, Move, Transition, apply
from tests.unit.keys.conftest import NOW

ONE = RotationPolicy(algorithms=("ES256",))
DAY = timedelta(days=1)
PENDING, ACTIVE, RETIRING, RETIRED = KeyState


def a_key(state: KeyState, at: datetime = NOW, kid: str = "k") -> StoredKey:
    """A key that entered its state at a moment."""
    key = StoredKey(kid, "ES256", state, {}, b"", created_at=at)
    match state:
        case KeyState.ACTIVE:
            return replace(key, activated_at=at)
        case KeyState.RETIRING:
            return replace(key, retiring_at=at)
    return key


class TestPlan:
    def test_a_first_start_makes_an_active_key_per_algorithm(self) -> None:
        assert plan([], NOW) == tuple(
            Generate(alg, ACTIVE) for alg in ("ES256", "RS256", "EdDSA", "PS256", "RSA-OAEP-256", "ECDH-ES")
        )

    def test_nothing_is_due_in_between(self) -> None:
        assert plan([a_key(ACTIVE)], NOW + 30 * DAY, ONE) == ()

    def test_the_successor_is_published_before_the_active_key_is_old(self) -> None:
        due = ONE.active_for - ONE.publish_ahead
        assert plan([a_key(ACTIVE)], NOW + due - timedelta(seconds=1), ONE) == ()
        assert plan([a_key(ACTIVE)], NOW + due, ONE) == (Generate("ES256", PENDING),)

    def test_a_pending_key_signs_after_24_hours_not_before(self) -> None:
        assert DEFAULT_POLICY.publish_ahead >= timedelta(hours=24)
        keys = [a_key(ACTIVE, NOW - 90 * DAY, "old"), a_key(PENDING, NOW, "new")]
        assert plan(keys, NOW + timedelta(hours=23, minutes=59), ONE) == ()
        assert plan(keys, NOW + timedelta(hours=24), ONE) == (
            Move("new", PENDING, ACTIVE),
            Move("old", ACTIVE, RETIRING),
        )

    def test_a_retiring_key_stays_until_the_longest_token_life_has_passed(self) -> None:
        keys = [a_key(ACTIVE, NOW, "new"), a_key(RETIRING, NOW, "old")]
        end = NOW + ONE.longest_token_life + ONE.slack
        assert plan(keys, end - timedelta(seconds=1), ONE) == ()
        assert plan(keys, end, ONE) == (Move("old", RETIRING, RETIRED),)

    def test_a_pending_key_signs_at_once_when_nothing_else_does(self) -> None:
        assert plan([a_key(PENDING)], NOW, ONE) == (Move("k", PENDING, ACTIVE),)

    def test_an_operator_may_begin_early_but_only_once(self) -> None:
        active = a_key(ACTIVE)
        assert plan([active], NOW, ONE, begin=True) == (Generate("ES256", PENDING),)
        assert plan([active, a_key(PENDING, kid="next")], NOW, ONE, begin=True) == ()

    def test_of_keys_two_processes_made_at_once_one_is_put_aside(self) -> None:
        actives = [a_key(ACTIVE, kid="a"), a_key(ACTIVE, kid="b")]
        assert plan(actives, NOW, ONE) == plan(actives[::-1], NOW, ONE) == (Move("a", ACTIVE, RETIRING),)
        pendings = [a_key(ACTIVE), a_key(PENDING, kid="a"), a_key(PENDING, kid="b")]
        assert plan(pendings, NOW, ONE) == (Move("b", PENDING, RETIRED),)

    def test_a_policy_makes_sense(self) -> None:
        with pytest.raises(ValueError, match="longer"):
            RotationPolicy(active_for=DAY, publish_ahead=DAY)
        with pytest.raises(ValueError, match="negative"):
            RotationPolicy(slack=-DAY)


class TestRotate:
    def test_a_first_start_makes_keys_that_sign_and_a_second_makes_none(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        assert rotate(store, tree, NOW, ONE) == (Generate("ES256", ACTIVE),)
        assert Keyring.load(tree, store).signer("ES256").alg == "ES256"
        assert rotate(store, tree, NOW, ONE) == ()

    def test_a_whole_life(self, tree: KeyTree, store: MemoryKeyStore) -> None:
        rotate(store, tree, NOW, ONE)
        (first,) = store.signing_keys()
        entered: dict[KeyState, datetime] = {}
        now = NOW
        while (state := state_of(store, first.kid)) is not RETIRED:
            entered.setdefault(state, now)
            now += timedelta(hours=1)
            rotate(store, tree, now, ONE)
        assert entered == {ACTIVE: NOW, RETIRING: NOW + ONE.active_for}
        assert now == NOW + ONE.active_for + ONE.longest_token_life + ONE.slack
        second = next(k for k in store.signing_keys() if k.state is ACTIVE)
        assert second.activated_at is not None
        assert second.activated_at - second.created_at == ONE.publish_ahead

    def test_immediate_replaces_the_key_now_and_old_tokens_still_verify(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        rotate(store, tree, NOW, ONE)
        before = Keyring.load(tree, store)
        rotate(store, tree, NOW, ONE, begin=True)
        token = compact(before.signer("ES256"), {"sub": "s"})
        rotate(store, tree, NOW, ONE, immediate=True)
        after = Keyring.load(tree, store)
        assert after.signer("ES256").kid != before.signer("ES256").kid
        assert after.verify(token, typ="JWT") == {"sub": "s"}
        assert sorted(k.state for k in store.signing_keys()) == [ACTIVE, RETIRED, RETIRING]

    def test_what_another_process_did_already_is_not_done_again(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        rotate(store, tree, NOW, ONE)
        rotate(store, tree, NOW, ONE, begin=True)
        due = plan(store.signing_keys(), NOW + DAY, ONE)
        assert apply(due, store, tree, NOW + DAY) == due
        assert apply(due, store, tree, NOW + DAY) == ()

    def test_a_process_killed_half_way_leaves_a_signer_and_the_next_one_finishes(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        rotate(store, tree, NOW, ONE)
        rotate(store, tree, NOW, ONE, begin=True)
        promote, put_aside = plan(store.signing_keys(), NOW + DAY, ONE)
        apply([promote], store, tree, NOW + DAY)
        assert Keyring.load(tree, store).signer("ES256").alg == "ES256"
        assert rotate(store, tree, NOW + DAY, ONE) == (put_aside,)

    @given(
        steps=st.lists(st.tuples(st.integers(0, 72), st.sampled_from(["due", "begin", "now"])), max_size=12)
    )
    def test_whatever_happens_there_is_one_signer_and_every_live_token_verifies(
        self, shared_tree: KeyTree, steps: Sequence[tuple[int, str]]
    ) -> None:
        policy = RotationPolicy(algorithms=("EdDSA",), active_for=timedelta(days=4))
        store, now = MemoryKeyStore(), NOW
        tokens: list[tuple[datetime, str]] = []
        rotate(store, shared_tree, now, policy)
        for hours, what in steps:
            now += timedelta(hours=hours)
            rotate(store, shared_tree, now, policy, immediate=what == "now", begin=what == "begin")
            ring = Keyring.load(shared_tree, store)
            assert [k.state for k in store.signing_keys()].count(ACTIVE) == 1
            tokens.append(
                (now + policy.longest_token_life, compact(ring.signer("EdDSA"), {"n": len(tokens)}))
            )
            for expires, token in tokens:
                if now < expires:
                    ring.verify(token, typ="JWT")


class TestRetire:
    def test_a_compromised_key_goes_at_once_and_a_fresh_one_signs(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        rotate(store, tree, NOW, ONE)
        (first,) = store.signing_keys()
        assert [type(t) for t in retire(store, tree, first.kid, NOW)] == [Generate, Move]
        ring = Keyring.load(tree, store)
        assert state_of(store, first.kid) is RETIRED
        assert first.kid not in str(ring.jwks())
        assert ring.signer("ES256").kid != first.kid

    def test_a_published_successor_is_preferred(self, tree: KeyTree, store: MemoryKeyStore) -> None:
        rotate(store, tree, NOW, ONE)
        (first,) = store.signing_keys()
        rotate(store, tree, NOW, ONE, begin=True)
        successor = next(k.kid for k in store.signing_keys() if k.state is PENDING)
        done: tuple[Transition, ...] = retire(store, tree, first.kid, NOW)
        assert done == (Move(successor, PENDING, ACTIVE), Move(first.kid, ACTIVE, RETIRED))

    def test_an_unpublished_or_replaced_key_needs_no_successor(
        self, tree: KeyTree, store: MemoryKeyStore
    ) -> None:
        rotate(store, tree, NOW, ONE)
        rotate(store, tree, NOW, ONE, begin=True)
        successor = next(k.kid for k in store.signing_keys() if k.state is PENDING)
        assert retire(store, tree, successor, NOW) == (Move(successor, PENDING, RETIRED),)
        assert retire(store, tree, successor, NOW) == ()

    def test_an_unknown_kid_is_said_to_be_unknown(self, tree: KeyTree, store: MemoryKeyStore) -> None:
        with pytest.raises(NoSuchKey):
            retire(store, tree, "unknown", NOW)


def state_of(store: MemoryKeyStore, kid: str) -> KeyState:
    return next(k.state for k in store.signing_keys() if k.kid == kid)
