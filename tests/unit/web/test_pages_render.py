"""Every page in every language: hooks, labels, weight, nothing the Content Security Policy would refuse."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import FrozenInstanceError, dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from idp.web import pages
from idp.web.locale import SPOKEN
from idp.web.pages.admin import AdminPage
from tests.unit.web.samples import SAMPLES

# contract.md section 6
HOOKS = {
    "login": ("#login-form", "identifier", "password", "#login-submit", "#login-cancel"),
    "login-passkey": ("#login-form", "#login-passkey"),
    "mfa": ("#mfa-form", "otp", "#mfa-submit", "#mfa-other"),
    "mfa-recovery": ("#mfa-form", "recovery_code", "#mfa-submit", "#mfa-other"),
    "consent": ("#consent-form", "claim", "email_contact", "#consent-allow", "#consent-deny"),
    "device": ("#device-form", "user_code", "#device-submit"),
    "device-confirm": ("#device-form", "#device-submit", "#device-deny"),
    "approve": ("#approve-form", "#approve-allow", "#approve-deny"),
    "select-account": ("#account-form", "account", "#account-other"),
    "logout": ("#logout-form", "#logout-confirm", "#logout-cancel"),
    "error": ("#error-code", "#error-trace"),
    "form-post": ("#form-post", "code", "state"),
    "register-identity": (
        "#register-form",
        "nik",
        "name",
        "birth_day",
        "birth_month",
        "birth_year",
        "#register-submit",
    ),
    "register-contact": ("#register-form", "email", "phone_number", "#register-submit"),
    "register-code": ("#register-form", "code", "#register-submit", "#register-resend"),
    "register-password": ("#register-form", "password", "#register-submit"),
    "register-authenticator": ("#register-form", "otp", "#register-submit", "#totp-secret"),
    "register-recovery": ("#register-form", "saved", "#register-submit", "#recovery-codes"),
    "register-later": ("#register-form", "#register-submit"),
    "account-contacts": ("#contact-add-email", "#contact-add-phone"),
    "account-contact-add": ("#contact-form", "email", "#contact-submit"),
    "account-contact-add-phone": ("phone_number",),
    "account-contact-code": ("#contact-form", "code", "#contact-submit", "#contact-resend"),
    "account-contact": ("#primary-form", "#channels-form", "channel", "#remove-form", "#contact-remove"),
    "account-contact-unconfirmed": ("#contact-confirm",),
    "account-contact-hold": ("#hold-form", "#hold-code", "#hold-wait"),
    "account-language": ("#language-form", "language", "#language-submit"),
    "account-copy": ("#copy-form", "#copy-submit"),
    "account-close": ("#close-form", "understood", "#close-submit"),
    "enrol-start": ("#enrol-form", "contact", "#enrol-submit", "#enrol-cancel"),
    "enrol-code": ("#enrol-form", "code", "#enrol-submit", "#enrol-resend"),
    "enrol-authenticator": ("#enrol-form", "otp", "sealed", "#enrol-submit", "#totp-secret"),
    "mfa-none": ("#mfa-form", "#mfa-cancel"),
    "new-phone": ("#phone-form", "phone_number", "#phone-send", "#phone-back"),
    "new-phone-code": ("#phone-form", "otp", "#phone-submit", "#phone-send", "#phone-other"),
    "account-password": ("#password-form", "current_password", "password", "#password-submit"),
    "account-authenticator": ("#authenticator-form", "remove", "#authenticator-remove", "#end-others"),
    "account-authenticator-add": ("otp", "name", "sealed", "#authenticator-submit", "#totp-secret"),
    "account-recovery-card": ("#recovery-form", "#recovery-new", "#recovery-left"),
    "account-recovery-card-new": ("#recovery-codes", "#recovery-done"),
    "account-service": ("#contacts-form", "email_contact", "#withdraw-form", "#withdraw-submit"),
    "account-sessions": ("session", "#session-end", "#session-end-all"),
}
AUTOCOMPLETE = {
    "login": {"identifier": "username", "password": "current-password"},
    "login-passkey": {"identifier": "username webauthn"},
    "mfa": {"otp": "one-time-code"},
    "register-identity": {"name": "name", "birth_day": "bday-day", "birth_year": "bday-year"},
    "register-contact": {"email": "email", "phone_number": "tel"},
    "register-code": {"code": "one-time-code"},
    "register-password": {"password": "new-password", "username": "username"},
    "register-authenticator": {"otp": "one-time-code"},
    "account-password": {"current_password": "current-password", "password": "new-password"},
    "account-authenticator-add": {"otp": "one-time-code"},
    "enrol-code": {"code": "one-time-code"},
    "enrol-authenticator": {"otp": "one-time-code"},
    "new-phone": {"phone_number": "tel"},
    "new-phone-code": {"otp": "one-time-code"},
    "account-contact-add": {"email": "email"},
    "account-contact-add-phone": {"phone_number": "tel"},
    "account-contact-code": {"code": "one-time-code"},
}
EVERY = [(name, language) for name in SAMPLES for language in SPOKEN]


@dataclass
class Html(HTMLParser):
    """What a test asks of a page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    open_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.open_ids = [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        for id_ in self.open_ids:
            self.texts[id_] = data.strip()
        self.open_ids = []

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    @property
    def names(self) -> set[str]:
        return {attributes["name"] for _, attributes in self.tags if "name" in attributes}


@pytest.fixture
def browser(gallery) -> FlaskClient:
    return gallery.test_client()


def read(browser: FlaskClient, name: str, language: str = "id") -> Html:
    html = Html()
    html.feed(browser.get(f"/p/{name}?ui_locales={language}").get_data(as_text=True))
    return html


@cache
def every_page_class() -> set[type[pages.Page]]:
    return {
        kind
        for kind in vars(pages).values()
        if isinstance(kind, type) and issubclass(kind, pages.Page) and hasattr(kind, "template")
    }


def test_every_page_has_a_sample():
    kinds = {type(sample()) for sample in SAMPLES.values()}
    assert every_page_class() == {kind for kind in kinds if not issubclass(kind, AdminPage)}


def test_a_page_cannot_be_changed_after_it_is_made():
    with pytest.raises(FrozenInstanceError):
        SAMPLES["login"]().agency = None  # type: ignore[misc]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_page_says_its_language_and_its_name(browser, name, language):
    html = read(browser, name, language)
    assert html.all("html")[0]["lang"] == language
    assert html.all("body")[0]["data-page"] == SAMPLES[name]().data_page
    assert len(html.all("h1")) == 1


@pytest.mark.parametrize(("name", "hooks"), HOOKS.items())
def test_the_hooks_are_the_same_in_every_language(browser, name, hooks):
    for language in SPOKEN:
        html = read(browser, name, language)
        for hook in hooks:
            assert hook.removeprefix("#") in (html.ids if hook.startswith("#") else html.names), hook


@pytest.mark.parametrize("name", SAMPLES)
def test_ids_are_unique_and_what_is_referred_to_exists(browser, name):
    html = read(browser, name)
    assert not [id_ for id_, times in Counter(html.ids).items() if times > 1]
    for _, attributes in html.tags:
        for reference in ("for", "aria-describedby", "aria-labelledby"):
            assert set(attributes.get(reference, "").split()) <= set(html.ids)
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in html.ids


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_has_a_label(browser, name):
    html = read(browser, name)
    labelled = {label["for"] for label in html.all("label")}
    for control in html.all("input"):
        if control.get("type") != "hidden" and "hidden" not in control:
            assert control["id"] in labelled


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample().errors])
def test_an_error_stands_at_the_top_and_beside_its_field(browser, name):
    html = read(browser, name)
    links = {link["href"] for link in html.all("a") if link.get("href", "").startswith("#")}
    controls = [each for tag in ("input", "textarea", "select", "fieldset") for each in html.all(tag)]
    invalid = {each.get("name", each["id"]) for each in controls if each.get("aria-invalid") == "true"}
    for error in SAMPLES[name]().errors:
        assert f"#{error.field}" in links
        assert f"{error.field}-error" in html.ids
        assert error.field in invalid or (error.field == "birthdate" and "birth_day" in invalid)


