"""Attack catalogue 15: what whoever was in an account leaves behind, and what strangers can do to who has come back."""

import pytest
from sqlalchemy import select

from idp import changes, recovering
from idp.domain.authenticators import guesses, recovery_codes
from idp.domain.authenticators.sign_in import Refusal, check_password
from idp.domain.authenticators.throttle import SANDBOX
from idp.domain.cases import locking, renewal
from idp.domain.citizens import contacts
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen, Contact
from idp.domain.citizens.people import Person
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.support import passkeys, state
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.letters import delivered
from tests.support.race import race
from tests.support.ways_back import NEW_PASSWORD, a_permit, ask, enrol, give_permit, letter_link, set_password
from tests.visitor import Visitor

ELSEWHERE = b"elsewhere".ljust(32, b".")


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


def said_not_me(services, citizen):
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("pii")
        assert locking.lock(db, seal, citizen.account_id, services.clock(), reason="letter")


def add_contact(services, citizen, value):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        person = Person(row.account_id, row.id, services.tree.vault.open(row.id, row.data_key))
        contacts.add(db, services.tree, person, Kind.EMAIL, value, services.clock(), confirmed=True)


def opened_by_card(provider, services, citizen, browser=None):
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, citizen.account_id, codes, services.clock())
    ask(provider.browser(), citizen.email)
    address = letter_link(services)
    return set_password(browser or provider.browser(), address, recovery_code=codes[0])


@sqlite_only
def test_a_key_of_the_thief_opens_nothing_after_the_owner_is_back(provider, services, siti, clock):
    clock.advance(days=90)
    own = passkeys.add(services, siti)
    clock.advance(days=40)
    thiefs = passkeys.add(services, siti)
    said_not_me(services, siti)
    clock.advance(seconds=1)
    late = passkeys.add(services, siti)  # what was under way when the owner locked
    assert opened_by_card(provider, services, siti).page == "outcome"
    for key, opens in ((thiefs, False), (late, False), (own, True)):
        options, asking = passkeys.request(services)
        assert bool(passkeys.check(services, key.get(options), asking)) is opens
    owner = Visitor(provider).open("/me").password(siti.email, NEW_PASSWORD)
    owner.open(f"{owner.path}?method=authenticator").code(siti)
    assert owner.page == "account", "what came with the account is still there"
    assert "Satu pengaman kedua dilepas" in owner.open("/me/history").text


@sqlite_only
def test_o121_an_address_of_the_thief_is_no_way_back_after_the_owner_is(provider, services, clock):
    citizen = factories.a_citizen(
        services, signs_in=True, phone_confirmed=True, email=None, email_confirmed=False
    )
    clock.advance(days=90)
    add_contact(services, citizen, "mallory@contoh.id")
    clock.advance(days=5)
    said_not_me(services, citizen)
    clock.advance(seconds=1)
    add_contact(services, citizen, "eve@contoh.id")  # what was under way when the owner locked
    clock.advance(days=5)
    ask(provider.browser(), "081234567890")
    recovering.write_letters(services)
    assert delivered(services)[0].to == "+6281234567890"


@sqlite_only
def test_d7_a_channel_the_thief_has_chosen_silences_no_notice(services):
    citizen = factories.a_citizen(
        services, signs_in=True, phone_confirmed=True, email=None, email_confirmed=False
    )
    with services.database.unit_of_work() as db:
        (phone,) = db.scalars(select(Contact.id).where(Contact.citizen_id == citizen.citizen_id))
        contacts.choose_channels(db, citizen.citizen_id, phone, ("whatsapp",), services.clock())
        changes.ask(services, db, citizen.citizen_id, "account_closing", {}, actor=None)
    delivered(services)
    found = {row["channel"] for row in state.rows(services.database, "sandbox_message")}
    assert found == {"sms", "whatsapp"}


def test_a_sign_in_with_the_old_password_does_not_outlive_its_reset(services, provider, siti):
    for _ in range(2):
        ready = []
        for _thief in range(3):
            browser = provider.browser()
            form = browser.follow(browser.get("/signin")).forms["login-form"]
            pairs = dict(form.filled("login-submit", identifier=siti.email, password=siti.password))
            ready.append(lambda b=browser, a=form.action, p=pairs: b.post(a, data=p))
        with services.database.unit_of_work() as db:
            before = db.get_one(Account, siti.account_id).password_hash

        def reset():
            with services.database.unit_of_work() as db:
                renewal.replace_password(db, siti.account_id, siti.citizen_id, "another", services.clock())

        services.clock.advance(seconds=1)
        answers = race([*ready, reset])
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        with services.database.unit_of_work() as db:
            assert db.scalars(select(BrowserSession).where(BrowserSession.ended_at.is_(None))).all() == []
            db.get_one(Account, siti.account_id).password_hash = before


@sqlite_only
@pytest.mark.parametrize("way", ["letter", "permit"])
def test_o094_strangers_do_not_keep_out_who_has_just_come_back(provider, services, siti, way):
    owner = Visitor(provider)
    if way == "letter":
        ask(owner.browser, siti.email)
        set_password(owner.browser, letter_link(services))
    else:
        enrol(owner.browser, give_permit(owner.browser, a_permit(services, siti)))
    for number in range(SANDBOX.password.free):
        assert guess(services, siti, f"tebakan nomor {number}").refusal is Refusal.PASSWORD
    assert guess(services, siti, NEW_PASSWORD).refusal is Refusal.THROTTLED
    assert owner.open("/me").password(siti.email, NEW_PASSWORD).page == "mfa"
    with services.database.unit_of_work() as db:
        guesses.welcome(db, services.tree, siti.account_id, ELSEWHERE, services.clock())
    outcomes = [guess(services, siti, "salah").refusal for _ in range(SANDBOX.password.free + 1)]
    assert outcomes == [*[Refusal.PASSWORD] * SANDBOX.password.free, Refusal.THROTTLED], "it is counted too"


def guess(services, citizen, password):
    with services.database.unit_of_work() as db:
        return check_password(
            db,
            services.tree,
            services.hasher,
            citizen.email,
            password,
            "203.0.113.0/24",
            services.clock(),
            browser=ELSEWHERE,
            policy=SANDBOX,
        )


@sqlite_only
def test_a_way_back_calls_off_what_the_thief_asked_for(provider, services, siti):
    with services.database.unit_of_work() as db:
        changes.ask(services, db, siti.citizen_id, "account_closing", {}, actor=None)
    browser = provider.browser()
    done, _secret = enrol(browser, give_permit(browser, a_permit(services, siti)))
    assert done.page == "new-card"
    (change,) = state.rows(services.database, "pending_change")
    assert change["cancelled_at"] is not None


@postgresql_only
def test_o104_two_cards_made_at_once_leave_one(services, siti):
    def issue():
        with services.database.unit_of_work() as db:
            codes = recovery_codes.new_codes()
            recovery_codes.issue(db, services.tree, siti.account_id, codes, services.clock())

    race([issue] * 4)
    with services.database.unit_of_work() as db:
        assert recovery_codes.left(db, siti.account_id) == recovery_codes.CODES


@postgresql_only
def test_o119_workers_that_write_at_once_leave_one_link(provider, services, siti):
    for _ in range(4):
        ask(provider.browser(), siti.email)
    race([lambda: recovering.write_letters(services)] * 4)
    rows = state.rows(services.database, "recovery_letter")
    assert len([row for row in rows if row["digest"] and not row["retired_at"]]) == 1
    assert len([row for row in rows if row["digest"]]) == 1, "nobody voids the link its owner is using"
