"""Waivers by two people for twelve months at most; declared forms; the gate in front of production (F9, F21)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from idp.domain.inventory import declared, waivers
from idp.domain.inventory.forms import Field, Form
from idp.domain.inventory.models import DeclaredForm, Waiver
from idp.domain.registry.changes import ACTIVATE, AMEND, NotAllowed
from idp.domain.registry.models import ClientChange, ClientRegistration
from tests import factories

AGENCY = "agency-tax"
ASKS = Form(name="spt", fields=(Field(name="npwp", label="NPWP"), Field(name="a", label="Penghasilan")))
CLEAN = Form(name="spt", fields=(Field(name="a", label="Penghasilan"),))


@pytest.fixture
def client(services):
    return factories.a_client(services, "tax", environment="production")


def wish(today, **members):
    return waivers.Wish(
        **(
            {
                "agency_id": AGENCY,
                "client_id": "tax",
                "form": "spt",
                "attribute": "npwp",
                "reason": "Nomor cabang belum dilayani",
                "starts_on": today,
                "ends_on": today + timedelta(days=90),
            }
            | members
        )
    )


def asked(services, **members):
    now = services.clock()
    with services.database.unit_of_work() as db:
        return waivers.ask(db, wish(now.date(), **members), by="rina", now=now).id


def approved(services, **members):
    waiver_id = asked(services, **members)
    with services.database.unit_of_work() as db:
        waivers.approve(db, waiver_id, by="budi", now=services.clock())
    return waiver_id


def state(services, waiver_id):
    with services.database.reading() as db:
        return waivers.state_of(waivers.find(db, waiver_id), services.clock().date())


def declare(services, form, client_id="tax"):
    with services.database.unit_of_work() as db:
        return declared.declare(db, client_id, form, by="rina", now=services.clock())


def expired(services):
    with services.database.reading() as db:
        return [each.waiver.attribute for each in declared.expired_waivers(db, services.clock())]


def refused(services, act):
    with services.database.unit_of_work() as db, pytest.raises(NotAllowed) as found:
        act(db)
    return found.value.reason


def test_a_waiver_holds_only_once_somebody_else_approved_it(provider, services, client):
    with provider.recorded("WaiverAsked"):
        waiver_id = asked(services)
    assert state(services, waiver_id) == "asked"
    assert declare(services, ASKS).red
    now = services.clock()
    assert refused(services, lambda db: waivers.approve(db, waiver_id, by="rina", now=now)) == "same_person"
    with provider.recorded("WaiverApproved"), services.database.unit_of_work() as db:
        waivers.approve(db, waiver_id, by="budi", now=now)
    assert state(services, waiver_id) == "in_force"
    with services.database.reading() as db:
        (result,) = declared.results(db, db.get_one(ClientRegistration, "tax"), now)
    assert not result.red
    assert refused(services, lambda db: waivers.approve(db, waiver_id, by="sri", now=now)) == "decided"


def test_the_database_itself_wants_two_people(services, client):
    waiver_id = asked(services)
    with pytest.raises(IntegrityError), services.database.unit_of_work() as db:
        db.execute(update(Waiver).where(Waiver.id == waiver_id).values(approved_by="rina"))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"agency_id": "nobody"}, "unknown_agency"),
        ({"client_id": "nobody"}, "unknown_client"),
        ({"form": ""}, "form"),
        ({"form": "x" * 101}, "form"),
        ({"attribute": "favourite_colour"}, "attribute"),
        ({"attribute": "nickname"}, "attribute"),
        ({"reason": "karena"}, "reason"),
        ({"reason": " " * 50}, "reason"),
        ({"ends_on": date(2026, 11, 24)}, "term"),
        ({"ends_on": date(2027, 11, 25)}, "term"),
        ({"starts_on": date(2025, 12, 1), "ends_on": date(2026, 11, 1)}, "past"),
    ],
)
def test_what_no_waiver_can_be(services, client, members, reason):
    now = services.clock()
    assert (
        refused(services, lambda db: waivers.ask(db, wish(now.date(), **members), by="rina", now=now))
        == reason
    )


def test_twelve_months_are_allowed_and_what_nobody_may_ask_can_be_waived_too(services, client):
    asked(services, ends_on=date(2027, 11, 24), attribute="held:mother_maiden_name")
    assert waivers.last_day(date(2028, 2, 29)) == date(2029, 2, 28)


def test_one_that_waits_can_be_refused_and_one_that_holds_ended(provider, services, client):
    first, second = asked(services), approved(services)
    for waiver_id, then in ((first, "refused"), (second, "ended")):
        with provider.recorded("WaiverEnded"), services.database.unit_of_work() as db:
            waivers.end(db, waiver_id, by="budi", now=services.clock())
        assert state(services, waiver_id) == then
    now = services.clock()
    assert refused(services, lambda db: waivers.end(db, second, by="budi", now=now)) == "decided"
    assert refused(services, lambda db: waivers.approve(db, first, by="sri", now=now)) == "decided"
    assert refused(services, lambda db: waivers.end(db, uuid4(), by="budi", now=now)) == "unknown_waiver"
    assert declare(services, ASKS).red


def test_states_over_time(services, client, clock):
    start = clock().date() + timedelta(days=2)
    waiver_id = approved(services, starts_on=start)
    assert state(services, waiver_id) == "coming"
    clock.advance(days=2)
    assert state(services, waiver_id) == "in_force"
    clock.advance(days=88)
    assert state(services, waiver_id) == "in_force"
    clock.advance(days=1)
    assert state(services, waiver_id) == "over"


def test_an_expired_waiver_is_listed_until_the_form_asks_no_more(services, client, clock):
    declare(services, ASKS)
    approved(services)
    assert expired(services) == []
    clock.advance(days=91)
    assert expired(services) == ["npwp"]
    with services.database.reading() as db:
        (each,) = declared.expired_waivers(db, clock())
        assert (each.agency.id, each.since) == (AGENCY, clock().date() - timedelta(days=1))
    approved(services)
    assert expired(services) == []
    clock.advance(days=91)
    assert expired(services) == ["npwp"]
    declare(services, CLEAN)
    assert expired(services) == []


def test_an_expired_waiver_of_an_application_elsewhere_is_listed_until_it_is_ended(services, client, clock):
    waiver_id = approved(services, client_id=None, form="aplikasi-lama")
    clock.advance(days=91)
    assert expired(services) == ["npwp"]
    with services.database.unit_of_work() as db:
        waivers.end(db, waiver_id, by="budi", now=clock())
    assert expired(services) == []


def test_a_client_of_another_agency_does_not_profit(services, client):
    factories.a_client(services, "other", environment="production")
    approved(services)
    assert declare(services, ASKS, "other").red
    assert not declare(services, ASKS).red


# --- declared forms and the gate ---


def change(kind=ACTIVATE):
    return ClientChange(client_id="tax", kind=kind, base_revision=1, reason="", proposed_by="rina")


def test_declaring_again_replaces_and_the_same_changes_nothing(provider, services, client):
    with provider.recorded("FormDeclared"):
        assert declare(services, ASKS).red
    with provider.unchanged(tables=("declared_form",)):
        declare(services, ASKS)
    with provider.recorded("FormDeclared"):
        assert not declare(services, CLEAN).red
    with services.database.reading() as db:
        assert len(declared.declared(db, "tax")) == 1
    with provider.recorded("FormWithdrawn"), services.database.unit_of_work() as db:
        declared.withdraw(db, "tax", "spt", by="rina", now=services.clock())
    now = services.clock()
    assert (
        refused(services, lambda db: declared.withdraw(db, "tax", "spt", by="rina", now=now))
        == "unknown_form"
    )
    assert (
        refused(services, lambda db: declared.declare(db, "nobody", ASKS, by="x", now=now))
        == "unknown_client"
    )


def test_a_production_client_goes_live_only_with_clean_forms_or_leave(services, client):
    def why():
        with services.database.reading() as db:
            row = db.get_one(ClientRegistration, "tax")
            return [each.form.name for each in declared.in_the_way(db, change(), row, services.clock())]

    assert why() == []
    declare(services, ASKS)
    assert why() == ["spt"]
    approved(services)
    assert why() == []


def test_other_changes_and_the_sandbox_do_not_wait_for_a_form(services, client):
    factories.a_client(services, "play")
    declare(services, ASKS)
    declare(services, ASKS, "play")
    with services.database.reading() as db:
        row, play = db.get_one(ClientRegistration, "tax"), db.get_one(ClientRegistration, "play")
        assert declared.in_the_way(db, change(AMEND), row, services.clock()) == ()
        assert declared.in_the_way(db, change(), play, services.clock()) == ()


def test_a_refusal_is_on_record_and_says_what_is_asked(provider, services, client):
    declare(services, ASKS)
    now = services.clock()
    with provider.recorded("GoLiveRefused"), services.database.unit_of_work() as db:
        row = db.get_one(ClientRegistration, "tax")
        found = declared.stopped(db, change(), row, by="rina", now=now)
    assert declared.why(found).reason == "asks_known"
    assert "spt: npwp" in str(declared.why(found))


def test_too_many_forms_are_refused(services, client):
    now = services.clock()
    with services.database.unit_of_work() as db:
        db.add_all(
            DeclaredForm(client_id="tax", name=f"f{i}", form={}, declared_by="x", declared_at=now)
            for i in range(declared.MOST_FORMS)
        )
    assert refused(services, lambda db: declared.declare(db, "tax", ASKS, by="x", now=now)) == "forms"
