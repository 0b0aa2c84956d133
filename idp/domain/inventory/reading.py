"""Reading a form from a file: JSON of several makes, or HTML. Nothing is fetched, and a file has its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from idp.domain.inventory.forms import MOST_FIELDS, BadForm, Form
from idp.domain.inventory.reading_html import read_html
from idp.domain.inventory.reading_json import read_json

MOST_BYTES: Final = 1_048_576
MOST_FORMS: Final = 50
_MARK: Final = b"\xef\xbb\xbf"


def read(content: bytes, name: str = "") -> Sequence[Form]:
    """Return the forms of a file; `name` is for those that have none of their own, such as the file's stem.

    Raises:
        BadForm: when it is too large, neither JSON nor HTML, or has nothing to ask.
    """
    if len(content) > MOST_BYTES:
        raise BadForm(f"the file is larger than {MOST_BYTES // 1024} KiB")
    body = content.removeprefix(_MARK).strip()
    if not body:
        raise BadForm("the file is empty")
    try:
        body.decode()
    except UnicodeDecodeError:
        raise BadForm("the file is not UTF-8 text") from None
    if b"\0" in body:
        raise BadForm("the file is not text")
    forms = read_json(body) if body[:1] in b"{[" else read_html(body)
    forms = [form for form in forms if form.fields]
    if not forms:
        raise BadForm("there is no form with questions in this file")
    if len(forms) > MOST_FORMS or sum(len(form.fields) for form in forms) > MOST_FIELDS:
        raise BadForm(f"more than {MOST_FORMS} forms or {MOST_FIELDS} fields")
    return _named(forms, name)


def _named(forms: Sequence[Form], name: str) -> Sequence[Form]:
    """Give every form a name, and no two the same: waivers are bound to it."""
    taken: set[str] = set()
    named = []
    for form in forms:
        wanted = form.name or name or "form"
        chosen, number = wanted, 1
        while chosen in taken:
            number += 1
            chosen = f"{wanted}-{number}"
        taken.add(chosen)
        named.append(replace(form, name=chosen[:100]))
    return named
