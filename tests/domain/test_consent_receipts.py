"""Consent receipts: signed, readable offline, without a value in them; and what was left out, added later (F22, F6)."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey
from werkzeug.datastructures import FileStorage, MultiDict

from idp.domain.consent.receipts import TYP
from idp.domain.keystore.store import DatabaseKeyStore
from idp.web.receipts import check
from idp.web.selfservice import copy_pdf
from keys import compact, retire
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.processes import ROOT

PURPOSE = {"id": "Menghitung pajak", "en": "To compute taxes"}
USES = {
    "name": {"required": True, "purpose": PURPOSE, "legal_basis": "law"},
    "birthdate": {"required": True, "purpose": PURPOSE, "legal_basis": "consent"},
    "email": {"required": False, "purpose": {"id": "Mengirim bukti"}, "legal_basis": "consent"},
    "phone_number": {"required": False, "purpose": {"id": "Menelepon"}, "legal_basis": "consent"},
}
VALUES = ("Siti", "Aminah", "1990", "siti@contoh.id", "6281234567890", "9933744501900001")
RECEIPT = re.compile(r'href="(/me/receipts/[0-9a-f-]{36})\.jwt"')


@pytest.fixture
def party(provider):
    client = factories.a_client(
        provider.services,
        claims=USES,
        scope="openid profile birth email phone",
        policy_uri="https://agency.example/privacy",
    )
    return RP(provider, client)


@pytest.fixture
def given(party, citizen):
    """A citizen who agreed to the birth date and the address for mail, not to the phone number."""
    page = party.begin_signed_in(citizen, scope="openid profile birth email phone")
    return party.browser.submit(page, "consent-form", "consent-allow", tick=("email",)).code


def receipt(party, path="/me/services/tax"):
    """The first receipt a page links to, as JWT and as PDF."""
    address = RECEIPT.search(party.browser.get(path).text)[1]
    return party.browser.get(f"{address}.jwt"), party.browser.get(f"{address}.pdf")


def ask(provider, text, **files):
    visitor = provider.browser()
    form = visitor.get("/receipts/check").forms["check-form"]
    pairs = MultiDict(form.filled("check-submit"))
    pairs["receipt"] = text
    return visitor.post("/receipts/check", data=MultiDict([*pairs.items(multi=True), *files.items()]))


# --- the receipt ---


def test_it_is_a_jwt_that_anybody_reads_offline_with_the_published_keys(provider, party, given):
    token = receipt(party)[0]
    assert token.headers["Content-Type"] == "application/jwt"
    assert token.headers["Content-Disposition"].startswith("attachment")
    opened = jwt.decode(token.text, provider.keys(), algorithms=["ES256"])
    assert opened.header["typ"] == TYP
    claims = opened.claims
    assert claims["iss"] == factories.ISSUER
    assert (claims["client_id"], claims["agency"], claims["service"]) == (
        "tax",
        "Dinas tax",
        "Layanan tax",
    )
    assert claims["granted"] == ["birthdate", "email"]
    assert claims["told"] == ["name"]
    assert claims["declined"] == ["phone_number"]
    assert claims["language"] == "id"
    assert claims["text_version"]
    assert claims["until"].startswith("2027-11-24")


@sqlite_only
def test_whoever_asks_for_javanese_consents_in_it_and_the_receipt_says_so(provider, party, citizen):
    asked, javanese = party.request(scope="openid birth"), {"Accept-Language": "jv, id;q=0.5"}
    browser = party.browser.sign_in(citizen)
    page = browser.follow(browser.get(f"/authorize?{urlencode(asked)}", headers=javanese))
    assert (page.page, '<html lang="jv">' in page.text) == ("consent", True)
    browser.submit(page, "consent-form", "consent-allow")
    assert '<html lang="jv">' in browser.get("/me", headers=javanese).text
    claims = jwt.decode(receipt(party)[0].text, provider.keys(), algorithms=["ES256"]).claims
    assert claims["language"] == "jv"


def test_who_is_the_name_that_service_knows(provider, party, given):
    claims = jwt.decode(receipt(party)[0].text, provider.keys(), algorithms=["ES256"]).claims
    assert claims["sub"] == party.id_token(party.redeem(given))["sub"]


@sqlite_only
def test_it_says_purposes_grounds_and_the_way_back(provider, party, given):
    claims = jwt.decode(receipt(party)[0].text, provider.keys(), algorithms=["ES256"]).claims
    processing = claims["pii_processing"]
    by_item = {p["pii_information"][0]["pii_type"]: p for p in processing["purposes"]}
    assert by_item["name"]["lawful_basis"] == "law"
    assert by_item["email"]["lawful_basis"] == "consent"
    assert by_item["email"]["purpose"] == "Mengirim bukti"
    assert by_item["email"]["pii_information"][0]["pii_optional"] is True
    assert "phone_number" not in by_item
    assert processing["privacy_notice"] == "https://agency.example/privacy"
    assert processing["withdrawal_method"] == f"{factories.ISSUER}/me/services/tax"
    assert [event["event_state"] for event in claims["event"]] == ["given"]


@sqlite_only
def test_no_value_is_in_it(party, given):
    token, pdf = receipt(party)
    payload = jws.extract_compact(token.text.encode()).payload.decode()
    for value in VALUES:
        assert value not in payload
    assert pdf.response.data.startswith(b"%PDF-1.")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert len(pdf.response.data) < 200_000


@sqlite_only
def test_after_a_withdrawal_the_receipt_stays_and_says_so(provider, party, given):
    page = party.browser.get("/me/services/tax")
    party.browser.submit(page, "withdraw-form", "withdraw-submit")
    token = receipt(party, "/me/receipts")[0]
    claims = jwt.decode(token.text, provider.keys(), algorithms=["ES256"]).claims
    assert claims["withdrawn_at"]
    assert [event["event_state"] for event in claims["event"]] == ["given", "withdrawn"]


@sqlite_only
def test_another_citizens_receipt_does_not_exist(provider, party, given, bob):
    address = RECEIPT.search(party.browser.get("/me/receipts").text)[1]
    visitor = provider.browser().sign_in(bob)
    for ending in ("jwt", "pdf"):
        assert visitor.get(f"{address}.{ending}").status == 404
        assert provider.browser().get(f"{address}.{ending}").location.startswith("/signin")
    assert "Layanan tax" not in visitor.get("/me/receipts?service=tax").text


@sqlite_only
def test_the_history_leads_to_it_from_the_consent_itself(party, given):
    address = RECEIPT.search(party.browser.get("/me/receipts").text)[1]
    assert f'href="{address}.pdf"' in party.browser.get("/me/history").text


# --- checking one ---


@sqlite_only
def test_whoever_has_one_can_check_it_and_nothing_is_kept(provider, party, given):
    token = receipt(party)[0].text
    with provider.unchanged():
        answer = ask(provider, f"  {token}\n")
    assert answer.status == 200
    assert 'data-outcome="valid"' in answer.text
    for words in ("Layanan tax", "Dinas tax", "Tanggal lahir", "Mengirim bukti"):
        assert words in answer.text
    kid = jws.extract_compact(token.encode()).headers()["kid"]
    assert kid in answer.text


@sqlite_only
def test_a_file_does_too(provider, party, given):
    token = receipt(party)[0].text
    file = FileStorage(io.BytesIO(token.encode()), filename="receipt.jwt", content_type="application/jwt")
    assert 'data-outcome="valid"' in ask(provider, "", file=file).text


@sqlite_only
def test_what_the_code_of_the_pdf_carries_is_checked_as_it_is(provider, party, given, monkeypatch):
    seen = []
    drawn = copy_pdf.segno.make_qr
    monkeypatch.setattr(copy_pdf.segno, "make_qr", lambda text, **k: (seen.append(text), drawn(text, **k))[1])
    receipt(party)
    (address,) = seen
    assert address.startswith(f"{factories.ISSUER}/receipts/check#")
    assert len(address) < 1300, "a code that a cheap phone still reads"
    answer = ask(provider, address)
    assert 'data-outcome="valid"' in answer.text
    assert "Tanggal lahir" in answer.text


@sqlite_only
def test_a_changed_or_foreign_one_is_refused(provider, party, given, services):
    token = receipt(party)[0].text
    head, body, signature = token.split(".")
    stranger = ECKey.generate_key("P-256", {"kid": "x", "alg": "ES256"})
    forged = jwt.encode({"alg": "ES256", "typ": TYP, "kid": "x"}, {"iss": factories.ISSUER}, stranger)
    other_type = compact(services.keyring.signer("ES256"), {"iss": factories.ISSUER}, "at+jwt")
    elsewhere = compact(services.keyring.signer("ES256"), {"iss": "https://other.example"}, TYP)
    changed = f"{head}.{body[:-4]}AAAA.{signature}"
    for text in (changed, forged, other_type, elsewhere, "", "x", "a.b.c", "x" * 30_000, f"{token}.x"):
        answer = ask(provider, text)
        assert answer.status == 400
        assert 'data-outcome="refused"' in answer.text


@sqlite_only
def test_a_key_that_was_retired_still_proves_what_it_signed(services, party, given):
    token = receipt(party)[0].text
    assert check(services, token).published
    kid = jws.extract_compact(token.encode()).headers()["kid"]
    retire(DatabaseKeyStore(services.database), services.tree, kid, services.clock())
    services.keys.reload()
    assert not check(services, token).published
    newer = receipt(party)[0].text
    assert check(services, newer).published


# --- what was left out ---


def test_what_was_left_out_is_named_and_can_be_added(provider, party, given, citizen):
    page = party.browser.get("/me/services/tax")
    assert "Tidak Anda bagikan" in page.text
    form = party.browser.get("/me/services/tax/add")
    assert form.forms["add-form"].checkboxes == [("claim", "phone_number")]
    assert form.forms["add-form"].checked == []
    with provider.recorded("ConsentGranted"):
        done = party.browser.submit(form, "add-form", "add-submit", tick=("phone_number",))
    assert done.page == "account-service"
    assert "Tidak Anda bagikan" not in done.text
    tokens = party.redeem(party.authorize(scope="openid profile birth email phone").code)
    claims = party.userinfo(tokens["access_token"]).json
    assert claims["phone_number"] == "+6281234567890"
    assert claims["email"] == "siti@contoh.id"
    assert party.browser.get("/me/services/tax/add").status == 404, "there is nothing left to add"


@sqlite_only
def test_adding_nothing_or_what_was_not_offered_changes_nothing(provider, party, given):
    form = party.browser.get("/me/services/tax/add").forms["add-form"]
    with provider.unchanged():
        empty = party.browser.post("/me/services/tax/add", MultiDict(form.filled("add-submit")))
        assert (empty.status, empty.page) == (400, "account-service-add")
        more = MultiDict([*form.filled("add-submit"), ("claim", "nik")])
        assert party.browser.post("/me/services/tax/add", more).status == 400


@sqlite_only
def test_what_was_added_ends_with_the_rest(provider, party, given, clock, citizen):
    until = jwt.decode(receipt(party)[0].text, provider.keys(), algorithms=["ES256"]).claims["until"]
    clock.advance(days=30)
    party.browser.sign_in(citizen)
    form = party.browser.get("/me/services/tax/add")
    party.browser.submit(form, "add-form", "add-submit", tick=("phone_number",))
    claims = jwt.decode(receipt(party)[0].text, provider.keys(), algorithms=["ES256"]).claims
    assert claims["until"] == until
    assert claims["granted"] == ["phone_number"], "the act itself; the earlier one keeps its own receipt"
    assert party.browser.get("/me/receipts?service=tax").text.count(".jwt") == 2


@sqlite_only
def test_the_recipe_of_the_reference_checks_one_without_us(provider, party, given):
    recipe = (ROOT / "docs/reference/consent-receipts.md").read_text().split("```python\n")[1].split("```")[0]
    known: dict[str, Any] = {}
    exec(recipe, known)  # noqa: S102  the text of our own documentation
    token, jwks = receipt(party)[0].text, provider.get("/jwks").text
    assert known["check"](token, jwks, factories.ISSUER)["granted"] == ["birthdate", "email"]
    with pytest.raises(ValueError, match="no consent receipt"):
        known["check"](token, jwks, "https://other.example")
    with pytest.raises(BadSignatureError):
        known["check"](token[:-6] + "AAAAAA", jwks, factories.ISSUER)
