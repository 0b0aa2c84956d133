"""What every page with a passkey needs: who asks, challenges for its script, and what to say when one does not do.

The scripts of pages post for options and get JSON; they hand the authenticator's answer to an ordinary form, so that
refusals are pages like all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify
from flask_babel import gettext as _

from idp.domain.authenticators import passkey_challenges, passkeys
from idp.domain.authenticators.passkey_challenges import ANYBODY, Purpose
from idp.domain.authenticators.passkey_sign_in import Asking
from idp.domain.authenticators.passkeys import Kept, Owner
from idp.domain.store.database import Session
from idp.protocol.webauthn.relying_party import RelyingParty
from idp.web import cookies
from idp.web.context import services

CONSOLE = (Purpose.CONSOLE_SIGN_IN, Purpose.CONSOLE_ADD)
FIELD = "credential"


def party(purpose: Purpose) -> RelyingParty:
    """Return who asks: the console's pages may be at an origin of their own."""
    settings = services().settings
    page = (settings.admin_origin if purpose in CONSOLE else None) or settings.issuer
    parts = urlsplit(page)
    return RelyingParty(settings.effective_rp_id, (f"{parts.scheme}://{parts.netloc}",))


def available() -> bool:
    """Tell whether browsers make passkeys for this deployment: its host is a name, not an address."""
    return party(Purpose.SIGN_IN).works


def asking(purpose: Purpose, holder: bytes = ANYBODY) -> Asking:
    """Describe what is asked in this browser."""
    return Asking(party(purpose), purpose, cookies.browser_digest(), holder)


def to_get(
    db: Session, purpose: Purpose, holder: bytes = ANYBODY, standing: Iterable[Kept] = ()
) -> dict[str, Any]:
    """Make a challenge and what `navigator.credentials.get` needs."""
    challenge = _challenge(db, purpose, holder)
    return passkeys.request_options(party(purpose), challenge, standing)


def to_create(
    db: Session,
    purpose: Purpose,
    holder: bytes,
    owner: Owner,
    standing: Iterable[Kept] = (),
    *,
    attested: bool = False,
) -> dict[str, Any]:
    """Make a challenge and what `navigator.credentials.create` needs."""
    challenge = _challenge(db, purpose, holder)
    return passkeys.creation_options(party(purpose), owner, challenge, standing=standing, attested=attested)


def to_script(options: dict[str, Any]) -> Response:
    """Answer the page's script."""
    return jsonify(options)


def no_longer() -> Response:
    """Tell the page's script to load the page again: what it was shown for is over."""
    response = jsonify(error="gone")
    response.status_code = 409
    return response


def explain(reason: str) -> str:
    """Say why a passkey was not added."""
    texts = {
        "taken": _("Kunci sandi ini sudah terdaftar."),
        "full": _("Kunci sandi Anda sudah %(n)s. Hapus satu yang tidak dipakai.", n=passkeys.MOST),
        "attestation": _("Kunci ini tidak termasuk kunci keamanan yang diterima untuk petugas."),
    }
    return str(texts.get(reason) or _("Kunci sandi tidak bisa dipasang. Coba sekali lagi."))


def _challenge(db: Session, purpose: Purpose, holder: bytes) -> bytes:
    return passkey_challenges.issue(db, purpose, cookies.browser_digest(), holder, services().clock())
