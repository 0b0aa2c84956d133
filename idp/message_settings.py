"""The settings of messages: mail server, gateways in their order, what a message costs, how many there may be."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from idp.environment import positive, setting, text, words


def amounts(value: str) -> tuple[int, ...]:
    """Read whole numbers from nought, with commas or blanks between."""
    numbers = tuple(int(part) for part in words(value))
    if not numbers or min(numbers) < 0:
        raise ValueError("must be whole numbers from 0")
    return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """How a deployment reaches people."""

    smtp_url: str | None = setting(
        None,
        text,
        secret=True,
        help="Mail server: `smtp://` or `smtps://USER:PASSWORD@HOST:PORT`. The sandbox keeps mail in its outbox page.",
    )
    mail_from: str = setting(
        "Gerbang <no-reply@localhost>", text, help="Sender of the e-mails the provider writes."
    )
    operations_mail: str | None = setting(
        None,
        text,
        help="Where operators are alerted, once each, of services that have not confirmed a notice within 3 x 24 hours."
        " The contacts a service registered are told as well.",
    )
    sms_gateway_url: tuple[str, ...] = setting(
        (),
        words,
        help="SMS gateways (docs/reference/message-gateway.md), tried in this order; the next one takes over where"
        " one is away or refuses. Without any, a sandbox keeps SMS in its outbox page and production sends none.",
    )
    sms_gateway_key: tuple[str, ...] = setting(
        (), words, secret=True, help="Bearer keys of the SMS gateways, in the order of their URLs."
    )
    sms_cost: tuple[int, ...] = setting(
        (350,), amounts, help="Rupiah per SMS part: one number, or one for each gateway in order."
    )
    sms_sender: str = setting(
        "GERBANG",
        text,
        help="Sender name of our SMS, as the gateways have it registered; shown on `/senders`.",
    )
    whatsapp_gateway_url: tuple[str, ...] = setting(
        (), words, help="WhatsApp gateways, in order; the same format and rules as for SMS."
    )
    whatsapp_gateway_key: tuple[str, ...] = setting(
        (), words, secret=True, help="Bearer keys of the WhatsApp gateways, in the order of their URLs."
    )
    whatsapp_cost: tuple[int, ...] = setting(
        (300,), amounts, help="Rupiah per WhatsApp message: one number, or one for each gateway in order."
    )
    whatsapp_sender: str = setting(
        "", text, help="The verified WhatsApp number or name of our messages; shown on `/senders`."
    )
    message_countries: tuple[str, ...] = setting(
        ("62",),
        words,
        help="Country codes whose mobile numbers get SMS and WhatsApp; all other numbers are refused.",
    )
    message_prefix_per_hour: int = setting(
        2_000,
        positive,
        help="Messages per hour and channel to one operator prefix (62812), or to one foreign country.",
    )
    message_prefix_per_day: int = setting(
        20_000, positive, help="Messages per day and channel to one operator prefix or foreign country."
    )
    message_total_per_hour: int = setting(
        20_000, positive, help="Messages per hour and channel to all numbers together."
    )
    message_total_per_day: int = setting(
        200_000, positive, help="Messages per day and channel to all numbers together."
    )

    def message_problems(self) -> list[str]:
        """Say what cannot be meant, in any mode."""
        problems = []
        if self.smtp_url is not None and not self.smtp_url.startswith(("smtp://", "smtps://")):
            problems.append("IDP_SMTP_URL must start with smtp:// or smtps://")
        for name, urls, keys, costs in self._gateways():
            if any(
                urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname for url in urls
            ):
                problems.append(f"IDP_{name}_GATEWAY_URL must be http(s) URLs")
            if keys and len(keys) != len(urls):
                problems.append(f"IDP_{name}_GATEWAY_KEY must have one key for each gateway")
            if len(costs) not in (1, len(urls)):
                problems.append(f"IDP_{name}_COST must be one number, or one for each gateway")
        if not all(code.isascii() and code.isdigit() for code in self.message_countries):
            problems.append("IDP_MESSAGE_COUNTRIES must be country codes in digits, such as 62")
        return problems

    def message_production_problems(self) -> list[str]:
        """Say what production does not accept."""
        problems = [] if self.smtp_url is not None else ["production needs IDP_SMTP_URL"]
        for name, urls, keys, _costs in self._gateways():
            if any(not url.startswith("https://") for url in urls):
                problems.append(f"production needs https in IDP_{name}_GATEWAY_URL")
            if urls and not keys:
                problems.append(f"production needs IDP_{name}_GATEWAY_KEY")
        return problems

    def _gateways(self) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[int, ...]], ...]:
        return (
            ("SMS", self.sms_gateway_url, self.sms_gateway_key, self.sms_cost),
            ("WHATSAPP", self.whatsapp_gateway_url, self.whatsapp_gateway_key, self.whatsapp_cost),
        )
