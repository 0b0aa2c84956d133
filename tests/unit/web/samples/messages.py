"""Codes by message, the inbox, the official senders."""

from __future__ import annotations

from collections.abc import Callable

from idp.web import pages
from idp.web.pages import FieldError, Page
from tests.unit.web.samples.parts import EDUCATION, NOW

NUMBER = "+62 ••• •••• 1234"

SAMPLES: dict[str, Callable[[], Page]] = {
    "mfa-sms": lambda: pages.MessageCodePage(
        agency=EDUCATION, action="/x", method="sms", channel="SMS", address=NUMBER, cancellable=True
    ),
    "mfa-sms-sent": lambda: pages.MessageCodePage(
        agency=EDUCATION,
        action="/x",
        method="sms",
        channel="SMS",
        address=NUMBER,
        sent=True,
        resend_wait_seconds=28,
        outbox_url="/sandbox/outbox",
        cancellable=True,
        errors=(
            FieldError(
                "otp",
                "Kode tidak cocok atau sudah tidak berlaku. Periksa pesan terbaru, atau minta kode baru.",
            ),
        ),
    ),
    "account-messages": lambda: pages.AccountMessagesPage(
        citizen_name="Siti",
        action="/me/security/messages",
        telephones=(
            pages.TelephoneLine(NUMBER, "SMS", "1.sms", "f", NOW),
            pages.TelephoneLine(NUMBER, "WhatsApp", "1.whatsapp"),
        ),
        unconfirmed=1,
    ),
    "account-messages-none": lambda: pages.AccountMessagesPage(
        citizen_name="Siti", action="/me/security/messages", telephones=()
    ),
    "account-message-code": lambda: pages.AccountMessageCodePage(
        citizen_name="Siti",
        action="/me/security/messages/code",
        channel="WhatsApp",
        address=NUMBER,
        resend_wait_seconds=30,
    ),
    "account-inbox": lambda: pages.AccountInboxPage(
        citizen_name="Siti",
        action="/me/inbox",
        notices=(
            pages.InboxLine("Ada yang masuk dari perangkat baru", "/me/inbox/1", NOW, False),
            pages.InboxLine("Selamat datang di Gerbang", "/me/inbox/2", NOW, True),
        ),
        unread=1,
    ),
    "account-inbox-empty": lambda: pages.AccountInboxPage(
        citizen_name="Siti", action="/me/inbox", notices=()
    ),
    "account-inbox-message": lambda: pages.AccountInboxMessagePage(
        citizen_name="Siti",
        title="Ada yang masuk dari perangkat baru",
        text="Halo Siti,\n\nBukan Anda? https://masuk.example/me/sessions",
        at=NOW,
    ),
    "senders": lambda: pages.SendersPage(
        host="masuk.example", email="surat@masuk.example", sms="GERBANG", whatsapp="+62 811 0000 000"
    ),
    "register-sms": lambda: pages.RegisterMessagePage(
        action="/register", number=NUMBER, others=(pages.WayLink("authenticator", "Aplikasi", "/register"),)
    ),
    "register-sms-sent": lambda: pages.RegisterMessagePage(
        action="/register", number=NUMBER, sent=True, resend_wait_seconds=12
    ),
}
