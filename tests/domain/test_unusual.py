"""Who suddenly does far more than usual rings an alarm: a client that reads, an agency that disagrees."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert

from idp import watching
from idp.domain.exchange import unusual
from idp.domain.exchange.models import Release
from tests.support import exchange
from tests.support.data_cases import decided_conflicts


def read_about(services, people: int, *, ago: timedelta = timedelta(), client_id="tax", again=1):
    at = services.clock() - ago
    rows = [
        {
            "id": uuid4(),
            "at": at,
            "citizen_id": person,
            "client_id": client_id,
            "claims": "name",
            "channel": "userinfo",
            "outcome": "released",
        }
        for person in (uuid4() for _ in range(people))
        for _ in range(again)
    ]
    with services.database.unit_of_work() as db:
        db.execute(insert(Release), rows)


def test_the_alarm_rings_once_an_hour_for_many_people(rp, provider, services, clock):
    read_about(services, unusual.LEAST)
    with provider.recorded("ReleasesUnusual") as events:
        assert watching.look(services) == 1
        assert watching.look(services) == 0
    assert events[0].detail["releases"] == unusual.LEAST
    clock.advance(hours=1)
    assert watching.look(services) == 0


def test_a_busy_service_that_is_always_busy_does_not_ring(rp, services):
    for hour in range(1, 40):
        read_about(services, 500, ago=timedelta(hours=hour))
    read_about(services, unusual.LEAST)
    assert watching.look(services) == 0


def test_one_person_read_often_is_no_scraping(rp, services):
    read_about(services, 5, again=200)
    assert watching.look(services) == 0


def test_an_agency_that_disagrees_very_often_rings_once_a_day(services, provider, citizen):
    exchange.a_publisher(services)
    decided_conflicts(services, citizen, unusual.LEAST_CONFLICTS - 1)
    assert watching.look(services) == 0
    decided_conflicts(services, citizen, 1, source="tax")
    with provider.recorded("ConflictsUnusual") as events:
        assert watching.look(services) == 1
        assert watching.look(services) == 0
    assert events[0].detail["conflicts"] == unusual.LEAST_CONFLICTS
