"""The words "that was not me": one link locks the account, a way back opens it again (features H3)."""

from datetime import timedelta

import pytest

from idp import changes
from idp.domain.authenticators import recovery_codes
from idp.domain.cases import locking
from idp.domain.citizens.models import Account, Citizen
from tests import factories
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.letters import delivered, link
from tests.support.race import race
from tests.support.ways_back import NEW_PASSWORD, a_permit, ask, enrol, give_permit, letter_link, set_password


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


def status(services, citizen):
    with services.database.unit_of_work() as db:
        return db.get_one(Account, citizen.account_id).status


def address(services, citizen):
    return f"/not-me?token={locking.link_text(services.tree, citizen.account_id, services.clock())}"


def disavow(browser, where):
    return browser.submit(browser.get(where), "not-me-form", "not-me-submit")


def test_the_letter_of_a_new_device_leads_to_a_button_that_locks(provider, services, citizen, rp):
    tokens = rp.tokens(citizen, scope="openid offline_access")
    thief = provider.browser()
    page = thief.give_password(thief.follow(thief.get("/signin")), citizen)
    assert thief.give_code(page, citizen).page == "account"
    with services.database.unit_of_work() as db:
        changes.ask(services, db, citizen.citizen_id, "example", {}, actor=None)
    letter = next(letter for letter in delivered(services) if "/not-me" in letter.text)
    owner = provider.browser()
    where = link(letter, "/not-me")
    assert owner.get(where).page == "not-me"
    assert status(services, citizen) == "active", "looking locks nothing"
    assert disavow(owner, where).page == "outcome"
    assert status(services, citizen) == "locked"
    assert thief.get("/me").status == 303
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    (case,) = state.rows(services.database, "support_case")
    assert (case["kind"], case["state"]) == ("not_me", "open")
    (change,) = state.rows(services.database, "pending_change")
    assert change["cancelled_at"] is not None
    assert "Akun Anda dikunci" in {letter.subject for letter in delivered(services)}
    events = {row.event for row in state.audit(services.database)}
    assert {"AccountLocked", "CaseOpened"} <= events


def test_the_link_is_good_once_also_after_the_account_was_opened_again(provider, services, citizen):
    where = address(services, citizen)
    disavow(provider.browser(), where)
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("pii")
        assert locking.unlock(db, seal, citizen.account_id, citizen.citizen_id, "card", services.clock())
    assert provider.browser().get(where).status == 404
    assert status(services, citizen) == "active"


def test_pressed_by_many_at_once_it_locks_once_and_opens_one_case(provider, services, citizen):
    where = address(services, citizen)
    ready = []
    for _ in range(6):
        browser = provider.browser()
        form = browser.get(where).forms["not-me-form"]
        ready.append((browser, form.action, dict(form.filled("not-me-submit"))))
    answers = race([lambda b=b, a=a, p=p: b.post(a, data=p) for b, a, p in ready])
    assert sorted(answer.status for answer in answers) == [200, *[404] * 5]
    assert state.count(services.database, "support_case") == 1


@sqlite_only
def test_links_that_are_too_old_bent_or_of_nobody_do_nothing(provider, services, citizen, clock):
    where = address(services, citizen)
    bent = where[:-1] + ("0" if where[-1] != "0" else "1")
    browser = provider.browser()
    for wrong in (bent, where[:-2], "/not-me", "/not-me?token=%00", where.upper().replace("/NOT-ME", "/x")):
        assert browser.get(wrong).status == 404, wrong
    clock.now += timedelta(days=30)
    assert browser.get(where).status == 404
    assert status(services, citizen) == "active"


@sqlite_only
def test_locking_needs_our_own_form(provider, services, citizen):
    token = address(services, citizen).partition("=")[2]
    assert provider.browser().post("/not-me", data={"token": token}).status == 403
    assert status(services, citizen) == "active"


@sqlite_only
def test_beside_a_sign_in_in_the_history_is_the_same_button(provider, services, citizen):
    browser = provider.browser().sign_in(citizen)
    assert "data-not-me" in browser.get("/me/history").text
    assert disavow(browser, "/me/not-me").page == "outcome"
    assert status(services, citizen) == "locked"
    assert browser.get("/me").status == 303


def test_the_card_and_a_letter_open_it_again(provider, services, citizen):
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, citizen.account_id, codes, services.clock())
    disavow(provider.browser(), address(services, citizen))
    ask(provider.browser(), citizen.email)
    where = letter_link(services)
    browser = provider.browser()
    wrong = set_password(browser, where, recovery_code="0000-0000-0000-0000")
    assert wrong.page == "new-password"
    assert status(services, citizen) == "locked"
    assert set_password(browser, where, recovery_code=codes[0]).page == "outcome"
    assert status(services, citizen) == "active"
    (case,) = state.rows(services.database, "support_case")
    assert case["state"] == "closed"


@sqlite_only
def test_the_link_alone_opens_no_locked_account_and_guessing_is_slowed(provider, services, citizen):
    disavow(provider.browser(), address(services, citizen))
    ask(provider.browser(), citizen.email)
    where = letter_link(services)
    browser = provider.browser()
    statuses = [set_password(browser, where, recovery_code="1").status for _ in range(11)]
    assert statuses[-1] == 429
    assert status(services, citizen) == "locked"


@sqlite_only
def test_a_counter_opens_it_again(provider, services, citizen):
    disavow(provider.browser(), address(services, citizen))
    browser = provider.browser()
    done, _secret = enrol(browser, give_permit(browser, a_permit(services, citizen)), NEW_PASSWORD)
    assert done.page == "new-card"
    assert status(services, citizen) == "active"


@sqlite_only
def test_nobody_opens_an_account_that_others_have_locked(provider, services, citizen):
    code = a_permit(services, citizen)
    factories.lock(services, citizen)
    assert give_permit(provider.browser(), code).page == "permit"


@sqlite_only
def test_what_a_lock_calls_off_is_told(services, citizen, provider):
    with services.database.unit_of_work() as db:
        changes.ask(services, db, citizen.citizen_id, "account_closing", {}, actor=None)
    disavow(provider.browser(), address(services, citizen))
    assert "Perubahan pada akun Anda dibatalkan" in {letter.subject for letter in delivered(services)}


@sqlite_only
def test_every_letter_about_safety_locks_and_says_when_in_its_readers_language(provider, services, citizen):
    with services.database.unit_of_work() as db:
        db.get_one(Citizen, citizen.citizen_id).locale = "en"
    ask(provider.browser(), citizen.email)
    set_password(provider.browser(), letter_link(services))
    browser = provider.browser()
    enrol(browser, give_permit(browser, a_permit(services, citizen)))
    told = {letter.subject: letter for letter in delivered(services)}
    for subject in ("Your password was changed", "Your account has a new second step"):
        assert "/not-me?token=" in told[subject].text, told.keys()
        assert services.clock().strftime("%B") in told[subject].text
