"""OAuth 2.0 Form Post Response Mode, and Multiple Response Type Encoding Practices."""

from tests import factories
from tests.support.databases import sqlite_only

pytestmark = sqlite_only


def test_2_a_code_travels_in_a_form_and_nothing_in_the_address(rp, citizen):
    answer = rp.sign_in(citizen, response_mode="form_post")
    assert answer.status == 200
    assert answer.location is None
    form = answer.forms["form-post"]
    assert (form.method, form.action) == ("post", rp.client.redirect_uri)
    assert answer.posted.keys() == {"code", "state", "iss", "session_state"}
    assert rp.redeem(answer.posted["code"]).ok


def test_2_errors_travel_in_a_form_too(provider, rp):
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize(response_mode="form_post", prompt="none")
    assert answer.posted["error"] == "login_required"
    assert answer.posted.keys() == {"error", "error_description", "state", "iss"}


def test_2_after_consent_it_travels_in_a_form(rp, citizen):
    page = rp.begin_signed_in(citizen, response_mode="form_post")
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    assert answer.posted["state"] == "state-1"
    assert rp.redeem(answer.posted["code"]).ok


def test_2_values_are_escaped(rp, citizen):
    state = "\"><script>alert(1)</script>&amp;'"
    answer = rp.sign_in(citizen, response_mode="form_post", state=state)
    assert "<script>alert" not in answer.text
    assert answer.posted["state"] == state


def test_2_the_page_is_kept_by_nobody_and_may_post_to_the_client(rp, citizen):
    answer = rp.sign_in(citizen, response_mode="form_post")
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self' https://agency.example" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_2_without_script_there_is_a_button(rp, citizen):
    assert 'id="form-post-submit"' in rp.sign_in(citizen, response_mode="form_post").text


def test_multiple_response_types_2_1_an_unknown_mode_is_refused_in_the_query(rp):
    for mode in ("fragment", "web_message", "jwt", "form_post.jwt"):
        answer = rp.authorize(response_mode=mode)
        assert answer.error == "invalid_request"
        assert answer.location.startswith(factories.REDIRECT + "?")
