"""What clients are told: written with the act, confirmed once and only by whom it was for, late when it is not."""

from datetime import timedelta
from uuid import uuid4

import pytest

from idp.domain.events import announcements
from idp.domain.events.announcements import CLOCK
from tests.support import state


@pytest.fixture
def seal(services):
    return services.tree.vault.system("pii")


@pytest.fixture
def announce(services, seal):
    def write(client_id="tax", citizen_id=None, kind="attribute-changed", payload=None, **options):
        with services.database.unit_of_work() as db:
            return announcements.announce(
                db,
                seal,
                client_id=client_id,
                citizen_id=citizen_id or uuid4(),
                kind=kind,
                payload={"claims": ["address"]} if payload is None else payload,
                now=services.clock(),
                **options,
            )

    return write


def confirm(services, jti, client_id):
    with services.database.unit_of_work() as db:
        row = announcements.confirm(db, jti, client_id, services.clock())
        return row is not None


def test_it_comes_with_a_delivery_and_its_members_are_sealed(services, seal, announce):
    jti = announce(payload={"claims": ["address"], "case": "k-493027"})
    (row,) = state.rows(services.database, "announcement")
    (delivery,) = state.rows(services.database, "outbox")
    assert row["claims"] == "address"
    assert b"k-493027" not in row["payload"]
    assert (delivery["kind"], delivery["client_id"]) == ("event", "tax")
    with services.database.unit_of_work() as db:
        found = announcements.own(db, jti, "tax")
        assert announcements.payload_of(found, seal) == {"claims": ["address"], "case": "k-493027"}


def test_an_act_that_is_rolled_back_tells_nobody(services, seal):
    with pytest.raises(RuntimeError), services.database.unit_of_work() as db:
        announcements.announce(
            db,
            seal,
            client_id="tax",
            citizen_id=uuid4(),
            kind="consent-withdrawn",
            payload={},
            now=services.clock(),
        )
        raise RuntimeError
    assert state.rows(services.database, "announcement") == []
    assert state.rows(services.database, "outbox") == []


def test_a_kind_that_is_not_in_the_catalogue_is_a_programming_error(announce):
    with pytest.raises(ValueError, match="gossip"):
        announce(kind="gossip")


def test_members_are_forgotten_once_they_have_arrived(services, announce):
    jti = announce()
    with services.database.unit_of_work() as db:
        announcements.delivered(db, jti, services.clock())
    (row,) = state.rows(services.database, "announcement")
    assert row["payload"] == b""
    assert row["claims"] == "address"


def test_it_is_confirmed_once_by_whom_it_was_for(services, announce):
    jti = announce(answer_by=services.clock() + CLOCK)
    assert not confirm(services, jti, "health")
    assert not confirm(services, uuid4(), "tax")
    assert confirm(services, jti, "tax")
    assert not confirm(services, jti, "tax")


def test_late_is_what_was_due_and_is_not_confirmed(services, announce, clock):
    done = announce(answer_by=clock() + CLOCK)
    due = announce(answer_by=clock() + CLOCK)
    announce()
    assert confirm(services, done, "tax")
    clock.advance(hours=71)
    with services.database.unit_of_work() as db:
        assert announcements.late(db, clock()) == []
    clock.advance(hours=1)
    with services.database.unit_of_work() as db:
        (late,) = announcements.late(db, clock())
        assert late.id == due
        assert announcements.is_late(late, clock())
        assert not announcements.is_late(late, clock() - timedelta(seconds=1))


def test_what_is_late_is_alerted_once(services, announce, clock):
    jti = announce(answer_by=clock() + CLOCK)
    clock.advance(hours=72)
    with services.database.unit_of_work() as db:
        assert [row.id for row in announcements.claim_late(db, clock())] == [jti]
    with services.database.unit_of_work() as db:
        assert announcements.claim_late(db, clock()) == []
