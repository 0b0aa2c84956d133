"""Agencies that are asked about a citizen: what they may say, how long they may take, what leaves."""

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest

from idp.deliveries import Deliveries
from idp.domain.exchange import publishers
from tests import factories
from tests.rp import RP
from tests.support import exchange
from tests.support.bad_publisher import BadPublisher, Fault

NPWP = "9933744501900001"


@pytest.fixture
def tax_office():
    with BadPublisher({"npwp": NPWP}) as office:
        yield office


@pytest.fixture
def reader(provider) -> RP:
    return exchange.a_reader(provider, "name", "npwp")


@pytest.fixture
def agreed(services, reader):
    return exchange.an_agreement(services, "agency-benefits", "tax", "npwp")


@contextmanager
def no_longer_than(seconds: float):
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def read(reader: RP, citizen, consented=("name", "npwp")):
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=consented)
    return reader.userinfo(tokens["access_token"])


def test_a_publisher_is_asked_about_one_citizen_and_the_answer_leaves_with_its_provenance(
    services, reader, citizen, tax_office, agreed
):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    answer = read(reader, citizen)
    assert answer["npwp"] == NPWP
    told = answer["claims_provenance"]["npwp"]
    assert told["source"] == "tax"
    assert told["verified_at"] == "2026-11-20T03:00:00+00:00"
    assert (told["legal_basis"], told["purpose"]) == ("consent", {"id": "Perlu npwp", "en": "Needs npwp"})
    [asked] = tax_office.asked
    claims = asked.claims
    assert asked.header["typ"] == "at+jwt"
    assert (claims["aud"], claims["claims"], claims["nik"]) == (tax_office.endpoint, ["npwp"], NPWP)
    assert claims["exp"] - claims["iat"] <= 60
    lines = exchange.ledger(services)
    assert [(line.client_id, line.claims, line.channel) for line in lines] == [
        ("tax-office", "nik", "publisher"),
        ("benefits", "name npwp", "userinfo"),
    ]
    assert told["ledger_id"] == str(lines[1].id)


def test_what_is_fresh_is_not_asked_again_and_what_is_stale_is(
    services, reader, citizen, tax_office, agreed, clock
):
    exchange.a_publisher(services, "tax", tax_office.endpoint, max_age=timedelta(days=30))
    assert read(reader, citizen)["npwp"] == NPWP
    assert read(reader, citizen)["npwp"] == NPWP
    assert len(tax_office.asked) == 1
    clock.advance(days=31)
    tax_office.values["npwp"] = "0000000000000002"
    tax_office.extras["verified_at"] = clock().isoformat()
    assert read(reader, citizen)["npwp"] == "0000000000000002"
    assert len(tax_office.asked) == 2


def test_a_stale_value_whose_owner_is_away_leaves_with_a_flag_or_not_at_all(
    services, reader, citizen, tax_office, agreed, clock
):
    exchange.a_publisher(services, "tax", tax_office.endpoint, max_age=timedelta(days=30))
    exchange.in_vault(services, citizen, "npwp", NPWP, "tax")
    clock.advance(days=31)
    tax_office.fault = Fault.ERROR
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=("name", "npwp"))
    answer = reader.userinfo(tokens["access_token"])
    assert answer["npwp"] == NPWP
    assert answer["claims_provenance"]["npwp"]["stale"] is True
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    strict = reader.provider.get("/attributes?claims=npwp&max_age=86400", headers=bearer)
    assert "npwp" not in strict.json
    assert strict["claims_withheld"] == {"npwp": "stale"}


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.DRIP])
def test_a_silent_publisher_costs_two_seconds_and_the_next_question_none(
    services, reader, citizen, tax_office, agreed, fault
):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.fault = fault
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=("name", "npwp"))
    with no_longer_than(3.5):
        answer = reader.userinfo(tokens["access_token"])
    assert answer["name"] == citizen.name
    assert answer["claims_withheld"] == {"npwp": "publisher_unavailable"}
    with no_longer_than(1.0):
        reader.userinfo(tokens["access_token"])
    assert len(tax_office.asked) == 1