@pytest.mark.parametrize(("name", "tokens"), AUTOCOMPLETE.items())
def test_browsers_are_told_what_belongs_in_a_field(browser, name, tokens):
    controls = {control["name"]: control.get("autocomplete") for control in read(browser, name).all("input")}
    assert {field: controls[field] for field in tokens} == tokens


@pytest.mark.parametrize("name", SAMPLES)
def test_every_form_of_ours_carries_the_csrf_token(browser, name):
    text = browser.get(f"/p/{name}").get_data(as_text=True)
    forms = re.findall(r"<form.*?</form>", text, re.S)
    for form in forms:
        ours = 'id="form-post"' not in form and 'method="get"' not in form
        assert ('name="csrf_token" value="the-token"' in form) is ours


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_inline_and_nothing_from_elsewhere(browser, name):
    html = read(browser, name)
    for tag, attributes in html.tags:
        assert tag != "style"
        assert "style" not in attributes
        assert not [attribute for attribute in attributes if attribute.startswith("on")]
        if tag == "script" or tag == "link" or tag == "img":
            address = attributes.get("src") or attributes.get("href", "")
            assert not urlsplit(address).netloc
            assert address.startswith("/static/") or (tag == "img" and address.startswith("data:"))


def test_optional_items_are_off_and_allow_weighs_as_much_as_deny(browser):
    html = read(browser, "consent")
    boxes = {box["value"]: box for box in html.all("input") if box.get("name") == "claim"}
    assert set(boxes) == {"phone_number", "email"}
    assert "checked" not in boxes["phone_number"]
    buttons = {button["id"]: button for button in html.all("button") if button.get("name") == "action"}
    assert buttons["consent-allow"]["class"] == buttons["consent-deny"]["class"]


