"""A client that suddenly reads far more people than usual rings an alarm, once an hour."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert

from idp import watching
from idp.domain.exchange import unusual
from idp.domain.exchange.models import Release


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
