"""Attack catalogue, sections 12 and 13: factors as their owner manages them in the account."""

from __future__ import annotations

import re

import pytest

from idp.domain.authenticators import factors, recovery_codes, totp
from tests import factories
from tests.visitor import Visitor, changes, letters

LIST = "/me/security/authenticator"
ADD = f"{LIST}/add"
CARD = "/me/security/recovery-card"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def at(provider, siti):
    """Open a page of the account that needs a fresh sign-in, and sign in."""

    def at(path):
        return Visitor(provider).open(path).sign_in(siti)

    return at


def applications(services, citizen):
    with services.database.unit_of_work() as db:
        return sorted(each.name for each in factors.of(db, citizen.account_id, totp.KIND))


def first_code(services, page):
    shown = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page.text)
    assert shown is not None
    return totp.code_at(shown[1].replace(" ", ""), totp.step_at(services.clock()))


def add(services, page, name="ponsel cadangan"):
    return page.press("authenticator-submit", otp=first_code(services, page), name=name)


def test_o101_no_application_without_its_first_code(provider, services, siti, at):
    page = at(ADD)
    with provider.unchanged():
        for otp in ("", "000000", "abc"):
            assert page.press("authenticator-submit", otp=otp).page == "account-authenticator-add"
    assert "Kode tidak cocok" in page.text
    assert applications(services, siti) == [""]


def test_o101_none_on_a_session_without_a_fresh_sign_in(provider, services, siti, at, clock):
    page = at(ADD)
    clock.advance(minutes=6)
    code = first_code(services, page)
    with provider.unchanged():
        answer = page.browser.post(ADD, data=dict(page.form.filled(otp=code, name="x")))
    assert answer.location == f"/signin?next={ADD}&fresh=1"
    assert page.browser.get(ADD).location == f"/signin?next={ADD}&fresh=1"


def test_o101_the_first_code_opens_nothing_else(provider, services, siti, at):
    page = add(services, at(ADD))
    assert page.page == "account-authenticator"
    assert applications(services, siti) == ["", "ponsel cadangan"]
    letter = letters(provider)[-1]
    assert (letter["template"], letter["context"]["what"]) == ("account_change", "ponsel cadangan")


@pytest.mark.parametrize("sealed", ["", "AAAA", "x" * 5000, "é"])
def test_o101_a_secret_that_is_not_ours_adds_nothing(services, siti, at, sealed):
    page = at(ADD)
    code = first_code(services, page)
    page.press("authenticator-submit", otp=code, sealed=sealed)
    assert applications(services, siti) == [""]


def test_o101_a_secret_of_another_account_adds_nothing(provider, services, siti, at):
    budi = factories.a_citizen(services, "Budi", "9933744501850002", signs_in=True)
    theirs = Visitor(provider).open(ADD).sign_in(budi)
    sealed = dict(theirs.form.fields)["sealed"]
    page = at(ADD)
    page.press("authenticator-submit", otp=first_code(services, theirs), sealed=sealed)
    assert applications(services, siti) == [""]


def test_o101_a_secret_that_waited_too_long_adds_nothing(provider, services, siti, at, clock):
    page = at(ADD)
    filled = page.form.fields
    clock.advance(minutes=16)
    page.open(ADD).sign_in(siti)
    page.send(ADD, [*filled[:1], ("sealed", dict(filled)["sealed"]), ("otp", first_code(services, page))])
    assert applications(services, siti) == [""]


def test_o109_the_last_factor_stays(provider, services, siti, at):
    page = at(LIST)
    assert "authenticator-remove" not in page.text
    with services.database.unit_of_work() as db:
        only = str(factors.of(db, siti.account_id)[0].id)
    with provider.unchanged():
        page.send(LIST, [*page.form.fields, ("remove", only)])
    assert page.status == 409
    assert applications(services, siti) == [""]


def test_o109_one_of_two_is_taken_off_and_told(provider, services, siti, at):
    page = add(services, at(ADD))
    letters(provider)
    assert page.press("authenticator-remove").page == "account-authenticator"
    assert len(applications(services, siti)) == 1
    assert "end-others" in page.text
    assert changes(provider) == ["authenticator_removed"]


def test_o109_not_without_a_fresh_sign_in(provider, services, siti, at, clock):
    page = add(services, at(ADD))
    clock.advance(minutes=6)
    with provider.unchanged():
        button = page.form.buttons["authenticator-remove"]
        answer = page.browser.post(LIST, data=dict([*page.form.fields, button]))
    assert answer.location == f"/signin?next={LIST}&fresh=1"


def test_o127_the_application_of_somebody_else_is_not_found(provider, services, siti, at):
    budi = factories.a_citizen(services, "Budi", "9933744501850002", signs_in=True)
    with services.database.unit_of_work() as db:
        theirs = str(factors.of(db, budi.account_id)[0].id)
    page = add(services, at(ADD))
    for chosen in (theirs, "nonsense", ""):
        assert page.browser.post(LIST, data=dict([*page.form.fields, ("remove", chosen)])).status == 404
    assert len(applications(services, budi)) == 1


def test_o104_a_card_is_shown_once_and_the_old_one_dies(provider, services, siti, at):
    old = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, siti.account_id, old, services.clock())
    page = at(CARD)
    assert "10 kode tersisa" in page.text
    page.press("recovery-new")
    codes = re.findall(r"<li>([0-9A-Z-]{19})</li>", page.text)
    assert len(set(codes)) == 10
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert changes(provider) == ["recovery_card"]
    assert not any(code in page.open(CARD).text for code in (*codes, *old))
    now = services.clock()
    with services.database.unit_of_work() as db:
        assert not recovery_codes.claim(db, services.tree, siti.account_id, old[0], now)
        assert recovery_codes.claim(db, services.tree, siti.account_id, codes[0], now)
        assert not recovery_codes.claim(db, services.tree, siti.account_id, codes[0], now)


def test_o104_no_card_without_a_fresh_sign_in(provider, siti, at, clock):
    page = at(CARD)
    clock.advance(minutes=6)
    with provider.unchanged():
        answer = page.browser.post(CARD, data=dict(page.form.filled("recovery-new")))
    assert answer.location == f"/signin?next={CARD}&fresh=1"


def test_after_a_change_the_other_sessions_end_with_one_button(provider, services, siti, at):
    elsewhere = provider.browser().sign_in(siti)
    page = add(services, at(ADD))
    form = page.answer.forms["end-others-form"]
    page.send(form.action, form.filled("end-others"))
    assert elsewhere.get("/me").location is not None
    assert page.open("/me").page == "account"
