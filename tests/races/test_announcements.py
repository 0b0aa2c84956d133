"""An event is confirmed once, and the alert of a late one goes out once, however many are at it (features F11, G5)."""

from datetime import timedelta

from idp import late
from tests.support import state
from tests.support.race import race
from tests.support.subscriber import Subscriber, announce

MANY = 12


def test_many_confirmations_at_once_count_once(provider, citizen, clock):
    client = Subscriber(provider, "tax")
    try:
        jti = announce(provider, "tax", citizen, answer_by=clock() + timedelta(hours=72)).hex
        statuses = [answer.status for answer in race([lambda: client.confirm(jti) for _ in range(MANY)])]
        assert statuses == [204] * MANY
        events = [row.event for row in state.audit(provider.database)]
        assert events.count("ServiceConfirmed") == 1
    finally:
        client.close()


def test_many_workers_alert_once(provider, services, citizen, clock):
    client = Subscriber(provider, "tax", contacts=["data@tax.example"])
    try:
        for _ in range(5):
            announce(provider, "tax", citizen, answer_by=clock() + timedelta(hours=72))
        clock.advance(hours=72)
        found = race([lambda: late.note_late(services) for _ in range(4)])
        assert sum(found) == 5
        events = [row.event for row in state.audit(provider.database)]
        assert events.count("ServiceLate") == 5
        waiting = [
            row for row in state.rows(services.database, "announcement") if row["late_noted_at"] is None
        ]
        assert waiting == []
    finally:
        client.close()
