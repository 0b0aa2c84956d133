"""Why the sign-in page asks somebody again."""

from __future__ import annotations

from typing import Final

from flask import request
from flask_babel import gettext as _

from idp.domain.sessions.interactions import Waiting
from idp.domain.store.database import Session
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.signed_in import current_session
from idp.web.pages import Notice

TOO_MANY_CODES: Final = "again=codes"
"""The end of the address of a sign-in that begins anew because too many codes were wrong."""


def why_again(db: Session, waiting: Waiting) -> Notice | None:
    """Say why somebody who has signed in, or had half done it, is asked for a password again."""
    if request.args.get("again") == "codes":
        return Notice("warning", str(_("Terlalu banyak percobaan")), str(_("Masuk lagi")))
    if current_session(db) is None:
        return None
    agency = agency_of(waiting)
    words = str(_("%(agency)s meminta Anda masuk", agency=agency.name)) if agency is not None else ""
    return Notice("info", str(_("Masuk lagi")), words)
