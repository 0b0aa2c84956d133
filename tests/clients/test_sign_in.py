"""Signing in at an agency: what is asked, what is refused, and how the visit stays true."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.deployment import Deployment
from clients.education.app import AGENCY as EDUCATION
from tests.clients.conftest import BASE, Browser, Hour
from tests.clients.issuer import SITI, Issuer, new_key


def problem(page: str) -> str:
    return page.split('data-problem="')[1].split('"')[0]


def test_the_whole_road_in_and_the_form_is_filled(browser: Browser, issuer: Issuer) -> None:
    assert 'id="login-gerbang"' in browser.get("/").text
    assert browser.sign_in().headers["Location"] == "/form"
    page = browser.get("/form").text
    assert 'value="Siti Aminah" readonly data-known="true" data-claim="name"' in page
    assert 'value="17 Mei 1994"' in page and 'value="004"' in page
    assert "dari Dukcapil, diperiksa 20 November 2026" in page


def test_the_request_is_what_the_registration_says(browser: Browser, issuer: Issuer) -> None:
    browser.get("/?lang=en")
    browser.start()
    asked = issuer.requests[0]
    assert asked["code_challenge_method"] == "S256" and asked["state"] and asked["nonce"]
    assert (asked["ui_locales"], asked["client_id"]) == ("en", "education-demo")
    claims = json.loads(asked["claims"])["userinfo"]
    assert claims["name"] == {"essential": True} and claims["phone_number"] is None
    assert "nik" not in claims


def test_the_client_assertion_lives_a_minute_and_is_for_the_issuer(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    assertion = issuer.assertions[0]
    assert (assertion["aud"], assertion["iss"], assertion["sub"]) == (
        issuer.url,
        "education-demo",
        "education-demo",
    )
    assert assertion["exp"] - assertion["iat"] == 60 and assertion["jti"]


def test_no_two_assertions_share_a_jti(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    browser.sign_in()
    assert len({assertion["jti"] for assertion in issuer.assertions}) == 2


@pytest.mark.parametrize(
    ("place", "lie"),
    [
        ("metadata", {"issuer": "https://elsewhere.example"}),
        ("answer", {"iss": "https://elsewhere.example"}),
        ("answer", {"iss": None}),
        ("id_token", {"iss": "https://elsewhere.example"}),
        ("id_token", {"aud": "health-demo"}),
        ("id_token", {"aud": ["health-demo"], "azp": "education-demo"}),
        ("id_token", {"nonce": "another"}),
        ("id_token", {"nonce": None}),
        ("id_token", {"exp": 1_000_000_000}),
        ("id_token", {"sub": None}),
        ("token", {"id_token": None}),
        ("token", {"id_token": "no.jwt.atall"}),
        ("userinfo", {"sub": "somebody-else"}),
    ],
)
def test_an_answer_that_does_not_hold_signs_nobody_in(
    browser: Browser, issuer: Issuer, place: str, lie: dict[str, Any]
) -> None:
    issuer.lies[place] = lie
    page = browser.get("/login") if place == "metadata" else browser.sign_in()
    assert (page.status_code, problem(page.text)) == (400, "failed")
    assert browser.get("/form").headers["Location"] == "/"


def test_a_foreign_signature_signs_nobody_in(browser: Browser, issuer: Issuer) -> None:
    back = browser.start()
    real, issuer.key = issuer.key, new_key()
    browser.get("/form")
    issuer.key, forged = real, issuer._signed({"iss": issuer.url, "sub": "x"}, issuer.key, {})
    issuer.lies["token"] = {"id_token": forged}
    assert problem(browser.get(back).text) == "failed"


def test_a_refusal_is_explained_with_a_way_on(browser: Browser, issuer: Issuer) -> None:
    issuer.lies["answer"] = {"code": None, "error": "access_denied"}
    page = browser.sign_in()
    assert (page.status_code, problem(page.text)) == (403, "denied")
    assert 'id="try-again"' in page.text


def test_a_page_of_another_browser_is_not_accepted(browser: Browser, agency_client: Any) -> None:
    stolen = browser.start()
    victim = Browser(agency_client.application.test_client())
    assert problem(victim.get(stolen).text) == "expired"


def test_a_callback_works_once(browser: Browser) -> None:
    back = browser.start()
    assert browser.get(back).status_code == 302
    assert problem(browser.get(back).text) == "expired"


def test_a_made_up_error_text_does_not_reach_the_page(browser: Browser, issuer: Issuer) -> None:
    page = browser.get(f"/callback?error=Hubungi+0800+SEKARANG&iss={issuer.url}")
    assert "0800" not in page.text


def test_a_provider_that_is_away_gets_a_page_and_a_status(tmp_path: Path) -> None:
    from clients.agency import make_agency

    app = make_agency(EDUCATION, Deployment(BASE, "http://127.0.0.1:9", tmp_path))
    page = app.test_client().get("/login", base_url=BASE)
    assert (page.status_code, problem(page.text)) == (503, "away")


def test_signing_in_again_replaces_the_local_session(browser: Browser, agency_client: Any) -> None:
    browser.sign_in()
    with agency_client.session_transaction(base_url=BASE) as before:
        first = before["visit"]
    browser.sign_in()
    with agency_client.session_transaction(base_url=BASE) as after:
        assert after["visit"] != first
        after["visit"] = first
    assert browser.get("/form").headers["Location"] == "/"


def test_a_visit_survives_a_restart(issuer: Issuer, hour: Hour, tmp_path: Path) -> None:
    from clients.agency import make_agency

    deployment = Deployment(BASE, issuer.url, tmp_path)
    first = make_agency(EDUCATION, deployment, clock=hour).test_client()
    issuer.client_jwks = json.loads((tmp_path / "agencies/education/jwks.json").read_text())
    Browser(first).sign_in()
    cookie = first.get_cookie("agency_education", domain="127.0.0.1")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    second = make_agency(EDUCATION, deployment, clock=hour).test_client()
    second.set_cookie("agency_education", cookie.value, domain="127.0.0.1")
    assert "Siti Aminah" in Browser(second).get("/form").text


def test_a_visit_ends_after_eight_hours(browser: Browser, hour: Hour) -> None:
    browser.sign_in()
    hour.shift = timedelta(hours=8)
    assert browser.get("/form").headers["Location"] == "/"


def test_newer_data_is_fetched_when_the_form_is_opened_later(
    browser: Browser, issuer: Issuer, hour: Hour
) -> None:
    browser.sign_in()
    issuer.person["phone_number"] = "+6289999999999"
    assert SITI["phone_number"] in browser.get("/form").text
    hour.shift = timedelta(minutes=6)
    assert "+6289999999999" in browser.get("/form").text


def test_an_expired_access_token_is_refreshed_and_the_new_ones_are_kept(
    browser: Browser, issuer: Issuer, hour: Hour
) -> None:
    issuer.lies["token"] = {"expires_in": 1}
    browser.sign_in()
    for minutes in (6, 12):
        hour.shift = timedelta(minutes=minutes)
        assert browser.get("/form").status_code == 200
    assert issuer.refreshed == 3  # once at sign-in, since a second is too short, then once each time


def test_a_withdrawn_consent_ends_the_visit(browser: Browser, issuer: Issuer, hour: Hour) -> None:
    browser.sign_in()
    issuer.userinfo_status = 401
    hour.shift = timedelta(minutes=6)
    page = browser.get("/form")
    assert (page.status_code, problem(page.text)) == (401, "ended")
    assert browser.get("/form").headers["Location"] == "/"


def test_a_provider_that_is_away_does_not_end_the_visit(browser: Browser, issuer: Issuer, hour: Hour) -> None:
    browser.sign_in()
    issuer.userinfo_status = 503
    hour.shift = timedelta(minutes=6)
    assert "Siti Aminah" in browser.get("/form").text


def test_the_agencys_secrets_are_its_own(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "agencies" / "education"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("private.jwk.json", "cookie.key", "agency.sqlite"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert "d" not in json.loads((folder / "jwks.json").read_text())["keys"][0]


def test_another_host_name_is_sent_to_the_registered_one(agency_client: Any) -> None:
    answer = agency_client.get("/form?lang=en", base_url="http://localhost:8101")
    assert answer.headers["Location"] == f"{BASE}/form?lang=en"
