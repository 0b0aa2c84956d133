"""Download my data: everything, readable, with no secrets (UU PDP art. 32; features G6)."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from idp.domain.authenticators import recovery_codes
from idp.domain.events import announcements
from idp.protocol.oidc.security_events import EventKind
from tests import factories
from tests.visitor import Visitor, changes

ADDRESS = "/me/download"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def copied(provider, services, rp, siti):
    """The files of a copy, after a service has read something."""
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, siti.account_id, codes, services.clock())
        seal, citizen_id = services.tree.vault.system("pii"), siti.citizen_id
        told = {"client_id": "tax", "citizen_id": citizen_id, "kind": EventKind.ATTRIBUTE_CHANGED}
        announcements.announce(db, seal, **told, payload={"claims": ["birthdate"]}, now=services.clock())
    tokens = rp.tokens(siti)
    rp.userinfo(tokens["access_token"])
    page = Visitor(provider).open(ADDRESS).sign_in(siti)
    assert page.page == "account-copy"
    form = page.answer.forms["copy-form"]
    with provider.recorded("DataExported"):
        answer = page.browser.post(ADDRESS, data=dict(form.filled("copy-submit")))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.response.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, (siti, tokens, codes)


def test_it_holds_what_we_hold(copied):
    files, (siti, _tokens, _codes) = copied
    assert set(files) == {"data.json", "data.pdf"}
    known = json.loads(files["data.json"])
    values = {each["name"]: each["value"] for each in known["data"]}
    assert values["name"] == "Siti Aminah"
    assert values["nik"] == "9933744501900001"
    assert [each["value"] for each in known["contacts"]] == ["siti@contoh.id", "+6281234567890"]
    assert known["consents"][0]["granted"] == ["email", "name"]
    assert "email" in known["releases"][0]["claims"]
    assert {"AccountRegistered", "ConsentGranted", "DataReleased", "SignedIn"} <= {
        each["event"] for each in known["history"]
    }
    assert [each["kind"] for each in known["second_factors"]] == ["totp"]
    assert known["recovery_codes_left"] == 10
    assert known["sessions"]
    (told,) = known["services_told"]
    assert (told["client_id"], told["event"]) == ("tax", "attribute-changed")
    assert (told["claims"], told["confirmed_at"]) == (["birthdate"], None)
    assert known["account"]["id"] == str(siti.account_id)


def test_it_holds_no_secret(copied):
    files, (siti, tokens, codes) = copied
    text = files["data.json"].decode()
    for secret in (siti.password, siti.totp_secret, tokens["access_token"], tokens["refresh_token"], *codes):
        assert secret not in text
    assert "argon2" not in text


def test_the_pdf_is_one_with_its_font_in_it(copied):
    pdf = copied[0]["data.pdf"]
    assert pdf.startswith(b"%PDF-1.")
    assert b"NotoSans" in pdf
    assert len(pdf) < 200_000


def test_the_citizen_is_told(provider, copied):
    assert set(changes(provider)) == {"data_exported"}


def test_not_without_a_fresh_sign_in_nor_from_elsewhere(provider, siti, clock):
    page = Visitor(provider).open(ADDRESS).sign_in(siti)
    pairs = dict(page.answer.forms["copy-form"].filled("copy-submit"))
    with provider.unchanged():
        answer = page.browser.post(ADDRESS, data=pairs, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status == 403
        clock.advance(minutes=6)
        assert page.browser.post(ADDRESS, data=pairs).location == f"/signin?next={ADDRESS}&fresh=1"
        assert page.browser.get(ADDRESS).location == f"/signin?next={ADDRESS}&fresh=1"
