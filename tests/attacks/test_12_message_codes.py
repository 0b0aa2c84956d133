"""Attack catalogue, section 12: codes by message (O-102, O-103), and what they are worth."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from idp.domain.authenticators import message_codes
from idp.domain.authenticators.models import Factor, OneTimeCode
from idp.domain.citizens import contacts
from idp.domain.citizens.models import Citizen, Contact
from idp.domain.citizens.people import Person
from idp.domain.messages.channels import Channel
from idp.domain.messages.models import MessageBudget
from idp.domain.sessions.models import BrowserSession
from idp.protocol.oidc import acr
from tests import factories
from tests.support import state
from tests.support.telephones import codes_to, switch_on
from tests.visitor import Visitor, letters

NUMBER = "+6281234567890"


@pytest.fixture
def siti(services):
    """Siti, who signs in with a password and a code by SMS; she has no application."""
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False, phone_confirmed=True)
    switch_on(services, citizen, Channel.SMS)
    return citizen


def at_mfa(provider, rp, citizen):
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    if visitor.page == "login":
        visitor.password(citizen.email, citizen.password)
    assert visitor.page == "mfa"
    return visitor


def session(services):
    with services.database.unit_of_work() as db:
        return db.scalars(select(BrowserSession).order_by(BrowserSession.started_at.desc())).first()


def test_a_code_by_sms_raises_the_session_to_two_factors(provider, rp, siti, services):
    visitor = at_mfa(provider, rp, siti)
    assert "+62 ••• •••• 7890" in visitor.text
    assert not codes_to(provider, NUMBER), "coming to the page sends nothing"
    visitor.press("mfa-send")
    (code,) = codes_to(provider, NUMBER)
    assert visitor.press("mfa-submit", otp=f"{code[:3]} {code[3:]}").page == "consent"
    raised = session(services)
    assert (raised.acr, raised.amr) == (acr.AAL2, "pwd sms mfa")
    assert "MessageCodeSent" in [row.event for row in state.audit(services.database)]


def test_whatsapp_is_not_said_to_be_sms(provider, rp, services):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False, phone_confirmed=True)
    switch_on(services, citizen, Channel.WHATSAPP)
    visitor = at_mfa(provider, rp, citizen).press("mfa-send")
    (code,) = codes_to(provider, NUMBER, "whatsapp")
    assert visitor.press("mfa-submit", otp=code).page == "consent"
    assert session(services).amr == "pwd otp mca mfa"


@pytest.mark.parametrize("method", ["message_code", "whatsapp_code"])
def test_no_code_by_message_reaches_aal3(method):
    assert acr.achieved(("password", method)) == acr.AAL2
    assert acr.achieved((method,)) == acr.AAL1
    assert acr.reachable((message_codes.KIND,)) == acr.AAL2


def test_a_code_by_email_is_no_second_factor():
    assert acr.achieved(("password", "email_code")) == acr.AAL1


def test_o102_twenty_requests_in_a_minute_send_two_codes(provider, rp, siti, clock):
    visitor = at_mfa(provider, rp, siti)
    for _ in range(20):
        visitor.press("mfa-send")
        assert visitor.page == "mfa"
        clock.advance(seconds=3)
    assert visitor.status == 429
    assert visitor.answer.headers["Retry-After"]
    assert len(codes_to(provider, NUMBER)) <= 2


def test_o102_an_hour_of_asking_meets_the_limit_of_the_account_and_the_number(provider, rp, siti, clock):
    sent = 0
    for _ in range(40):
        rp.browser = provider.browser()
        visitor = at_mfa(provider, rp, siti).press("mfa-send")
        sent += visitor.status == 200
        clock.advance(seconds=89)
    assert 1 <= sent <= 20, "the sandbox's limit; production's is five"


def test_o102_a_premium_number_gets_nothing_and_costs_nothing(provider, rp, services):
    citizen = factories.a_citizen(
        services, signs_in=True, authenticator=False, phone_number="+628091234567", phone_confirmed=True
    )
    switch_on(services, citizen, Channel.SMS)
    visitor = at_mfa(provider, rp, citizen).press("mfa-send")
    assert visitor.status == 503
    assert visitor.page == "mfa"
    assert not codes_to(provider, "+628091234567")
    assert state.count(services.database, "message_budget") == 0
    refused = [row for row in state.audit(services.database) if row.event == "MessageRefused"]
    assert [(row.detail["reason"], row.detail["scope"]) for row in refused] == [("number", "not_mobile")]


@pytest.mark.parametrize("number", ["+19005551234", "+8821312345678", "+447400123456"])
def test_o102_a_foreign_number_gets_nothing_unless_its_country_is_allowed(provider, rp, services, number):
    citizen = factories.a_citizen(
        services, signs_in=True, authenticator=False, phone_number=number, phone_confirmed=True
    )
    switch_on(services, citizen, Channel.SMS)
    assert at_mfa(provider, rp, citizen).press("mfa-send").status == 503
    assert not codes_to(provider, number)


def test_o102_an_unconfirmed_number_is_no_way(provider, rp, siti, services):
    with services.database.unit_of_work() as db:
        db.execute(update(Contact).where(Contact.kind == "phone").values(verified_at=None))
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location).password(siti.email, siti.password)
    assert visitor.page == "mfa-none"
    token = dict(visitor.form.fields)["csrf_token"]
    visitor.send(visitor.form.action, [("csrf_token", token), ("method", "sms"), ("action", "send")])
    assert not codes_to(provider, NUMBER)
    with services.database.unit_of_work() as db:
        assert db.scalars(select(OneTimeCode)).all() == []


def test_o102_a_removed_number_is_no_way(services, siti):
    tree = services.tree
    with services.database.unit_of_work() as db:
        citizen = db.get_one(Citizen, siti.citizen_id)
        data_key = tree.vault.open(citizen.id, citizen.data_key)
        person = Person(siti.account_id, siti.citizen_id, data_key)
        phone = next(c for c in contacts.of(db, data_key, siti.citizen_id) if c.kind == "phone")
        contacts.remove(db, person, phone.id, services.clock())
        assert message_codes.usable(db, tree, siti.account_id, siti.citizen_id, Channel.SMS) is None


def test_o102_a_spent_budget_sends_nothing_and_leads_to_another_way(provider, rp, services):
    citizen = factories.a_citizen(services, signs_in=True, phone_confirmed=True)
    switch_on(services, citizen, Channel.SMS)
    with services.database.unit_of_work() as db:
        for scope, used in (("sms:62812", services.settings.message_prefix_per_hour), ("sms:all", 1)):
            db.add(
                MessageBudget(
                    scope=scope,
                    period=f"{services.clock():%Y-%m-%dT%H}",
                    used=used,
                    created_at=services.clock(),
                )
            )
    visitor = at_mfa(provider, rp, citizen).press("mfa-other")
    visitor.press("mfa-send")
    assert visitor.status == 503
    assert not codes_to(provider, NUMBER)
    with services.database.unit_of_work() as db:
        assert all(row.retired_at is not None for row in db.scalars(select(OneTimeCode)))
    assert visitor.press("mfa-other").page in ("mfa", "mfa-ways")


def test_o103_an_old_code_is_void_once_a_new_one_was_sent(provider, rp, siti, clock):
    visitor = at_mfa(provider, rp, siti).press("mfa-send")
    clock.advance(seconds=31)
    visitor.press("mfa-send")
    old, new = codes_to(provider, NUMBER)
    assert visitor.press("mfa-submit", otp=old).page == "mfa"
    assert 'id="otp-error"' in visitor.text
    assert visitor.press("mfa-submit", otp=new).page == "consent"


def test_o103_a_code_dies_after_ten_minutes(provider, rp, siti, clock):
    visitor = at_mfa(provider, rp, siti).press("mfa-send")
    (code,) = codes_to(provider, NUMBER)
    clock.advance(minutes=10)
    assert visitor.press("mfa-submit", otp=code).page == "mfa"


def test_o103_a_code_opens_once_and_in_its_own_sign_in_only(provider, rp, siti):
    visitor = at_mfa(provider, rp, siti).press("mfa-send")
    (code,) = codes_to(provider, NUMBER)
    mine = rp.browser
    rp.browser = provider.browser()
    stranger = at_mfa(provider, rp, siti)
    token = dict(stranger.form.fields)["csrf_token"]
    pairs = [("csrf_token", token), ("method", "sms"), ("otp", code), ("action", "submit")]
    assert stranger.send(stranger.form.action, pairs).page == "mfa"
    rp.browser = mine
    assert visitor.press("mfa-submit", otp=code).page == "consent"


def test_o103_five_wrong_tries_spend_a_code(provider, rp, siti, clock):
    visitor = at_mfa(provider, rp, siti).press("mfa-send")
    (code,) = codes_to(provider, NUMBER)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        visitor.press("mfa-submit", otp=wrong)
        clock.advance(seconds=3)
    assert visitor.press("mfa-submit", otp=code).page == "mfa"


def test_switching_on_needs_a_code_from_that_number_and_the_citizen_is_told(provider, services, clock):
    citizen = factories.a_citizen(services, signs_in=True, phone_confirmed=True)
    browser = provider.browser().sign_in(citizen)
    visitor = Visitor(provider, browser).open("/me/security/messages")
    page = visitor.answer.forms["messages-form"]
    visitor.send(page.action, page.filled("message-on"))
    (code,) = codes_to(provider, NUMBER)
    page = visitor.answer.forms["message-code-form"]
    visitor.send(page.action, page.filled("message-code-submit", otp="000000" if code != "000000" else "1"))
    with services.database.unit_of_work() as db:
        assert db.scalars(select(Factor).where(Factor.kind == "message_code")).all() == []
    page = visitor.answer.forms["message-code-form"]
    visitor.send(page.action, page.filled("message-code-submit", otp=code))
    with services.database.unit_of_work() as db:
        assert len(db.scalars(select(Factor).where(Factor.kind == "message_code")).all()) == 1
    told = [letter for letter in letters(provider) if letter["template"] == "account_change"]
    assert {letter["channel"] for letter in told} == {"email", "sms"}
    page = visitor.answer.forms["messages-form"]
    visitor.send(page.action, page.filled("message-off"))
    with services.database.unit_of_work() as db:
        assert (
            db.scalars(select(Factor).where(Factor.removed_at.is_(None), Factor.kind == "message_code")).all()
            == []
        )
    clock.advance(minutes=6)
    assert Visitor(provider, browser).open("/me/security/messages").page == "login"


def test_codes_never_come_into_the_inbox(provider, rp, siti, services):
    at_mfa(provider, rp, siti).press("mfa-send")
    assert state.count(services.database, "inbox_message") == 0


def test_a_code_is_of_no_use_after_it_expired_on_its_way(provider, rp, siti, services):
    at_mfa(provider, rp, siti).press("mfa-send")
    (letter,) = letters(provider)
    assert letter["until"] == (services.clock() + timedelta(minutes=10)).isoformat()
    assert letter["counted"]


def phone_of(services, citizen):
    tree = services.tree
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        data_key = tree.vault.open(row.id, row.data_key)
        return next(c for c in contacts.of(db, data_key, row.id) if c.kind == "phone")


def test_o109_the_number_of_the_last_factor_cannot_be_removed(provider, services, siti):
    with services.database.unit_of_work() as db:
        assert not message_codes.may_lose(
            db, services.tree, siti.account_id, siti.citizen_id, phone_of(services, siti).id
        )


def test_what_a_number_was_used_for_ends_with_it(services):
    citizen = factories.a_citizen(services, signs_in=True, phone_confirmed=True)
    switch_on(services, citizen, Channel.SMS)
    switch_on(services, citizen, Channel.WHATSAPP)
    phone, tree = phone_of(services, citizen), services.tree
    with services.database.unit_of_work() as db:
        assert message_codes.may_lose(db, tree, citizen.account_id, citizen.citizen_id, phone.id)
        row = db.get_one(Citizen, citizen.citizen_id)
        person = Person(citizen.account_id, row.id, tree.vault.open(row.id, row.data_key))
        contacts.remove(db, person, phone.id, services.clock())
        ended = message_codes.end_orphans(db, tree, citizen.account_id, citizen.citizen_id, services.clock())
    assert ended == 2
    with services.database.unit_of_work() as db:
        left = db.scalars(select(Factor.kind).where(Factor.removed_at.is_(None))).all()
    assert left == ["totp"]
