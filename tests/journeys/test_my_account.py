"""A citizen looks after the account: another telephone and password, a second application, a new card, a copy."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.people import Authenticator
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Walk
from tests.support.processes import wait_until

WHO = {"id": "pria-biasa", "en": "wanita-biasa"}
NUMBERS = {"id": ("81200000128", "81355550128"), "en": ("81200000129", "81355550129")}
CANCEL = re.compile(r"/changes/cancel\?token=\S+")
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

    another_telephone(walk, begin(language, script=script, size=PHONE), town)

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


def another_telephone(walk: Walk, anywhere: Walk, town: Town) -> None:
    """Change the number that counts: the old one agrees by a code, or it waits 72 hours (features D5, D7)."""
    (old, new), address = NUMBERS[walk.language], f"{WHO[walk.language]}@contoh.id"
    walk.press("#contacts")
    walk.at("account-contacts", "my-contacts")
    walk.press("#contact-add-phone")
    walk.at("account-contact-add", "my-contact-add")
    walk.write(phone_number=f"0{new}")
    walk.press("#contact-submit")
    walk.at("account-contact-code", "my-contact-code")
    walk.tell_secret("code", provider.mailed_code(walk, new))
    walk.press("#contact-submit")
    walk.at("account-contacts")

    let_count(walk, new, "#hold-wait")
    walk.at("account-contacts", "my-contacts-waiting")
    anywhere.page.goto(provider.letter(walk, town.issuer, address, CANCEL))
    anywhere.at("change-cancel", "change-cancel")
    anywhere.press("#change-cancel")
    anywhere.at("outcome", "change-cancelled")

    let_count(walk, new, "#hold-code")
    walk.at("account-contact-code")
    walk.tell_secret("code", provider.mailed_code(walk, old))
    walk.press("#contact-submit")
    walk.at("account-contacts", "my-contacts-changed")
    assert counts(walk, new)

    let_count(walk, old, "#hold-wait")
    town.let_changes_wait(hours=72)
    assert wait_until(lambda: counts(walk, old), seconds=15, step=0.5)


def let_count(walk: Walk, number: str, how: str) -> None:
    """Let another number be the first."""
    telephone(walk, number).click()
    walk.at("account-contact", "my-contact")
    walk.press("#contact-primary")
    walk.at("account-contact-hold", "my-contact-hold")
    walk.press(how)


def counts(walk: Walk, number: str) -> bool:
    """Look again whether a number is the first."""
    walk.page.reload()
    return {"id": "Utama", "en": "Primary"}[walk.language] in telephone(walk, number).inner_text()


def telephone(walk: Walk, number: str) -> Locator:
    """The line of a number."""
    return walk.find(f"a.row-link:has-text('{number}')")
