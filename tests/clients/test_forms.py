"""Forms that fill themselves: what is locked stays locked, what is typed is checked, and both are counted."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from clients.agency import make_agency
from clients.choices import ADDRESS, NAME
from clients.deployment import Deployment
from clients.education.app import AGENCY as EDUCATION
from clients.prefill import Count, Field, Form, Section, known_values, submit
from tests.clients.conftest import BASE, Browser
from tests.clients.issuer import SITI, Issuer

TYPED = {"programme": "paket_c", "school": "SKB Kota Semarang", "needs": ""}
SMALL = Form("small", "", "", (Section("", (NAME, Field("wish", "Wish"))), ADDRESS), "")


def say(problem: str, _field: Field) -> str:
    return problem


def test_known_values_come_from_claims_and_their_members() -> None:
    known = known_values(SMALL, SITI)
    assert known["name"].value == "Siti Aminah"
    assert (known["name"].source, known["name"].verified_at) == (
        "population_registry",
        "2026-11-20T03:00:00Z",
    )
    assert known["rt"].value == "004" and known["locality"].value == "Kota Semarang"
    assert "wish" not in known


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"name": None},
        {"name": ""},
        {"address": "one line"},
        {"address": {"region": []}},
        {"claims_provenance": 1},
    ],
)
def test_what_is_absent_or_empty_is_not_known(claims: dict[str, Any]) -> None:
    assert known_values(SMALL, claims) == {}


def test_a_sent_value_never_replaces_a_known_one() -> None:
    sent = submit(
        SMALL, known_values(SMALL, SITI), {"name": "Somebody Else", "rt": "999", "wish": "tea"}, say
    )
    assert (sent.answers["name"], sent.answers["rt"]) == ("Siti Aminah", "004")
    assert sent.errors == {}


def test_the_count_tells_what_was_typed_although_it_could_be_known() -> None:
    claims = {**SITI, "address": {**SITI["address"], "postal_code": ""}}
    sent = submit(SMALL, known_values(SMALL, claims), {"wish": "tea", "postal_code": "50268"}, say)
    assert sent.count == Count(known=8, typed=1, retyped=1)


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("text", "", "missing"),
        ("text", "   ", "missing"),
        ("text", "x" * 201, "too_long"),
        ("text", "a\x00b", "unreadable"),
        ("text", "a\u202eb", "unreadable"),
        ("number", "12a", "no_number"),
        ("number", "-5", "no_number"),
        ("number", "1" * 16, "no_number"),
        ("number", "\u0661", "no_number"),
        ("date", "31-12-2026", "no_date"),
        ("date", "2026-02-30", "no_date"),
        ("date", "20261231", "no_date"),
        ("choice", "c", "no_choice"),
        ("tel", "0812", "no_phone"),
        ("tel", "nomor saya", "no_phone"),
        ("email", "siti", "no_email"),
        ("email", "siti@", "no_email"),
        ("email", "@contoh.id", "no_email"),
    ],
)
def test_typed_values_are_checked(kind: Any, value: str, problem: str) -> None:
    form = Form("one", "", "", (Section("", (Field("it", "It", kind=kind, choices=(("a", "A"),)),)),), "")
    assert submit(form, {}, {"it": value}, say).errors == {"it": problem}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "1.500.000"),
        ("date", "2026-12-31"),
        ("choice", "a"),
        ("tel", "0812-3456-7890"),
        ("email", "a@b.id"),
    ],
)
def test_usual_ways_to_write_are_accepted(kind: Any, value: str) -> None:
    form = Form("one", "", "", (Section("", (Field("it", "It", kind=kind, choices=(("a", "A"),)),)),), "")
    assert submit(form, {}, {"it": value}, say).errors == {}


def send(browser: Browser, **fields: str) -> Any:
    return browser.post("/form", csrf_token=browser.key(), **{**TYPED, **fields})


def test_sending_the_form_types_nothing_that_is_known(browser: Browser, tmp_path: Path) -> None:
    browser.sign_in()
    page = browser.get(send(browser, name="Somebody Else").headers["Location"]).text
    counted = re.search(r'id="entry-count" data-known="(\d+)" data-typed="(\d+)" data-retyped="(\d+)"', page)
    assert counted and counted.groups() == ("15", "2", "0")
    with sqlite3.connect(tmp_path / "agencies/education/agency.sqlite") as db:
        (answers,) = db.execute("select answers from application").fetchone()
        assert json.loads(answers)["name"] == "Siti Aminah"
        assert db.execute("select known, typed, retyped from entry_count").fetchall() == [(15, 2, 0)]


def test_mistakes_are_listed_with_links_and_nothing_is_lost(browser: Browser) -> None:
    browser.sign_in()
    answer = send(browser, school="", needs="Kursi roda")
    assert answer.status_code == 422
    assert '<a href="#school">Sekolah atau kampus tujuan belum diisi.</a>' in answer.text
    assert "Kursi roda" in answer.text and 'aria-invalid="true"' in answer.text
    assert "Perlu diperbaiki" in answer.text.split("</title>")[0]


def test_a_form_that_did_not_come_from_our_page_is_not_stored(browser: Browser) -> None:
    browser.sign_in()
    assert browser.post("/form", **TYPED, csrf_token="guessed").status_code == 422
    assert browser.post("/form", **TYPED).status_code == 422
    assert "Belum ada" in browser.get("/").text


def test_changing_the_language_keeps_what_was_typed(browser: Browser) -> None:
    browser.sign_in()
    page = browser.post("/form?lang=en", csrf_token="", **{**TYPED, "school": "SKB"})
    assert page.status_code == 200
    assert '<html lang="en">' in page.text and 'value="SKB"' in page.text


def test_a_receipt_is_shown_to_its_owner_only(browser: Browser, agency_client: Any, issuer: Issuer) -> None:
    browser.sign_in()
    place = send(browser).headers["Location"]
    issuer.person["sub"] = "somebody-else"
    other = Browser(agency_client.application.test_client())
    assert other.get(place).headers["Location"] == "/"
    other.sign_in()
    assert other.get(place).headers["Location"] == "/"
    assert browser.get(place).status_code == 200


def test_a_field_nobody_knows_yet_can_be_typed(browser: Browser, issuer: Issuer) -> None:
    for claim in ("phone_number", "email"):
        issuer.person.pop(claim)
    browser.sign_in()
    page = browser.get("/form").text
    assert re.search(r'id="phone_number"[^>]*data-known="false"', page)
    assert send(browser, phone_number="0812 3456 7890").status_code == 303


def test_markup_in_a_claim_stays_text(browser: Browser, issuer: Issuer) -> None:
    issuer.person["name"] = '<script>alert(1)</script>"'
    browser.sign_in()
    for path in ("/form", "/"):
        assert "<script>" not in browser.get(path).text


def test_pages_allow_nothing_from_elsewhere_and_are_light(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    for path in ("/", "/form", "/privacy", "/logged-out"):
        page = browser.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert f"form-action 'self' {issuer.url}" in policy
        assert "<script" not in page.text and " style=" not in page.text
        assert sum(map(browser.size, (path, "/static/agency.css", "/accent.css", "/logo.svg"))) < 30_000


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_is_in_one_language(browser: Browser, language: str) -> None:
    browser.sign_in()
    browser.get(f"/?lang={language}")
    texts = {
        "id": ("Pendaftaran peserta didik", "Kirim pendaftaran"),
        "en": ("Student enrolment", "Send the enrolment"),
    }
    page = browser.get("/form").text
    assert f'<html lang="{language}">' in page
    for own, other in zip(texts[language], texts["en" if language == "id" else "id"], strict=True):
        assert own in page and other not in page


def test_a_browser_that_prefers_english_gets_english(tmp_path: Path) -> None:
    client = make_agency(EDUCATION, Deployment(BASE, "http://127.0.0.1:9", tmp_path)).test_client()
    for header, language in (("en-GB,en;q=0.9", "en"), ("jv,id;q=0.8", "id"), ("fr", "id"), ("", "id")):
        page = client.get("/", base_url=BASE, headers={"Accept-Language": header})
        assert f'<html lang="{language}">' in page.text
