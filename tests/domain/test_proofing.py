"""The population registry over HTTP: per field, with faults, and what a match does to a citizen."""

from datetime import date

import pytest
from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.citizens import profile
from idp.domain.citizens.enrolment import NewCitizen, create_citizen
from idp.domain.citizens.models import Citizen
from idp.domain.events import outbox
from idp.domain.proofing import checks, resume
from idp.domain.proofing.levels import higher
from idp.domain.proofing.population import Claims, Match, PopulationRegistry, RegistryUnavailable
from tests.support import registry_simulator

SITI = Claims("9974115705940001", "Siti Aminah", date(1994, 5, 17))


@pytest.fixture
def simulator():
    with registry_simulator.running() as running:
        yield running


@pytest.fixture
def registry(simulator, services):
    return PopulationRegistry(services.outbound, simulator.url, simulator.key)


def a_newcomer(services, claims=SITI):
    new = NewCitizen(
        name=claims.name,
        nik=claims.nik,
        birthdate=claims.birthdate,
        email="siti@contoh.id",
        email_confirmed=True,
    )
    with services.database.unit_of_work() as db:
        return create_citizen(db, services.tree, new, synthetic_allowed=True, now=services.clock())


def known(services, person):
    with services.database.unit_of_work() as db:
        return profile.read(db, person.data_key, person.citizen_id)


def citizen(services, person):
    with services.database.unit_of_work() as db:
        return db.get_one(Citizen, person.citizen_id)


def events(services):
    with services.database.unit_of_work() as db:
        return list(db.scalars(select(AuditPending.event).order_by(AuditPending.id)))


def test_e2_a_match_opens_the_record_once(registry):
    answer = registry.verify(SITI)
    assert answer.matched
    assert set(answer.fields.values()) == {Match.MATCH}
    assert registry.record(answer.reference)["nik"] == SITI.nik
    with pytest.raises(RegistryUnavailable):
        registry.record(answer.reference)


@pytest.mark.parametrize("name", ["Hj. Siti Aminah", "SITI AMINAH", "Siti Aminah, S.Pd."])
def test_titles_and_capitals_do_not_matter(registry, name):
    assert registry.verify(Claims(SITI.nik, name, SITI.birthdate)).matched


def test_e2_fields_are_judged_one_by_one(registry):
    answer = registry.verify(Claims(SITI.nik, "Siti Aminahh Putri", date(1994, 5, 18)))
    assert not answer.matched
    assert answer.fields["nik"] is Match.MATCH
    assert answer.fields["name"] in {Match.NEAR, Match.MISMATCH}
    assert answer.fields["birthdate"] is Match.MISMATCH
    assert set(answer.mismatched) == {"name", "birthdate"}


def test_an_inactive_number_is_told_apart_from_an_unknown_one(registry):
    inactive = registry.verify(Claims("9973014505910001", "Lina Marlina", date(1991, 5, 5)))
    assert inactive.exists
    assert not inactive.active
    assert not inactive.matched
    unknown = registry.verify(Claims("9999999999999999", "Tidak Ada", date(1990, 1, 1)))
    assert not unknown.exists
    assert unknown.fields["nik"] is Match.MISMATCH


@pytest.mark.parametrize("fault", [{"outage": True}, {"quota": 0}, {"latency_ms": 2_600}])
def test_whatever_keeps_an_answer_away_is_unavailable(registry, simulator, fault):
    simulator.faults(**fault)
    with pytest.raises(RegistryUnavailable):
        registry.verify(SITI)


def test_a_wrong_key_and_a_closed_port_are_unavailable(services, simulator):
    for registry in (
        PopulationRegistry(services.outbound, simulator.url, "wrong"),
        PopulationRegistry(services.outbound, "http://127.0.0.1:9", None),
        PopulationRegistry(services.outbound, "http://192.0.2.1", None),
    ):
        with pytest.raises(RegistryUnavailable):
            registry.verify(SITI)


