"""The transactional outbox: with the act or not at all, one claimant at a time, at least once, under one id."""

from datetime import timedelta

import pytest

from idp.domain.events import outbox
from idp.domain.events.outbox import DONE, PATIENCE, later, never
from tests.support import state
from tests.support.race import race

SECRET = "kode 493027 untuk siti@contoh.id"


@pytest.fixture
def seal(services):
    return services.tree.vault.system("pii")


def add(services, seal, *, kind="message", client_id=None, not_before=None):
    with services.database.unit_of_work() as db:
        return outbox.add(
            db,
            seal,
            kind,
            {"text": SECRET},
            services.clock(),
            client_id=client_id,
            not_before=not_before,
        )


def claim(services, seal, **options):
    with services.database.unit_of_work() as db:
        return outbox.claim(db, seal, services.clock(), **options)


def settle(services, delivery, outcome):
    with services.database.unit_of_work() as db:
        return outbox.settle(db, delivery, outcome, services.clock())


def test_what_is_rolled_back_is_never_delivered(services, seal):
    with pytest.raises(RuntimeError), services.database.unit_of_work() as db:
        outbox.add(db, seal, "message", {"text": SECRET}, services.clock())
        raise RuntimeError
    assert claim(services, seal) is None


def test_a_payload_is_sealed_and_goes_once_it_is_delivered(services, seal):
    add(services, seal)
    (row,) = state.rows(services.database, "outbox")
    assert SECRET.encode() not in row["payload"]
    delivery = claim(services, seal)
    assert delivery.payload == {"text": SECRET}
    assert SECRET not in repr(delivery)
    assert settle(services, delivery, DONE) == "done"
    (row,) = state.rows(services.database, "outbox")
    assert row["payload"] == b""
    assert row["done_at"] is not None


def test_one_delivery_goes_to_one_of_many_workers(services, seal):
    ids = {add(services, seal) for _ in range(4)}
    found = race([lambda: claim(services, seal)] * 8)
    assert not [result for result in found if isinstance(result, Exception)]
    taken = [result.id for result in found if result is not None]
    assert len(taken) == len(set(taken))
    rest = []
    while (delivery := claim(services, seal)) is not None:
        rest.append(delivery.id)
    assert sorted(taken + rest) == sorted(ids)


def test_a_claim_of_a_dead_worker_runs_out_and_the_id_stays(services, seal, clock):
    add(services, seal)
    first = claim(services, seal)
    assert claim(services, seal) is None
    clock.advance(seconds=61)
    second = claim(services, seal)
    assert second.id == first.id
    assert second.attempts == 2
    assert settle(services, first, DONE) is None, "the claim had passed to another"
    assert settle(services, second, DONE) == "done"
    assert settle(services, second, DONE) is None


def test_a_failure_waits_longer_each_time_and_is_given_up_in_the_end(services, seal, clock):
    add(services, seal, kind="logout", client_id="tax")
    pauses = []
    for attempt in range(1, PATIENCE["logout"].attempts + 1):
        delivery = claim(services, seal)
        assert delivery.attempts == attempt
        ended = settle(services, delivery, later("no_answer"))
        (row,) = state.rows(services.database, "outbox")
        assert row["last_error"] == "no_answer"
        if ended == "failed":
            break
        assert claim(services, seal) is None
        waited = 0
        while claim_due(services) is None:
            clock.advance(seconds=1)
            waited += 1
        pauses.append(waited)
    assert ended == "failed"
    assert attempt == PATIENCE["logout"].attempts
    assert pauses[0] <= 2 < 60 < pauses[-1] <= 900
    clock.advance(days=1)
    assert claim(services, seal) is None


def claim_due(services):
    with services.database.unit_of_work() as db:
        return outbox.oldest_due(db, services.clock())


@pytest.mark.parametrize("kind", PATIENCE)
def test_the_pause_grows_to_a_limit_and_is_partly_chance(kind):
    patience = PATIENCE[kind]
    seen = [patience.delay(attempt) for attempt in range(1, patience.attempts)]
    assert all(timedelta(0) < pause <= patience.longest for pause in seen)
    assert patience.first / 2 <= seen[0] <= patience.first
    assert seen[-1] >= patience.longest / 2
    assert len({patience.delay(5) for _ in range(20)}) > 1


def test_what_can_never_succeed_is_given_up_at_once_and_keeps_its_payload(services, seal):
    add(services, seal)
    assert settle(services, claim(services, seal), never("refused")) == "failed"
    (row,) = state.rows(services.database, "outbox")
    assert row["payload"]
    with services.database.unit_of_work() as db:
        backlog = outbox.backlog(db, services.clock())
    assert (backlog.open, backlog.dead, backlog.oldest) == (0, 1, None)


def test_a_busy_client_and_a_full_kind_are_passed_over(services, seal):
    add(services, seal, kind="logout", client_id="tax")
    add(services, seal, kind="message")
    assert claim(services, seal, busy={"tax"}, kinds={"logout"}) is None
    assert claim(services, seal, busy={"tax"}).kind == "message"
    assert claim(services, seal, kinds={"logout"}).client_id == "tax"


def test_a_delivery_for_later_is_not_taken_before(services, seal, clock):
    add(services, seal, not_before=clock() + timedelta(minutes=5))
    assert claim(services, seal) is None
    clock.advance(minutes=5)
    assert claim(services, seal) is not None
