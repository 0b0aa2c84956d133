"""OpenID Connect RP-Initiated Logout 1.0; the L rules of the provider (§2 to §4)."""

from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests import factories
from tests.support import state
from tests.support.databases import sqlite_only

BYE = "https://agency.example/bye"


def logout(rp, **params):
    return rp.browser.get("/logout?" + urlencode(params))


def signed_in(rp):
    return rp.authorize(prompt="none").error != "login_required"


def confirm(rp, answer, button="logout-confirm"):
    page = rp.browser.follow(answer)
    assert page.page == "logout", page.page
    found = page.forms["logout-form"]
    return rp.browser.post(found.action, dict(found.filled(button)))


@pytest.fixture
def hint(rp, citizen):
    return rp.tokens(citizen)["id_token"]


@sqlite_only
def test_2_1_discovery_names_the_endpoint(provider):
    assert provider.get("/.well-known/openid-configuration").json["end_session_endpoint"] == (
        f"{factories.ISSUER}/logout"
    )


def test_2_own_hint_signs_out_and_returns(rp, hint):
    answer = logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s 1/é")
    assert answer.status == 303
    assert answer.location.split("?")[0] == BYE
    assert answer.params == {"state": "s 1/é"}
    assert rp.browser.cookie("__Host-gerbang") is None
    assert not signed_in(rp)


@sqlite_only
def test_3_without_state_nothing_is_added(rp, hint):
    assert logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


@sqlite_only
def test_2_post_is_the_same(rp, hint):
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "x"}
    answer = rp.browser.post("/logout", form)
    assert answer.status == 303
    assert answer.location.startswith("/logout?"), "cookies do not travel with a cross-site POST"
    assert rp.browser.get(answer.location).location == f"{BYE}?state=x"
    assert not signed_in(rp)


@sqlite_only
def test_2_an_expired_hint_counts(rp, hint, clock):
    clock.advance(minutes=30)
    assert logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


@sqlite_only
def test_2_an_expired_hint_of_a_session_that_is_over_returns_at_once(rp, hint, clock):
    clock.advance(hours=20)
    assert not signed_in(rp)
    assert logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


@sqlite_only
def test_2_client_id_beside_the_hint_must_be_its_audience(provider, rp, hint):
    answer = logout(rp, id_token_hint=hint, client_id="health", post_logout_redirect_uri=BYE)
    assert (answer.status, answer.page) == (400, "error")
    assert signed_in(rp)
    assert logout(rp, id_token_hint=hint, client_id="tax", post_logout_redirect_uri=BYE).location == BYE


def test_2_client_id_alone_is_confirmed_and_then_returns(rp, hint):
    answer = logout(rp, client_id="tax", post_logout_redirect_uri=BYE, state="x")
    assert answer.location.startswith("/logout/")
    assert signed_in(rp)
    assert confirm(rp, answer).location == f"{BYE}?state=x"
    assert not signed_in(rp)


UNREGISTERED = [
    "https://evil.example/bye",
    f"{BYE}?a=b",
    f"{BYE}/",
    f"{BYE}#x",
    "https://agency.example/BYE",
    "http://agency.example/bye",
    "javascript:alert(1)",
    "//evil.example",
]


@sqlite_only
@pytest.mark.parametrize("target", UNREGISTERED)
def test_3_an_address_that_is_not_registered_is_left_out(rp, hint, target):
    answer = logout(rp, id_token_hint=hint, post_logout_redirect_uri=target, state="x")
    assert answer.location.startswith("/logged-out/")
    assert rp.browser.follow(answer).page == "logged-out"
    assert not signed_in(rp), "the citizen is signed out all the same"


@sqlite_only
def test_3_an_address_without_any_proof_of_the_client(provider, rp, hint):
    page = logout(rp, post_logout_redirect_uri=BYE)
    done = confirm(rp, page)
    assert done.location.startswith("/logged-out/"), "nobody says whose address it is"


@sqlite_only
@pytest.mark.parametrize("params", [{}, {"state": "x"}, {"ui_locales": "en"}, {"logout_hint": "siti"}])
def test_2_no_parameters_asks_and_then_says_so(rp, hint, params):
    answer = logout(rp, **params)
    assert signed_in(rp)
    done = rp.browser.follow(confirm(rp, answer))
    assert done.page == "logged-out"
    assert not signed_in(rp)


@sqlite_only
def test_2_nobody_signed_in_is_no_error(provider, rp):
    assert rp.browser.follow(logout(rp)).page == "logged-out"
    assert rp.browser.follow(logout(rp, client_id="tax", post_logout_redirect_uri=BYE)).page == "logged-out"


@sqlite_only
def test_2_the_citizen_may_stay(rp, hint):
    answer = confirm(rp, logout(rp, client_id="tax", post_logout_redirect_uri=BYE), "logout-cancel")
    assert answer.location == "/me"
    assert signed_in(rp)


@sqlite_only
def test_l6_a_hint_of_another_citizen_asks_first(provider, rp, citizen, bob):
    of_bob = rp.tokens(bob)["id_token"]
    rp.browser = provider.browser()
    rp.tokens(citizen)
    answer = logout(rp, id_token_hint=of_bob, post_logout_redirect_uri=BYE)
    assert answer.location.startswith("/logout/")
    assert signed_in(rp)


