"""When a form must pay before it is looked at: its network has been guessing, or asking for codes, a lot."""

from __future__ import annotations

from typing import Final

from flask import Response, request
from flask_babel import gettext as _

from idp.domain.authenticators import challenges, throttle
from idp.domain.store.database import Session
from idp.web import cookies
from idp.web.context import place, services
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.pages import Challenge, FieldError

FIELD, PROOF = "challenge", "challenge_proof"
GUESSES: Final = "password.network"
SENDINGS: Final = "send.network"
LETTERS: Final = "recover.network"


def due(counter: str = GUESSES) -> Challenge | None:
    """Return a challenge for a page whose form counts on this network's counter; None while the network is calm."""
    ladder = throttle_policy().network if counter == GUESSES else throttle_policy().sending_network
    deployment = services()
    now = deployment.clock()
    name = throttle.key(deployment.tree, place().network.encode())
    with deployment.database.reading() as db:
        seen = throttle.seen(db, counter, name, ladder, now)
    calm = ladder.limit * throttle_policy().calm_share
    if seen < calm:
        return None
    bits = challenges.LEAST_BITS + int(seen / max(calm, 1)) - 1
    text = challenges.make(deployment.tree, cookies.browser_digest(), now, bits)
    return Challenge(text, challenges.bits_of(text), _seconds(challenges.WAIT.total_seconds()))


def unmet(db: Session, counter: str = GUESSES) -> Challenge | None:
    """Return the challenge a form that was just sent has still to meet; None where it may be looked at.

    The mark of a spent challenge belongs to the caller's transaction.
    """
    asked = due(counter)
    if asked is None:
        return None
    deployment = services()
    text = request.form.get(FIELD, "")
    judged = challenges.answer(
        db, deployment.tree, cookies.browser_digest(), text, request.form.get(PROOF, ""), deployment.clock()
    )
    if judged.met:
        return None
    if judged.wait is None:
        return asked
    return Challenge(text, challenges.bits_of(text), _seconds(judged.wait.total_seconds()))


def refusal(challenge: Challenge) -> FieldError:
    """Say why the form came back."""
    return FieldError(
        "",
        _(
            "Ada banyak percobaan dari jaringan Anda. Tunggu %(n)s detik, lalu kirim lagi. Data Anda aman.",
            n=challenge.wait_seconds,
        ),
    )


def refused(response: Response, challenge: Challenge) -> Response:
    """Say it in the status too (RFC 6585 §4)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(challenge.wait_seconds)
    return response


def _seconds(wait: float) -> int:
    return -int(-wait // 1)
