"""Who used my data: the citizen's ledger as page, JSON and PDF (UU PDP art. 31, 32; features F14)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from uuid import uuid4

import orjson
import pytest

from idp.domain.exchange import entries
from idp.domain.exchange.entries import Entry
from idp.domain.exchange.ledger_check import verify_ledger
from tests import factories
from tests.rp import RP
from tests.support import exchange
from tests.support.databases import sqlite_only
from tests.visitor import Visitor

TERMS = {
    "npwp": {
        "source": "tax",
        "legal_basis": "law",
        "purpose": {"id": "Menghitung bantuan", "en": "To work out the benefit"},
    }
}
LINE = re.compile(r'data-outcome="(\w+)" data-ledger="([0-9a-f-]+)"')


@pytest.fixture
def parties(provider, services):
    return [RP(provider, factories.a_client(services, name)) for name in ("tax", "health")]


def note(services, citizen, client_id="tax", claims="npwp", **more):
    """Write a line of the ledger."""
    entry = Entry(
        id=uuid4(),
        at=services.clock(),
        citizen_id=citizen.citizen_id,
        client_id=client_id,
        authorization_id=None,
        family_id=None,
        claims=claims,
        channel="exchange",
        trace_id=None,
        **({"terms": orjson.dumps(TERMS).decode()} | more),
    )
    entries.write(services.database.statements, entry)
    return str(entry.id)


@pytest.fixture
def home(provider, citizen):
    return provider.browser().sign_in(citizen)


def lines(browser, path="/me/uses", **query):
    answer = browser.get(path, query_string=query)
    assert answer.status == 200
    return [found for _outcome, found in LINE.findall(answer.text)]


# --- the page ---


def test_each_reading_is_a_line_in_plain_words(provider, parties, services, citizen):
    tokens = parties[0].tokens(citizen)
    parties[0].userinfo(tokens["access_token"])
    page = provider.browser().sign_in(citizen).get("/me/uses")
    assert page.page == "account-uses"
    for words in ("Layanan tax membaca", "Dinas tax", "Nama lengkap", "saat layanan meminta data"):
        assert words in page.text
    assert citizen.email not in page.text, "what was read is named, never shown"


@sqlite_only
def test_why_on_which_ground_from_where_and_for_whom(services, citizen, parties, home):
    note(services, citizen, on_behalf_of="health")
    text = home.get("/me/uses").text
    for words in (
        "NPWP",
        "Menghitung bantuan",
        "Diwajibkan undang-undang",
        "Direktorat Jenderal Pajak",
        "atas nama Layanan health",
    ):
        assert words in text
    english = home.get("/me/uses?ui_locales=en").text
    assert "To work out the benefit" in english
    assert "on behalf of Service health" in english


@sqlite_only
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("no_agreement", "tidak ada perjanjian antarlembaga"),
        ("declined", "Anda tidak mengizinkannya"),
        ("quota", "layanan itu meminta terlalu banyak"),
        ("something_new", "something_new"),
    ],
)
def test_refusals_are_there_with_their_reason(services, citizen, parties, home, reason, words):
    refused = note(services, citizen, outcome="refused", reason=reason)
    page = home.get("/me/uses")
    assert LINE.findall(page.text) == [("refused", refused)]
    assert f"Ditolak, karena {words}" in page.text
    assert 'id="use-readers"' not in page.text, "nobody has read anything"


@sqlite_only
def test_filters_by_agency_field_and_month(services, citizen, parties, home, clock):
    first = note(services, citizen, "tax", "npwp name")
    second = note(services, citizen, "health", "name")
    clock.advance(days=7)
    home.sign_in(citizen)
    third = note(services, citizen, "tax", "npwp_branch")
    assert lines(home) == [third, *sorted((first, second), reverse=True)]
    assert lines(home, agency="agency-tax") == [third, first]
    assert set(lines(home, field="name")) == {first, second}
    assert lines(home, field="npwp") == [first], "npwp is not npwp_branch"
    assert lines(home, month="2026-12") == [third]
    assert lines(home, month="2026-11", agency="agency-tax") == [first]
    assert lines(home, month="2026-13", field="x", agency="") == lines(home), "nonsense filters nothing"


@sqlite_only
def test_a_month_begins_at_midnight_in_jakarta(services, citizen, parties, home, clock):
    clock.now = clock.now.replace(month=11, day=30, hour=16, minute=59)
    november = note(services, citizen)
    clock.advance(minutes=1)
    december = note(services, citizen)
    home.sign_in(citizen)
    assert lines(home, month="2026-11") == [november]
    assert lines(home, month="2026-12") == [december]


@sqlite_only
def test_a_field_has_a_page_of_its_own(services, citizen, parties, home):
    mine = note(services, citizen, "tax", "npwp")
    note(services, citizen, "health", "name")
    page = home.get("/me/uses/npwp")
    assert "Siapa membaca NPWP" in page.text
    assert LINE.findall(page.text) == [("released", mine)]
    assert home.get("/me/uses/shoe_size").status == 404
    assert 'href="/me/uses/name"' in home.get("/me/data").text


@sqlite_only
def test_long_ledgers_come_in_pages_that_keep_the_filter(services, citizen, parties, home, clock):
    for _ in range(60):
        clock.advance(seconds=1)
        note(services, citizen, "tax", "npwp")
    first = home.get("/me/uses", query_string={"agency": "agency-tax"})
    assert len(LINE.findall(first.text)) == 50
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert "agency=agency-tax" in onward
    assert len(LINE.findall(home.get(onward).text)) == 10
    assert "60 kali" in first.text


@sqlite_only
def test_it_is_two_taps_from_home_and_linked_from_services_data_and_history(parties, citizen):
    parties[0].tokens(citizen)
    browser = parties[0].browser
    for path in ("/me", "/me/services", "/me/services/tax", "/me/data", "/me/history"):
        assert 'href="/me/uses' in browser.get(path).text, path


@sqlite_only
def test_o127_another_citizens_ledger_does_not_exist(services, provider, parties, citizen, bob, home):
    note(services, citizen)
    visitor = provider.browser().sign_in(bob)
    assert lines(visitor) == []
    assert "Dinas tax" not in visitor.get("/me/uses").text
    assert json.loads(visitor.get("/me/uses/download.json").response.data)["uses"] == []
    for path in ("/me/uses", "/me/uses/npwp", "/me/uses/download.json", "/me/uses/download.pdf"):
        assert provider.browser().get(path).location.startswith("/signin?next=/me/uses")


# --- the files ---


def test_as_json_at_once_with_everything_and_no_value(services, parties, citizen, home):
    kept = note(services, citizen, "tax", "npwp", on_behalf_of="health")
    refused = note(services, citizen, "health", "nip", outcome="refused", reason="no_agreement")
    answer = home.get("/me/uses/download.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    uses = {use["ledger_id"]: use for use in answer.json["uses"]}
    assert set(uses) == {kept, refused}
    assert uses[kept]["claims"] == {"npwp": TERMS["npwp"]}
    assert (uses[kept]["agency"], uses[kept]["on_behalf_of"]) == ("Dinas tax", "health")
    assert (uses[refused]["outcome"], uses[refused]["reason"]) == ("refused", "no_agreement")
    filtered = home.get("/me/uses/download.json?field=nip").json
    assert [use["ledger_id"] for use in filtered["uses"]] == [refused]


@sqlite_only
def test_as_pdf_at_once(services, parties, citizen, home):
    note(services, citizen)
    note(services, citizen, outcome="refused", reason="quota")
    answer = home.get("/me/uses/download.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.response.data.startswith(b"%PDF-1.")


@sqlite_only
def test_the_copy_of_ones_data_has_it_too(services, provider, parties):
    siti = factories.a_citizen(services, signs_in=True)
    kept = note(services, siti)
    note(services, siti, outcome="refused", reason="quota")
    page = Visitor(provider).open("/me/download").sign_in(siti)
    answer = page.browser.post(
        "/me/download", data=dict(page.answer.forms["copy-form"].filled("copy-submit"))
    )
    with zipfile.ZipFile(io.BytesIO(answer.response.data)) as archive:
        copied = {each["id"]: each for each in json.loads(archive.read("data.json"))["releases"]}
    assert copied[kept]["terms"] == TERMS
    assert {each["reason"] for each in copied.values()} == {None, "quota"}


# --- what was withheld ---


def test_what_was_withheld_is_on_the_ledger_with_its_reason(provider, services, citizen):
    reader = exchange.a_reader(provider, "name", "npwp")
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=("name", "npwp"))
    assert reader.userinfo(tokens["access_token"])["claims_withheld"] == {"npwp": "no_agreement"}
    page = provider.browser().sign_in(citizen).get("/me/uses/npwp")
    assert [outcome for outcome, _id in LINE.findall(page.text)] == ["refused"]
    assert "Ditolak, karena tidak ada perjanjian antarlembaga yang berlaku" in page.text
    assert verify_ledger(services.database).ok


@sqlite_only
def test_a_question_has_its_values_in_its_name(services, citizen, parties, home):
    asked = "lives_in_regency:34.04"
    kept = note(services, citizen, "tax", f"age_over_17 {asked}", terms=None)
    page = home.get("/me/uses", query_string={"field": asked})
    assert LINE.findall(page.text) == [("released", kept)]
    assert "Tinggal di kabupaten atau kota 34.04" in page.text
    assert home.get(f"/me/uses/{asked}").status == 200
