"""What has expired goes, in small steps; what still proves or protects something stays."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from idp import sweeper
from idp.domain.authenticators import throttle
from idp.domain.authenticators.models import OneTimeCode
from idp.domain.authenticators.throttle import PRODUCTION
from idp.domain.citizens import profile
from idp.domain.grants.models import AuthorizationCode, DecoupledRequest, JtiMark, ProofMark, PushedRequest
from idp.domain.sessions.models import BrowserSession
from idp.protocol.oauth.values import Handle, HandleKind
from tests.support import data_cases, state

DAY = timedelta(days=1)


@dataclass
class Shelf:
    """Puts rows in the database as they were some time ago."""

    services: object

    def add(self, *rows):
        with self.services.database.unit_of_work() as db:
            db.add_all(rows)

    def left(self, table):
        return len(state.rows(self.services.database, table))

    def sweep(self, **options):
        return sweeper.sweep(self.services.database, self.services.clock(), **options)


@pytest.fixture
def shelf(services):
    return Shelf(services)


def a_code(services, age):
    issued = services.clock() - age
    handle = Handle.mint(HandleKind.CODE, issued, b"seed")
    return AuthorizationCode(
        **{"day": handle.day, "bucket": handle.bucket, "digest": handle.digest, "client_id": "tax"},
        **{name: uuid4() for name in ("account_id", "citizen_id", "authorization_id", "session_id")},
        **{"redirect_uri": "https://tax.example/cb", "scope": "openid", "release": "", "amr": "pwd"},
        **{"id_token_claims": "", "acr": "urn:gerbang:acr:aal2", "auth_time": issued, "issued_at": issued},
        **{"send_auth_time": False, "expires_at": issued + timedelta(minutes=1), "used_at": issued},
        family_id=uuid4(),
    )


def a_session(services, age):
    started = services.clock() - age
    handle = Handle.mint(HandleKind.SESSION, started, b"seed")
    return BrowserSession(
        **{"day": handle.day, "bucket": handle.bucket, "digest": handle.digest, "account_id": uuid4()},
        **{"acr": "urn:gerbang:acr:aal2", "amr": "pwd", "auth_time": started, "started_at": started},
        **{"seen_at": started, "idle_expires_at": started + DAY, "expires_at": started + DAY},
        **{"device": "Chrome, Android", "network": ""},
    )


def test_a_spent_code_stays_while_what_it_started_may_live(services, shelf):
    shelf.add(a_code(services, 30 * DAY), a_code(services, 40 * DAY))
    shelf.sweep(replay=services.settings.refresh_lifetime + DAY)
    assert shelf.left("authorization_code") == 1


def test_a_longer_refresh_lifetime_keeps_codes_longer(services, shelf):
    shelf.add(a_code(services, 40 * DAY))
    shelf.sweep(replay=timedelta(days=60))
    assert shelf.left("authorization_code") == 1


def test_sessions_go_ninety_days_after_they_ended(services, shelf):
    shelf.add(a_session(services, 80 * DAY), a_session(services, 100 * DAY))
    shelf.sweep()
    assert shelf.left("browser_session") == 1


def test_marks_stay_until_their_assertion_cannot_come_back(services, shelf):
    today = (services.clock() - sweeper.EPOCH).days
    shelf.add(*(JtiMark(exp_day=today - age, client_id="tax", jti=str(age)) for age in (0, 1, 2, 3)))
    shelf.sweep()
    assert shelf.left("jti_mark") == 2


def test_marks_stay_until_their_proof_cannot_come_back(services, shelf):
    today = (services.clock() - sweeper.EPOCH).days
    shelf.add(*(ProofMark(exp_day=today - age, digest=bytes([age]) * 32) for age in (0, 1, 2, 3)))
    shelf.sweep()
    assert shelf.left("proof_mark") == 2


def test_pushed_requests_go_when_no_interaction_of_theirs_can_wait(services, shelf):
    rows = []
    for age in (timedelta(0), 2 * DAY, 3 * DAY):
        pushed = services.clock() - age
        handle = Handle.mint(HandleKind.PAR, pushed, b"tax")
        rows.append(
            PushedRequest(
                **{"day": handle.day, "bucket": handle.bucket, "digest": handle.digest, "client_id": "tax"},
                **{"request": b"sealed", "pushed_at": pushed, "expires_at": pushed + timedelta(seconds=90)},
            )
        )
    shelf.add(*rows)
    shelf.sweep()
    assert shelf.left("pushed_request") == 1


def test_more_than_a_batch_goes_in_one_sweep_and_it_stops_when_told(services, shelf):
    expired = services.clock() - 2 * DAY
    shelf.add(
        *(
            OneTimeCode(
                **{"purpose": "email", "holder": n.to_bytes(32), "digest": bytes(32)},
                **{"created_at": expired, "expires_at": expired},
            )
            for n in range(sweeper.BATCH + 7)
        )
    )
    assert shelf.sweep(going_on=lambda: False) == 0
    assert shelf.sweep() == sweeper.BATCH + 7
    assert shelf.left("one_time_code") == 0


def a_decoupled_request(services, age):
    started = services.clock() - age
    handle = Handle.mint(HandleKind.DEVICE, started, b"seed")
    return DecoupledRequest(
        **{"day": handle.day, "bucket": handle.bucket, "digest": handle.digest, "client_id": "kiosk"},
        **{"kind": "device", "request": b"", "device": "", "network": "", "poll_interval": 5},
        **{"next_poll_at": started, "started_at": started, "expires_at": started + timedelta(minutes=10)},
    )


def test_a_request_of_another_screen_goes_a_day_after_its_time(shelf, services):
    ages = (timedelta(0), timedelta(hours=20), 3 * DAY)
    shelf.add(*(a_decoupled_request(services, age) for age in ages))
    assert shelf.sweep() == 1
    assert shelf.left("decoupled_request") == 2


def test_guesses_in_a_row_stay_however_slow_they_are(services, shelf, clock):
    ladder = PRODUCTION.password
    for _ in range(3):
        with services.database.unit_of_work() as db:
            assert throttle.count(db, "password", bytes(32), ladder, services.clock()).allowed
        clock.advance(days=3)
        shelf.sweep()
    assert shelf.left("attempts") == 1
    clock.advance(days=100)
    shelf.sweep()
    assert shelf.left("attempts") == 0


def test_a_case_about_data_goes_two_years_after_it_was_decided(shelf, services, citizen, clock):
    with services.database.unit_of_work() as db:
        profile.write(
            db,
            data_cases.key_of(services, citizen),
            citizen.citizen_id,
            "birthdate",
            data_cases.TRUE,
            source="population_registry",
            level="ial2",
            now=services.clock(),
        )
    data_cases.conflict(services, citizen)
    data_cases.observe(services, citizen, data_cases.TRUE)
    data_cases.decided_conflicts(services, citizen, 2)
    clock.advance(days=729)
    assert shelf.sweep(cases=services.settings.case_retention) == 0
    clock.advance(days=2)
    shelf.sweep(cases=services.settings.case_retention)
    assert [row["decided_at"] for row in state.rows(services.database, "data_case")] == [None]
    assert [row["superseded_at"] for row in state.rows(services.database, "observation")] == [None]
