"""Agencies' logos from our own origin; the address names the content, so browsers keep it (ui.md, promise 4)."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, abort, make_response

from idp.domain.registry import logos
from idp.web.assets import KEEP_SECONDS
from idp.web.context import services

bp = Blueprint("logos", __name__)

DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@bp.get("/logo/<digest>.png")
def logo(digest: str) -> Response:
    """Show a logo."""
    if not DIGEST.fullmatch(digest):
        abort(404)
    with services().database.reading() as db:
        png = logos.picture(db, bytes.fromhex(digest))
    if png is None:
        abort(404)
    response = make_response(png)
    response.content_type = "image/png"
    response.headers["Cache-Control"] = f"public, max-age={KEEP_SECONDS}, immutable"
    return response


def address(digest: str | None) -> str:
    """Return where a logo is, or nothing where there is none."""
    return f"/logo/{digest}.png" if digest else ""
