"""Attack catalogue, section 12: authenticator codes, codes by message, the recovery card."""

import pytest
from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.authenticators import recovery_codes, totp
from idp.domain.authenticators.models import Factor
from idp.domain.authenticators.sign_in import Refusal, check_totp
from idp.domain.authenticators.throttle import PRODUCTION
from idp.domain.citizens.models import Account
from idp.domain.sessions.models import BrowserSession
from idp.protocol.oidc import acr
from idp.web.cookies import SESSION
from tests import factories
from tests.newcomer import SITI
from tests.visitor import Visitor, letters


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def card(services, siti):
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, siti.account_id, codes, services.clock())
    return codes


def at_mfa(provider, rp, citizen):
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    if visitor.page == "login":
        visitor.password(citizen.email, citizen.password)
    assert visitor.page == "mfa"
    return visitor


def session(services):
    with services.database.unit_of_work() as db:
        return db.scalars(select(BrowserSession).order_by(BrowserSession.started_at.desc())).first()


def events(services):
    with services.database.unit_of_work() as db:
        return list(db.scalars(select(AuditPending.event).order_by(AuditPending.id)))


def wrong_code(services, citizen):
    here = totp.step_at(services.clock())
    near = {totp.code_at(citizen.totp_secret, here + drift) for drift in (-1, 0, 1)}
    return next(code for code in ("111111", "222222", "333333", "444444") if code not in near)


def test_a_right_code_raises_the_session_to_two_factors(provider, rp, siti, services):
    visitor = at_mfa(provider, rp, siti)
    assert session(services).acr == acr.AAL1
    assert visitor.code(siti).page == "consent"
    raised = session(services)
    assert (raised.acr, raised.amr) == (acr.AAL2, "pwd otp mfa")


def test_o098_the_same_code_in_a_new_session_is_refused(provider, rp, siti):
    at_mfa(provider, rp, siti).code(siti)
    other = Visitor(provider).open(rp.authorize(prompt="login").location)
    rp.browser = provider.browser()
    other = at_mfa(provider, rp, siti).code(siti)
    assert other.page == "mfa"
    assert 'id="otp-error"' in other.text


@pytest.mark.parametrize("drift", [-2, 2, 5])
def test_o099_a_code_of_another_time_is_refused(provider, rp, siti, drift):
    assert at_mfa(provider, rp, siti).code(siti, drift).page == "mfa"


def test_o100_too_many_wrong_codes_end_the_sign_in(provider, rp, siti, services, clock):
    visitor = at_mfa(provider, rp, siti)
    before = rp.browser.cookie(SESSION)
    for _ in range(20):
        clock.advance(minutes=2)
        visitor.press("mfa-submit", otp=wrong_code(services, siti))
        if visitor.page != "mfa":
            break
    assert visitor.page == "login", "it begins again at the password"
    assert "Terlalu banyak percobaan" in visitor.text
    assert rp.browser.cookie(SESSION) != before
    assert session(services).ended_at is not None
    assert "SecondFactorRefused" in events(services)
    assert visitor.password(siti.email, siti.password).page == "mfa"
    clock.advance(minutes=2)
    assert visitor.code(siti).page == "consent", "a fresh password gives fresh tries"


def test_o100_the_account_counter_moves_over_sign_ins(services, siti):
    def guess(code):
        with services.database.unit_of_work() as db:
            return check_totp(
                db, services.tree, siti.account_id, code, "192.0.2.0/24", services.clock(), policy=PRODUCTION
            )

    for _ in range(5):
        assert guess(wrong_code(services, siti)).refusal is Refusal.CODE
    refused = guess(totp.code_at(siti.totp_secret, totp.step_at(services.clock())))
    assert refused.refusal is Refusal.THROTTLED
    assert refused.wait.total_seconds() == 30


def test_o101_no_authenticator_without_its_first_code(provider, services):
    visitor = Visitor(provider).open("/register")
    visitor.press("register-submit", **SITI)
    visitor.press("register-submit", phone_number="081299990000")
    visitor.press("register-submit", password="empat kuda makan rumput")
    assert visitor.step == "authenticator"
    for code in ("", "000000", "abcdef"):
        visitor.press("register-submit", otp=code)
        assert visitor.step == "authenticator"
    with services.database.unit_of_work() as db:
        assert db.scalars(select(Factor)).all() == []
        assert db.scalars(select(Account)).all() == []