@sqlite_only
def test_l6_a_hint_of_another_session_of_the_same_citizen_asks_too(provider, rp, citizen, hint):
    rp.browser = provider.browser()
    rp.browser.sign_in(citizen)
    assert logout(rp, id_token_hint=hint, post_logout_redirect_uri=BYE).location.startswith("/logout/")
    assert signed_in(rp)


def forged(hint, kind):
    header, payload, signature = hint.split(".")
    if kind == "signature":
        return f"{header}.{payload}.{'A' * len(signature)}"
    if kind == "none":
        return f"eyJhbGciOiJub25lIn0.{payload}."
    if kind == "foreign":
        key = ECKey.generate_key("P-256")
        claims = {"iss": factories.ISSUER, "aud": "tax", "sub": "x"}
        return jwt.encode({"alg": "ES256"}, claims, key)
    return "garbage"


@sqlite_only
@pytest.mark.parametrize("kind", ["signature", "none", "foreign", "garbage"])
def test_4_a_hint_that_is_not_ours_proves_nothing(rp, hint, kind):
    answer = logout(rp, id_token_hint=forged(hint, kind), client_id="tax", post_logout_redirect_uri=BYE)
    assert answer.location.startswith("/logout/")
    assert signed_in(rp)
    done = confirm(rp, answer)
    assert done.location.startswith("/logged-out/"), "no redirect on the word of a bad hint"


@sqlite_only
@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_4_another_token_of_ours_is_no_hint(rp, citizen, token):
    tokens = rp.tokens(citizen)
    answer = logout(rp, id_token_hint=tokens[token], post_logout_redirect_uri=BYE)
    assert answer.location.startswith("/logout/")
    assert signed_in(rp)


@sqlite_only
@pytest.mark.parametrize("params", ["client_id=tax&client_id=tax", "state=%0d%0aSet-Cookie:x", "state=%ff"])
def test_2_what_cannot_be_read_is_a_page(rp, hint, params):
    answer = rp.browser.get(f"/logout?{params}")
    assert (answer.status, answer.page) == (400, "error")
    assert signed_in(rp)


@sqlite_only
def test_2_the_page_speaks_the_language_asked_for(rp, hint):
    page = rp.browser.follow(logout(rp, ui_locales="en-GB id"))
    assert 'lang="en"' in page.text


def test_the_confirmation_is_good_once_in_one_browser(provider, rp, hint):
    answer = logout(rp)
    page = rp.browser.follow(answer)
    form = page.forms["logout-form"]
    stranger = provider.browser()
    assert stranger.get(answer.location).status == 400
    pairs = dict(form.filled("logout-confirm"))
    assert rp.browser.post(form.action, pairs | {"csrf_token": "x"}).status == 403
    assert signed_in(rp)
    assert rp.browser.post(form.action, pairs).status == 303
    assert rp.browser.post(form.action, pairs).status == 400


@sqlite_only
def test_the_confirmation_may_lead_to_the_client_and_nowhere_else(rp, hint):
    page = rp.browser.follow(logout(rp, client_id="tax", post_logout_redirect_uri=BYE))
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://agency.example" in policy


def test_the_report_names_the_agencies_and_how_they_stand(rp, hint):
    done = rp.browser.follow(confirm(rp, logout(rp)))
    assert done.page == "logged-out"
    assert "Layanan tax" in done.text
    assert 'data-state="failed"' in done.text, "it registered no address for logout tokens"


def test_both_rows_are_on_record(provider, rp, hint):
    with provider.recorded("SessionEnded") as events:
        logout(rp, id_token_hint=hint)
    assert events[0].detail["reason"] == "logout"
    (session,) = state.rows(provider.database, "browser_session")
    assert session["end_reason"] == "logout"


@pytest.mark.parametrize("body", ["state=a\r\nSet-Cookie: x=y", "state=a\nb", "state=\x00"])
@pytest.mark.parametrize("path", ["/logout", "/authorize"])
def test_a_form_that_is_not_encoded_is_a_page(provider, path, body):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = provider.browser().post(path, data=body, headers=form)
    assert (answer.status, answer.location) == (400, None)


@pytest.mark.parametrize("status", ["suspended", "retired"])
def test_3_nobody_is_sent_to_a_client_out_of_service(provider, rp, hint, status):
    """Its request counts as nobody's: the citizen is asked, and stays here."""
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    factories.suspend(provider.services, rp.client.client_id, status)
    answer = logout(rp, **asked)
    assert BYE not in (page := rp.browser.follow(answer)).text
    assert (page.page, page.headers["Content-Security-Policy"].count("agency.example")) == ("logout", 0)
    assert rp.browser.follow(confirm(rp, answer)).page == "logged-out"
    assert rp.browser.follow(logout(rp, **asked)).page == "logged-out"


def test_3_nor_to_one_that_went_out_of_service_while_the_citizen_was_asked(provider, rp, citizen, hint):
    stranger = logout(rp, client_id=rp.client.client_id, post_logout_redirect_uri=BYE)
    assert rp.browser.follow(stranger).page == "logout"
    factories.suspend(provider.services, rp.client.client_id)
    answer = confirm(rp, stranger)
    page = rp.browser.follow(answer)
    assert page.page == "logged-out"
    assert BYE not in page.text
