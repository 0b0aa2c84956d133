"""Mails come as text and HTML, in both languages, from the same values, without a web request."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from idp.channels import writing
from idp.channels.parts import is_plain, parts
from idp.domain.messages import kinds

TEMPLATES = Path(__file__).parents[3] / "templates"
MAILS = {
    "email_code": {"code": "493 027", "valid_minutes": 10},
    "sign_in_code": {"code": "493 027", "valid_minutes": 10},
    "welcome": {"account_url": "https://masuk.example/me"},
    "new_sign_in": {
        "device": "Chrome di Android",
        "place": "Bandung",
        "at": "27 Mei 2024, 14.05 WIB",
        "sessions_url": "https://masuk.example/me/sessions",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "consent_withdrawn": {
        "agency": "Layanan <Pendidikan>",
        "at": "27 Mei 2024, 14.05 WIB",
        "services_url": "https://masuk.example/me/services",
    },
    "service_late": {
        "agency": "Layanan <Pendidikan>",
        "late_count": 2,
        "late_url": "https://masuk.example/admin/late",
    },
    "releases_unusual": {
        "agency": "Layanan <Pendidikan>",
        "people_count": 4200,
        "usual_count": 30,
        "audit_url": "https://masuk.example/admin/audit",
    },
    "conflicts_unusual": {
        "agency": "Layanan <Pendidikan>",
        "conflict_count": 120,
        "audit_url": "https://masuk.example/admin/audit",
    },
    "request_waiting": {
        "agency": "Layanan <Pendidikan>",
        "binding_message": "LOKET-7 <b>",
        "minutes": 10,
        "account_url": "https://masuk.example/me",
    },
    "recovery_code_used": {
        "at": "27 Mei 2024, 14.05 WIB",
        "codes_left": 9,
        "sessions_url": "https://masuk.example/me/sessions",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "account_change": {
        "change": "authenticator_added",
        "what": "ponsel <b>cadangan</b>",
        "at": "27 Mei 2024, 14.05 WIB",
        "device": "Chrome di Android",
        "security_url": "https://masuk.example/me/security",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "account_closed": {},
    "registration_attempt": {},
    "identity_checked": {"matched": ""},
    "case_opened": {
        "at": "27 Mei 2024, 14.05 WIB",
        "account_url": "https://masuk.example/me",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "case_decided": {
        "decision": "approved",
        "at": "27 Mei 2024, 14.05 WIB",
        "account_url": "https://masuk.example/me",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "data_case": {
        "stage": "",
        "number": "K-7FQ2-9XKD",
        "attribute": "Tanggal lahir",
        "outcome": "",
        "case_url": "https://masuk.example/me/cases/0b6e",
    },
    "recover_password": {"link_url": "https://masuk.example/recover/password?token=l", "valid_minutes": 60},
    "recover_identity": {"link_url": "https://masuk.example/recover/confirm?token=l", "valid_minutes": 60},
    "recover_permit": {
        "code": "0000-1111-2222-3333",
        "valid_minutes": 1440,
        "link_url": "https://masuk.example/recover/permit?permit=0000-1111-2222-3333",
    },
    "password_reset": {
        "at": "27 Mei 2024, 14.05 WIB",
        "account_url": "https://masuk.example/me",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "account_renewed": {
        "at": "27 Mei 2024, 14.05 WIB",
        "account_url": "https://masuk.example/me",
        "not_me_url": "https://masuk.example/not-me?token=00",
    },
    "account_locked": {"at": "27 Mei 2024, 14.05 WIB", "recover_url": "https://masuk.example/recover"},
    "change_asked": {
        "kind": "",
        "at": "27 Mei 2024, 14.05 WIB",
        "effective_at": "28 Mei 2024, 14.05 WIB",
        "cancel_url": "https://masuk.example/changes/cancel?token=k",
    },
    "change_cancelled": {
        "kind": "",
        "at": "27 Mei 2024, 14.05 WIB",
        "account_url": "https://masuk.example/me",
    },
    "change_applied": {
        "kind": "",
        "at": "28 Mei 2024, 14.05 WIB",
        "account_url": "https://masuk.example/me",
    },
}


@pytest.fixture(params=["id", "en"])
def write(request, catalogues):
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    texts = gettext.translation("messages", catalogues, [request.param], fallback=True)
    environment.install_gettext_translations(texts, newstyle=True)
    frame = {"language": request.param, "name": "Suharto", "help_url": "https://masuk.example/help"}
    frame |= {"channel": "sms", "host": "masuk.example"}

    def render(name: str, part: str) -> str:
        folder = "short" if part == "short" else "mail"
        file = f"{folder}/{name}.{'txt' if part == 'short' else part}"
        return environment.get_template(file).render(mail=frame | MAILS[name])

    return render


def test_every_mail_is_tried():
    names = {path.stem for path in (TEMPLATES / "mail").iterdir()} - {"layout", "parts", "changes"}
    assert names == set(MAILS)


@pytest.mark.parametrize("name", MAILS)
def test_the_first_line_of_the_text_is_the_subject(write, name):
    subject, empty, greeting, *_ = write(name, "txt").splitlines()
    assert subject
    assert not empty
    assert "Suharto" in greeting


@pytest.mark.parametrize("name", MAILS)
def test_text_and_html_say_the_same(write, name):
    text, html = write(name, "txt"), write(name, "html")
    for value in (str(value) for key, value in MAILS[name].items() if key not in ("change", "decision")):
        assert value in text
        assert value.replace("<", "&lt;").replace(">", "&gt;") in html


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_fetches_nothing(write, name):
    html = write(name, "html")
    assert "src=" not in html
    assert "<script" not in html


def test_every_mail_has_a_short_form_and_is_known():
    assert {path.stem for path in (TEMPLATES / "short").iterdir()} == set(MAILS)
    assert set(writing.templates()) == set(MAILS)
    assert set(MAILS) >= kinds.ORDINARY | kinds.CODES


@pytest.mark.parametrize("name", MAILS)
def test_a_short_form_is_one_text_message_or_two_and_says_whose_it_is(write, name):
    text = write(name, "short").strip()
    assert "Gerbang" in text
    ours = text.replace("<", "").replace(">", "")
    assert is_plain(ours), "letters outside the GSM alphabet cost more than twice as much"
    assert parts(ours) <= (1 if name in kinds.CODES else 2)
    assert "Suharto" not in text, "whoever sees the screen need not know whose account it is"


@pytest.mark.parametrize("name", sorted(kinds.CODES))
def test_a_code_is_bound_to_our_site_by_its_last_line(write, name):
    assert write(name, "short").strip().splitlines()[-1] == "@masuk.example #493027"


@pytest.mark.parametrize("stage", ["disputed", "asked", "late"])
def test_a_letter_about_data_says_what_happened_and_by_when(write, stage, monkeypatch):
    monkeypatch.setitem(MAILS["data_case"], "stage", stage)
    text = write("data_case", "txt")
    assert "3 x 24" in text
    assert "K-7FQ2-9XKD" in text


def test_a_letter_about_data_says_how_it_ended(write, monkeypatch):
    outcomes = ("corrected", "other_source_wrong", "kept", "rejected", "withdrawn")
    said = set()
    for outcome in outcomes:
        monkeypatch.setitem(MAILS["data_case"], "outcome", outcome)
        said.add(write("data_case", "txt"))
    assert len(said) == len(outcomes)