def test_publishers_are_asked_side_by_side(services, provider, citizen):
    reader = exchange.a_reader(provider, "npwp", "highest_education")
    exchange.an_agreement(services, "agency-benefits", "tax", "npwp")
    exchange.an_agreement(services, "agency-benefits", "education", "highest_education")
    with BadPublisher(fault=Fault.SILENT) as one, BadPublisher(fault=Fault.SILENT) as two:
        exchange.a_publisher(services, "tax", one.endpoint)
        exchange.a_publisher(services, "education", two.endpoint, ("highest_education",))
        consented = ("npwp", "highest_education")
        tokens = reader.tokens(citizen, scope="openid tax education", consented=consented)
        with no_longer_than(3.5):
            answer = reader.userinfo(tokens["access_token"])
    assert answer["claims_withheld"] == dict.fromkeys(consented, "publisher_unavailable")


def test_somebody_the_publisher_does_not_know_is_no_fault(services, reader, citizen, tax_office, agreed):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.fault = Fault.UNKNOWN_PERSON
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "unknown_to_publisher"}
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "unknown_to_publisher"}
    assert len(tax_office.asked) == 1


def test_an_expired_value_does_not_leave(services, reader, citizen, tax_office, agreed):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.fault = Fault.EXPIRED
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "expired"}


def test_a_field_that_is_in_no_catalogue_is_an_error(provider, rp, citizen):
    bearer = {"Authorization": f"Bearer {rp.tokens(citizen)['access_token']}"}
    answer = provider.get("/attributes?claims=shoe_size", headers=bearer)
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_a_token_of_one_agency_opens_no_other_citizen(provider, services, reader, citizen, bob, agreed):
    exchange.in_vault(services, citizen, "npwp", NPWP, "tax")
    exchange.in_vault(services, bob, "npwp", "0000000000000009", "tax")
    tokens = reader.tokens(bob, scope="openid tax", consented=("npwp",))
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = provider.get("/attributes?claims=npwp&sub=somebody", headers=headers)
    assert answer["npwp"] == "0000000000000009"


def test_a_signed_statement_can_be_had(provider, services, reader, citizen, agreed):
    exchange.in_vault(services, citizen, "npwp", NPWP, "tax")
    tokens = reader.tokens(citizen, scope="openid tax", consented=("npwp",))
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/jwt"}
    answer = provider.get("/attributes", headers=headers)
    assert answer.headers["Content-Type"] == "application/jwt"
    assert answer.text.count(".") == 2


def test_a_disputed_value_is_not_released_by_anybody(services, reader, citizen, agreed):
    exchange.in_vault(services, citizen, "npwp", NPWP, "tax")
    office = exchange.a_publisher(services, "education", None, ("nisn",))
    exchange.an_agreement(services, "education", "tax", "npwp")
    pushed = office.push({"npwp": {"value": "1111", "verified_at": exchange.VERIFIED_AT}}, nik=NPWP)
    headers = {"Content-Type": "application/jwt"}
    answer = reader.provider.post("/attributes", data=pushed, headers=headers)
    assert answer.json == {"accepted": ["npwp"]}
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "in_conflict"}


def test_a_publisher_out_of_service_is_not_asked(services, reader, citizen, tax_office, agreed):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    with services.database.unit_of_work() as db:
        publishers.suspend(db, "tax", "test", by="somebody", now=services.clock())
    exchange.forget(services)
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "unknown_to_publisher"}
    assert tax_office.asked == []


def test_what_was_not_answered_is_filled_in_later(services, reader, citizen, tax_office, agreed, clock):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.fault = Fault.BUSY
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "publisher_unavailable"}
    tax_office.fault = Fault.NONE
    clock.advance(seconds=60)
    assert Deliveries(services).drain() >= 1
    assert exchange.values_of(services, citizen)["npwp"].value == NPWP
    assert read(reader, citizen)["npwp"] == NPWP


