"""Counters that move before a guess is judged, grow their waits, and survive."""

from datetime import timedelta

import pytest

from idp.domain.authenticators import throttle
from idp.domain.authenticators.throttle import PRODUCTION, SANDBOX, Ladder
from tests.support.race import race

KEY = b"k" * 32
LADDER = Ladder(3, timedelta(seconds=10), timedelta(seconds=60), 8, timedelta(hours=1))


def count(services, ladder=LADDER, key=KEY):
    with services.database.unit_of_work() as db:
        return throttle.count(db, "test", key, ladder, services.clock())


def test_waits_grow_to_the_longest_then_to_the_limit():
    waits = [LADDER.wait(n).total_seconds() for n in range(1, 11)]
    assert waits == [0, 0, 10, 20, 40, 60, 60, 3600, 3600, 3600]


@pytest.mark.parametrize("policy", [PRODUCTION, SANDBOX])
def test_o092_no_ladder_of_a_secret_allows_more_than_a_hundred_in_a_row(policy):
    for ladder in (policy.password, policy.second_factor):
        assert ladder.limit <= 100
        assert ladder.wait(100) == ladder.limit_wait > ladder.longest


def test_the_third_attempt_is_judged_and_the_fourth_waits(services, clock):
    assert [count(services).allowed for _ in range(4)] == [True, True, True, False]
    blocked = count(services)
    assert blocked.attempts == 3
    assert blocked.wait == timedelta(seconds=10)
    clock.advance(seconds=10)
    assert count(services).allowed
    clock.advance(seconds=19)
    assert not count(services).allowed
    clock.advance(seconds=1)
    assert count(services).allowed


def test_a_blocked_counter_does_not_move(services, clock):
    for _ in range(30):
        count(services)
    clock.advance(seconds=10)
    assert count(services).attempts == 4


def test_a_success_forgets(services):
    for _ in range(4):
        count(services)
    with services.database.unit_of_work() as db:
        throttle.forget(db, "test", KEY)
    assert count(services).attempts == 1


def test_a_window_starts_again_when_it_has_passed(services, clock):
    ladder = Ladder(
        2, timedelta(minutes=5), timedelta(minutes=5), 2, timedelta(minutes=5), timedelta(minutes=5)
    )
    assert [count(services, ladder).allowed for _ in range(3)] == [True, True, False]
    clock.advance(minutes=5)
    assert count(services, ladder).attempts == 1


def test_one_given_back_makes_room_for_one(services):
    ladder = Ladder(
        2, timedelta(minutes=5), timedelta(minutes=5), 2, timedelta(minutes=5), timedelta(minutes=5)
    )
    count(services, ladder)
    count(services, ladder)
    with services.database.unit_of_work() as db:
        throttle.give_back(db, "test", KEY)
    assert [count(services, ladder).allowed for _ in range(2)] == [True, False]


def test_counters_do_not_touch_each_other(services):
    for _ in range(4):
        count(services)
    assert count(services, key=b"o" * 32).attempts == 1


def test_many_at_once_pass_no_more_than_one_after_another(services):
    verdicts = race([lambda: count(services)] * 8)
    assert sum(verdict.allowed for verdict in verdicts) == 3