def test_o101_the_steps_cannot_be_jumped(provider, services):
    visitor = Visitor(provider).open("/register")
    token = dict(visitor.form.fields)["csrf_token"]
    for step in ("later", "contact", "code", "password", "authenticator", "recovery", "done", "x"):
        visitor.send(
            "/register", [("csrf_token", token), ("step", step), ("otp", "123456"), ("saved", "yes")]
        )
    with services.database.unit_of_work() as db:
        assert db.scalars(select(Account)).all() == []


def test_o102_codes_by_mail_are_few(provider, services, clock):
    visitor = Visitor(provider).open("/register")
    visitor.press("register-submit", **SITI)
    visitor.press("register-submit", email="siti@contoh.id")
    for _ in range(20):
        clock.advance(seconds=3)
        visitor.press("register-resend")
        assert visitor.step == "code"
    assert len(letters(provider)) <= 3


def test_o104_a_recovery_code_opens_once_and_its_owner_is_told(provider, rp, siti, card, services):
    visitor = at_mfa(provider, rp, siti).press("mfa-other")
    assert visitor.press("mfa-submit", recovery_code=card[0].lower()).page == "outcome"
    assert "/me/security" in visitor.text, "the way to a new factor, and on"
    assert visitor.open(visitor.path.removesuffix("/new-factor")).page == "consent"
    assert session(services).acr == acr.AAL2
    assert "RecoveryCodeUsed" in events(services)
    told = [letter for letter in letters(provider) if letter["template"] == "recovery_code_used"]
    assert told[0]["to"] == siti.email
    assert told[0]["context"]["codes_left"] == 9
    rp.browser = provider.browser()
    again = at_mfa(provider, rp, siti).press("mfa-other").press("mfa-submit", recovery_code=card[0])
    assert again.page == "mfa"
    assert 'id="recovery_code-error"' in again.text


def test_o104_a_new_card_is_the_only_one(provider, rp, siti, card, services):
    with services.database.unit_of_work() as db:
        new = recovery_codes.new_codes()
        recovery_codes.issue(db, services.tree, siti.account_id, new, services.clock())
    visitor = at_mfa(provider, rp, siti).press("mfa-other")
    assert visitor.press("mfa-submit", recovery_code=card[0]).page == "mfa"
    assert visitor.press("mfa-submit", recovery_code=new[0]).page == "outcome"


def test_o105_a_password_alone_opens_nothing(provider, rp, siti, services):
    visitor = at_mfa(provider, rp, siti)
    token = dict(visitor.form.fields)["csrf_token"]
    path = visitor.path
    visitor.send(f"{path}/consent", [("csrf_token", token), ("action", "allow")])
    assert visitor.page != "consent"
    assert Visitor(provider, rp.browser).open(path).page == "mfa"
    again = rp.authorize()
    assert "code" not in again.params
    assert Visitor(provider, rp.browser).open(again.location).page == "mfa"
    assert siti.name not in visitor.text


def test_o105_no_second_factor_without_a_first(provider, rp, siti):
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    token = dict(visitor.form.fields)["csrf_token"]
    code = totp.code_at(siti.totp_secret, totp.step_at(provider.services.clock()))
    visitor.send(f"{visitor.path}/mfa", [("csrf_token", token), ("otp", code), ("action", "submit")])
    assert visitor.page == "login"
    assert rp.browser.cookie(SESSION) is None


def test_a_sign_in_from_a_new_browser_is_told_once(provider, rp, siti, clock):
    at_mfa(provider, rp, siti).code(siti)
    assert [letter["template"] for letter in letters(provider)] == ["new_sign_in"]
    rp.browser.http.delete_cookie(SESSION, domain="localhost")
    clock.advance(minutes=1)
    at_mfa(provider, rp, siti).code(siti)
    assert letters(provider) == []
