"""An owner who says "that was not me" while somebody comes back in: one waits for the other (features H3)."""

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from idp import changes
from idp.domain.cases import counter, locking, permits, renewal, reproofing
from idp.domain.citizens import pending_changes
from idp.domain.citizens.models import Account
from tests import factories
from tests.support import state
from tests.support.databases import postgresql_only
from tests.support.operators import an_agency
from tests.support.ways_back import a_permit, ask, letter_link

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
