"""Leaving: here, everywhere, and when the provider says so (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from clients.logout_token import EVENT
from tests.clients.conftest import Browser
from tests.clients.issuer import Issuer, new_key


def told(browser: Browser, token: str) -> TestResponse:
    return browser.post("/backchannel-logout", logout_token=token)


def still_in(browser: Browser) -> bool:
    return browser.get("/form").status_code == 200


def test_leaving_ends_the_local_session_and_goes_on_to_the_provider(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    there = urlsplit(browser.post("/logout", csrf_token=browser.key()).headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{issuer.url}/leave"
    assert asked["post_logout_redirect_uri"] == "http://127.0.0.1:8101/logged-out"
    assert (asked["client_id"], asked["ui_locales"]) == ("education-demo", "id") and asked["id_token_hint"]
    assert not still_in(browser)
    assert "dan dari Gerbang" in browser.get(f"/logged-out?state={asked['state']}").text


def test_leaving_without_our_own_page_only_asks(browser: Browser) -> None:
    browser.sign_in()
    assert 'id="logout-confirm"' in browser.get("/logout").text
    assert 'id="logout-confirm"' in browser.post("/logout", csrf_token="guessed").text
    assert still_in(browser)


def test_leaving_while_the_provider_is_away_is_said_honestly(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    browser._client.application.extensions["authlib.integrations.flask_client"].gerbang.server_metadata.pop(
        "end_session_endpoint"
    )
    answer = browser.post("/logout", csrf_token=browser.key())
    assert "mungkin masih masuk" in browser.get(answer.headers["Location"]).text
    assert not still_in(browser)


def test_a_logout_token_ends_the_session_at_once(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    answer = told(browser, issuer.logout_token())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert not still_in(browser)


@pytest.mark.parametrize(
    "changes", [{"sub": None}, {"sid": None}, {"aud": ["health-demo", "education-demo"]}]
)
def test_sid_or_sub_alone_is_enough(browser: Browser, issuer: Issuer, changes: dict[str, Any]) -> None:
    browser.sign_in()
    assert told(browser, issuer.logout_token(**changes)).status_code == 200
    assert not still_in(browser)


@pytest.mark.parametrize(
    "changes", [{"sid": "session-2"}, {"sub": "somebody-else"}, {"sub": None, "sid": "x"}]
)
def test_somebody_elses_logout_changes_nothing_here(
    browser: Browser, issuer: Issuer, changes: dict[str, Any]
) -> None:
    browser.sign_in()
    assert told(browser, issuer.logout_token(**changes)).status_code == 200
    assert still_in(browser)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "health-demo"}, "aud"),
        ({"aud": None}, "aud"),
        ({"iat": None}, "iat"),
        ({"iat": "yesterday"}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": int(time.time()) - 3600}, "iat"),
        ({"iat": int(time.time()) + 3600}, "iat"),
        ({"iat": 1e300}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": int(time.time()) - 300}, "expired"),
        ({"jti": None}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "x" * 513}, "jti"),
        ({"events": None}, "events"),
        ({"events": {}}, "events"),
        ({"events": {EVENT: True}}, "events"),
        ({"events": [EVENT]}, "events"),
        ({"nonce": "n"}, "nonce"),
        ({"sub": None, "sid": None}, "sub"),
        ({"sid": 1}, "sid"),
        ({"header": {"typ": "JWT"}}, "typ"),
        ({"header": {"typ": "at+jwt"}}, "typ"),
    ],
)
def test_a_token_that_breaks_a_rule_ends_nothing(
    browser: Browser, issuer: Issuer, changes: dict[str, Any], rule: str
) -> None:
    browser.sign_in()
    answer = told(browser, issuer.logout_token(**changes))
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")
    assert rule in answer.get_json()["error_description"]
    assert still_in(browser)


def test_a_token_works_once(browser: Browser, issuer: Issuer) -> None:
    token = issuer.logout_token()
    assert told(browser, token).status_code == 200
    browser.sign_in()
    assert told(browser, token).status_code == 400
    assert still_in(browser)


def test_a_refused_token_does_not_burn_its_jti(browser: Browser, issuer: Issuer) -> None:
    assert told(browser, issuer.logout_token(jti="same", nonce="n")).status_code == 400
    assert told(browser, issuer.logout_token(jti="same")).status_code == 200


@pytest.mark.parametrize("token", ["", "a.b.c", "ey", "\u00e9.\u00e9.\u00e9", "." * 5])
def test_rubbish_is_refused(browser: Browser, token: str) -> None:
    assert told(browser, token).status_code == 400


def test_an_id_token_is_no_logout_token(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    identity = {"iss": issuer.url, "aud": "education-demo", "sub": "pairwise-siti", "sid": "session-1"}
    assert told(browser, issuer._signed(identity, issuer.key, {"typ": "JWT"})).status_code == 400
    assert still_in(browser)


def test_a_strangers_signature_ends_nothing(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    stranger = new_key()
    assert told(browser, issuer.logout_token(key=stranger)).status_code == 400
    forged = issuer.logout_token(key=stranger, header={"kid": issuer.key.kid})
    assert told(browser, forged).status_code == 400
    assert still_in(browser)


def test_an_unsigned_token_ends_nothing(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    head, body, _signature = issuer.logout_token().split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9"
    assert told(browser, f"{unsigned}.{body}.").status_code == 400
    assert told(browser, f"{head}.{body}.").status_code == 400
    assert still_in(browser)


def test_keys_may_rotate_between_sign_in_and_sign_out(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    issuer.key = new_key()
    assert told(browser, issuer.logout_token()).status_code == 200
    assert not still_in(browser)


def test_a_provider_that_is_away_is_asked_to_try_again(browser: Browser, issuer: Issuer) -> None:
    token = issuer.logout_token()
    browser.get("/login")
    issuer.__exit__()
    try:
        answer = told(browser, token)
    finally:
        issuer.restart()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert told(browser, token).status_code == 200
