"""Consent receipts as they leave: signed, in words, and as a picture that carries the signature (features F22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws

from idp.domain.consent.receipts import ALG, LONGEST, TYP, Act, Parties, brief, claims
from idp.services import Services
from keys import BadSignature, KeyState, compact

CHECK: Final = "/receipts/check"
DOTS_OF_A_JWT: Final = 2


@dataclass(frozen=True, slots=True)
class Checked:
    """What a receipt says, and the key that says it was us."""

    claims: Mapping[str, Any]
    kid: str
    published: bool
    """Whether the key is still in our published set; one that was retired still proves what it signed."""


def full(services: Services, act: Act, parties: Parties) -> str:
    """Sign a receipt with everything in it; the brief form where the texts are longer than anybody would check."""
    now, signer = services.clock(), services.keyring.signer(ALG)
    token = compact(signer, claims(act, parties, now), TYP)
    return token if len(token) <= LONGEST else compact(signer, brief(act, parties, now), TYP)


def link(services: Services, act: Act, parties: Parties) -> str:
    """Return the address where a receipt is checked, the receipt itself behind `#`: it reaches no server by itself."""
    token = compact(services.keyring.signer(ALG), brief(act, parties, services.clock()), TYP)
    return f"{services.settings.issuer}{CHECK}#{token}"


def check(services: Services, text: str) -> Checked | None:
    """Read a receipt, or an address that carries one; None unless we signed it and nothing of it was changed."""
    token = "".join(text.rpartition("#")[2].split())
    if len(token) > LONGEST or token.count(".") != DOTS_OF_A_JWT:
        return None
    try:
        found = services.keyring.verify(token, typ=TYP, include_retired=True)
    except BadSignature:
        return None
    if found.get("iss") != services.settings.issuer:
        return None
    kid = str(jws.extract_compact(token.encode()).headers()["kid"])
    key = services.keyring.find(kid)
    return Checked(found, kid, key is not None and key.state is not KeyState.RETIRED)
