"""A citizen looks after the account: another address, another password, a second application, a new card, a copy."""

import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Authenticator
from tests.journeys.town import Town
from tests.journeys.walk import PHONE

WHO = {"id": "pria-biasa", "en": "wanita-biasa"}
NEW = "pelangi di atas ladang jagung"


@pytest.mark.parametrize(("language", "script"), [("id", False), ("en", True)])
def test_a_citizen_changes_what_guards_the_account(
    language: str, script: bool, town: Town, begin: Begin
) -> None:
    walk = begin(language, script=script, size=PHONE)
    account = town.persona(WHO[language])
    walk.page.goto(f"{town.issuer}/help?ui_locales={language}")
    walk.page.goto(f"{town.issuer}/signin?next=/me/data")
    provider.sign_in(walk, account)
    walk.at("account-data", "my-data")

    walk.press("#contacts")
    walk.at("account-contacts", "my-contacts")
    walk.press("#contact-add-email")
    walk.at("account-contact-add", "my-contact-add")
    address = f"{WHO[language]}@kantor.contoh.id"
    walk.write(email=address)
    walk.press("#contact-submit")
    walk.at("account-contact-code", "my-contact-code")
    walk.tell_secret("code", provider.mailed_code(walk, address))
    walk.press("#contact-submit")
    walk.at("account-contacts")
    walk.press(f"a.row-link:has-text('{address}')")
    walk.at("account-contact", "my-contact")
    walk.press("#contact-primary")
    walk.at("account-contact-hold", "my-contact-hold")
    walk.press("#hold-code")
    walk.at("account-contact-code")
    walk.tell_secret("code", provider.mailed_code(walk, f"{WHO[language]}@contoh.id"))
    walk.press("#contact-submit")
    walk.at("account-contacts", "my-contacts-changed")

    walk.page.goto(f"{town.issuer}/me/security")
    walk.press("#authenticator")
    walk.at("account-authenticator", "my-authenticators")
    walk.press("#authenticator-add")
    walk.at("account-authenticator-add", "my-authenticator-add")
    walk.find("details summary").click()
    second = Authenticator(walk.find("#totp-secret").inner_text())
    walk.write(name="Ponsel kedua")
    walk.tell_secret("otp", second.code())
    walk.press("#authenticator-submit")
    walk.at("account-authenticator", "my-authenticators-two")
    expect(walk.find("#authenticator-remove-2")).to_be_visible()

    walk.page.goto(f"{town.issuer}/me/security/recovery-card")
    walk.at("account-recovery-card", "my-recovery-card")
    walk.press("#recovery-new")
    walk.at("account-recovery-card", "my-recovery-card-new")
    expect(walk.find("#recovery-codes li")).to_have_count(10)

    walk.page.goto(f"{town.issuer}/me/download")
    walk.at("account-copy", "my-copy")
    with walk.page.expect_download() as got:
        walk.press("#copy-submit")
    with zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes())) as archive:
        assert {"data.json", "data.pdf"} == set(archive.namelist())
        assert archive.read("data.pdf").startswith(b"%PDF")

    walk.page.goto(f"{town.issuer}/me/close")
    walk.at("account-close", "my-account-close")
    walk.page.goto(f"{town.issuer}/me/security/password")
    walk.at("account-password", "my-password")
    walk.tell_secret("current_password", account.password)
    walk.tell_secret("password", NEW)
    walk.press("#password-submit")
    walk.at("account-security", "my-security")
