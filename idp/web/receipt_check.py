"""Checking a consent receipt, for anybody who was handed one; nothing is kept (features F22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, request

from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import csrf, locale, receipts
from idp.web.context import services
from idp.web.pages import ReceiptCheckPage, ReceiptReading
from idp.web.receipts import CHECK, Checked
from idp.web.render import show

bp = Blueprint("receipt_check", __name__)

LONGEST: Final = 20_000
"""Characters we read: a receipt and an address before it."""


@bp.get(CHECK)
def ask() -> Response:
    """Ask for a receipt."""
    return show(_page())


@bp.post(CHECK)
def checked() -> Response:
    """Say what a receipt says if we signed it; else that we did not."""
    csrf.check()
    text = _sent()
    found = receipts.check(services(), text)
    reading = _reading(found) if found is not None else None
    return show(_page(receipt=text, reading=reading, refused=reading is None), 200 if reading else 400)


def _sent() -> str:
    """Read what was pasted, or the file that was sent instead."""
    text = request.form.get("receipt", "").strip()
    file = request.files.get("file")
    if not text and file is not None:
        text = file.stream.read(LONGEST).decode("ascii", "replace").strip()
    return text[:LONGEST]


def _page(**known: Any) -> ReceiptCheckPage:
    return ReceiptCheckPage(action=CHECK, jwks_url=f"{services().settings.issuer}/jwks", **known)


def _reading(found: Checked) -> ReceiptReading:
    claims = found.claims
    until, withdrawn = _moment(claims, "until"), claims.get("withdrawn_at")
    return ReceiptReading(
        agency=str(claims["agency"]),
        service=str(claims["service"]),
        granted=_labels(claims["granted"]),
        told=_labels(claims["told"]),
        declined=_labels(claims["declined"]),
        given_at=_moment(claims, "given_at"),
        until=until,
        over=until <= services().clock(),
        withdrawn_at=_moment(claims, "withdrawn_at") if withdrawn is not None else None,
        language=str(claims["language"]),
        text_version=str(claims["text_version"]),
        id=str(claims["jti"]),
        kid=found.kid,
        published=found.published,
        purposes=tuple(
            (
                ", ".join(str(item["pii_label"]) for item in purpose["pii_information"]),
                str(purpose["purpose"]),
                str(purpose["lawful_basis_text"]),
            )
            for purpose in claims.get("pii_processing", {}).get("purposes", ())
        ),
    )


def _labels(names: Any) -> tuple[str, ...]:
    language = locale.language()
    return tuple(CLAIMS[name].label(language) if name in CLAIMS else str(name) for name in names)


def _moment(claims: Mapping[str, Any], member: str) -> datetime:
    return datetime.fromisoformat(str(claims[member]))
