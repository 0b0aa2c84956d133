"""Invented values for looking at templates: every name that any template takes, one value each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.channels import writing
from idp.domain.messages.channels import Channel
from idp.domain.messages.letters import Letter
from idp.domain.messages.send import Message


def context(issuer: str) -> Mapping[str, Any]:
    """Return the values, with links to this deployment that carry nothing."""
    links = (
        "account",
        "sessions",
        "security",
        "services",
        "cancel",
        "help",
        "reset",
        "link",
        "recover",
        "not_me",
        "case",
        "start",
        "late",
        "audit",
    )
    return {
        "name": "Siti Aminah",
        "code": "493 027",
        "valid_minutes": 10,
        "minutes": 10,
        "agency": "Layanan Pendidikan",
        "binding_message": "LOKET-7",
        "stage": "answered",
        "number": "K-7FQ2-9XKD",
        "attribute": "Tanggal lahir",
        "outcome": "corrected",
        "at": "27 Mei 2024, 14.05 WIB",
        "effective_at": "28 Mei 2024, 14.05 WIB",
        "device": "Chrome di Android",
        "place": "Bandung",
        "codes_left": 9,
        "late_count": 2,
        "conflict_count": 120,
        "people_count": 4200,
        "usual_count": 30,
        "matched": True,
        "kind": "",
        "change": "password",
        "decision": "approved",
        "what": "",
        **{f"{name}_url": f"{issuer}/me" for name in links},
        "help_url": f"{issuer}/help",
    }


def example(template: str, channel: Channel, language: str, issuer: str, to: str = "") -> Message:
    """Fill a template with invented values."""
    return Message(to=to, template=template, language=language, channel=channel, context=context(issuer))


def preview(template: str, channel: Channel, language: str, issuer: str) -> Letter:
    """Write a template out as its reader would see it.

    Raises:
        jinja2.UndefinedError: it takes a value that has no example.
    """
    return writing.render(example(template, channel, language, issuer))
