"""Attack catalogue 15: one SIM card does not open everything, strangers use up nobody's ways (O-094, O-120)."""

import pytest

from idp import changes, recovering
from idp.domain.authenticators import one_time_codes, recovery_codes
from idp.domain.authenticators.throttle import SANDBOX
from idp.domain.citizens import contacts
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen
from idp.domain.citizens.people import Person
from idp.domain.messages import budgets
from idp.domain.messages.budgets import Allowance, Budgets
from idp.domain.messages.channels import Channel
from idp.domain.messages.models import MessageBudget
from tests import factories
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.letters import delivered, link
from tests.support.telephones import codes_to, switch_on
from tests.support.ways_back import NEW_PASSWORD, ask, letter_link, set_password
from tests.visitor import Visitor

NUMBER = "+6281234567890"
TYPED = "081234567890"


@pytest.fixture
def siti(services):
    """Siti, whose one telephone gets her letters and her codes."""
    citizen = factories.a_citizen(
        services, signs_in=True, authenticator=False, phone_confirmed=True, email=None, email_confirmed=False
    )
    switch_on(services, citizen, Channel.SMS)
    return citizen


def a_card(services, citizen):
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(
            db, services.tree, citizen.account_id, codes, services.clock(), citizen_id=citizen.citizen_id
        )
    return codes


def password_of(services, citizen):
    with services.database.unit_of_work() as db:
        return db.get_one(Account, citizen.account_id).password_hash


@sqlite_only
def test_o120_a_link_by_text_alone_sets_no_password_where_codes_come_by_text(provider, services, siti):
    codes = a_card(services, siti)
    before = password_of(services, siti)
    ask(provider.browser(), TYPED)
    address = letter_link(services)
    browser = provider.browser()
    page = browser.get(address)
    assert 'name="recovery_code"' in page.text
    assert set_password(browser, address).page == "new-password"
    assert set_password(browser, address, recovery_code="0000-1111-2222-3333").page == "new-password"
    assert password_of(services, siti) == before
    assert set_password(browser, address, recovery_code=codes[0]).page == "outcome"
    assert password_of(services, siti) != before


@sqlite_only
def test_o120_without_a_card_the_password_waits_three_days(provider, services, siti, clock):
    before = password_of(services, siti)
    ask(provider.browser(), TYPED)
    address = letter_link(services)
    browser = provider.browser()
    form = browser.get(address).forms["password-form"]
    page = browser.post(form.action, data=dict(form.filled("password-wait", password=NEW_PASSWORD)))
    assert page.page == "outcome"
    assert "72 jam" in page.text
    assert browser.get(address).status == 404
    clock.advance(hours=71)
    assert changes.apply_due(services) == 0
    assert password_of(services, siti) == before
    clock.advance(hours=1)
    assert changes.apply_due(services) == 1
    assert password_of(services, siti) not in (before, None)


@sqlite_only
def test_o120_a_password_that_waits_is_called_off_by_the_link_and_by_another_password(
    provider, services, siti, clock
):
    browser, before = provider.browser(), password_of(services, siti)
    for called_off in (True, False):
        ask(provider.browser(), TYPED)
        form = browser.get(letter_link(services)).forms["password-form"]
        browser.post(form.action, data=dict(form.filled("password-wait", password=NEW_PASSWORD)))
        letter = next(each for each in delivered(services) if "/changes/cancel" in each.text)
        if called_off:
            page = browser.get(link(letter, "/changes/cancel"))
            browser.submit(page, "change-form", "change-cancel")
        else:
            with services.database.unit_of_work() as db:
                db.get_one(Account, siti.account_id).password_hash = factories.a_hash(services) + " "
            before = password_of(services, siti)
        clock.advance(hours=73)
        changes.apply_due(services)
        assert password_of(services, siti) == before


@sqlite_only
def test_a_link_by_mail_needs_no_card_where_codes_come_by_text(provider, services):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False, phone_confirmed=True)
    switch_on(services, citizen, Channel.SMS)
    ask(provider.browser(), citizen.email)
    assert set_password(provider.browser(), letter_link(services)).page == "outcome"


