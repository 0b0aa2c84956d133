"""Attack catalogue, sections 11 to 15: no code stands in for a first factor; the owner's word ends all."""

import pytest
from sqlalchemy import select

from idp.domain.authenticators import totp
from idp.domain.cases import counter, letters, locking, permits
from idp.domain.cases.models import RecoveryLetter, SupportCase
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.visitor import Visitor


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


def code_of(services, citizen):
    return totp.code_at(citizen.totp_secret, totp.step_at(services.clock()))


def auth_time(services):
    with services.database.unit_of_work() as db:
        return db.scalars(select(BrowserSession)).one().auth_time


def csrf_of(visitor):
    return visitor.form.filled("login-submit", identifier="", password="")[0]


def a_permit(db, services, citizen):
    return permits.issue(
        db,
        services.tree,
        account_id=citizen.account_id,
        citizen_id=citizen.citizen_id,
        origin="counter",
        now=services.clock(),
    )


# --- 7.5.1: fresh sign-in, prompt=login, max_age ---


def test_o101_a_code_alone_is_no_fresh_sign_in(provider, services, siti, clock):
    visitor = Visitor(provider).open("/me").sign_in(siti)
    before = auth_time(services)
    clock.advance(minutes=30)
    visitor.open("/signin?next=/me/security/recovery-card&fresh=1")
    assert visitor.page == "login"
    uid = visitor.path.rpartition("/")[2]
    form = [csrf_of(visitor), ("method", "authenticator"), ("otp", code_of(services, siti))]
    visitor.send(f"/interaction/{uid}/mfa", form)
    assert visitor.page == "login"
    assert auth_time(services) == before


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "60"}])
def test_o101_nor_what_a_client_asks_for_with_prompt_or_max_age(provider, rp, services, siti, clock, asked):
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location).sign_in(siti)
    before = auth_time(services)
    clock.advance(minutes=30)
    visitor.open(rp.authorize(**asked).location)
    assert visitor.page == "login"
    uid = visitor.path.rpartition("/")[2]
    form = [csrf_of(visitor), ("method", "authenticator"), ("otp", code_of(services, siti))]
    visitor.send(f"/interaction/{uid}/mfa", form)
    assert visitor.page == "login"
    assert auth_time(services) == before


# --- what the owner says ends all of it ---


def test_a_lock_closes_the_case_that_is_open_at_a_counter(services, siti):
    now = services.clock()
    with services.database.unit_of_work() as db:
        db.add(
            SupportCase(
                kind=locking.COUNTER,
                account_id=siti.account_id,
                citizen_id=siti.citizen_id,
                reason="lost_phone",
                opened_by="laras",
                opened_at=now,
                expires_at=now + counter.LIFETIME,
            )
        )
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("pii")
        assert locking.lock(db, seal, siti.account_id, now, reason="letter") is not None
    with services.database.unit_of_work() as db:
        case = db.scalars(select(SupportCase).where(SupportCase.kind == locking.COUNTER)).one()
        assert case.state == "closed"


def test_a_mailbox_that_set_the_password_vouches_for_no_first_factor(provider, services, clock):
    siti = factories.a_citizen(services, signs_in=True, authenticator=False)
    with services.database.unit_of_work() as db:
        db.add(
            RecoveryLetter(
                purpose="password",
                kind="email",
                subject=bytes(32),
                proved=False,
                account_id=siti.account_id,
                citizen_id=siti.citizen_id,
                asked_at=services.clock(),
                used_at=services.clock(),
            )
        )
    visitor = Visitor(provider).open("/me").password(siti.email, siti.password)
    assert 'name="contact"' not in visitor.text
    clock.advance(hours=25)
    again = Visitor(provider).open("/me").password(siti.email, siti.password)
    assert 'name="contact"' in again.text


def test_another_password_voids_links_and_permits(provider, services, siti):
    now = services.clock()
    with services.database.unit_of_work() as db:
        letters_before = RecoveryLetter(
            purpose="password",
            kind="email",
            subject=bytes(32),
            proved=False,
            account_id=siti.account_id,
            citizen_id=siti.citizen_id,
            asked_at=now,
            expires_at=now + letters.LIFETIME,
        )
        db.add(letters_before)
        code = a_permit(db, services, siti)
    visitor = Visitor(provider).open("/signin?next=/me/security/password").sign_in(siti)
    form = visitor.answer.forms["password-form"]
    new = "pelangi di atas ladang jagung"
    visitor.send(form.action, form.filled("password-submit", current_password=siti.password, password=new))
    with services.database.unit_of_work() as db:
        assert db.scalars(select(RecoveryLetter)).one().retired_at is not None
        assert permits.find(db, services.tree, siti.account_id, code, now) is None
