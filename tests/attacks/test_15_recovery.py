"""Attack catalogue 15: forgotten passwords, links, and ways around the second factor (O-091, O-118 to O-120)."""

import pytest

from idp import recovering
from idp.domain.authenticators import known_browsers, recovery_codes
from idp.domain.citizens.models import Account, Citizen
from idp.protocol.oidc import acr
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.databases import counted, sqlite_only
from tests.support.letters import delivered
from tests.support.race import race
from tests.support.ways_back import NEW_PASSWORD, ask, letter_link, set_password

UNKNOWN = ("nobody@contoh.id", "9933744501909999", "081299999999")
HOSTS = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


def password_of(services, citizen):
    with services.database.unit_of_work() as db:
        return db.get_one(Account, citizen.account_id).password_hash


def signs_in(provider, citizen, password):
    browser = provider.browser()
    page = browser.follow(browser.get("/signin"))
    return browser.submit(
        page, "login-form", "login-submit", identifier=citizen.email, password=password
    ).page


# --- O-091 ---


@sqlite_only
@pytest.mark.parametrize("identifier", UNKNOWN)
def test_o091_a_known_and_an_unknown_identifier_get_the_same_page(provider, services, citizen, identifier):
    known, unknown = ask(provider.browser(), citizen.email), ask(provider.browser(), identifier)
    assert (known.status, known.page) == (unknown.status, unknown.page) == (200, "recover-sent")
    assert known.text == unknown.text
    assert set(known.response.headers) == set(unknown.response.headers)
    assert recovering.write_letters(services) == 2
    assert len(delivered(services)) == 1


@sqlite_only
def test_o091_the_page_does_the_same_work_for_both(provider, services, citizen):
    statements = []
    for identifier in (citizen.email, "nobody@contoh.id"):
        browser = provider.browser()
        page = browser.get("/recover")
        with counted(services.database) as seen:
            browser.submit(page, "recover-form", "recover-submit", identifier=identifier)
        statements.append(list(seen))
    assert statements[0] == statements[1]


@sqlite_only
def test_o091_asking_again_and_again_is_slowed_down_the_same_for_both(provider, citizen):
    answers = []
    for identifier in (citizen.email, "nobody@contoh.id"):
        browser = provider.browser()
        answers.append([ask(browser, identifier).status for _ in range(22)])
    assert answers[0] == answers[1]
    assert answers[0][-1] == 429


@sqlite_only
@pytest.mark.parametrize("identifier", ["", "\x00", "x" * 300, "siti@", "12"])
def test_what_can_be_nobody_is_said_at_once(provider, services, identifier):
    browser = provider.browser()
    assert ask(browser, identifier).status == 400
    assert state.count(services.database, "recovery_letter") == 0


# --- O-118 ---


@sqlite_only
@pytest.mark.parametrize("header", HOSTS)
def test_o118_the_host_of_the_link_is_the_configured_issuer(provider, services, citizen, header):
    browser = provider.browser()
    page = browser.get("/recover")
    form = page.forms["recover-form"]
    pairs = dict(form.filled("recover-submit", identifier=citizen.email))
    browser.post(form.action, data=pairs, headers={header: HOSTS[header]})
    recovering.write_letters(services)
    for letter in delivered(services):
        assert "evil.example" not in letter.text + letter.html
        assert f"{factories.ISSUER}/recover/password?token=" in letter.text


# --- O-119 ---


def test_o119_a_link_is_good_once(provider, services, citizen):
    ask(provider.browser(), citizen.email)
    address = letter_link(services)
    browser = provider.browser()
    assert set_password(browser, address).page == "outcome"
    changed = password_of(services, citizen)
    assert browser.get(address).status == 404
    assert password_of(services, citizen) == changed


@sqlite_only
def test_o119_a_link_dies_with_a_newer_one(provider, services, citizen, clock):
    ask(provider.browser(), citizen.email)
    old = letter_link(services)
    clock.advance(minutes=6)
    ask(provider.browser(), citizen.email)
    new = letter_link(services)
    browser = provider.browser()
    assert browser.get(old).status == 404
    assert browser.get(new).page == "new-password"


@sqlite_only
def test_o119_a_link_dies_after_an_hour(provider, services, citizen, clock):
    ask(provider.browser(), citizen.email)
    address = letter_link(services)
    browser = provider.browser()
    page = browser.get(address)
    clock.advance(minutes=60)
    assert browser.get(address).status == 404
    before = password_of(services, citizen)
    answer = browser.submit(page, "password-form", "password-submit", password=NEW_PASSWORD)
    assert answer.status == 404
    assert password_of(services, citizen) == before


@sqlite_only
def test_o119_a_link_is_bound_to_its_account_whatever_the_form_says(provider, services, citizen):
    bob = factories.a_citizen(services, "Budi Santoso", "9933744501900002", signs_in=True)
    ask(provider.browser(), citizen.email)
    address = letter_link(services)
    browser = provider.browser()
    form = browser.get(address).forms["password-form"]
    before = password_of(services, bob)
    pairs = dict(form.filled("password-submit", password=NEW_PASSWORD))
    browser.post(
        form.action,
        data=pairs
        | {"account": str(bob.account_id), "account_id": str(bob.account_id), "identifier": bob.email},
    )
    assert password_of(services, bob) == before
    assert signs_in(provider, citizen, NEW_PASSWORD) == "mfa"


