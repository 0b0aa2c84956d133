"""Attack catalogue O-112 for each level: idle past the limit, life past the absolute limit (NIST SP 800-63B-4)."""

from datetime import timedelta

import pytest

from idp.domain.sessions import browser
from idp.domain.sessions.limits import Limits
from idp.protocol.oidc import acr
from idp.settings import LONGEST_SESSIONS, Settings, SettingsError
from idp.web.cookies import SESSION
from tests import factories
from tests.visitor import Visitor

METHODS = {
    acr.AAL1: ("password",),
    acr.AAL2: ("password", "totp"),
    acr.AAL3: ("password", "security_key"),
}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


def signed_in(rp, citizen, level, *, shared=False):
    """Put a session of this level into the browser; its row says how long it lives."""
    services = rp.provider.services
    with services.database.unit_of_work() as db:
        session, handle = browser.start(
            db,
            account_id=citizen.account_id,
            citizen_id=citizen.citizen_id,
            methods=METHODS[level],
            place=browser.Place("Firefox, Linux", "192.0.2.0/24"),
            limits=services.session_limits,
            now=services.clock(),
            shared=shared,
        )
        assert session.acr == level
    rp.browser.http.set_cookie(SESSION, handle.text, domain="localhost")
    return handle.text


def asked_again(rp):
    return Visitor(rp.provider, rp.browser).open(rp.authorize().location or "/").page == "login"


@pytest.mark.parametrize(
    ("level", "idle"),
    [(acr.AAL1, HOUR), (acr.AAL2, HOUR), (acr.AAL3, 15 * MINUTE)],
)
def test_o112_a_session_sleeps_no_longer_than_its_level_allows(rp, siti, services, clock, level, idle):
    factories.amend(services, rp.client.client_id, min_acr=acr.AAL1)
    signed_in(rp, siti, level)
    clock.advance(seconds=(idle - MINUTE).total_seconds())
    assert not asked_again(rp)
    signed_in(rp, siti, level)
    clock.advance(seconds=(idle + MINUTE).total_seconds())
    assert asked_again(rp)


@pytest.mark.parametrize(
    ("level", "absolute"), [(acr.AAL1, 24 * HOUR), (acr.AAL2, 24 * HOUR), (acr.AAL3, 12 * HOUR)]
)
def test_o112_a_session_in_use_ends_at_the_absolute_limit_of_its_level(
    rp, siti, services, clock, level, absolute
):
    factories.amend(services, rp.client.client_id, min_acr=acr.AAL1)
    signed_in(rp, siti, level)
    with services.database.unit_of_work() as db:
        browser.live_of(db, siti.account_id, services.clock())[0].idle_expires_at += timedelta(days=40)
    clock.advance(seconds=(absolute - MINUTE).total_seconds())
    assert not asked_again(rp)
    clock.advance(minutes=2)
    assert asked_again(rp)


@pytest.mark.parametrize("level", acr.LEVELS)
def test_o112_on_a_shared_device_ten_minutes_are_the_most(rp, siti, services, clock, level):
    factories.amend(services, rp.client.client_id, min_acr=acr.AAL1)
    signed_in(rp, siti, level, shared=True)
    for _ in range(3):
        clock.advance(minutes=9)
        assert not asked_again(rp)
        Visitor(rp.provider, rp.browser).open(
            "/me"
        )  # using it moves the limit, where the pages are open to it
        if level == acr.AAL1:
            break
    clock.advance(minutes=11)
    assert asked_again(rp)


def test_o112_a_raised_session_has_the_limits_of_its_new_level(rp, siti, services, clock):
    signed_in(rp, siti, acr.AAL2)
    with services.database.unit_of_work() as db:
        session = browser.live_of(db, siti.account_id, services.clock())[0]
        methods = ("password", "totp", "security_key")
        browser.raise_assurance(
            db, session, methods=methods, limits=services.session_limits, now=services.clock()
        )
        assert session.idle_expires_at == services.clock() + 15 * MINUTE
        assert session.expires_at == services.clock() + 12 * HOUR


@pytest.mark.parametrize(("level", "carries"), [(acr.AAL1, 24 * HOUR), (acr.AAL2, 12 * HOUR)])
def test_o112_an_old_first_factor_is_not_raised_by_a_fresh_second(services, level, carries):
    now, limits = services.clock(), services.session_limits
    assert limits.carries(level, now - carries, now)
    assert not limits.carries(level, now - carries - MINUTE, now)


def test_o112_who_signed_in_long_ago_with_a_password_types_it_again(rp, siti, services, clock, monkeypatch):
    long = Limits(timedelta(hours=24), timedelta(days=30))
    monkeypatch.setitem(services.session_limits.levels, acr.AAL1, long)
    factories.amend(services, rp.client.client_id, min_acr=acr.AAL1)
    factories.a_consent(services, siti, rp.client.client_id, "openid", ())
    signed_in(rp, siti, acr.AAL1)
    clock.advance(hours=20)
    assert "code=" in rp.authorize(scope="openid").location
    visitor = Visitor(rp.provider, rp.browser)
    assert visitor.open(rp.authorize(scope="openid", acr_values=acr.AAL2).location).page == "mfa"
    clock.advance(hours=5)
    assert "code=" in rp.authorize(scope="openid").location
    assert visitor.open(rp.authorize(scope="openid", acr_values=acr.AAL2).location).page == "login"
    assert "code=" in visitor.sign_in(siti).answer.location


@pytest.mark.parametrize("name", LONGEST_SESSIONS)
def test_production_refuses_longer_limits(name):
    longer = LONGEST_SESSIONS[name] + timedelta(seconds=1)
    with pytest.raises(SettingsError, match=f"IDP_{name.upper()}"):
        Settings(
            mode="production",
            issuer="https://id.example.go.id",
            master_key="A" * 43,
            smtp_url="smtps://mail.example.go.id",
            **{name: longer},
        )


def test_the_defaults_are_within_what_production_allows():
    for name, most in LONGEST_SESSIONS.items():
        assert getattr(Settings(), name) <= most