def test_a_matched_record_becomes_attributes_with_their_source(services, registry, clock):
    person = a_newcomer(services)
    record = registry.record(registry.verify(SITI).reference)
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, person.citizen_id)
        checks.apply_record(db, row, person.data_key, record, clock())
    values = known(services, person)
    assert values["id_address"].value == {
        "street_address": "Jalan Durian Raya Nomor 12",
        "rt": "004",
        "rw": "007",
        "village": "Pedalangan",
        "village_code": "33.74.11.1004",
        "district": "Banyumanik",
        "district_code": "33.74.11",
        "regency": "Kota Semarang",
        "regency_code": "33.74",
        "province": "Jawa Tengah",
        "province_code": "33",
        "postal_code": "50268",
        "kind": "ktp",
    }
    assert values["gender"].value == "female"
    assert values["nationalities"].value == ["IDN"]
    assert values["place_of_birth"].value["locality"] == "Semarang"
    assert values["family_relation"].value == "spouse"
    for name in ("name", "nik", "birthdate", "id_address"):
        assert (values[name].source, values[name].level) == (checks.SOURCE, "ial1")
        assert values[name].verified_at == clock()
    row = citizen(services, person)
    assert (row.ial, row.proofing) == ("ial1", "verified")
    assert "IdentityVerified" in events(services)


def test_proofing_never_lowers_a_level():
    assert higher("ial3", "ial1") == "ial3"
    assert higher("ial0", "ial1") == "ial1"


# --- the registry was away (features E7) ---


def queue(services, person):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, person.citizen_id)
        checks.defer(db, services.tree.vault.system("pii"), row, services.clock())
    with services.database.unit_of_work() as db:
        delivery = outbox.claim(db, services.tree.vault.system("pii"), services.clock())
    assert delivery is not None
    assert delivery.kind == checks.KIND
    return delivery.payload


def retry(services, registry, payload):
    return resume.retry(services.database, services.tree, registry, payload, services.clock())


def test_e7_a_deferred_check_resumes_and_tells_its_citizen(services, registry, simulator):
    person = a_newcomer(services)
    payload = queue(services, person)
    assert citizen(services, person).proofing == "pending"
    simulator.faults(outage=True)
    assert not retry(services, registry, payload).done
    assert citizen(services, person).ial == "ial0"
    simulator.faults()
    assert retry(services, registry, payload).done
    assert citizen(services, person).ial == "ial1"
    with services.database.unit_of_work() as db:
        letter = outbox.claim(db, services.tree.vault.system("pii"), services.clock())
    assert letter is not None
    assert letter.payload["template"] == "identity_checked"
    assert letter.payload["context"]["matched"] is True


def test_e7_a_second_delivery_changes_nothing(services, registry):
    person = a_newcomer(services)
    payload = queue(services, person)
    assert retry(services, registry, payload).done
    before = events(services)
    assert retry(services, registry, payload).done
    assert events(services) == before


def test_e7_a_mismatch_found_later_leaves_the_account_at_its_level(services, registry):
    person = a_newcomer(services, Claims(SITI.nik, "Bukan Siti", SITI.birthdate))
    assert retry(services, registry, queue(services, person)).done
    row = citizen(services, person)
    assert (row.ial, row.proofing) == ("ial0", "mismatch")
    assert known(services, person)["name"].value == "Bukan Siti"
    assert "IdentityMismatched" in events(services)


def test_without_a_registry_the_check_waits(services):
    person = a_newcomer(services)
    assert not retry(services, None, queue(services, person)).done


def test_a_forgotten_citizen_is_not_checked(services, registry):
    person = a_newcomer(services)
    payload = queue(services, person)
    with services.database.unit_of_work() as db:
        db.get_one(Citizen, person.citizen_id).data_key = None
    assert retry(services, registry, payload).done
    assert retry(services, registry, {"citizen_id": "nobody"}).done
