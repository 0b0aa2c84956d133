"""Devices remembered for 30 days, and devices of several people (features B5, C12; attacks section 14)."""

import pytest
from sqlalchemy import select, update

from idp.domain.authenticators import known_browsers, passwords, remembered_devices, totp
from idp.domain.authenticators.models import Factor, KnownBrowser, RememberedDevice
from idp.domain.sessions.models import BrowserSession
from idp.protocol.oidc import acr
from idp.web import cookies
from tests import factories
from tests.visitor import Visitor

ANDROID = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/131"}
DEVICES = "/me/security/devices"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def remembered(rp, siti):
    """Siti's browser, in which she ticked the box; nobody is signed in there now."""
    visitor = at_login(rp).password(siti.email, siti.password)
    code(visitor, siti, tick=("remember",))
    assert visitor.page == "consent"
    rp.browser.sign_out()
    return visitor


def at_login(rp, browser=None, **asked):
    return Visitor(rp.provider, browser or rp.browser).open(rp.authorize(**asked).location)


def code(visitor, citizen, tick=()):
    digits = totp.code_at(citizen.totp_secret, totp.step_at(visitor.provider.services.clock()))
    return visitor.press("mfa-submit", tick, otp=digits)


def after_password(rp, citizen, **asked):
    """Which page follows the password."""
    return at_login(rp, **asked).password(citizen.email, citizen.password).page


def latest(services):
    with services.database.unit_of_work() as db:
        return db.scalars(select(BrowserSession).order_by(BrowserSession.started_at.desc())).first()


def test_the_box_is_never_ticked_beforehand(rp, siti):
    visitor = at_login(rp).password(siti.email, siti.password)
    assert 'name="remember"' in visitor.text
    assert "checked" not in visitor.text
    code(visitor, siti)
    rp.browser.sign_out()
    assert after_password(rp, siti) == "mfa"


def test_for_thirty_days_the_password_is_enough_here(rp, siti, services, clock, remembered):
    clock.advance(days=29)
    assert after_password(rp, siti) == "consent"
    session = latest(services)
    assert (session.acr, session.amr, session.methods) == (acr.AAL2, "pwd rba", "password remembered_device")
    assert session.auth_time == services.clock()
    rp.browser.sign_out()
    clock.advance(days=2)
    assert after_password(rp, siti) == "mfa"


def test_only_the_digest_of_its_token_is_kept_and_the_cookie_is_locked_down(rp, siti, services, remembered):
    token = rp.browser.cookie(cookies.DEVICE)
    assert len(token) == 43
    with services.database.unit_of_work() as db:
        row = db.scalars(select(RememberedDevice)).one()
        assert row.account_id == siti.account_id
        assert token.encode() not in (row.digest, row.browser)
    line = next(
        line
        for line in remembered.sent.response.headers.getlist("Set-Cookie")
        if line.startswith(cookies.DEVICE)
    )
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"):
        assert attribute in line


def test_a_copied_token_is_nothing_in_another_browser(rp, siti, provider, remembered):
    stolen = rp.browser.cookie(cookies.DEVICE)
    rp.browser = provider.browser()
    rp.browser.http.set_cookie(cookies.DEVICE, stolen, domain="localhost")
    assert after_password(rp, siti) == "mfa"


def test_a_device_of_another_name_is_asked(rp, siti, remembered):
    visitor = at_login(rp)
    form = visitor.form
    pairs = form.filled("login-submit", identifier=siti.email, password=siti.password)
    assert visitor.send(form.action, pairs, headers=ANDROID).page == "mfa"


def test_it_is_of_one_account(rp, siti, services, remembered):
    budi = factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002", signs_in=True)
    assert after_password(rp, budi) == "mfa"


def test_several_accounts_are_remembered_in_one_browser(rp, siti, services, clock, remembered):
    budi = factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002", signs_in=True)
    code(at_login(rp).password(budi.email, budi.password), budi, tick=("remember",))
    for person in (siti, budi):
        rp.browser.sign_out()
        assert after_password(rp, person) == "consent"


def test_aal3_takes_no_notice_of_it(rp, siti, services, remembered):
    with services.database.unit_of_work() as db:
        db.add(
            Factor(
                account_id=siti.account_id,
                kind="security_key",
                name="Kunci",
                secret=b"",
                created_at=services.clock(),
            )
        )
    assert after_password(rp, siti, acr_values=acr.AAL3) == "mfa"


def test_wrong_passwords_from_elsewhere_make_it_ask(rp, siti, provider, remembered):
    for _ in range(remembered_devices.FAILURES_THAT_WARN):
        kept, rp.browser = rp.browser, provider.browser()
        at_login(rp).password(siti.email, "bukan kata sandinya")
        rp.browser = kept
    assert after_password(rp, siti) == "mfa"


@pytest.mark.parametrize("change", ["password", "factor", "removed", "locked_once", "end_all"])
def test_a_change_of_what_guards_the_account_ends_it(rp, siti, services, clock, remembered, change):
    clock.advance(minutes=5)
    now = services.clock()
    with services.database.unit_of_work() as db:
        if change == "password":
            hashed = passwords.hashed(services.hasher, siti.password)
            passwords.store(db, siti.account_id, hashed, now)
        elif change == "factor":
            db.add(Factor(account_id=siti.account_id, kind="passkey", name="K", secret=b"", created_at=now))
        elif change == "removed":
            db.add(
                Factor(
                    account_id=siti.account_id,
                    kind="passkey",
                    name="K",
                    secret=b"",
                    created_at=now.replace(year=2025),
                    removed_at=now,
                )
            )
        elif change == "end_all":
            assert remembered_devices.end_all(db, siti.account_id, now) == 1
            assert remembered_devices.end_all(db, siti.account_id, now) == 0
    if change == "locked_once":
        factories.lock(services, siti)
        assert after_password(rp, siti) == "login"
        return
    assert after_password(rp, siti) == "mfa"


