"""F12 as it is written: two sources disagree on a birth date. Neither value is released as verified, a case opens with
the owner, the outcome is in the provenance, both agencies are told."""

import pytest
from sqlalchemy import select

from idp import correcting
from idp.domain.events.models import Announcement
from idp.domain.exchange import disputes
from idp.domain.exchange.dispute_models import DataCase
from tests import factories
from tests.support import exchange
from tests.support.data_cases import FALSE, TRUE, decided_conflicts, observe
from tests.support.databases import sqlite_only
from tests.support.operators import Console, an_operator

CLAIMS = ("name", "birthdate", "age_over_17")


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def reader(provider):
    return exchange.a_reader(provider, *CLAIMS)


@pytest.fixture
def tax(services):
    return exchange.a_publisher(services, "tax")


def push(provider, tax, **attributes):
    said = {name: {"value": value, "verified_at": exchange.VERIFIED_AT} for name, value in attributes.items()}
    body = tax.push(said, nik="9933744501900001")
    return provider.post("/attributes", data=body, headers={"Content-Type": "application/jwt"})


def read(reader, citizen):
    tokens = reader.tokens(citizen, scope="openid profile birth", consented=CLAIMS)
    return reader.userinfo(tokens["access_token"])


def cases(services):
    with services.database.unit_of_work() as db:
        found = db.scalars(select(DataCase)).all()
        db.expunge_all()
    return found


def told(services):
    with services.database.unit_of_work() as db:
        return {(a.kind, a.client_id, a.answer_by is not None) for a in db.scalars(select(Announcement))}


def answer_with(provider, services, case, *steps):
    for name, send in steps:
        desk = Console(provider, an_operator(services, name))
        desk.open(f"/admin/cases/{case.id}").send("open-form", "open-submit", reason="answering")
        send(desk)


def test_f12_two_sources_disagree_on_a_birth_date(provider, services, citizen, reader, tax):
    assert read(reader, citizen)["birthdate"] == TRUE
    assert push(provider, tax, birthdate=FALSE).status in (200, 202, 204)
    answer = read(reader, citizen)
    assert "birthdate" not in answer.json
    assert answer["claims_withheld"] == {"birthdate": "in_conflict", "age_over_17": "in_conflict"}
    assert answer["name"] == citizen.name
    (case,) = cases(services)
    assert (case.owner_id, case.reported_by, case.state) == ("population_registry", "tax", "open")
    correcting.tell(services)
    assert ("attribute-disputed", "tax-office", False) in told(services)
    answer_with(
        provider,
        services,
        case,
        (
            "Rina Hartati",
            lambda desk: desk.send("answer-form", "answer-submit", ("keep",), text="Sesuai akta."),
        ),
    )
    answer = read(reader, citizen)
    assert answer["birthdate"] == TRUE
    assert answer["claims_provenance"]["birthdate"]["case"] == {
        "number": case.number,
        "outcome": "other_source_wrong",
    }
    assert ("attribute-corrected", "tax-office", True) in told(services), "it has three days to follow"
    assert push(provider, tax, birthdate=FALSE).status in (200, 202, 204)
    assert read(reader, citizen)["birthdate"] == TRUE, "what was called wrong stops nothing again"


def test_f12_the_owner_was_wrong_and_everybody_who_reads_it_is_told(provider, services, citizen, reader, tax):
    read(reader, citizen)
    push(provider, tax, birthdate=FALSE)
    (case,) = cases(services)
    answer_with(
        provider,
        services,
        case,
        (
            "Rina Hartati",
            lambda desk: desk.send("answer-form", "answer-submit", ("correct",), text="Salah.", value=FALSE),
        ),
        ("Tono Sutrisno", lambda desk: desk.send("second-form", "case-confirm")),
    )
    answer = read(reader, citizen)
    assert answer["birthdate"] == FALSE
    told_of = answer["claims_provenance"]["birthdate"]
    assert told_of["source"] == "population_registry"
    assert told_of["case"] == {"number": case.number, "outcome": "corrected"}
    assert ("attribute-changed", "benefits", True) in told(services)
    assert ("attribute-corrected", "tax-office", False) in told(services), "its record was right"


def test_an_agency_opens_so_many_conflicts_in_a_day_and_no_more(provider, services, citizen, tax, clock):
    decided_conflicts(services, citizen, disputes.MOST_A_DAY)
    said = {"birthdate": FALSE, "npwp": "9933744501900001"}
    answer = push(provider, tax, **said)
    assert (answer.status, answer.error) == (429, "slow_down")
    assert int(answer.headers["Retry-After"]) == 24 * 3600 + 1
    assert "npwp" not in exchange.values_of(services, citizen), "all of a statement or nothing"
    with services.database.unit_of_work() as db:
        assert disputes.observations(db, citizen.citizen_id) == []
        assert disputes.disputed(db, citizen.citizen_id) == frozenset()
    assert observe(services, citizen, source="health").opened, "another agency has a day of its own"
    assert push(provider, tax, npwp="9933744501900001", birthdate=TRUE).status == 202
    clock.advance(hours=24, seconds=1)
    assert observe(services, citizen, "Siti Aisyah", "name").opened


@sqlite_only
def test_f12_the_same_date_and_the_same_name_otherwise_written_open_nothing(
    provider, services, citizen, reader, tax
):
    push(provider, tax, birthdate=TRUE, name="Hj. SITI AMINAH, S.Pd.")
    assert cases(services) == []
    assert read(reader, citizen)["birthdate"] == TRUE
