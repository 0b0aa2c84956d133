"""Attack catalogue, section 12: a second factor for an account that has none, added on the way to a service."""

from __future__ import annotations

import re

import pytest

from idp.domain.authenticators import factors, totp
from tests import factories
from tests.visitor import Visitor, changes, letters

NIK = "9933744501900001"


@pytest.fixture
def siti(services):
    """As `idp citizens create` makes accounts without `totp_secret`."""
    return factories.a_citizen(services, signs_in=True, authenticator=False)


@pytest.fixture
def page(provider, rp, siti):
    """After the password, at a service that needs two factors."""
    return Visitor(provider, rp.browser).open(rp.authorize().location).password(siti.email, siti.password)


def code_of(provider):
    return next(found for each in letters(provider) if (found := each["context"].get("code")))


def first_code(services, page):
    secret = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    return totp.code_at(secret, totp.step_at(services.clock()))


def how_many(services, citizen):
    with services.database.unit_of_work() as db:
        return len(factors.of(db, citizen.account_id))


def at_application(provider, page):
    contact = next(value for name, value in page.form.checkboxes if name == "contact")
    page.press("enrol-submit", tick=(contact,))
    return page.press("enrol-submit", code=code_of(provider))


def test_a_code_then_the_application_and_on_to_the_service(provider, services, rp, siti, page):
    assert page.page == "mfa-enrol"
    assert "siti@contoh.id" not in page.text, "the password alone does not show the address"
    at_application(provider, page)
    page.press("enrol-submit", otp=first_code(services, page))
    assert page.page == "consent"
    assert how_many(services, siti) == 1
    assert "second_factor" in changes(provider)


def test_o101_nothing_without_the_code_from_the_contact(provider, services, siti, page):
    contact = next(value for name, value in page.form.checkboxes if name == "contact")
    action = page.form.action
    page.press("enrol-submit", tick=(contact,))
    code = code_of(provider)
    wrong = "000000" if code != "000 000" else "111111"
    assert "totp-secret" not in page.press("enrol-submit", code=wrong).text
    token = page.form.fields[0]
    for sealed in ("", "AAAA"):
        page.send(action, [token, ("sealed", sealed), ("otp", "123456"), ("action", "otp")])
        assert page.page == "mfa-enrol"
    assert how_many(services, siti) == 0


def test_o101_nothing_without_the_first_code_of_the_application(provider, services, siti, page):
    at_application(provider, page)
    for otp in ("", "000000", "abc"):
        page.press("enrol-submit", otp=otp)
        assert page.page == "mfa-enrol"
    assert how_many(services, siti) == 0


def test_o101_a_secret_of_another_session_adds_nothing(provider, services, rp, siti, page):
    at_application(provider, page)
    sealed, code = dict(page.form.fields)["sealed"], first_code(services, page)
    other = Visitor(provider).open("/me").password(siti.email, siti.password)
    assert other.page == "mfa-enrol"
    other.send(
        other.form.action, [other.form.fields[0], ("sealed", sealed), ("otp", code), ("action", "otp")]
    )
    assert how_many(services, siti) == 0


def test_an_account_with_a_factor_is_asked_for_that(provider, services, siti, page):
    at_application(provider, page)
    pairs = page.form.filled("enrol-submit", otp=first_code(services, page))
    with services.database.unit_of_work() as db:
        totp.enrol(
            db, services.tree.vault.system("factor"), siti.account_id, totp.new_secret(), services.clock()
        )
    page.send(page.form.action, pairs)
    assert page.page == "mfa"
    assert how_many(services, siti) == 1


def test_a_contact_of_somebody_else_gets_no_code(provider, bob, page):
    letters(provider)
    page.send(page.form.action, [page.form.fields[0], ("contact", str(bob.citizen_id)), ("action", "send")])
    assert page.page == "mfa-enrol"
    assert letters(provider) == []


def test_without_a_confirmed_contact_there_is_help(provider, services):
    factories.a_citizen(
        services,
        "Budi Santoso",
        "9933744501850002",
        signs_in=True,
        authenticator=False,
        email_confirmed=False,
    )
    page = Visitor(provider).open("/me").password("9933744501850002", factories.PASSWORD)
    assert page.page == "mfa-none", "no code is asked for that nobody can have"
    assert "mfa-cancel" in page.form.buttons
    assert "/help#lost-phone" in page.text


def test_a_telephone_without_applications_gets_codes_from_then_on(provider, services, rp):
    budi = factories.a_citizen(
        services, signs_in=True, authenticator=False, phone_confirmed=True, email=None, email_confirmed=False
    )
    page = Visitor(provider, rp.browser).open(rp.authorize().location).password(NIK, budi.password)
    at_application(provider, page)
    pairs = page.answer.forms["enrol-messages-form"].filled("enrol-messages")
    page.send(page.form.action, [("proved", "AAAA") if name == "proved" else (name, v) for name, v in pairs])
    assert page.page == "mfa-enrol", "only the number that was proved"
    assert how_many(services, budi) == 0
    page.send(page.form.action, pairs)
    assert page.page == "consent"
    assert "second_factor" in changes(provider)
    again = Visitor(provider).open("/me").password(NIK, budi.password)
    assert "mfa-send" in again.form.buttons


def test_cancelling_goes_back_to_the_service(provider, rp, page):
    page.press("enrol-cancel")
    assert page.answer.params["error"] == "access_denied"


def test_o102_codes_are_slowed(provider, page, clock):
    contact = next(value for name, value in page.form.checkboxes if name == "contact")
    page.press("enrol-submit", tick=(contact,))
    for _ in range(40):
        clock.advance(seconds=31)
        if "enrol-resend" not in page.form.buttons:
            break
        page.press("enrol-resend")
    assert page.status == 429
