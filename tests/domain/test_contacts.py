"""Several e-mail addresses and phone numbers of one citizen (features H4; ADR 0024)."""

from __future__ import annotations

import pytest

from idp.domain.citizens import contacts, identifiers, profile
from idp.domain.citizens.contacts import ContactRefused
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person
from idp.domain.consent import decisions
from idp.domain.consent.decisions import Seen
from tests import factories


@pytest.fixture
def work(services):
    """Open a transaction with the person of a citizen."""

    def of(citizen):
        with services.database.unit_of_work() as db:
            row = db.get_one(Citizen, citizen.citizen_id)
            return Person(row.account_id, row.id, services.tree.vault.open(row.id, row.data_key))

    return of


@pytest.fixture
def add(services, work):
    def add(citizen, kind, value, confirmed=True):
        with services.database.unit_of_work() as db:
            return contacts.add(
                db, services.tree, work(citizen), kind, value, services.clock(), confirmed=confirmed
            )

    return add


@pytest.fixture
def known(services, work):
    def known(citizen):
        person = work(citizen)
        with services.database.unit_of_work() as db:
            return contacts.of(db, person.data_key, person.citizen_id)

    return known


@pytest.fixture
def claims(services, work):
    def claims(citizen):
        person = work(citizen)
        with services.database.unit_of_work() as db:
            return {k: v.value for k, v in profile.read(db, person.data_key, person.citizen_id).items()}

    return claims


def signs_in(services, kind, value):
    key = identifiers.digest(services.tree.blind_index, kind, value)
    with services.database.unit_of_work() as db:
        return identifiers.account_of(db, kind, key)


def test_what_an_account_starts_with_is_the_primary_one(citizen, known):
    assert [(c.kind, c.value, c.is_primary) for c in known(citizen)] == [
        (Kind.EMAIL, "siti@contoh.id", True),
        (Kind.PHONE, "+6281234567890", True),
    ]


def test_a_further_one_signs_in_and_is_not_what_is_shared(services, citizen, add, claims):
    added = add(citizen, Kind.EMAIL, "siti@kantor.id")
    assert not added.is_primary
    assert added.signs_in
    assert claims(citizen)["email"] == "siti@contoh.id"
    assert signs_in(services, Kind.EMAIL, "siti@kantor.id") == citizen.account_id


def test_another_one_takes_the_place_of_the_primary_one(services, citizen, add, known, claims, work):
    added = add(citizen, Kind.EMAIL, "siti@kantor.id")
    with services.database.unit_of_work() as db:
        contacts.make_primary(db, work(citizen), added.id, services.clock())
    assert claims(citizen)["email"] == "siti@kantor.id"
    assert [(c.value, c.is_primary) for c in known(citizen) if c.kind is Kind.EMAIL] == [
        ("siti@kantor.id", True),
        ("siti@contoh.id", False),
    ]


def test_an_unconfirmed_one_does_not_become_the_primary_one(services, citizen, add, work):
    added = add(citizen, Kind.EMAIL, "siti@kantor.id", confirmed=False)
    with services.database.unit_of_work() as db, pytest.raises(ContactRefused, match="unconfirmed"):
        contacts.make_primary(db, work(citizen), added.id, services.clock())


def test_removing_the_primary_one_raises_the_oldest_confirmed(services, citizen, add, known, claims, work):
    add(citizen, Kind.EMAIL, "siti@kantor.id")
    first = known(citizen)[0]
    with services.database.unit_of_work() as db:
        contacts.remove(db, work(citizen), first.id, services.clock())
    assert claims(citizen)["email"] == "siti@kantor.id"
    assert signs_in(services, Kind.EMAIL, "siti@contoh.id") is None


def test_the_last_confirmed_one_stays(services, citizen, known, work):
    email = known(citizen)[0]
    with services.database.unit_of_work() as db, pytest.raises(ContactRefused, match="last"):
        contacts.remove(db, work(citizen), email.id, services.clock())


def test_without_any_other_the_claim_ends(services, citizen, add, known, claims, work):
    add(citizen, Kind.EMAIL, "siti@kantor.id")
    phone = next(c for c in known(citizen) if c.kind is Kind.PHONE)
    with services.database.unit_of_work() as db:
        contacts.remove(db, work(citizen), phone.id, services.clock())
    assert "phone_number" not in claims(citizen)