def test_a_fresh_sign_in_of_the_account_takes_no_notice_of_it(rp, siti, provider, remembered):
    """ASVS 7.5.1: factors and contacts are changed after two factors proved just now."""
    visitor = Visitor(provider, rp.browser).open("/signin?next=/me/security&fresh=1")
    assert visitor.password(siti.email, siti.password).page == "mfa"
    assert 'name="remember"' not in visitor.text


def test_a_session_that_rests_on_it_is_not_fresh(rp, siti, provider, clock, remembered):
    visitor = Visitor(provider, rp.browser).open("/signin")
    assert visitor.password(siti.email, siti.password).page == "account"
    assert visitor.open("/signin?next=/me/security&fresh=1").page == "login"
    clock.advance(minutes=1)
    assert visitor.password(siti.email, siti.password).page == "mfa"
    assert code(visitor, siti).page == "account-security"


def test_o127_it_is_listed_and_forgotten_by_its_owner_only(rp, siti, services, provider, clock, remembered):
    budi = factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002", signs_in=True)
    with services.database.unit_of_work() as db:
        device_id = db.scalars(select(RememberedDevice.id)).one()
    for person, status in ((budi, 404), (siti, 200)):
        browser = provider.browser().sign_in(person)
        page = browser.get(DEVICES)
        assert ("no-devices" in page.response.get_data(as_text=True)) is (person is budi)
        assert browser.get("/me/security").response.status_code == 200
        token = Visitor(provider, browser).open("/logout").answer.forms["logout-form"].fields
        pairs = {"csrf_token": dict(token)["csrf_token"], "device": str(device_id)}
        assert browser.follow(browser.post(DEVICES, pairs)).status == status
    assert after_password(rp, siti) == "mfa"


@pytest.mark.parametrize("wanted", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_forgetting_what_is_not_there_is_refused(provider, siti, wanted):
    browser = provider.browser().sign_in(siti)
    fields = Visitor(provider, browser).open("/logout").answer.forms["logout-form"].fields
    pairs = {"csrf_token": dict(fields)["csrf_token"], "device": wanted}
    assert browser.post(DEVICES, pairs).status == 404


def shared_sign_in(rp, citizen):
    visitor = at_login(rp)
    visitor.press("login-submit", ("shared",), identifier=citizen.email, password=citizen.password)
    assert 'name="remember"' not in visitor.text
    return visitor


def test_a_shared_device_keeps_nothing(rp, siti, services):
    visitor = shared_sign_in(rp, siti)
    code(visitor, siti)
    assert latest(services).shared
    with services.database.unit_of_work() as db:
        assert not db.scalars(select(KnownBrowser)).all()
        assert not db.scalars(select(RememberedDevice)).all()
    assert rp.browser.cookie(cookies.DEVICE) is None


def test_a_box_that_was_not_offered_is_not_ticked(rp, siti, services):
    visitor = shared_sign_in(rp, siti)
    digits = totp.code_at(siti.totp_secret, totp.step_at(services.clock()))
    pairs = [*visitor.form.filled("mfa-submit", otp=digits), ("remember", "yes")]
    assert visitor.send(visitor.form.action, pairs).page == "consent"
    with services.database.unit_of_work() as db:
        assert not db.scalars(select(RememberedDevice)).all()


def test_a_device_that_turns_out_to_be_shared_forgets(rp, siti, services, remembered):
    shared_sign_in(rp, siti)
    with services.database.unit_of_work() as db:
        assert not remembered_devices.live_of(db, siti.account_id, services.clock())
        assert not db.scalars(select(KnownBrowser)).all()


def test_a_shared_session_says_so_and_offers_the_way_out(rp, siti, provider):
    visitor = shared_sign_in(rp, siti)
    code(visitor, siti)
    assert 'id="shared-device"' in visitor.text
    assert 'href="/logout"' in visitor.text
    visitor.open("/me")
    assert 'id="shared-device"' in visitor.text


def test_the_cookie_of_a_session_ends_with_the_browser(rp, siti):
    visitor = shared_sign_in(rp, siti)
    lines = visitor.sent.response.headers.getlist("Set-Cookie")
    line = next(line for line in lines if line.startswith(cookies.SESSION + "="))
    assert "Max-Age" not in line
    assert "Expires" not in line


def test_known_browsers_are_forgotten_one_by_one(services, siti):
    now = services.clock()
    with services.database.unit_of_work() as db:
        known_browsers.remember(db, siti.account_id, b"a" * 32, now)
        known_browsers.remember(db, siti.account_id, b"b" * 32, now)
        known_browsers.forget(db, siti.account_id, b"a" * 32)
        db.execute(update(KnownBrowser).values(last_at=now))
        assert not known_browsers.is_known(db, siti.account_id, b"a" * 32)
        assert known_browsers.is_known(db, siti.account_id, b"b" * 32)
