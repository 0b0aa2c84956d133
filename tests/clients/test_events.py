"""Security events at an agency: who sent it, once, acted on, and confirmed until that is heard (RFC 8417, RFC 8935)."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clients.events import Confirmer, EventBook
from tests.clients.conftest import BASE, Browser, Hour
from tests.clients.issuer import Issuer, new_key
from tests.support.processes import wait_until

WITHDRAWN = "urn:gerbang:event:consent-withdrawn"
CHANGED = "urn:gerbang:event:attribute-changed"
DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
FAR = int(time.time()) + 86_400


def told(client: FlaskClient, token: str, content_type: str = "application/secevent+jwt") -> TestResponse:
    return client.post("/security-events", base_url=BASE, data=token, content_type=content_type)


def still_in(browser: Browser) -> bool:
    return browser.get("/form").status_code == 200


def answers(tmp_path: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(tmp_path / "agencies/education/agency.sqlite") as db:
        return [json.loads(row[0]) for row in db.execute("select answers from application")]


def test_a_withdrawal_ends_the_visit_and_is_confirmed(
    browser: Browser, agency_client: FlaskClient, issuer: Issuer
) -> None:
    browser.sign_in()
    token = issuer.security_event(WITHDRAWN, jti="a" * 32)
    assert told(agency_client, token).status_code == 202
    assert not still_in(browser)
    assert wait_until(lambda: issuer.confirmed == ["a" * 32])
    assert issuer.assertions[-1]["aud"] == issuer.url


def test_a_withdrawal_deletes_what_was_released_and_keeps_what_was_typed(
    agency_client: FlaskClient, issuer: Issuer, tmp_path: Path
) -> None:
    answered = {"name": "Siti Aminah", "birthdate": "1994-05-17", "school_wish": "SMA 1"}
    with sqlite3.connect(tmp_path / "agencies/education/agency.sqlite") as db:
        for reference, sub in (("A1", "pairwise-siti"), ("B2", "pairwise-budi")):
            row = (reference, sub, "enrolment", json.dumps(answered), "2026-11-24T05:00:00+00:00")
            db.execute("insert into application values (?, ?, ?, ?, ?)", row)
    told(agency_client, issuer.security_event(WITHDRAWN))
    ours, others = answers(tmp_path)
    assert ours == {"school_wish": "SMA 1"}
    assert others == answered, "nobody else loses anything"


def test_a_change_makes_the_next_page_ask_again(
    browser: Browser, agency_client: FlaskClient, issuer: Issuer
) -> None:
    browser.sign_in()
    issuer.person["id_address"] = {**issuer.person["id_address"], "street_address": "Jalan Kenanga 9"}
    assert "Jalan Kenanga 9" not in browser.get("/form").text
    assert told(agency_client, issuer.security_event(CHANGED)).status_code == 202
    assert "Jalan Kenanga 9" in browser.get("/form").text
    assert wait_until(lambda: len(issuer.confirmed) == 1)


def test_a_locked_account_ends_the_visit(
    browser: Browser, agency_client: FlaskClient, issuer: Issuer
) -> None:
    browser.sign_in()
    assert told(agency_client, issuer.security_event(DISABLED)).status_code == 202
    assert not still_in(browser)


def test_what_an_agency_does_not_act_on_is_taken_and_not_confirmed(
    browser: Browser, agency_client: FlaskClient, issuer: Issuer
) -> None:
    browser.sign_in()
    assert (
        told(agency_client, issuer.security_event("urn:gerbang:event:delegation-changed")).status_code == 202
    )
    assert still_in(browser)
    assert issuer.confirmed == []


def test_the_same_event_twice_is_received_twice_and_done_once(
    browser: Browser, agency_client: FlaskClient, issuer: Issuer
) -> None:
    """Gerbang sends again what it is not sure of; a thief who kept a token gets nothing by it."""
    token = issuer.security_event(WITHDRAWN)
    assert told(agency_client, token).status_code == 202
    browser.sign_in()
    assert told(agency_client, token).status_code == 202
    assert still_in(browser)
    assert wait_until(lambda: len(issuer.confirmed) == 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": new_key()}, "invalid_key"),
        ({"header": {"alg": "none"}}, "invalid_key"),
        ({"header": {"typ": "JWT"}}, "invalid_request"),
        ({"header": {"typ": "logout+jwt"}}, "invalid_request"),
        ({"header": {"typ": "at+jwt"}}, "invalid_request"),
        ({"iss": "https://evil.example"}, "invalid_issuer"),
        ({"aud": "health-demo"}, "invalid_audience"),
        ({"aud": None}, "invalid_audience"),
        ({"jti": None}, "invalid_request"),
        ({"jti": "x"}, "invalid_request"),
        ({"jti": "../" * 5}, "invalid_request"),
        ({"iat": None}, "invalid_request"),
        ({"iat": FAR}, "invalid_request"),
        ({"iat": FAR - 10 * 86400}, "invalid_request"),
        ({"iat": "today"}, "invalid_request"),
        ({"exp": FAR}, "invalid_request"),
        ({"sub": "pairwise-siti"}, "invalid_request"),
        ({"sub_id": None}, "invalid_request"),
        ({"sub_id": {"format": "email", "email": "siti@contoh.id"}}, "invalid_request"),
        ({"sub_id": {"format": "iss_sub", "iss": "https://evil.example", "sub": "x"}}, "invalid_request"),
        ({"events": None}, "invalid_request"),
        ({"events": {}}, "invalid_request"),
        ({"events": {WITHDRAWN: {}, CHANGED: {}}}, "invalid_request"),
        ({"events": {WITHDRAWN: "yes"}}, "invalid_request"),
        ({"events": {WITHDRAWN: {"claims": "address"}}}, "invalid_request"),
        ({"events": {WITHDRAWN: {"confirm_by": "soon"}}}, "invalid_request"),
    ],
)
def test_a_token_that_is_not_right_is_refused_with_its_code_and_nothing_happens(
    browser: Browser, agency_client: FlaskClient, issuer: Issuer, changes: dict[str, Any], code: str
) -> None:
    browser.sign_in()
    header = changes.get("header") or {}
    if header.get("alg") == "none":
        body = issuer.security_event(WITHDRAWN).split(".")
        token = "eyJhbGciOiJub25lIiwidHlwIjoic2VjZXZlbnQrand0In0." + body[1] + "."
    else:
        token = issuer.security_event(WITHDRAWN, **changes)
    answer = told(agency_client, token)
    assert (answer.status_code, answer.json["err"]) == (400, code)  # type: ignore[index]
    assert answer.headers["Content-Language"] == "en"
    assert still_in(browser)
    assert issuer.confirmed == []


@pytest.mark.parametrize("body", ["", "x", "a.b.c", "." * 5000, "é"])
def test_what_is_no_token_is_refused(agency_client: FlaskClient, body: str) -> None:
    answer = told(agency_client, body)
    assert answer.status_code == 400
    assert answer.json["err"] in ("invalid_key", "invalid_request")  # type: ignore[index]


def test_another_media_type_is_refused(agency_client: FlaskClient, issuer: Issuer) -> None:
    answer = told(agency_client, issuer.security_event(WITHDRAWN), content_type="application/jwt")
    assert answer.status_code == 400


def test_without_keys_it_is_not_now(agency_client: FlaskClient, issuer: Issuer, hour: Hour) -> None:
    """Gerbang keeps the event and comes again."""
    token = issuer.security_event(WITHDRAWN)
    issuer.lies["metadata"] = {"issuer": "https://evil.example"}
    answer = told(agency_client, token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_confirmation_is_said_until_it_is_heard(tmp_path: Path) -> None:
    book = EventBook(tmp_path / "events.sqlite", Hour())
    book.keep("one-event", confirm=True)
    book.keep("another-event", confirm=False)
    heard, pauses = [], []

    def send(jti: str) -> bool:
        heard.append(jti)
        return len(heard) == 4

    confirmer = Confirmer(book, send, pauses.append)
    confirmer.wake()
    confirmer.wait()
    assert heard == ["one-event"] * 4
    assert pauses == [1.0, 2.0, 4.0]
    assert book.waiting() == []
    confirmer.wake()
    assert len(heard) == 4


def test_what_was_not_heard_is_said_after_a_restart(tmp_path: Path) -> None:
    EventBook(tmp_path / "events.sqlite", Hour()).keep("one-event", confirm=True)
    again = EventBook(tmp_path / "events.sqlite", Hour())
    assert again.waiting() == ["one-event"]
    assert again.knows("one-event")


def test_events_are_remembered_for_longer_than_they_may_come_again(tmp_path: Path) -> None:
    hour = Hour()
    book = EventBook(tmp_path / "events.sqlite", hour)
    book.keep("old-event", confirm=False)
    hour.shift = timedelta(days=7, hours=1)
    book.keep("second-event", confirm=False)
    assert book.knows("old-event")
    hour.shift = timedelta(days=9)
    book.keep("third-event", confirm=False)
    assert not book.knows("old-event")
