"""Tell us once (F11): one change, every service that may read it, nobody else; and who has not answered (G5)."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp import changes as pending, late
from idp.deliveries import Deliveries
from idp.domain.account import closing
from idp.domain.citizens import contacts, profile
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person
from idp.domain.consent import decisions
from idp.domain.consent.withdraw import withdraw
from idp.domain.events import announcements
from idp.domain.events.models import Announcement
from idp.domain.exchange import changes
from tests import factories
from tests.domain.test_worker import working
from tests.support import state
from tests.support.processes import wait_until
from tests.support.subscriber import ATTRIBUTE_CHANGED, CONSENT_WITHDRAWN, Subscriber, deliver

MOVED = factories.ADDRESS | {"street_address": "Jalan Kenanga 9", "rt": "001"}


@pytest.fixture
def subscribers(provider, citizen):
    """Three services that read the address."""
    found = [
        Subscriber(
            provider,
            name,
            redirect_uris=[f"https://{name}.example/callback"],
            contacts=[f"data@{name}.example"],
        )
        for name in ("tax", "health", "education")
    ]
    for each in found:
        factories.a_consent(
            provider.services, citizen, each.rp.client.client_id, "openid address", ("address", "id_address")
        )
    yield found
    for each in found:
        each.close()


def person(db, services, citizen):
    row = db.get_one(Citizen, citizen.citizen_id)
    return Person(row.account_id, row.id, services.tree.vault.open(row.id, row.data_key))


def move(services, citizen, value=MOVED):
    with services.database.unit_of_work() as db:
        profile.write(
            db,
            person(db, services, citizen).data_key,
            citizen.citizen_id,
            "id_address",
            value,
            source="population_registry",
            level="ial1",
            verified_at=services.clock(),
            now=services.clock(),
        )
        return changes.tell_changed(
            db, services.tree.vault.system("pii"), citizen.citizen_id, services.clock()
        )


def standing(services, citizen):
    with services.database.unit_of_work() as db:
        rows = announcements.of_citizen(db, citizen.citizen_id)
        now = services.clock()
        return {
            row.client_id: "done"
            if row.confirmed_at
            else "late"
            if announcements.is_late(row, now)
            else "told"
            for row in rows
        }


def letters(services):
    return [row for row in state.rows(services.database, "sandbox_message")]


def test_f11_one_change_of_address_three_are_told_one_does_not_answer(
    provider, services, citizen, subscribers, clock
):
    assert move(services, citizen) == 3
    deliver(provider)
    for each in subscribers:
        (event,) = each.events()
        body = event["events"][ATTRIBUTE_CHANGED]
        assert body["claims"] == ["address", "id_address"]
        assert body["confirm_by"] == int((clock() + timedelta(hours=72)).timestamp())
        assert "Kenanga" not in str(event)
    for each in subscribers[:2]:
        assert each.confirm(each.events()[0]["jti"]).status == 204
    assert standing(services, citizen) == {"tax": "done", "health": "done", "education": "told"}
    clock.advance(hours=71, minutes=59)
    assert late.note_late(services) == 0
    clock.advance(minutes=1)
    with provider.recorded("ServiceLate") as events:
        assert late.note_late(services) == 1
    assert events[0].client_id == "education"
    assert standing(services, citizen) == {"tax": "done", "health": "done", "education": "late"}
    assert late.note_late(services) == 0, "the alert goes out once"


def test_f11_operators_and_the_late_services_contacts_get_one_letter_each(
    provider, services, citizen, subscribers, clock
):
    services = provider.services
    move(services, citizen)
    withdraw_all(services, citizen)
    clock.advance(hours=72)
    assert late.note_late(services) == 6
    Deliveries(services).drain()
    assert len(letters(services)) == 3, "two events of one service are one letter"


def withdraw_all(services, citizen):
    for client_id in ("tax", "health", "education"):
        with services.database.unit_of_work() as db:
            seal = services.tree.vault.system("pii")
            assert withdraw(db, seal, citizen.citizen_id, client_id, (), services.clock())


def test_a_value_that_stays_the_same_is_not_told(services, citizen, subscribers):
    assert move(services, citizen, factories.ADDRESS) in (0, 3)
    assert move(services, citizen, factories.ADDRESS) == 0


def test_only_who_was_given_the_claim_is_told(provider, services, citizen, subscribers):
    factories.a_client(services, "library")
    factories.a_consent(services, citizen, "library", "openid profile", ("name",))
    assert move(services, citizen) == 3
    assert "library" not in standing(services, citizen)


def test_who_lost_the_consent_or_the_registration_for_a_claim_is_not_told(
    provider, services, citizen, subscribers
):
    factories.withdraw(services, citizen, "tax")
    factories.a_client(services, "narrow", scope="openid profile")
    factories.a_consent(services, citizen, "narrow", "openid address", ("address",))
    assert move(services, citizen) == 2
    assert set(standing(services, citizen)) == {"health", "education"}


def test_another_citizens_services_are_not_told(services, bob, citizen, subscribers):
    assert move(services, bob) == 0


def test_an_attribute_of_an_agency_is_told_only_under_an_agreement(services, citizen, provider):
    """Without one in force nothing flows, not even that it changed."""
    factories.a_client(services, "shop", scope="openid tax")
    factories.a_consent(services, citizen, "shop", "openid tax", ("npwp",))
    with services.database.unit_of_work() as db:
        assert changes.subscribers(db, citizen.citizen_id, frozenset({"npwp"}), services.clock()) == {}


def test_a_change_of_the_primary_address_is_told_but_not_to_who_sees_another(services, citizen, provider):
    for name in ("tax", "health"):
        factories.a_client(services, name)
        factories.a_consent(services, citizen, name, "openid email", ("email",))
    with services.database.unit_of_work() as db:
        who = person(db, services, citizen)
        office = contacts.add(
            db, services.tree, who, Kind.EMAIL, "siti@kantor.id", services.clock(), confirmed=True
        )
        decisions.choose_contacts(
            db, citizen.citizen_id, "health", decisions.Seen(email=office.id), services.clock()
        )
    with services.database.unit_of_work() as db:
        contacts.make_primary(db, person(db, services, citizen), office.id, services.clock())
        seal = services.tree.vault.system("pii")
        assert changes.tell_changed(db, seal, citizen.citizen_id, services.clock()) == 1
    assert set(standing(services, citizen)) == {"tax"}


def test_a_contact_change_that_waited_is_told_when_it_takes_effect(services, citizen, provider, clock):
    factories.a_client(services, "tax")
    factories.a_consent(services, citizen, "tax", "openid email", ("email",))
    with services.database.unit_of_work() as db:
        who = person(db, services, citizen)
        office = contacts.add(
            db, services.tree, who, Kind.EMAIL, "siti@kantor.id", services.clock(), confirmed=True
        )
        pending.ask(
            services, db, citizen.citizen_id, "contact_primary", {"contact": office.id.hex}, actor=None
        )
    assert standing(services, citizen) == {}
    clock.advance(days=8)
    pending.apply_due(services)
    assert standing(services, citizen) == {"tax": "told"}


def test_g5_a_withdrawal_is_told_at_once_with_the_clock_of_the_law(
    provider, services, citizen, subscribers, clock
):
    tax = subscribers[0]
    tokens = tax.rp.tokens(citizen, scope="openid address")
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("pii")
        assert withdraw(db, seal, citizen.citizen_id, "tax", (), clock())
    deliver(provider)
    (event,) = tax.events()
    assert set(event["events"]) == {CONSENT_WITHDRAWN}
    assert tax.rp.userinfo(tokens["access_token"]).status in (401, 403)
    with services.database.unit_of_work() as db:
        (row,) = db.scalars(select(Announcement)).all()
        assert row.answer_by == clock() + timedelta(hours=72)
    clock.advance(hours=72)
    assert late.note_late(services) == 1
    assert tax.confirm(event["jti"]).status == 204, "late is better than never"
    with services.database.unit_of_work() as db:
        assert announcements.late(db, clock()) == []


def test_g8_a_closed_account_is_told_to_every_service_it_ever_used(
    provider, services, citizen, subscribers, clock
):
    factories.withdraw(services, citizen, "health")
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("pii")
        closing.close(db, seal, db.get_one(Citizen, citizen.citizen_id), clock())
    deliver(provider)
    kinds = [list(each.events()[0]["events"]) for each in subscribers]
    assert kinds == [["https://schemas.openid.net/secevent/risc/event-type/account-purged"]] * 3


def test_g5_a_withdrawal_on_the_page_reaches_the_service_within_five_seconds_and_later_reads_say_why(
    provider, services, citizen
):
    """features.md section 4, G5: with a worker at work, in real time."""
    tax = Subscriber(provider, "tax")
    try:
        tokens = tax.rp.tokens(citizen)
        browser = provider.browser().sign_in(citizen)
        page = browser.get("/me/services/tax")
        with working(services):
            began = time.monotonic()
            browser.submit(page, "withdraw-form", "withdraw-submit")
            assert wait_until(lambda: tax.bodies, seconds=5)
            assert time.monotonic() - began < 5
        refused = tax.rp.userinfo(tokens["access_token"])
        assert (refused.status, refused.error) == (401, "invalid_token")
        assert "consent_withdrawn" in refused.json["error_description"]
        (event,) = tax.events()
        assert set(event["events"]) == {CONSENT_WITHDRAWN}
        assert tax.confirm(event["jti"]).status == 204
    finally:
        tax.close()
