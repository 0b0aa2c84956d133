"""Proving who one is again: registry, confirmed address, a day to cancel it, then a permit (features D1, D4, D5)."""

import pytest

from idp import changes, recovering
from idp.domain.citizens.models import Citizen
from tests import factories
from tests.newcomer import SITI
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.letters import delivered, link
from tests.support.ways_back import enrol, letter_link


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, SITI["name"], SITI["nik"], signs_in=True)


def ask_again(browser, **typed):
    return browser.submit(
        browser.get("/recover/identity"), "identity-form", "identity-submit", **(SITI | typed)
    )


def confirm(provider, services):
    browser = provider.browser()
    address = letter_link(services, "/recover/confirm")
    page = browser.get(address)
    assert page.page == "recover-confirm"
    return browser.submit(page, "confirm-form", "confirm-submit"), address


def test_after_a_day_a_permit_comes_and_renews_the_account(provider, services, citizen, clock):
    assert ask_again(provider.browser()).page == "recover-sent"
    done, address = confirm(provider, services)
    assert done.page == "outcome"
    assert provider.browser().get(address).status == 404, "the link is good once"
    assert changes.apply_due(services) == 0
    assert not [letter for letter in delivered(services) if "/recover/permit" in letter.text]
    clock.advance(hours=24)
    assert changes.apply_due(services) == 1
    where = letter_link(services, "/recover/permit")
    browser = provider.browser()
    page = browser.submit(browser.get(where), "permit-form", "permit-submit", nik=SITI["nik"])
    assert page.page == "new-password"
    assert enrol(browser, page)[0].page == "new-card"
    with services.database.unit_of_work() as db:
        assert db.get_one(Citizen, citizen.citizen_id).ial == "ial1"


@sqlite_only
def test_where_the_link_came_by_text_it_waits_three_days(provider, services, clock):
    factories.a_citizen(
        services,
        SITI["name"],
        SITI["nik"],
        signs_in=True,
        email=None,
        email_confirmed=False,
        phone_number="081234567890",
        phone_confirmed=True,
    )
    ask_again(provider.browser())
    assert "72 jam" in confirm(provider, services)[0].text
    clock.advance(hours=71)
    assert changes.apply_due(services) == 0
    clock.advance(hours=1)
    assert changes.apply_due(services) == 1


@sqlite_only
def test_cancelled_within_the_day_no_permit_ever_comes(provider, services, citizen, clock):
    ask_again(provider.browser())
    confirm(provider, services)
    letter = next(letter for letter in delivered(services) if "/changes/cancel" in letter.text)
    browser = provider.browser()
    page = browser.get(link(letter, "/changes/cancel"))
    assert "setelah identitas diperiksa ulang" in page.text
    browser.submit(page, "change-form", "change-cancel")
    clock.advance(hours=25)
    assert changes.apply_due(services) == 0
    assert state.count(services.database, "enrolment_permit") == 0


@sqlite_only
@pytest.mark.parametrize(
    "typed", [{"name": "Orang Lain Sekali"}, {"birth_year": "1971"}, {"nik": "9974115705940009"}]
)
def test_o091_data_that_do_not_agree_get_the_same_answer_and_no_letter(provider, services, citizen, typed):
    browser = provider.browser()
    right, wrong = ask_again(browser), ask_again(browser, **typed)
    assert right.text == wrong.text
    assert recovering.write_letters(services) == 2
    assert len([letter for letter in delivered(services) if "/recover/confirm" in letter.text]) == 1


@sqlite_only
@pytest.mark.parametrize("level", ["ial2", "ial3"])
def test_d4_an_account_bound_more_surely_is_not_given_back_on_a_match(provider, services, citizen, level):
    with services.database.unit_of_work() as db:
        db.get_one(Citizen, citizen.citizen_id).ial = level
    ask_again(provider.browser())
    recovering.write_letters(services)
    assert delivered(services) == []


@sqlite_only
def test_d4_an_account_that_became_surer_meanwhile_is_not_given_back(provider, services, citizen, clock):
    ask_again(provider.browser())
    confirm(provider, services)
    with services.database.unit_of_work() as db:
        db.get_one(Citizen, citizen.citizen_id).ial = "ial3"
    clock.advance(hours=24)
    changes.apply_due(services)
    assert state.count(services.database, "enrolment_permit") == 0


@sqlite_only
def test_the_registry_that_is_away_is_no_dead_end(provider, services, citizen, simulator):
    simulator.faults(outage=True)
    answer = ask_again(provider.browser())
    assert (answer.status, answer.page) == (503, "outcome")
    assert state.count(services.database, "recovery_letter") == 0


@sqlite_only
def test_it_is_no_oracle_for_guessing_data(provider, services, citizen):
    statuses = [
        ask_again(provider.browser(), name=f"Nama {letter}").status for letter in "ABCDEFGHIJKLMNOPQRSTUV"
    ]
    assert statuses[-1] == 429
