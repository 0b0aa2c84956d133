"""Values that agencies report and others own (features F12): kept, compared as people mean them, one case."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from idp.domain.citizens import profile
from idp.domain.exchange import disputes
from idp.domain.exchange.comparing import same
from idp.domain.exchange.dispute_models import DataCase, Observation
from idp.protocol.oidc.catalogue import owner_of
from tests import factories
from tests.support.data_cases import key_of, observe


def owner_says(services, citizen, value, attribute="birthdate", source="population_registry", at=None):
    now, key = at or services.clock(), key_of(services, citizen)
    with services.database.unit_of_work() as db:
        profile.write(
            db,
            key,
            citizen.citizen_id,
            attribute,
            value,
            source=source,
            level="ial1",
            verified_at=now,
            now=now,
        )


def test_who_answers_for_an_attribute():
    assert owner_of("birthdate") == "population_registry"
    assert owner_of("npwp") == "tax"
    assert owner_of("nip") == "civil_service"
    assert owner_of("nickname") is owner_of("email") is owner_of("shoe_size") is None


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("name", "Hj. Siti Aminah, S.Pd.", "SITI  AMINAH"),
        ("name", "Moh. Rizki Pratama", "Muhammad Rizki Pratama"),
        ("name", "Nur'aini", "Nuraini"),
        ("npwp", "09.254.294.3-407.000", "092542943407000"),
        (
            "id_address",
            factories.ADDRESS,
            {**factories.ADDRESS, "street_address": "Jl. Melati No. 7", "rt": "3"},
        ),
        ("id_address", factories.ADDRESS, {"regency_code": "3374", "regency": "KOTA SEMARANG"}),
        ("gender", "female", "Female"),
        ("place_of_birth", {"locality": "Semarang"}, {"locality": "SEMARANG", "country": "IDN"}),
        ("nationalities", ["IDN", "NLD"], ["NLD", "IDN"]),
    ],
)
def test_spelling_is_no_conflict(attribute, one, other):
    assert same(attribute, one, other)
    assert same(attribute, other, one)


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("name", "Siti Aminah", "Siti Aisyah"),
        ("name", "Rizki Muhammad", "Rizki Moh"),
        ("birthdate", "1990-05-27", "1990-05-28"),
        ("id_address", factories.ADDRESS, {**factories.ADDRESS, "village_code": "33.74.01.1002"}),
        ("id_address", factories.ADDRESS, {**factories.ADDRESS, "rt": "4"}),
        ("npwp", "092542943407000", "092542943407001"),
        ("place_of_birth", {"locality": "Semarang"}, {"locality": "Solo"}),
        ("birthdate", "1990-05-27", None),
    ],
)
def test_another_fact_is_one(attribute, one, other):
    assert not same(attribute, one, other)
    assert not same(attribute, other, one)


def test_a_different_birth_date_opens_one_case_with_its_owner(services, citizen):
    owner_says(services, citizen, "1990-05-27")
    first = observe(services, citizen, "1990-05-28")
    assert (first.standing, first.opened) == ("disputed", True)
    again = observe(services, citizen, "1990-05-28")
    assert (again.standing, again.opened, again.case_id) == ("disputed", False, first.case_id)
    other = observe(services, citizen, "1990-05-29", source="health")
    assert (other.standing, other.opened, other.case_id) == ("disputed", False, first.case_id)
    with services.database.unit_of_work() as db:
        case = db.scalars(select(DataCase)).one()
        assert (case.kind, case.state, case.owner_id) == ("conflict", "open", "population_registry")
        assert (case.reported_by, case.attribute) == ("tax", "birthdate")
        assert case.due_at == case.opened_at + timedelta(hours=72)
        assert disputes.disputed(db, citizen.citizen_id) == {"birthdate"}
        assert len(disputes.observations(db, citizen.citizen_id)) == 2


def test_the_gate_reads_what_is_disputed_in_its_own_statement(services, citizen):
    owner_says(services, citizen, "1990-05-27")
    owner_says(services, citizen, "Siti Aminah", "name")
    statement = select(text(disputes.DISPUTED[services.database.dialect])).select_from(text("citizen ci"))
    with services.database.unit_of_work() as db:
        assert db.scalar(statement) is None
    observe(services, citizen, "1990-05-28")
    observe(services, citizen, "Siti Aisyah", "name")
    with services.database.unit_of_work() as db:
        assert set(db.scalar(statement).split()) == {"birthdate", "name"}


def test_the_same_value_is_no_conflict_and_closes_none(services, citizen):
    owner_says(services, citizen, "1990-05-27")
    assert observe(services, citizen, "1990-05-27").standing == "agrees"
    opened = observe(services, citizen, "1990-05-28")
    agreed = observe(services, citizen, "1990-05-27")
    assert (agreed.standing, agreed.case_id) == ("agrees", opened.case_id)
    with services.database.unit_of_work() as db:
        assert disputes.disputed(db, citizen.citizen_id) == {"birthdate"}


def test_there_is_no_conflict_with_an_owner_who_said_nothing(services, citizen):
    owner_says(services, citizen, "1990-05-27", source="self")
    assert observe(services, citizen, "1990-05-28").standing == "unknown"
    assert observe(services, citizen, "Tini", "nickname").standing == "owner"
    assert observe(services, citizen, "1990-05-28", source="population_registry").standing == "owner"


def test_a_value_the_owner_has_replaced_since_is_old_news(services, citizen, clock):
    owner_says(services, citizen, "Jalan Lama", "place_of_birth")
    verified = clock()
    clock.advance(days=1)
    owner_says(services, citizen, "Jalan Baru", "place_of_birth")
    assert (
        observe(services, citizen, "Jalan Lama", "place_of_birth", verified_at=verified).standing
        == "outdated"
    )
    assert observe(services, citizen, "Jalan Lama", "place_of_birth", verified_at=clock()).opened


def test_values_are_sealed_where_they_are_kept(services, citizen):
    owner_says(services, citizen, "1990-05-27")
    observe(services, citizen, "1990-05-28")
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        row = db.scalars(select(Observation)).one()
        assert b"1990" not in row.sealed
        assert disputes.opened(key, row) == "1990-05-28"