def test_a_shared_address_signs_in_who_confirmed_it_first(services, citizen, bob, add):
    assert add(citizen, Kind.EMAIL, "keluarga@contoh.id").signs_in
    shared = add(bob, Kind.EMAIL, "keluarga@contoh.id")
    assert not shared.signs_in
    assert shared.verified_at is not None
    assert signs_in(services, Kind.EMAIL, "keluarga@contoh.id") == citizen.account_id


def test_who_confirms_a_value_takes_it_from_who_never_did(services, citizen, bob, add, known):
    assert (
        signs_in(services, Kind.PHONE, "+6281234567890") == citizen.account_id
    )  # stated at registration only
    assert add(bob, Kind.PHONE, "+6281234567890").signs_in
    assert signs_in(services, Kind.PHONE, "+6281234567890") == bob.account_id
    assert not next(c for c in known(citizen) if c.kind is Kind.PHONE).signs_in


def test_confirming_what_was_only_stated(citizen, add, known):
    confirmed = add(citizen, Kind.PHONE, "+6281234567890")
    assert confirmed.is_primary
    assert confirmed.verified_at is not None
    with pytest.raises(ContactRefused, match="known"):
        add(citizen, Kind.PHONE, "+6281234567890")
    assert len(known(citizen)) == 2


def test_there_is_an_end_to_it(citizen, add):
    for number in range(contacts.MOST - 1):
        add(citizen, Kind.EMAIL, f"siti{number}@contoh.id")
    with pytest.raises(ContactRefused, match="too_many"):
        add(citizen, Kind.EMAIL, "siti9@contoh.id")


def test_nobody_touches_the_contacts_of_others(services, citizen, bob, known, work):
    email = known(citizen)[0]
    for act in (contacts.make_primary, contacts.remove):
        with services.database.unit_of_work() as db, pytest.raises(ContactRefused, match="gone"):
            act(db, work(bob), email.id, services.clock())


def test_channels_of_a_phone(services, citizen, known):
    phone = next(c for c in known(citizen) if c.kind is Kind.PHONE)
    assert phone.channels == ("sms",)
    with services.database.unit_of_work() as db:
        contacts.choose_channels(db, citizen.citizen_id, phone.id, ("whatsapp", "pigeon"), services.clock())
    assert next(c for c in known(citizen) if c.kind is Kind.PHONE).channels == ("whatsapp",)
    with services.database.unit_of_work() as db, pytest.raises(ContactRefused):
        contacts.choose_channels(db, citizen.citizen_id, phone.id, (), services.clock())


def test_userinfo_tells_each_client_what_was_chosen_for_it(services, rp, citizen, add, work):
    office = add(citizen, Kind.EMAIL, "siti@kantor.id")
    tokens = rp.tokens(citizen)
    assert rp.userinfo(tokens["access_token"]).json["email"] == "siti@contoh.id"
    with services.database.unit_of_work() as db:
        chosen = Seen(email=office.id)
        assert decisions.choose_contacts(
            db, citizen.citizen_id, rp.client.client_id, chosen, services.clock()
        )
        assert not decisions.choose_contacts(
            db, citizen.citizen_id, rp.client.client_id, chosen, services.clock()
        )
    told = rp.userinfo(tokens["access_token"]).json
    assert (told["email"], told["email_verified"]) == ("siti@kantor.id", True)
    with services.database.unit_of_work() as db:
        contacts.remove(db, work(citizen), office.id, services.clock())
    assert rp.userinfo(tokens["access_token"]).json["email"] == "siti@contoh.id"


def test_another_consent_keeps_the_choice(services, rp, citizen, add):
    office = add(citizen, Kind.EMAIL, "siti@kantor.id")
    rp.tokens(citizen)
    with services.database.unit_of_work() as db:
        decisions.choose_contacts(
            db, citizen.citizen_id, rp.client.client_id, Seen(email=office.id), services.clock()
        )
    factories.a_consent(services, citizen, rp.client.client_id, "openid email", ("email",))
    assert rp.userinfo(rp.tokens(citizen)["access_token"]).json["email"] == "siti@kantor.id"
