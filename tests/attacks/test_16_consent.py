"""Attack catalogue, section 16: consent, and other people's things on the account pages."""

import pytest
from werkzeug.datastructures import MultiDict

from idp.domain.citizens.models import Citizen
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.databases import sqlite_only

GIVEN = ("authorization", "authorization_code", "family")


def at_consent(rp, citizen, **overrides):
    page = rp.begin_signed_in(citizen, **overrides)
    assert page.page == "consent"
    return page


@sqlite_only
@pytest.mark.parametrize(
    "added",
    [
        ("claim", "nik"),
        ("claim", "family_card_number"),
        ("claim", "x" * 500),
    ],
)
def test_o122_an_item_that_was_not_offered_is_refused(provider, rp, citizen, added):
    page = at_consent(rp, citizen)
    form = page.forms["consent-form"]
    with provider.unchanged(tables=GIVEN):
        answer = rp.browser.post(form.action, MultiDict([*form.filled("consent-allow"), added]))
    assert answer.status == 400


@sqlite_only
@pytest.mark.parametrize(
    "added",
    [
        ("scope", "openid nik family"),
        ("client_id", "health"),
        ("redirect_uri", "https://evil.example/"),
        ("account", "other"),
        ("required", "nik"),
    ],
)
def test_o122_what_was_asked_comes_from_our_own_record(provider, rp, other_rp, citizen, added):
    page = at_consent(rp, citizen)
    form = page.forms["consent-form"]
    answer = rp.browser.follow(
        rp.browser.post(form.action, MultiDict([*form.filled("consent-allow"), added]))
    )
    assert answer.location.startswith(rp.client.redirect_uri + "?")
    tokens = rp.redeem(answer.code)
    assert set(tokens["scope"].split()) == {"openid", "profile", "email"}
    assert "nik" not in rp.userinfo(tokens["access_token"]).json
    (row,) = state.rows(provider.database, "authorization")
    assert row["client_id"] == rp.client.client_id
    assert "nik" not in row["granted"].split()


def test_o123_a_no_is_a_no(provider, rp, citizen):
    page = at_consent(rp, citizen)
    with provider.recorded("ConsentDenied", "AuthorizationRefused") as events:
        answer = rp.browser.submit(page, "consent-form", "consent-deny")
    assert answer.error == "access_denied"
    assert answer.params["state"] == "state-1"
    assert answer.location.startswith(rp.client.redirect_uri + "?")
    assert events[0].citizen_id == citizen.citizen_id
    assert provider.count("authorization") == 0
    assert rp.begin().page == "consent", "a no is not remembered as a yes"


def test_o124_withdrawal_stops_every_token_of_that_client(provider, rp, other_rp, citizen):
    tokens = rp.tokens(citizen)
    others = other_rp.tokens(citizen)
    page = rp.browser.get(f"/me/services/{rp.client.client_id}")
    done = rp.browser.submit(page, "withdraw-form", "withdraw-submit")
    assert done.page == "account-services"
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.introspect(tokens["access_token"]).json == {"active": False}
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert other_rp.userinfo(others["access_token"]).ok
    assert rp.authorize(prompt="none").error == "consent_required"
    assert rp.begin().page == "consent"
    mails = [row for row in state.rows(provider.database, "outbox") if row["kind"] == "message"]
    assert [row["citizen_id"] is not None for row in mails] == [True]


def test_o124_a_code_on_its_way_dies_with_the_consent(rp, citizen):
    code = rp.sign_in(citizen).code
    page = rp.browser.get(f"/me/services/{rp.client.client_id}")
    rp.browser.submit(page, "withdraw-form", "withdraw-submit")
    assert rp.redeem(code).error == "invalid_grant"


def own_form(browser, path, form):
    """The CSRF token of one's own page, to send to another address."""
    return dict(browser.get(path).forms[form].fields)


def test_o127_another_citizens_services_do_not_exist(provider, rp, citizen, bob):
    rp.tokens(citizen)
    thief = RP(provider, factories.a_client(provider.services, "health"))
    thief.tokens(bob)
    mine = own_form(thief.browser, "/me/services/health", "withdraw-form")
    with provider.unchanged():
        assert thief.browser.get("/me/services/tax").status == 404
        assert thief.browser.post("/me/services/tax/withdraw", mine).status == 404
        missing = thief.browser.get("/me/services/no-such-client")
    assert missing.status == 404


def test_o127_another_citizens_sessions_cannot_be_ended(provider, rp, citizen, bob):
    rp.browser.sign_in(citizen)
    (session,) = state.rows(provider.database, "browser_session")
    thief = provider.browser().sign_in(bob)
    mine = own_form(thief, "/me/sessions", "sessions-form")
    with provider.unchanged():
        for chosen in (str(session["id"]), str(session["account_id"]), "", "x", "ALL"):
            assert thief.post("/me/sessions", mine | {"session": chosen}).status == 404
    with provider.unchanged():
        assert thief.post("/me/sessions", mine | {"session": "all"}).status == 303
    assert rp.browser.get("/me").ok


@sqlite_only
def test_o127_the_pages_show_nothing_of_anybody_else(provider, rp, citizen, bob):
    rp.tokens(citizen)
    rp.userinfo(rp.redeem(rp.authorize().code)["access_token"])
    visitor = provider.browser().sign_in(bob)
    for path in ("/me", "/me/data", "/me/services", "/me/sessions", "/me/history", "/me/history?page=2"):
        text = visitor.get(path).text
        assert "Siti" not in text
        assert "Layanan tax" not in text


@sqlite_only
@pytest.mark.parametrize(
    "path", ["/me", "/me/data", "/me/services", "/me/services/tax", "/me/sessions", "/me/history"]
)
def test_o127_the_pages_need_two_factors_and_an_open_account(provider, citizen, path):
    assert provider.browser().get(path).location == f"/signin?next={path}"
    one_factor = provider.browser().sign_in(citizen, "urn:gerbang:acr:aal1")
    assert one_factor.get(path).location == f"/signin?next={path}"
    locked = provider.browser().sign_in(citizen)
    factories.lock(provider.services, citizen)
    assert locked.get(path).location == f"/signin?next={path}"
    factories.lock(provider.services, citizen, "active")
    assert locked.get("/me").ok
    factories.erase(provider.services, citizen)
    assert locked.get(path).location == f"/signin?next={path}"


FOREIGN = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/%0d%0aLocation:x",
    "/me//evil.example",
    "javascript:alert(1)",
    "me",
    "",
    "/" + "a/" * 400,
]


@sqlite_only
@pytest.mark.parametrize("target", FOREIGN)
def test_signing_in_leads_to_our_own_pages_only(provider, citizen, target):
    browser = provider.browser().sign_in(citizen)
    location = browser.get("/signin", query_string={"next": target}).location
    assert location == "/me" or (target.startswith("/%0d") and location == target)


@sqlite_only
def test_every_page_of_a_citizen_is_private(provider, citizen):
    browser = provider.browser().sign_in(citizen)
    for path in ("/me", "/me/data", "/me/history"):
        assert browser.get(path).headers["Cache-Control"] == "no-store"
    with provider.database.unit_of_work() as db:
        assert db.get(Citizen, citizen.citizen_id) is not None