@pytest.mark.parametrize(
    "fault",
    [
        Fault.ANOTHER_PERSON,
        Fault.MORE_FIELDS,
        Fault.WRONG_TYPE,
        Fault.NO_PROVENANCE,
        Fault.FROM_THE_FUTURE,
        Fault.HUGE,
        Fault.HUGE_AND_HONEST,
        Fault.NOT_JSON,
        Fault.DEEP,
        Fault.WRONG_SHAPE,
        Fault.REDIRECT,
        Fault.REFUSES_US,
        Fault.ERROR,
        Fault.HANGS_UP,
    ],
)
def test_a_publisher_that_breaks_a_rule_gives_nothing_and_the_rest_is_answered(
    services, reader, citizen, tax_office, agreed, fault
):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.fault = fault
    answer = read(reader, citizen)
    assert answer["name"] == citizen.name
    assert "npwp" not in answer.json
    assert answer["claims_withheld"] == {"npwp": "publisher_unavailable"}
    assert "npwp" not in exchange.values_of(services, citizen)
    assert "bpjs_number" not in exchange.values_of(services, citizen)


def test_what_its_owner_knows_no_more_does_not_leave_as_if_it_stood(
    services, reader, citizen, tax_office, agreed, clock
):
    exchange.a_publisher(services, "tax", tax_office.endpoint, max_age=timedelta(days=30))
    assert read(reader, citizen)["npwp"] == NPWP
    clock.advance(days=31)
    tax_office.fault = Fault.UNKNOWN_PERSON
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "unknown_to_publisher"}
    assert "npwp" not in exchange.values_of(services, citizen)


def test_a_slow_answer_undoes_no_newer_one(services, reader, citizen, tax_office, agreed, clock):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    exchange.in_vault(
        services, citizen, "npwp", "0000000000000002", "tax", verified_at=clock() - timedelta(days=40)
    )
    newer = clock() - timedelta(days=35)
    exchange.in_vault(services, citizen, "npwp", "0000000000000003", "tax", verified_at=newer)
    tax_office.extras["verified_at"] = (clock() - timedelta(days=60)).isoformat()
    assert read(reader, citizen)["npwp"] == "0000000000000003"
    assert len(tax_office.asked) == 1


def test_how_fresh_the_reader_needs_it_decides_whether_the_owner_is_asked(
    services, reader, citizen, tax_office, agreed, clock
):
    exchange.a_publisher(services, "tax", tax_office.endpoint, max_age=timedelta(days=30))
    exchange.in_vault(services, citizen, "npwp", "0000000000000002", "tax")
    clock.advance(days=2)
    tax_office.extras["verified_at"] = clock().isoformat()
    tokens = reader.tokens(citizen, scope="openid tax", consented=("npwp",))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert reader.provider.get("/attributes?claims=npwp&max_age=864000", headers=bearer)["npwp"].endswith("2")
    assert tax_office.asked == []
    assert reader.provider.get("/attributes?claims=npwp&max_age=86400", headers=bearer)["npwp"] == NPWP


def test_a_date_out_of_all_bounds_is_the_publishers_fault(services, reader, citizen, tax_office, agreed):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.extras["valid_from"] = "0001-01-01T00:00:00+07:00"
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "publisher_unavailable"}


def test_a_suspended_publishing_client_is_told_no_nik(services, reader, citizen, tax_office, agreed):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    factories.suspend(services, "tax-office")
    exchange.forget(services)
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "unknown_to_publisher"}
    assert tax_office.asked == []


def test_a_publisher_of_production_is_resumed_by_two_people(services):
    exchange.a_publisher(services, environment="production")
    now = services.clock()
    with services.database.unit_of_work() as db:
        with pytest.raises(publishers.BadPublisher):
            publishers.approve(db, "tax", by="test", now=now)
        publishers.approve(db, "tax", by="another", now=now)
        publishers.suspend(db, "tax", "wrong", by="test", now=now)
        publishers.resume(db, "tax", by="test", now=now)
        assert publishers.read(db) == {}
        with pytest.raises(publishers.BadPublisher):
            publishers.approve(db, "tax", by="test", now=now)
        publishers.approve(db, "tax", by="another", now=now)
        assert publishers.read(db).keys() == {"npwp"}


def test_nobody_is_asked_again_for_what_nobody_may_read_any_more(
    services, reader, citizen, tax_office, agreed, clock
):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tax_office.fault = Fault.BUSY
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "publisher_unavailable"}
    factories.withdraw(services, citizen, "benefits")
    clock.advance(seconds=60)
    Deliveries(services).drain()
    assert len(tax_office.asked) == 1
