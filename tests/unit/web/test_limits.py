"""Counts in the memory of one process (attacks O-049)."""

import pytest
from limits import RateLimitItemPerMinute

from idp.protocol.oauth.errors import TooManyRequests
from idp.web import limits
from idp.web.limits import LocalCounts, MachineLimits

THREE = RateLimitItemPerMinute(3)


def test_the_allowance_is_refused_when_it_is_used_up():
    counts = LocalCounts()
    assert [counts.hit(THREE, "tax") for _ in range(5)] == [True, True, True, False, False]


def test_asking_counts_nothing():
    counts = LocalCounts()
    assert all(counts.test(THREE, "tax") for _ in range(10))
    for _ in range(3):
        counts.hit(THREE, "tax")
    assert not counts.test(THREE, "tax")


def test_keys_are_counted_apart():
    counts = LocalCounts()
    for _ in range(4):
        counts.hit(THREE, "tax", "192.0.2.1")
    assert counts.test(THREE, "tax", "192.0.2.2")
    assert counts.test(THREE, "tax")
    assert counts.test(RateLimitItemPerMinute(4), "tax", "192.0.2.1")


def test_a_window_ends_and_takes_its_counts_with_it(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    counts = LocalCounts()
    for key in "abcde":
        assert not counts.hit(THREE, key, cost=4)
    now += 59.9
    assert not counts.test(THREE, "a")
    now += 0.1
    assert counts.test(THREE, "a")
    assert counts.hit(THREE, "a")


def test_spending_too_much_says_how_long_to_wait():
    machine = MachineLimits(None)
    for _ in range(3):
        machine.spend(THREE, "tax")
    assert machine.would_refuse(THREE, "tax")
    with pytest.raises(TooManyRequests) as caught:
        machine.spend(THREE, "tax")
    assert caught.value.retry_after == 60
