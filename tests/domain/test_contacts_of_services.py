"""Which address and number each service sees (features H4)."""

from __future__ import annotations

import pytest

from idp.domain.citizens import contacts
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.people import Person
from tests import factories
from tests.rp import RP
from tests.visitor import Visitor

OFFICE = "siti@kantor.id"


def add(services, citizen, value, confirmed=True):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        person = Person(row.account_id, row.id, services.tree.vault.open(row.id, row.data_key))
        return contacts.add(
            db, services.tree, person, Kind.EMAIL, value, services.clock(), confirmed=confirmed
        )


@pytest.fixture
def office(services, citizen):
    return add(services, citizen, OFFICE)


@pytest.fixture
def at_consent(provider, rp, citizen):
    rp.browser.sign_in(citizen)

    def at_consent(**asked):
        return Visitor(provider, rp.browser).open(rp.authorize(scope="openid email", **asked).location)

    return at_consent


def answered(rp, page, **typed):
    answer = rp.browser.submit(page.answer, "consent-form", "consent-allow", **typed)
    return rp.redeem(answer.code)


def test_the_consent_page_asks_where_there_are_several(rp, office, at_consent):
    page = at_consent()
    assert OFFICE in page.text
    tokens = answered(rp, page, email_contact=str(office.id))
    assert rp.userinfo(tokens["access_token"]).json["email"] == OFFICE


def test_the_primary_one_is_the_default(rp, office, at_consent):
    tokens = answered(rp, at_consent())
    assert rp.userinfo(tokens["access_token"]).json["email"] == "siti@contoh.id"


def test_with_one_there_is_nothing_to_choose(rp, services, citizen, at_consent):
    add(services, citizen, OFFICE, confirmed=False)
    page = at_consent()
    assert "email_contact" not in page.text
    assert OFFICE not in page.text


def test_the_id_token_tells_the_chosen_one_too(rp, office, at_consent):
    page = at_consent(claims='{"id_token": {"email": {"essential": true}}}')
    tokens = answered(rp, page, email_contact=str(office.id))
    told = rp.id_token(tokens)
    assert (told["email"], told["email_verified"]) == (OFFICE, True)


def test_o122_a_contact_of_somebody_else_is_not_taken(provider, rp, services, office, bob, at_consent):
    theirs = add(services, bob, "budi@kantor.id")
    page = at_consent()
    for value in (str(theirs.id), "nonsense", ""):
        with provider.unchanged():
            answer = rp.browser.submit(page.answer, "consent-form", "consent-allow", email_contact=value)
        assert answer.status == 400
        assert "code" not in answer.params


def test_it_is_chosen_anew_on_the_page_of_the_service(provider, rp, citizen, office):
    tokens = rp.tokens(citizen)
    page = Visitor(provider, rp.browser).open(f"/me/services/{rp.client.client_id}")
    form = page.answer.forms["contacts-form"]
    with provider.recorded("AgencyContactChosen"):
        page.send(form.action, form.filled("contacts-submit", email_contact=str(office.id)))
    assert page.page == "account-service"
    assert OFFICE in page.text
    assert rp.userinfo(tokens["access_token"]).json["email"] == OFFICE
    form = page.answer.forms["contacts-form"]
    first = dict(form.fields)["email_contact"]
    assert first == str(office.id), "what is chosen is selected"


def test_each_service_sees_its_own(provider, rp, other_rp, citizen, office):
    mine, other = rp.tokens(citizen), other_rp.tokens(citizen)
    page = Visitor(provider, rp.browser).open(f"/me/services/{rp.client.client_id}")
    form = page.answer.forms["contacts-form"]
    page.send(form.action, form.filled("contacts-submit", email_contact=str(office.id)))
    assert rp.userinfo(mine["access_token"]).json["email"] == OFFICE
    assert other_rp.userinfo(other["access_token"]).json["email"] == "siti@contoh.id"


def test_o127_not_for_a_service_that_holds_nothing(provider, services, rp, citizen, office):
    RP(provider, factories.a_client(services, "stranger"))
    rp.tokens(citizen)
    page = Visitor(provider, rp.browser).open(f"/me/services/{rp.client.client_id}")
    pairs = page.answer.forms["contacts-form"].filled("contacts-submit", email_contact=str(office.id))
    assert page.browser.post("/me/services/stranger/contacts", data=dict(pairs)).status == 404
    pairs = [(name, "nonsense" if name == "email_contact" else value) for name, value in pairs]
    assert page.browser.post(f"/me/services/{rp.client.client_id}/contacts", data=dict(pairs)).status == 400
