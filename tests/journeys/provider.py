"""The provider's pages, walked by their hooks (contract section 6), the same in every language and without script."""

import re

from playwright.sync_api import expect

from tests.journeys.people import Account, Authenticator, Person
from tests.journeys.walk import Walk

PASSWORD = "perahu-langit-kopi-tenang"
CODE = re.compile(r"(?<![\w=])(\d{3}) ?(\d{3})(?!\d)")
"""Six digits that no word runs into from the left: the links in other letters are full of digits."""


def register(walk: Walk, someone: Person, *, phone: str) -> Account:
    """Make an account: identity, e-mail and its code, password, authenticator, recovery card."""
    walk.at("register", "register-1-identity")
    tell_identity(walk, someone)
    walk.at("register", "register-2-contact")
    walk.write(email=someone.email, phone_number=phone)
    walk.press("#register-submit")
    walk.at("register", "register-3-code")
    walk.tell_secret("code", mailed_code(walk, someone.email))
    walk.press("#register-submit")
    return secure(walk, someone)


def tell_identity(walk: Walk, someone: Person) -> None:
    """Answer "who are you" with what the registry knows."""
    day, month, year = someone.birth_numbers
    walk.write(nik=someone.nik, name=someone.name, birth_day=day, birth_month=month, birth_year=year)
    walk.press("#register-submit")


def secure(walk: Walk, someone: Person) -> Account:
    """Choose a password, install the authenticator from the shown key, keep the recovery card."""
    walk.at("register", "register-4-password")
    walk.tell_secret("password", PASSWORD)
    walk.press("#register-submit")
    walk.at("register", "register-5-authenticator")
    expect(walk.find("figure.qr img")).to_be_visible()
    walk.find("details summary").click()
    authenticator = Authenticator(walk.find("#totp-secret").inner_text())
    walk.tell_secret("otp", authenticator.code())
    walk.press("#register-submit")
    walk.at("register", "register-6-recovery")
    codes = walk.find("#recovery-codes li").all_inner_texts()
    assert len(set(codes)) == 10
    walk.find("[name=saved]").check()
    walk.press("#register-submit")
    walk.at("register", "register-7-done")
    return Account(someone.email, PASSWORD, authenticator)


def mailed_code(walk: Walk, address: str, *, not_this: str = "") -> str:
    """Read the newest code for an address in the sandbox's outbox page, in a tab of its own."""
    with walk.page.expect_popup() as opened:
        walk.press("a[href='/sandbox/outbox']")
    outbox = Walk(opened.value, walk.language, walk.picture)
    try:
        letter = outbox.find("a.row-link").filter(has_text=address).filter(has_text=CODE).first
        for _ in range(40):
            if letter.count() and (not not_this or not_this not in digits(letter.inner_text())):
                break
            outbox.page.wait_for_timeout(250)
            outbox.page.reload()
        outbox.at("outbox", "sandbox-outbox")
        letter.click()
        outbox.at("outbox-message", "sandbox-message")
        return digits(outbox.find("#message-text").inner_text())
    finally:
        outbox.page.close()


def letter(walk: Walk, issuer: str, address: str, wanted: re.Pattern[str], *, not_this: str = "") -> str:
    """Wait for a letter to an address with a link of this kind, and return the link."""
    page = walk.page.context.new_page()
    try:
        for _ in range(60):
            page.goto(f"{issuer}/sandbox/outbox")
            found = page.locator("a.row-link").filter(has_text=address)
            for number in range(found.count()):
                found.nth(number).click()
                link = wanted.search(page.locator("#message-text").inner_text())
                if link and link[0] not in not_this:
                    return issuer + link[0]
                page.go_back()
            page.wait_for_timeout(250)
    finally:
        page.close()
    raise AssertionError("no letter came")


def sign_in(walk: Walk, account: Account) -> None:
    """Sign in with a password and a code."""
    walk.at("login", "login")
    walk.write(identifier=account.identifier)
    walk.tell_secret("password", account.password)
    walk.press("#login-submit")
    walk.at("mfa", "mfa")
    walk.tell_secret("otp", account.authenticator.code())
    walk.press("#mfa-submit")


def sign_out(walk: Walk) -> None:
    """Leave by the link in sight."""
    walk.press("#sign-out")
    walk.at("logout")
    walk.press("#logout-confirm")
    walk.at("logged-out")


def allow(walk: Walk, *optional: str) -> None:
    """Agree to what is required, and to these optional items."""
    for claim in optional:
        walk.find(f"input[name=claim][value={claim}]").check()
    walk.press("#consent-allow")


def wait_for_reports(walk: Walk) -> int:
    """Look again until every agency has answered its logout token; give how many ended."""
    for _ in range(40):
        if walk.find("[data-state=waiting]").count() == 0:
            break
        walk.page.wait_for_timeout(250)
        walk.page.reload()
    expect(walk.find("[data-state=failed]")).to_have_count(0)
    return walk.find("[data-state=done]").count()


def digits(text: str) -> str:
    """Find the code in a letter or a short message."""
    found = CODE.search(text)
    assert found, text
    return found[1] + found[2]