def test_a_sensitive_value_is_closed_until_it_is_opened(browser):
    text = browser.get("/p/consent").get_data(as_text=True)
    closed = re.findall(r"<details>.*?</details>", text, re.S)
    assert any("9901015505900001" in part for part in closed)
    assert "9901015505900001" not in re.sub(r"<details>.*?</details>", "", text, flags=re.S)


def test_what_an_agency_sends_is_text_never_markup(gallery):
    with gallery.test_request_context("/"):
        page = pages.LoginPage(action="/i", agency=pages.Agency("<img src=x onerror=alert(1)>"))
        text = gallery.jinja_env.get_template(page.template).render(page=page, csrf_token="t", language="id")
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_error_page_says_its_code_and_its_trace(browser):
    html = read(browser, "error")
    assert html.texts["error-code"] == "invalid_request"
    assert html.texts["error-trace"] == "0af7651916cd43dd8448eb211c80319c"


def test_the_passkey_button_is_there_only_when_passkeys_are(browser):
    assert "login-passkey" not in read(browser, "login").ids


def weight(browser: FlaskClient, name: str) -> int:
    """Bytes on the wire of a page and all it loads, each compressed by itself."""
    page = browser.get(f"/p/{name}").data
    linked = re.findall(rb'(?:href|src)="(/static/[^"]+)"', page)
    total = len(gzip.compress(page))
    for address in linked:
        with browser.get(address.decode()) as file:
            total += len(gzip.compress(file.data))
    return total


def test_the_sign_in_page_weighs_no_more_than_30_kb(browser):
    assert weight(browser, "login-wrong") <= 30_000


@pytest.mark.parametrize("name", SAMPLES)
def test_no_page_weighs_more_than_100_kb(browser, name):
    assert weight(browser, name) <= 100_000
