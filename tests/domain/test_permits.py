"""A permit sets a new password and a new second factor, once, within a day, and signs nobody in (features D1, D4)."""

import pytest

from idp.domain.authenticators import totp
from idp.domain.citizens.models import Citizen
from idp.protocol.oidc import acr
from tests import factories
from tests.support import state
from tests.support.authenticator import Authenticator
from tests.support.databases import sqlite_only
from tests.support.passkeys import check, request as get_request
from tests.support.race import race
from tests.support.telephones import codes_to
from tests.support.ways_back import NEW_PASSWORD, NIK, a_permit, enrol, give_permit, secret_of


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


def test_a_permit_leads_to_password_authenticator_card_and_the_usual_sign_in(
    provider, services, citizen, clock, rp
):
    tokens = rp.tokens(citizen, scope="openid offline_access")
    browser = provider.browser()
    page, secret = enrol(browser, give_permit(browser, a_permit(services, citizen)))
    assert page.page == "new-card"
    assert browser.cookie("__Host-gerbang") is None, "a permit signs nobody in"
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    clock.advance(seconds=60)
    renewed = factories.TestCitizen(
        citizen.account_id, citizen.citizen_id, citizen.name, citizen.email, NEW_PASSWORD, secret
    )
    page = browser.follow(browser.get("/signin"))
    page = browser.give_password(page, renewed)
    assert page.page == "mfa", "both factors are asked for"
    assert browser.give_code(page, renewed).page == "account"
    (session,) = [row for row in state.rows(services.database, "browser_session") if row["ended_at"] is None]
    assert session["acr"] == acr.AAL2
    with services.database.unit_of_work() as db:
        assert db.get_one(Citizen, citizen.citizen_id).ial == "ial1"


@sqlite_only
def test_a_permit_takes_a_passkey_instead_of_an_application(provider, services, citizen, clock):
    browser, key = provider.browser(), Authenticator()
    page = give_permit(browser, a_permit(services, citizen))
    page = browser.submit(page, "password-form", "password-submit", password=NEW_PASSWORD)
    form = page.forms["passkey-form"]
    pairs = dict(form.fields)
    options = browser.post("/recover/enrol/options", data=pairs)
    assert options.ok
    refused = browser.post(form.action, data=pairs | {"credential": "{}"})
    assert (refused.status, refused.page) == (400, "new-authenticator")
    assert state.count(services.database, "passkey") == 0
    options = browser.post("/recover/enrol/options", data=pairs)
    page = browser.post(form.action, data=pairs | {"credential": key.create(options.json)})
    assert page.page == "new-card"
    standing = [row for row in state.rows(services.database, "factor") if row["removed_at"] is None]
    assert [row["kind"] for row in standing] == ["passkey"]
    assert browser.post("/recover/enrol/options", data=pairs).status == 409, "the permit is spent"
    request, asking = get_request(services)
    assert check(services, key.get(request), asking)


@sqlite_only
def test_a_permit_takes_codes_by_sms_where_a_telephone_runs_no_application(
    provider, services, citizen, clock
):
    browser, number = provider.browser(), "+6285712345678"
    page = give_permit(browser, a_permit(services, citizen))
    page = browser.submit(page, "password-form", "password-submit", password=NEW_PASSWORD)
    page = browser.submit(page, "phone-form", "way-sms")
    assert page.page == "new-phone"
    assert not codes_to(provider, number), "coming to the page sends nothing"
    page = browser.submit(page, "phone-form", "phone-send", phone_number="021 555 0123")
    assert "phone_number-error" in page.text, "no message goes to a number that takes none"
    page = browser.submit(page, "phone-form", "phone-send", phone_number="0857-1234-5678")
    (code,) = codes_to(provider, number)
    page = browser.submit(page, "phone-form", "phone-submit", otp="000000" if code != "000000" else "111111")
    assert page.page == "new-phone"
    page = browser.submit(page, "phone-form", "phone-submit", otp=code)
    assert page.page == "new-card"
    standing = [row for row in state.rows(services.database, "factor") if row["removed_at"] is None]
    assert [row["kind"] for row in standing] == ["message_code"]
    page = browser.follow(browser.get("/signin"))
    page = browser.submit(
        page, "login-form", "login-submit", identifier="0857 1234 5678", password=NEW_PASSWORD
    )
    assert browser.follow(page).page == "mfa"