@sqlite_only
def test_o119_the_link_of_one_purpose_opens_no_other(provider, services, citizen):
    ask(provider.browser(), citizen.email)
    token = letter_link(services).partition("?")[2]
    assert provider.browser().get(f"/recover/confirm?{token}").status == 404


def test_o119_used_at_once_by_many_it_sets_one_password(provider, services, citizen):
    ask(provider.browser(), citizen.email)
    address = letter_link(services)
    pages = []
    for number in range(6):
        browser = provider.browser()
        form = browser.get(address).forms["password-form"]
        pairs = dict(form.filled("password-submit", password=f"{NEW_PASSWORD} nomor {number}"))
        pages.append((browser, form.action, pairs))
    answers = race([lambda b=b, a=a, p=p: b.post(a, data=p) for b, a, p in pages])
    assert sorted(answer.status for answer in answers) == [200, *[404] * 5]
    events = [row.event for row in state.audit(services.database)]
    assert events.count("PasswordSet") == 1


@sqlite_only
def test_a_weak_password_is_refused_and_the_link_stays_good(provider, services, citizen):
    ask(provider.browser(), citizen.email)
    address = letter_link(services)
    browser = provider.browser()
    for weak in ("", "12345678", "siti aminah", "gerbang123"):
        page = browser.get(address)
        answer = browser.submit(page, "password-form", "password-submit", password=weak)
        assert answer.status == 400, weak
    assert set_password(browser, address).page == "outcome"


# --- O-120 ---


def test_o120_the_second_factor_is_still_asked_for_and_everything_ends(provider, services, citizen, rp):
    tokens = rp.tokens(citizen, scope="openid profile email offline_access")
    signed_in = provider.browser().sign_in(citizen)
    with services.database.unit_of_work() as db:
        known_browsers.remember(db, citizen.account_id, b"b" * 32, services.clock())
    ask(provider.browser(), citizen.email)
    browser = provider.browser()
    answer = set_password(browser, letter_link(services))
    assert answer.page == "outcome"
    assert browser.cookie("__Host-gerbang") is None, "a link signs nobody in"
    assert signed_in.get("/me").status == 303
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert rp.introspect(tokens["access_token"]).json == {"active": False}
    assert state.count(services.database, "known_browser") == 0
    assert signs_in(provider, citizen, citizen.password) == "login"
    assert signs_in(provider, citizen, NEW_PASSWORD) == "mfa"
    assert "Kata sandi Anda sudah diganti" in {letter.subject for letter in delivered(services)}


@sqlite_only
def test_d4_a_new_password_alone_reaches_no_second_level(provider, services, citizen):
    ask(provider.browser(), citizen.email)
    set_password(provider.browser(), letter_link(services))
    browser = provider.browser()
    page = browser.follow(browser.get("/signin"))
    browser.submit(page, "login-form", "login-submit", identifier=citizen.email, password=NEW_PASSWORD)
    assert browser.get("/me").status == 303
    (session,) = [row for row in state.rows(services.database, "browser_session") if row["ended_at"] is None]
    assert session["acr"] == acr.AAL1


@sqlite_only
def test_d6_the_identity_that_was_proved_survives(provider, services, citizen):
    ask(provider.browser(), citizen.email)
    set_password(provider.browser(), letter_link(services))
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        assert row.ial == "ial1"
        assert row.data_key is not None


@sqlite_only
def test_the_request_of_the_agency_goes_on_after_the_new_password(provider, services, citizen, clock):
    rp = RP(provider, factories.a_client(services))
    login = rp.begin()
    uid = login.forms["login-form"].action.split("/")[2]
    assert f"/recover?uid={uid}" in login.text
    ask(rp.browser, citizen.email, f"/recover?uid={uid}")
    answer = set_password(rp.browser, letter_link(services))
    assert f'href="/interaction/{uid}"' in answer.text
    clock.advance(minutes=1)
    elsewhere = ask(provider.browser(), citizen.email, f"/recover?uid={uid}")
    assert elsewhere.page == "recover-sent"
    assert f'href="/interaction/{uid}"' not in set_password(provider.browser(), letter_link(services)).text


@sqlite_only
@pytest.mark.parametrize("status", ["locked", "closed"])
def test_an_account_that_was_closed_to_its_owner_gets_no_link(provider, services, citizen, status):
    factories.lock(services, citizen, status)
    ask(provider.browser(), citizen.email)
    recovering.write_letters(services)
    assert delivered(services) == []


@sqlite_only
def test_the_card_opens_the_second_step_after_a_new_password(provider, services, citizen):
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, citizen.account_id, codes, services.clock())
    ask(provider.browser(), citizen.email)
    set_password(provider.browser(), letter_link(services))
    browser = provider.browser()
    page = browser.follow(browser.get("/signin"))
    page = browser.submit(page, "login-form", "login-submit", identifier=citizen.email, password=NEW_PASSWORD)
    page = browser.submit(page, "mfa-form", "mfa-other")
    page = browser.submit(page, "mfa-form", "mfa-submit", recovery_code=codes[0])
    assert page.page == "outcome"
    assert browser.get("/me").page == "account"
