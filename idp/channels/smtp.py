"""E-mail, handed to the mail server of the deployment."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from idp.channels.gateway import Handed
from idp.domain.events.outbox import later, never
from idp.domain.messages.letters import Letter

SECONDS: Final = 10.0
PERMANENT: Final = 500


class Postman:
    """Hands letters to the mail server of the deployment; a new connection for each, so none goes stale."""

    name = "smtp"

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else ""
        self._sender = sender

    def send(self, letter: Letter, delivery_id: UUID, now: datetime) -> Handed:
        """Hand over one letter; its Message-ID is the delivery's, so that a repeat can be recognised."""
        try:
            mail = self._mail(letter, delivery_id, now)
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as exc:
            codes = [code for code, _ in exc.recipients.values()]
            refused = bool(codes) and min(codes) >= PERMANENT
            return Handed(never("refused") if refused else later("refused_for_now"))
        except smtplib.SMTPResponseException as exc:
            return Handed(later(f"smtp_{exc.smtp_code}"))
        except (OSError, smtplib.SMTPException) as exc:
            return Handed(later(type(exc).__name__))
        except ValueError:
            return Handed(never("unwritable_address"))
        return Handed()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        try:
            server.ehlo()
            secure = self._tls
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                secure = True
            if self._user is not None:
                if not secure:
                    raise smtplib.SMTPNotSupportedError("a password needs an encrypted connection")
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, letter: Letter, delivery_id: UUID, now: datetime) -> EmailMessage:
        domain = parseaddr(self._sender)[1].rpartition("@")[2] or "localhost"
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = letter.to
        mail["Subject"] = letter.subject
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{delivery_id.hex}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        if letter.html:
            mail.add_alternative(letter.html, subtype="html")
        return mail
