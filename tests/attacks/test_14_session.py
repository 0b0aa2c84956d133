"""Attack catalogue, section 14: sessions, cookies, forged forms, framing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.domain.sessions.models import BrowserSession
from idp.web.cookies import BROWSER, SESSION
from tests import factories
from tests.newcomer import SITI
from tests.visitor import Visitor


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


def at_login(provider, rp):
    return Visitor(provider, rp.browser).open(rp.authorize().location)


def works(provider, rp, cookie):
    """Whether a session cookie still counts as signed in."""
    browser = provider.browser()
    browser.http.set_cookie(SESSION, cookie, domain="localhost")
    rp.browser, kept = browser, rp.browser
    page = at_login(provider, rp).page
    rp.browser = kept
    return page != "login"


def test_o110_the_handle_changes_at_every_step_and_the_old_one_is_dead(provider, rp, siti, clock):
    visitor = at_login(provider, rp)
    rp.browser.http.set_cookie(SESSION, "s20781aa." + "A" * 43, domain="localhost")
    seen = [rp.browser.cookie(SESSION)]
    visitor.password(siti.email, siti.password)
    seen.append(rp.browser.cookie(SESSION))
    visitor.code(siti)
    seen.append(rp.browser.cookie(SESSION))
    clock.advance(minutes=2)
    visitor.open(rp.authorize(prompt="login").location).password(siti.email, siti.password)
    seen.append(rp.browser.cookie(SESSION))
    assert len(set(seen)) == 4
    assert [works(provider, rp, cookie) for cookie in seen] == [False, False, False, True]
    with provider.services.database.unit_of_work() as db:
        assert len(db.scalars(select(BrowserSession.id)).all()) == 1


def test_o110_another_account_in_the_same_browser_ends_the_first(provider, rp, siti, clock):
    budi = factories.a_citizen(provider.services, name="Budi Santoso", nik="9933744501900002", signs_in=True)
    visitor = at_login(provider, rp).sign_in(siti)
    first = rp.browser.cookie(SESSION)
    clock.advance(minutes=1)
    visitor.open(rp.authorize(prompt="login").location).password(budi.email, budi.password)
    assert not works(provider, rp, first)
    with provider.services.database.unit_of_work() as db:
        ended = db.scalars(select(BrowserSession).where(BrowserSession.account_id == siti.account_id)).one()
    assert ended.end_reason == "other_account"


def test_o111_cookies_are_locked_down(provider, rp, siti):
    visitor = at_login(provider, rp)
    form = visitor.form
    pairs = dict(form.filled("login-submit", identifier=siti.email, password=siti.password))
    answer = rp.browser.post(form.action, pairs)
    lines = answer.response.headers.getlist("Set-Cookie")
    assert lines
    for line in lines:
        assert line.startswith("__Host-")
        readable_by_our_frame = line.startswith("__Host-gerbang-state=")  # a name, which opens nothing
        guards = ("SameSite=None",) if readable_by_our_frame else ("HttpOnly", "SameSite=Lax")
        for attribute in ("Secure", "Path=/", *guards):
            assert attribute in line
        assert "Domain" not in line
        assert len(line) < 4096
        for readable in (siti.email, siti.name, str(siti.account_id), str(siti.citizen_id)):
            assert readable not in line


def test_o111_the_draft_of_a_registration_is_a_handle_too(provider):
    visitor = Visitor(provider).open("/register")
    pairs = dict(visitor.form.filled("register-submit", **SITI))
    line = visitor.browser.post("/register", pairs).response.headers["Set-Cookie"]
    assert line.startswith("__Host-gerbang-draft=d")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in line


def test_a_registration_belongs_to_its_browser(provider):
    visitor = Visitor(provider).open("/register")
    visitor.press("register-submit", **SITI)
    assert visitor.step == "contact"
    assert Visitor(provider).open("/register").step == "identity"
    assert "9974115705940001" not in Visitor(provider).open("/register").text


@pytest.mark.parametrize(
    ("steps", "page"),
    [
        ([timedelta(minutes=59)], "consent"),
        ([timedelta(minutes=61)], "login"),
        ([timedelta(minutes=50)] * 30, "login"),
    ],
)
def test_o112_idle_and_absolute_limits(provider, rp, siti, clock, steps, page):
    visitor = at_login(provider, rp).sign_in(siti)
    for step in steps:
        clock.advance(seconds=step.total_seconds())
        visitor.open(rp.authorize().location)
    assert visitor.page == page


FORGED = [
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FORGED)
def test_o113_a_form_from_elsewhere_does_nothing(provider, rp, siti, headers):
    visitor = at_login(provider, rp)
    form = visitor.form
    pairs = form.filled("login-submit", identifier=siti.email, password=siti.password)
    assert visitor.send(form.action, pairs, headers=headers).status == 403
    assert rp.browser.cookie(SESSION) is None


@pytest.mark.parametrize("path", ["login", "mfa", "consent", "account", "cancel"])
def test_o113_no_form_works_without_the_token_of_this_browser(provider, rp, siti, path):
    visitor = at_login(provider, rp)
    stranger = Visitor(provider).open("/register")
    foreign = dict(stranger.form.fields)["csrf_token"]
    for token in ("", foreign, "x" * 43):
        pairs = [("csrf_token", token), ("identifier", siti.email), ("password", siti.password)]
        assert Visitor(provider, rp.browser).send(f"{visitor.path}/{path}", pairs).status == 403
    rp.browser.http.delete_cookie(BROWSER, domain="localhost")
    pairs = visitor.form.filled("login-submit", identifier=siti.email, password=siti.password)
    assert Visitor(provider, rp.browser).send(visitor.form.action, pairs).status == 403


def test_o113_registration_is_guarded_alike(provider, services):
    pairs = [("step", "identity"), ("nik", "9974115705940001"), ("name", "Siti")]
    assert Visitor(provider).send("/register", pairs).status == 403


def test_another_browser_cannot_take_up_an_interaction(provider, rp, siti):
    visitor = at_login(provider, rp)
    assert Visitor(provider).open(visitor.path).status == 400


def test_o114_no_page_can_be_framed(provider, rp, siti):
    for path in (at_login(provider, rp).path, "/register"):
        answer = rp.browser.get(path)
        assert "frame-ancestors 'none'" in answer.response.headers["Content-Security-Policy"]
        assert answer.response.headers["Cache-Control"] == "no-store"
