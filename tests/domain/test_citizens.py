"""Accounts come into being whole or not at all; attributes are dated and sealed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from idp.domain.audit.models import AuditPending
from idp.domain.citizens import enrolment, identifiers, profile
from idp.domain.citizens.enrolment import DuplicateIdentity, NewCitizen, SyntheticRefused, create_citizen
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, AttributeValue, Citizen, Identifier
from keys import SealBroken
from tests.support.race import race

SITI = NewCitizen(
    name="Hj. Siti Aminah, S.Pd.",
    nik="9974115705940001",
    birthdate=date(1994, 5, 17),
    email="siti@contoh.id",
    email_confirmed=True,
    phone_number="0812 3456 7890",
)


def create(services, new=SITI, **kwargs):
    with services.database.unit_of_work() as db:
        return create_citizen(db, services.tree, new, synthetic_allowed=True, now=services.clock(), **kwargs)


def owner(services, kind, value):
    with services.database.unit_of_work() as db:
        return identifiers.account_of(db, kind, identifiers.digest(services.tree.blind_index, kind, value))


def test_an_account_is_made_with_identifiers_and_sealed_attributes(services):
    person = create(services)
    for kind, value in (
        (Kind.NIK, "9974115705940001"),
        (Kind.EMAIL, "siti@contoh.id"),
        (Kind.PHONE, "+6281234567890"),
    ):
        assert owner(services, kind, value) == person.account_id
    with services.database.unit_of_work() as db:
        known = profile.read(db, person.data_key, person.citizen_id)
        assert db.scalar(select(AuditPending.event)) == "AccountRegistered"
        stored = b"".join(db.scalars(select(AttributeValue.sealed)))
    assert {name: value.value for name, value in known.items()} == {
        "nik": "9974115705940001",
        "name": "Siti Aminah",
        "title_prefix": "Hj.",
        "title_suffix": "S.Pd.",
        "birthdate": "1994-05-17",
        "email": "siti@contoh.id",
        "phone_number": "+6281234567890",
    }
    assert known["email"].source == enrolment.GERBANG
    assert known["email"].verified_at == services.clock()
    assert (known["name"].source, known["name"].level, known["name"].verified_at) == ("self", "ial0", None)
    assert b"Siti" not in stored
    assert b"9974115705940001" not in stored


def test_only_the_name_is_required(services):
    person = create(services, NewCitizen(name="Suharto"))
    with services.database.unit_of_work() as db:
        assert list(profile.read(db, person.data_key, person.citizen_id)) == ["name"]


def test_d8_a_second_account_for_a_nik_leaves_nothing_behind(services):
    create(services)
    with pytest.raises(DuplicateIdentity):
        create(services, NewCitizen(name="Orang Lain", nik=SITI.nik, email="lain@contoh.id"))
    with services.database.unit_of_work() as db:
        assert db.scalar(select(func.count()).select_from(Account)) == 1
        assert db.scalar(select(func.count()).select_from(Citizen)) == 1
        assert db.scalar(select(func.count()).select_from(Identifier)) == 3
        assert db.scalar(select(func.count()).select_from(AuditPending)) == 1


def test_d8_many_at_once_with_one_nik_make_one_account(services):
    outcomes = race([lambda: create(services, NewCitizen(name="Siti", nik=SITI.nik))] * 6)
    assert sum(isinstance(outcome, enrolment.Person) for outcome in outcomes) == 1
    assert all(isinstance(outcome, (enrolment.Person, DuplicateIdentity)) for outcome in outcomes)
    with services.database.unit_of_work() as db:
        assert db.scalar(select(func.count()).select_from(Account)) == 1


def test_a_shared_phone_signs_in_only_who_came_first(services):
    mother = create(services, NewCitizen(name="Sumiati", phone_number="081200001111"))
    son = create(services, NewCitizen(name="Rizky Maulana", phone_number="+62 812 0000 1111"))
    assert owner(services, Kind.PHONE, "+6281200001111") == mother.account_id
    with services.database.unit_of_work() as db:
        assert profile.read(db, son.data_key, son.citizen_id)["phone_number"].value == "+6281200001111"


def test_production_refuses_synthetic_numbers(services):
    with pytest.raises(SyntheticRefused), services.database.unit_of_work() as db:
        create_citizen(db, services.tree, SITI, synthetic_allowed=False, now=services.clock())


def test_operators_have_identifiers_of_their_own(services):
    citizen = create(services)
    with services.database.unit_of_work() as db:
        operator = enrolment.create_operator(
            db,
            services.tree,
            display_name="Admin",
            role="super",
            agency_id=None,
            identifier="siti@contoh.id",
            password_hash="x",
            now=services.clock(),
        )
    assert operator != citizen.account_id
    assert owner(services, Kind.EMAIL, "siti@contoh.id") == citizen.account_id
    with services.database.unit_of_work() as db:
        digest = identifiers.digest(services.tree.blind_index, Kind.EMAIL, "siti@contoh.id", operator=True)
        assert identifiers.account_of(db, Kind.EMAIL, digest) == operator


# --- dated values (features D12) ---


def write(services, person, name, value, **kwargs):
    values = {"source": "self", "level": "ial0"} | kwargs
    with services.database.unit_of_work() as db:
        profile.write(db, person.data_key, person.citizen_id, name, value, now=services.clock(), **values)


def test_d12_a_new_value_supersedes_and_keeps_the_old(services, clock):
    person = create(services)
    clock.advance(days=30)
    write(services, person, "family_card_number", "9974111003150001")
    clock.advance(days=30)
    write(
        services, person, "family_card_number", "9974111003150002", source="population_registry", level="ial1"
    )
    with services.database.unit_of_work() as db:
        past = profile.history(db, person.data_key, person.citizen_id, "family_card_number")
        current = profile.read(db, person.data_key, person.citizen_id)["family_card_number"]
        changed_at = db.get_one(Citizen, person.citizen_id).updated_at
    assert current.value == "9974111003150002"
    assert [value.value for value in past] == ["9974111003150002", "9974111003150001"]
    assert past[1].superseded_at == clock()
    assert changed_at == clock()


def test_an_equal_value_is_confirmed_not_repeated(services, clock):
    person = create(services)
    write(
        services, person, "gender", "female", source="population_registry", level="ial1", verified_at=clock()
    )
    clock.advance(days=1)
    write(
        services, person, "gender", "female", source="population_registry", level="ial1", verified_at=clock()
    )
    with services.database.unit_of_work() as db:
        past = profile.history(db, person.data_key, person.citizen_id, "gender")
    assert [value.verified_at for value in past] == [clock()]


def test_a_value_can_end_without_a_successor(services, clock):
    person = create(services)
    with services.database.unit_of_work() as db:
        assert profile.supersede(db, person.citizen_id, "phone_number", clock() + timedelta(days=1))
        assert not profile.supersede(db, person.citizen_id, "phone_number", clock())
        assert "phone_number" not in profile.read(db, person.data_key, person.citizen_id)


def test_a_value_moved_to_another_row_does_not_open(services):
    person = create(services)
    with services.database.unit_of_work() as db:
        rows = db.scalars(select(AttributeValue).order_by(AttributeValue.name)).all()
        rows[0].sealed, rows[1].sealed = rows[1].sealed, rows[0].sealed
    with services.database.unit_of_work() as db, pytest.raises(SealBroken):
        profile.read(db, person.data_key, person.citizen_id)
