"""Registering with a feature phone: codes by SMS in place of an application; the first one confirms the number."""

from sqlalchemy import select

from idp.domain.authenticators.models import Factor
from idp.domain.citizens.models import Account, Contact
from idp.domain.sessions.models import BrowserSession
from tests.newcomer import SITI
from tests.support.telephones import codes_to
from tests.visitor import Visitor

NUMBER = "+6281299990000"


def at_the_choice(provider):
    visitor = Visitor(provider).open("/register")
    visitor.press("register-submit", **SITI)
    visitor.press("register-submit", phone_number="081299990000")
    visitor.press("register-submit", password="empat kuda makan rumput")
    assert visitor.step == "authenticator"
    return visitor


def test_a_code_by_sms_makes_the_account(provider, services):
    visitor = at_the_choice(provider).open("/register?way=sms")
    assert visitor.step == "sms"
    assert "+62 ••• •••• 0000" in visitor.text
    visitor.press("register-send")
    (code,) = codes_to(provider, NUMBER)
    visitor.press("register-submit", otp="000000" if code != "000000" else "111111")
    assert visitor.step == "sms"
    with services.database.unit_of_work() as db:
        assert db.scalars(select(Account)).all() == []
    visitor.press("register-submit", otp=code)
    assert visitor.step == "recovery"
    with services.database.unit_of_work() as db:
        assert [factor.kind for factor in db.scalars(select(Factor))] == ["message_code"]
        assert db.scalars(select(Contact)).one().verified_at is not None
        assert db.scalars(select(BrowserSession)).one().amr == "pwd sms mfa"


def test_without_a_number_it_is_not_offered(provider):
    visitor = Visitor(provider).open("/register")
    visitor.press("register-submit", **SITI)
    visitor.press("register-submit", email="siti@contoh.id")
    assert "way=sms" not in visitor.text


def test_asking_again_at_once_has_to_wait(provider, clock):
    visitor = at_the_choice(provider).open("/register?way=sms").press("register-send")
    assert visitor.press("register-send").status == 429
    clock.advance(seconds=31)
    assert visitor.press("register-send").status == 200
    assert len(codes_to(provider, NUMBER)) == 2
