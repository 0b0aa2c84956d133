"""A real SMTP server on loopback that keeps what it accepts."""

import email
import email.policy
import re
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.processes import free_port, wait_until


class Mailbox:
    """Accept letters, or refuse them with a code, as a mail server does."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self.refusal: str | None = None
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address as IDP_SMTP_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Go away, as a mail server under maintenance."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def refuse(self, reply: str | None = "451 4.3.0 try again later") -> None:
        """Answer every letter with this reply; None accepts again."""
        self.refusal = reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one letter (the name is aiosmtpd's)."""
        if self.refusal is not None:
            return self.refusal
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.messages.append(email.message_from_bytes(raw, policy=email.policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Give the letters to one address, oldest first."""
        return [letter for letter in self.messages if address in str(letter["To"])]

    def wait_for(self, address: str, *, count: int = 1, seconds: float = 15) -> EmailMessage:
        """Wait for the `count`-th letter to an address and give it."""
        assert wait_until(lambda: len(self.to(address)) >= count, seconds=seconds), f"no letter to {address}"
        return self.to(address)[count - 1]

    def code_for(self, address: str, *, count: int = 1, seconds: float = 15) -> str:
        """Give the code of six to eight digits in the `count`-th letter to an address."""
        found = re.search(r"\b\d{6,8}\b", text_of(self.wait_for(address, count=count, seconds=seconds)))
        assert found, "the letter holds no code"
        return found[0]


def text_of(letter: EmailMessage) -> str:
    """Give the plain text of a letter."""
    body = letter.get_body(preferencelist=("plain", "html"))
    assert body is not None
    text: str = body.get_content()
    return text