@sqlite_only
def test_a_link_by_text_needs_no_card_where_an_application_gives_the_codes(provider, services):
    citizen = factories.a_citizen(
        services, signs_in=True, phone_confirmed=True, email=None, email_confirmed=False
    )
    ask(provider.browser(), TYPED)
    assert set_password(provider.browser(), letter_link(services)).page == "outcome"
    assert password_of(services, citizen)


@sqlite_only
def test_o121_an_address_that_was_just_added_is_no_way_back_yet(provider, services, clock):
    citizen = factories.a_citizen(
        services, signs_in=True, phone_confirmed=True, email=None, email_confirmed=False
    )
    clock.advance(hours=1)
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        person = Person(row.account_id, row.id, services.tree.vault.open(row.id, row.data_key))
        contacts.add(
            db, services.tree, person, Kind.EMAIL, "mallory@contoh.id", services.clock(), confirmed=True
        )
    ask(provider.browser(), TYPED)
    recovering.write_letters(services)
    assert {letter.to for letter in delivered(services)} == {NUMBER}
    clock.advance(hours=72)
    ask(provider.browser(), TYPED)
    recovering.write_letters(services)
    assert delivered(services)[0].to == "mallory@contoh.id"


@sqlite_only
def test_o094_strangers_who_ask_for_letters_leave_the_owner_theirs(provider, services, clock):
    citizen = factories.a_citizen(services, signs_in=True)
    for number in range(60):
        _ask_from(provider, citizen.email, f"198.51.{number % 2}.9")
        recovering.write_letters(services)
    assert _ask_from(provider, citizen.email, "198.51.0.9").status == 429
    owner = provider.browser()
    page = owner.get(letter_link(services))
    _ask_from(provider, citizen.email, "198.52.100.9")
    recovering.write_letters(services)
    assert owner.submit(page, "password-form", "password-submit", password=NEW_PASSWORD).page == "outcome"
    assert ask(owner, citizen.email).page == "recover-sent"
    recovering.write_letters(services)
    assert len([each for each in delivered(services) if "/recover/password" in each.text]) == 2


@sqlite_only
def test_o094_strangers_who_type_an_address_use_up_no_code_of_its_owner(provider, rp, services, clock):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False, phone_confirmed=True)
    switch_on(services, citizen, Channel.SMS)
    sent = 0
    for _ in range(30):
        sent += _stranger_asks(services, NUMBER)
        clock.advance(seconds=31)
    assert 0 < sent <= 20, "all strangers together have one allowance"
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    visitor.password(citizen.email, citizen.password)
    before = len(codes_to(provider, NUMBER))
    assert visitor.press("mfa-send").status == 200
    assert len(codes_to(provider, NUMBER)) == before + 1


@sqlite_only
def test_o102_what_anybody_may_have_sent_leaves_half_of_every_budget(services):
    small = Budgets(prefix=Allowance(4, 100), everywhere=Allowance(100, 100))
    with services.database.unit_of_work() as db:
        open_to_all = [
            budgets.spend(db, "sms", NUMBER, small, services.clock(), reserved=False) for _ in range(3)
        ]
        kept = [budgets.spend(db, "sms", NUMBER, small, services.clock(), reserved=True) for _ in range(3)]
    assert [refused is None for refused in open_to_all] == [True, True, False]
    assert [refused is None for refused in kept] == [True, True, False]
    assert state.count(services.database, MessageBudget.__tablename__) == 4


def _ask_from(provider, identifier, address):
    browser = provider.browser()
    form = browser.get("/recover").forms["recover-form"]
    pairs = dict(form.filled("recover-submit", identifier=identifier))
    return browser.post(form.action, data=pairs, environ_overrides={"REMOTE_ADDR": address})


def _stranger_asks(services, number):
    """What registration does with a number somebody typed."""
    with services.database.unit_of_work() as db:
        made = one_time_codes.issue(
            db,
            services.tree,
            "register_sms",
            one_time_codes.holder(services.tree, str(services.clock()).encode()),
            address=number,
            network="198.51.100.0/24",
            policy=SANDBOX,
            now=services.clock(),
        )
    return made.code is not None