@sqlite_only
def test_the_lost_authenticator_opens_nothing_any_more(provider, services, citizen, clock):
    browser = provider.browser()
    enrol(browser, give_permit(browser, a_permit(services, citizen)))
    clock.advance(seconds=60)
    page = browser.follow(browser.get("/signin"))
    page = browser.submit(page, "login-form", "login-submit", identifier=citizen.email, password=NEW_PASSWORD)
    assert browser.give_code(page, citizen).page == "mfa"


def test_used_by_many_at_once_it_enrols_one(provider, services, citizen):
    code = a_permit(services, citizen)
    ready = []
    for _ in range(5):
        browser = provider.browser()
        page = give_permit(browser, code)
        page = browser.submit(page, "password-form", "password-submit", password=NEW_PASSWORD)
        form = page.forms["authenticator-form"]
        otp = totp.code_at(secret_of(page), totp.step_at(services.clock()))
        ready.append((browser, form.action, dict(form.filled("authenticator-submit", otp=otp))))
    answers = race([lambda b=b, a=a, p=p: b.post(a, data=p) for b, a, p in ready])
    assert sorted(answer.status for answer in answers) == [200, *[404] * 4]
    standing = [row for row in state.rows(services.database, "factor") if row["removed_at"] is None]
    assert len(standing) == 1


@sqlite_only
def test_used_twice_expired_or_replaced_it_is_refused(provider, services, citizen, clock):
    browser = provider.browser()
    code = a_permit(services, citizen)
    enrol(browser, give_permit(browser, code))
    assert give_permit(browser, code).page == "permit"
    old = a_permit(services, citizen)
    new = a_permit(services, citizen)
    assert give_permit(browser, old).page == "permit"
    page = give_permit(browser, new)
    assert page.page == "new-password"
    clock.advance(hours=24)
    assert give_permit(browser, new).page == "permit"
    answer = browser.submit(page, "password-form", "password-submit", password=NEW_PASSWORD)
    assert answer.status == 404


@sqlite_only
def test_another_person_or_browser_can_do_nothing_with_it(provider, services, citizen):
    bob = factories.a_citizen(services, "Budi Santoso", "9933744501900002", signs_in=True)
    code = a_permit(services, citizen)
    assert give_permit(provider.browser(), code, "9933744501900002").page == "permit"
    form = give_permit(provider.browser(), code).forms["password-form"]
    stranger = provider.browser()
    other = give_permit(stranger, a_permit(services, bob), "9933744501900002").forms["password-form"]
    stolen = dict(form.filled("password-submit", password=NEW_PASSWORD))["state"]
    pairs = dict(other.filled("password-submit", password=NEW_PASSWORD)) | {"state": stolen}
    assert stranger.post(other.action, data=pairs).status == 404


@sqlite_only
def test_o091_a_nik_nobody_has_gets_the_answer_of_a_wrong_code(provider, services, citizen):
    browser = provider.browser()
    wrong = give_permit(browser, "0000-1111-2222-3333", NIK)
    nobody = give_permit(browser, "0000-1111-2222-3333", "9933744501909999")
    assert wrong.status == nobody.status == 200
    assert wrong.text.replace(NIK, "") == nobody.text.replace("9933744501909999", "")


@sqlite_only
def test_guessing_codes_is_slowed_down_and_never_keeps_the_right_one_out(provider, services, citizen):
    code = a_permit(services, citizen)
    statuses = [give_permit(provider.browser(), "0000-1111-2222-3333").status for _ in range(12)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    slowed = give_permit(provider.browser(), "0000-1111-2222-4444")
    assert slowed.response.headers["Retry-After"]
    assert give_permit(provider.browser(), code).page == "new-password"
