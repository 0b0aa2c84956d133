"""What a citizen does about wrong data (features F12, G7; UU PDP art. 30): ask, follow, call off, say what is right."""

import html
import re

import pytest

from idp.domain.account import own_copy
from idp.domain.cases import data_cases
from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from tests import factories
from tests.support import state
from tests.support.data_cases import FALSE, ask, conflict, key_of, step, the_case
from tests.support.databases import sqlite_only


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def at_home(provider, citizen):
    return provider.browser().sign_in(citizen)


def said(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def correct(at_home, **typed):
    page = at_home.get("/me/data/birthdate/correct")
    fields = {"proposed": FALSE, "reason": "Di akta tertulis lain", "document": "AKTA-77", **typed}
    return at_home.submit(page, "correction-form", "correction-submit", **fields)


def test_g7_a_citizen_says_what_it_should_be_and_follows_it_by_a_number(services, at_home, citizen):
    answer = at_home.follow(at_home.get("/me/data"))
    assert "/me/data/birthdate/correct" in answer.text
    page = correct(at_home)
    assert page.page == "account-case", page.text
    (row,) = state.rows(services.database, "data_case")
    text = said(page)
    for part in (
        row["number"],
        "Data kependudukan (Dukcapil)",
        "6 Januari 1990",
        "5 Januari 1990",
        "AKTA-77",
    ):
        assert part in text
    assert "3 x 24 jam" in text
    assert row["number"] in said(at_home.get("/me/cases"))
    assert row["number"] in said(at_home.get("/me/data")), "the line itself leads to the case"
    assert "/me/data/birthdate/correct" not in at_home.get("/me/data").text
    assert at_home.follow(at_home.get("/me/data/birthdate/correct")).page == "account-case"


@sqlite_only
@pytest.mark.parametrize(
    ("field", "value"),
    [("proposed", ""), ("proposed", "kemarin"), ("proposed", "2999-01-01"), ("reason", "  ")],
)
def test_g7_what_is_missing_is_said_beside_its_field_and_nothing_is_sent(services, at_home, field, value):
    page = correct(at_home, **{field: value})
    assert page.status == 400
    assert f'id="{field}-error"' in page.text
    assert state.count(services.database, "data_case") == 0


@sqlite_only
@pytest.mark.parametrize("name", ["email", "phone_number", "nickname", "sub", "birthdate%00", "../birthdate"])
def test_g7_what_one_changes_oneself_is_asked_of_nobody(services, at_home, name):
    assert at_home.get(f"/me/data/{name}/correct").status == 404


@sqlite_only
def test_g7_contacts_lead_to_where_they_are_changed(at_home):
    assert 'href="/me/contacts"' in at_home.get("/me/data").text


def test_g7_a_request_is_called_off_and_can_be_made_again(services, at_home, citizen):
    page = at_home.get(f"/me/cases/{ask(services, citizen)}")
    page = at_home.submit(page, "withdraw-form", "withdraw-submit")
    assert "Anda membatalkan permintaan ini" in said(page)
    assert "withdraw-form" not in page.forms
    assert correct(at_home).page == "account-case"


@sqlite_only
def test_g7_ten_requests_a_day_are_enough(services, at_home, citizen, clock):
    for _ in range(10):
        page = at_home.get(f"/me/cases/{ask(services, citizen)}")
        at_home.submit(page, "withdraw-form", "withdraw-submit")
    page = correct(at_home)
    assert page.status == 429
    assert "Coba lagi besok" in said(page)
    assert FALSE in page.text, "what was typed is kept"
    clock.advance(days=1, minutes=1)
    with services.database.unit_of_work() as db:
        assert data_cases.undecided_of(db, citizen.citizen_id) == []
    assert ask(services, citizen)


def test_g7_the_answer_of_the_owner_is_on_the_page_and_in_the_history(services, at_home, citizen):
    case_id = ask(services, citizen)
    step(services, case_id, "close", "officer-1", "keep", text="Akta itu milik orang lain bernama sama.")
    page = said(at_home.get(f"/me/cases/{case_id}"))
    assert "Akta itu milik orang lain bernama sama." in page
    assert "memastikan datanya sudah benar" in page
    history = said(at_home.get("/me/history"))
    assert "Anda meminta data dibetulkan" in history
    assert "Kasus data Anda dijawab" in history


def test_f12_the_citizen_sees_both_values_with_their_sources(services, at_home, citizen):
    case_id = conflict(services, citizen)
    for path in ("/me/data", f"/me/cases/{case_id}"):
        text = said(at_home.get(path))
        for part in ("5 Januari 1990", "6 Januari 1990", "Direktorat Jenderal Pajak"):
            assert part in text, path
        assert "kepada siapa pun" in text, path


def test_f12_the_citizen_may_say_which_is_right_and_nothing_is_decided(services, at_home, citizen):
    case_id = conflict(services, citizen)
    page = at_home.get(f"/me/cases/{case_id}")
    page = at_home.submit(page, "say-form", "say-submit", ("tax",), text="Dukcapil salah ketik")
    assert "Terima kasih" in said(page)
    assert the_case(services, case_id).state == "open"
    assert "checked" in page.text.split('value="tax"', 1)[1][:20]
    fields = [pair for pair in page.forms["say-form"].filled("say-submit") if pair[0] != "right"]
    answer = at_home.post(f"/me/cases/{case_id}/say", data=dict(fields) | {"right": "moon"})
    assert answer.status == 400


@sqlite_only
def test_the_case_of_another_citizen_does_not_exist(provider, services, at_home, bob):
    theirs = ask(services, bob)
    disputed = conflict(services, bob)
    page = correct(at_home)
    token = dict(page.forms["withdraw-form"].filled("withdraw-submit"))["csrf_token"]
    for case_id in (theirs, disputed):
        assert at_home.get(f"/me/cases/{case_id}").status == 404
        for act in ("withdraw", "say"):
            fields = {"csrf_token": token, "right": "tax", "text": "x"}
            assert at_home.post(f"/me/cases/{case_id}/{act}", data=fields).status == 404
        assert the_case(services, case_id).state == "open"
        assert the_case(services, case_id).number not in at_home.get("/me/cases").text


@sqlite_only
def test_who_is_not_signed_in_comes_back_after_signing_in(provider, services, citizen):
    case_id = conflict(services, citizen)
    answer = provider.browser().get(f"/me/cases/{case_id}")
    assert answer.location.startswith("/signin?next=/me/cases/")


@sqlite_only
def test_what_an_agency_owns_goes_to_that_agency(services, citizen, at_home):
    key, now = key_of(services, citizen), services.clock()
    with services.database.unit_of_work() as db:
        profile.write(
            db, key, citizen.citizen_id, "position", "Analis", source="civil_service", level="ial1", now=now
        )
    page = at_home.get("/me/data/position/correct")
    page = at_home.submit(
        page, "correction-form", "correction-submit", proposed="Analis Madya", reason="Naik"
    )
    assert page.page == "account-case"
    (row,) = state.rows(services.database, "data_case")
    assert (row["attribute"], row["owner_id"]) == ("position", "civil_service")
    assert "Badan Kepegawaian Negara" in said(page)


@sqlite_only
def test_the_own_copy_holds_cases_and_what_agencies_reported(services, citizen):
    case_id = conflict(services, citizen)
    ask(services, citizen)
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        copy = own_copy.everything(db, key, row, services.clock(), "id")
    assert {each["kind"] for each in copy["cases_about_data"]} == {"conflict", "correction"}
    assert the_case(services, case_id).number in {each["number"] for each in copy["cases_about_data"]}
    assert [(each["name"], each["value"]) for each in copy["reported_by_agencies"]] == [("birthdate", FALSE)]
