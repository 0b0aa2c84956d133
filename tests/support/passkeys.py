"""Passkeys straight in the store: enrolled by a real ceremony, without the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from idp.domain.authenticators import passkey_challenges, passkey_sign_in, passkeys
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_sign_in import Asking
from idp.domain.authenticators.passkeys import Owner
from idp.domain.authenticators.sign_in import SignInResult
from idp.protocol.webauthn.relying_party import RelyingParty, Trust
from idp.services import Services
from tests import factories
from tests.factories import TestCitizen
from tests.support.authenticator import Authenticator

PARTY = RelyingParty("localhost", (factories.ISSUER,))
BROWSER = bytes(32)


def creation(
    services: Services, account_id: UUID, *, attested: bool = False
) -> tuple[dict[str, Any], Asking]:
    """What a page gives to the authenticator, and what the answer is judged by."""
    asking = Asking(PARTY, Purpose.ADD, BROWSER, account_id.bytes)
    with services.database.unit_of_work() as db:
        challenge = passkey_challenges.issue(db, asking.purpose, BROWSER, asking.holder, services.clock())
        owner = Owner(passkeys.handle_of(db, account_id), "siti@contoh.id", "Siti Aminah")
        standing = passkeys.of_account(db, account_id)
        options = passkeys.creation_options(PARTY, owner, challenge, standing=standing, attested=attested)
    return options, asking


def add(
    services: Services,
    citizen: TestCitizen,
    authenticator: Authenticator | None = None,
    *,
    name: str = "Ponsel",
    trust: Trust | None = None,
    **bent: Any,
) -> Authenticator:
    """Enrol a passkey; `bent` bends the authenticator's answer."""
    authenticator = authenticator or Authenticator()
    trust = trust or (Trust((authenticator.maker.root_pem,)) if authenticator.maker else Trust())
    options, asking = creation(services, citizen.account_id, attested=authenticator.maker is not None)
    posted = authenticator.create(options, **bent)
    with services.database.unit_of_work() as db:
        now = services.clock()
        new = passkey_sign_in.take_created(db, posted, asking, trust, now)
        seal = services.tree.vault.system("factor")
        passkeys.keep(db, seal, citizen.account_id, new, name, now, citizen_id=citizen.citizen_id)
    return authenticator


def request(
    services: Services, *, purpose: Purpose = Purpose.SIGN_IN, holder: bytes = b"", browser: bytes = BROWSER
) -> tuple[dict[str, Any], Asking]:
    """What a page gives to `navigator.credentials.get`."""
    asking = Asking(PARTY, purpose, browser, holder)
    with services.database.unit_of_work() as db:
        challenge = passkey_challenges.issue(db, purpose, browser, holder, services.clock())
    return passkeys.request_options(PARTY, challenge), asking


def check(services: Services, posted: str, asking: Asking, **more: Any) -> SignInResult:
    """Judge an assertion as the pages do."""
    with services.database.unit_of_work() as db:
        return passkey_sign_in.check_passkey(db, services.tree, posted, asking, services.clock(), **more)
