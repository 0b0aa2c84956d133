"""Cancelling against taking effect, really at the same time: one of both, never both, never twice (features D5)."""

from datetime import timedelta

import pytest

from idp import changes
from idp.domain.citizens import pending_changes
from tests.support import state
from tests.support.race import race

ROUNDS, WORKERS = 6, 4


@pytest.fixture
def ask(services, citizen):
    def asking():
        with services.database.unit_of_work() as db:
            return changes.ask(
                services, db, citizen.citizen_id, "example", {"n": 1}, actor=None, wait=timedelta(0)
            )

    return asking


def test_many_workers_apply_a_change_once(services, ask):
    applied = []

    def applier(db, tree, change, now):
        applied.append(change.id)
        return True

    ids = {ask().id for _ in range(ROUNDS)}
    answers = race([lambda: changes.apply_due(services, {"example": applier}) for _ in range(WORKERS)])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert len(applied) == ROUNDS
    assert set(applied) == ids


def test_a_change_cancelled_while_it_is_applied_is_one_of_both(services, ask):
    applied = []

    def applier(db, tree, change, now):
        applied.append(change.id)
        return True

    def cancel(token):
        with services.database.unit_of_work() as db:
            return pending_changes.cancel(db, token, services.clock())

    for _ in range(ROUNDS):
        asked = ask()
        before = len(applied)
        answers = race(
            [
                *[lambda: changes.apply_due(services, {"example": applier})] * 2,
                *[lambda token=asked.cancel_token: cancel(token)] * 2,
            ]
        )
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        cancelled = sum(1 for answer in answers if getattr(answer, "id", None) == asked.id)
        assert (len(applied) - before) + cancelled == 1
    events = [row.event for row in state.audit(services.database)]
    ended = events.count("ChangeApplied") + events.count("ChangeCancelled")
    assert ended == ROUNDS
