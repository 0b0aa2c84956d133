"""What a person proves it with in Chromium: its virtual authenticators, and who makes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from playwright.sync_api import Route

from tests.journeys.walk import Walk
from tests.support.authenticator import Maker

CHROMIUM = UUID("01020304-0506-0708-0102-030405060708")
"""The model that every virtual authenticator of Chromium says it is."""


class Device:
    """What a phone, a laptop or a security key is to the browser: it asks for a finger or a PIN, and gets it."""

    def __init__(self, walk: Walk, transport: str = "internal") -> None:
        self.page = walk.page
        self.session = walk.page.context.new_cdp_session(walk.page)
        self.session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": transport,
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def passkeys(self) -> list[dict[str, Any]]:
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def finger(self, *, right: bool) -> None:
        """Let the next fingers be the owner's, or somebody else's."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": right})

    def attended(self, *, there: bool) -> None:
        """Let somebody touch it by themselves, or nobody."""
        self.session.send(
            "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.id, "enabled": there}
        )

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """Let nobody touch it while a sign-in page opens and asks by itself; so there is a button left to press."""
        self.attended(there=False)
        with self.page.expect_response(lambda answer: answer.url.endswith("/passkey/options")):
            yield


@contextmanager
def made_by(maker: Maker, walk: Walk) -> Iterator[None]:
    """Let a maker vouch for the keys that are added meanwhile.

    Chromium's authenticators attest with a certificate that each attestation signs by itself anew, so that no root can
    stand for them. Key, user verification and assertions are Chromium's; the maker's signature takes the place of its.
    """

    def vouch(route: Route) -> None:
        form = dict(parse_qsl(route.request.post_data or "", keep_blank_values=True))
        if form.get("credential"):
            form["credential"] = maker.certify(form["credential"])
            route.continue_(post_data=urlencode(form))
        else:
            route.continue_()

    walk.page.route("**/passkeys", vouch)
    try:
        yield
    finally:
        walk.page.unroute("**/passkeys", vouch)
