"""OpenID Connect Session Management 1.0, the provider's side (protocol L10)."""

from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select

from idp.domain.sessions.models import BrowserSession
from idp.protocol.oidc.session_state import browser_state, origin_of, session_state
from tests import factories
from tests.support.databases import sqlite_only
from tests.visitor import Visitor

STATE = "__Host-gerbang-state"


def expected(rp, state, given):
    salt = given.rpartition(".")[2]
    known = f"{rp.client.client_id} {origin_of(rp.client.redirect_uri)} {state} {salt}"
    return f"{sha256(known.encode()).hexdigest()}.{salt}"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def signed_in(provider, rp, siti):
    """A citizen who signed in by the pages, so that the browser has both cookies."""
    Visitor(provider, rp.browser).open(rp.authorize().location).password(siti.email, siti.password)
    return rp


@sqlite_only
def test_3_3_discovery_names_the_frame(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["check_session_iframe"] == f"{factories.ISSUER}/check-session"


@sqlite_only
def test_2_the_answer_carries_the_state_of_this_browser_at_this_client(provider, rp, citizen):
    answer = rp.sign_in(citizen)
    other = rp.authorize()
    given, again = answer.params["session_state"], other.params["session_state"]
    assert " " not in given
    assert given != again, "each answer has its own salt"
    with provider.services.database.reading() as db:
        session = db.scalars(
            select(BrowserSession).where(BrowserSession.account_id == citizen.account_id)
        ).one()
    state = browser_state(session.id, provider.services.tree.sector_salt)
    assert (given, again) == (expected(rp, state, given), expected(rp, state, again))


def test_2_it_is_tied_to_client_origin_and_browser_state():
    state = browser_state(uuid4(), b"salt")
    given = session_state("tax", "https://tax.example/cb?x=1", state)
    salt = given.rpartition(".")[2]
    known = f"tax https://tax.example {state} {salt}"
    assert given == f"{sha256(known.encode()).hexdigest()}.{salt}"
    assert session_state("tax", "go.id.tax:/cb", state) is None, "a private-use scheme has no origin"


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://a.example/cb", "https://a.example"),
        ("https://A.example:443/cb", "https://a.example"),
        ("http://127.0.0.1:8101/cb", "http://127.0.0.1:8101"),
        ("http://[::1]:8101/cb", "http://[::1]:8101"),
    ],
)
def test_2_origins_are_spelled_as_browsers_do(uri, origin):
    assert origin_of(uri) == origin


@sqlite_only
def test_2_an_error_has_no_session_state(rp, citizen):
    assert "session_state" not in rp.authorize(prompt="none").params


@sqlite_only
def test_3_2_signing_in_gives_the_browser_its_state_and_signing_out_takes_it(signed_in):
    state = signed_in.browser.cookie(STATE)
    assert state
    page = signed_in.browser.get("/logout")
    found = signed_in.browser.follow(page).forms["logout-form"]
    signed_in.browser.post(found.action, dict(found.filled("logout-confirm")))
    assert signed_in.browser.cookie(STATE) is None


@sqlite_only
def test_3_2_other_sites_may_embed_the_frame_and_it_runs_only_our_script(provider):
    page = provider.get("/check-session")
    assert page.ok
    assert "X-Frame-Options" not in page.headers
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors" not in policy
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "Set-Cookie" not in page.headers, "the frame names nobody"


@sqlite_only
def test_3_2_no_other_page_may_be_embedded(provider):
    assert provider.get("/help").headers["X-Frame-Options"] == "DENY"
