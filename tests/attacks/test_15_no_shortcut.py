"""Attack catalogue, sections 11 to 15: no code stands in for a first factor; the owner's word ends all."""

import pytest
from sqlalchemy import select

from idp.domain.account import password_change
from idp.domain.account.password_change import Overtaken
from idp.domain.authenticators import totp
from idp.domain.cases import counter, letters, locking, permits
from idp.domain.cases.models import RecoveryLetter, SupportCase
from idp.domain.citizens.models import Account
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.support.race import race
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


@pytest.mark.parametrize("path", ["mfa", "mfa/passkey/options"])
def test_o101_nor_does_a_second_factor_open_a_service_that_keeps_apart(
    provider, rp, other_rp, services, siti, clock, path
):
    Visitor(provider, rp.browser).open(rp.authorize().location).sign_in(siti)
    factories.amend(services, other_rp.client.client_id, isolated_sso=True)
    other_rp.browser = rp.browser
    before = auth_time(services)
    clock.advance(minutes=5)
    visitor = Visitor(provider, rp.browser).open(other_rp.authorize().location)
    assert visitor.page == "login"
    uid = visitor.path.rpartition("/")[2]
    form = [csrf_of(visitor), ("method", "authenticator"), ("otp", code_of(services, siti))]
    visitor.send(f"/interaction/{uid}/{path}", form)
    assert visitor.sent.status in (303, 409)
    assert auth_time(services) == before
    assert visitor.open(f"/interaction/{uid}").page == "login"


def test_o101_nor_is_a_first_factor_enrolled_where_a_sign_in_is_due(provider, services, clock):
    siti = factories.a_citizen(services, signs_in=True, authenticator=False)
    visitor = Visitor(provider).open("/me").password(siti.email, siti.password)
    assert visitor.page == "mfa-enrol"
    clock.advance(minutes=30)
    visitor.open("/signin?next=/me/security/recovery-card&fresh=1")
    assert visitor.page == "login"
    uid = visitor.path.rpartition("/")[2]
    token = csrf_of(visitor)
    with provider.unchanged():
        for action in ("send", "code", "otp"):
            visitor.send(f"/interaction/{uid}/enrol", [token, ("action", action), ("otp", "123456")])
            assert visitor.page == "login"


# --- what the owner says ends all of it ---


def test_a_session_of_a_locked_account_opens_no_page(provider, rp, services, siti):
    visitor = Visitor(provider, rp.browser).open("/me").sign_in(siti)
    assert visitor.page == "account"
    factories.lock(services, siti)
    assert visitor.open("/me").page == "login"
    assert visitor.open("/signin?next=/qr/x").page == "login"
    page = visitor.browser.get("/qr/abc")
    assert page.location.startswith("/signin")


def test_whoever_signs_in_while_the_owner_locks_has_no_session(provider, services, siti):
    for _ in range(4):
        ready = []
        for _thief in range(3):
            browser = provider.browser()
            form = browser.follow(browser.get("/signin")).forms["login-form"]
            pairs = dict(form.filled("login-submit", identifier=siti.email, password=siti.password))
            ready.append(lambda b=browser, a=form.action, p=pairs: b.post(a, data=p))

        def lock():
            with services.database.unit_of_work() as db:
                return locking.lock(
                    db, services.tree.vault.system("pii"), siti.account_id, services.clock(), reason="letter"
                )

        answers = race([*ready, lock])
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        with services.database.unit_of_work() as db:
            assert db.scalars(select(BrowserSession).where(BrowserSession.ended_at.is_(None))).all() == []
            assert locking.unlock(
                db,
                services.tree.vault.system("pii"),
                siti.account_id,
                siti.citizen_id,
                "card",
                services.clock(),
            )


def test_a_password_that_was_chosen_before_a_lock_or_a_reset_is_not_set_after_it(services, siti):
    def change(before):
        with services.database.unit_of_work() as db:
            return password_change.change(
                db,
                siti.account_id,
                siti.citizen_id,
                "of the thief",
                services.clock(),
                before=before,
                keep_session=None,
            )

    with services.database.unit_of_work() as db:
        before = db.get_one(Account, siti.account_id).password_hash
        locking.lock(
            db, services.tree.vault.system("pii"), siti.account_id, services.clock(), reason="letter"
        )
    with pytest.raises(Overtaken):
        change(before)
    with services.database.unit_of_work() as db:
        locking.unlock(
            db, services.tree.vault.system("pii"), siti.account_id, siti.citizen_id, "card", services.clock()
        )
    with pytest.raises(Overtaken):
        change("an older one")
    assert change(before) == 0


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
