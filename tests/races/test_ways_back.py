"""An owner who says "that was not me" while somebody comes back in: one waits for the other (features H3)."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from idp import changes
from idp.domain.authenticators import totp
from idp.domain.cases import counter, locking, permits, renewal, reproofing
from idp.domain.citizens import pending_changes
from idp.domain.citizens.models import Account
from idp.web.frontchannel import contact_codes
from tests import factories
from tests.support import state
from tests.support.databases import postgresql_only
from tests.support.operators import an_agency
from tests.support.ways_back import a_permit, ask, letter_link
from tests.visitor import Visitor, letters

NEW = "$argon2id$another"
UNTIL_IT_WAITS = 0.3


@postgresql_only
@pytest.mark.parametrize("way", ["letter", "permit", "counter"])
def test_a_lock_and_a_way_back_at_once_take_the_account_first(provider, services, way):
    siti, now = factories.a_citizen(services, signs_in=True), services.clock()
    if way == "letter":
        ask(provider.browser(), siti.email)
        token = parse_qs(urlsplit(letter_link(services)).query)["token"][0]
    elif way == "permit":
        code = a_permit(services, siti)
    else:
        agency = an_agency(services, "dukcapil-semarang")
        with services.database.unit_of_work() as db:
            about = {"reason": "lost_phone", "document": "ktp", "officer": "laras", "agency_id": agency}
            case_id = counter.open_case(db, siti.citizen_id, **about, now=now)

    def come_back():
        with services.database.unit_of_work() as db:
            if way == "letter":
                return renewal.set_password(db, token, siti.account_id, NEW, now)
            if way == "counter":
                who = {"officer": "damar", "agency_id": agency}
                return counter.decide(db, services.tree, case_id, "approved", **who, now=now)
            permit = permits.find(db, services.tree, siti.account_id, code, now)
            assert permit is not None
            return renewal.renew(db, services.tree, permit, password_hash=NEW, keep=lambda _db: None, now=now)

    with ThreadPoolExecutor(1) as pool, services.database.unit_of_work() as db:
        db.execute(select(Account.id).where(Account.id == siti.account_id).with_for_update(key_share=True))
        thief = pool.submit(come_back)
        time.sleep(UNTIL_IT_WAITS)
        seal = services.tree.vault.system("pii")
        assert locking.lock(db, seal, siti.account_id, now, reason="letter") is not None
        db.commit()
        with pytest.raises((renewal.NothingLeft, counter.CaseRefused)):
            thief.result()


@postgresql_only
def test_a_permit_that_is_given_while_the_owner_locks_is_void(services, clock):
    siti, seal = factories.a_citizen(services, signs_in=True), services.tree.vault.system("pii")

    def lock():
        with services.database.unit_of_work() as db:
            return locking.lock(db, seal, siti.account_id, services.clock(), reason="letter")

    with services.database.unit_of_work() as db:
        needed = reproofing.payload(services.settings.issuer)
        changes.ask(services, db, siti.citizen_id, reproofing.KIND, needed, actor=None)
    clock.advance(hours=25)
    with ThreadPoolExecutor(1) as pool, services.database.unit_of_work() as db:
        change = pending_changes.claim_due(db, services.clock())
        assert change is not None
        assert reproofing.apply(db, services.tree, change, services.clock())
        owner = pool.submit(lock)
        time.sleep(UNTIL_IT_WAITS)
        db.commit()
        assert owner.result() is not None
    (permit,) = state.rows(services.database, "enrolment_permit")
    assert permit["retired_at"] is not None


@postgresql_only
@pytest.mark.parametrize("change", ["application", "address"])
def test_what_is_under_way_in_the_account_while_its_owner_locks_it_changes_nothing(
    provider, services, monkeypatch, change
):
    siti = factories.a_citizen(services, signs_in=True)
    if change == "application":
        page = Visitor(provider).open("/me/security/authenticator/add").sign_in(siti)
        shown = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page.text)
        assert shown is not None
        typed = {"otp": totp.code_at(shown[1].replace(" ", ""), totp.step_at(services.clock()))}
        button = "authenticator-submit"
    else:
        page = Visitor(provider).open("/me/contacts/add/email").sign_in(siti)
        page.press("contact-submit", email="mallory@contoh.id")
        (letter,) = [each for each in letters(provider) if each["to"] == "mallory@contoh.id"]
        typed, button = {"code": letter["context"]["code"]}, "contact-submit"
    before = state.rows(services.database, "factor"), state.rows(services.database, "contact")
    judged, seal = contact_codes.right, services.tree.vault.system("pii")

    def lock():
        with services.database.unit_of_work() as db:
            assert locking.lock(db, seal, siti.account_id, services.clock(), reason="letter")

    def right(*args):
        found = judged(*args)
        lock()  # a code was judged and counted: nothing holds the account any more
        return found

    monkeypatch.setattr(contact_codes, "right", right)
    with ThreadPoolExecutor(1) as pool, services.database.unit_of_work() as db:
        if change == "application":
            db.execute(
                select(Account.id).where(Account.id == siti.account_id).with_for_update(key_share=True)
            )
            thief = pool.submit(page.press, button, **typed)
            time.sleep(UNTIL_IT_WAITS)
            assert locking.lock(db, seal, siti.account_id, services.clock(), reason="letter")
            db.commit()
            thief.result()
        else:
            page.press(button, **typed)
    assert page.page == "login"
    assert (state.rows(services.database, "factor"), state.rows(services.database, "contact")) == before
