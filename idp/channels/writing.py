"""Writing a message out in its reader's language: a letter from `templates/mail`, a text from `templates/short`."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from idp.domain.messages.channels import Channel
from idp.domain.messages.letters import Letter
from idp.domain.messages.send import Message

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"
FRAMES: Final = frozenset({"layout", "parts", "changes"})


def render(message: Message) -> Letter:
    """Write a message out for its channel; a text to a telephone has no subject and no HTML."""
    environment, values = _environment(message.language), _values(message)
    if message.channel != Channel.EMAIL:
        text = environment.get_template(f"short/{message.template}.txt").render(mail=values)
        return Letter(to=message.to, subject="", text=text.strip(), until=message.until)
    subject, body = _letter(environment, message.template, values)
    html = environment.get_template(f"mail/{message.template}.html").render(mail=values)
    return Letter(to=message.to, subject=subject, text=body + "\n", html=html)


def notice(template: str, context: Mapping[str, Any], language: str) -> tuple[str, str] | None:
    """Write a notice of the inbox out: its title and its words; None when its template is no more.

    A notice may be older than its template and leave something out that is asked for today.
    """
    if template not in templates():
        return None
    message = Message(to="", template=template, language=language, context=context)
    tolerant = _environment(language).overlay(undefined=ChainableUndefined)
    return _letter(tolerant, template, _values(message))


@cache
def templates() -> tuple[str, ...]:
    """Name every letter there is."""
    return tuple(sorted({path.stem for path in (TEMPLATES / "mail").glob("*.txt")} - FRAMES))


def _letter(environment: Environment, template: str, values: Mapping[str, Any]) -> tuple[str, str]:
    text = environment.get_template(f"mail/{template}.txt").render(mail=values)
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()


def _values(message: Message) -> dict[str, Any]:
    values = {"name": "", "help_url": "", **message.context, "language": message.language}
    return {**values, "channel": message.channel, "host": urlsplit(str(values["help_url"])).hostname or ""}


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    texts = gettext.translation("messages", TEMPLATES / "locale", [language], fallback=True)
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    return environment
