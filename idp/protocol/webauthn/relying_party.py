"""The relying party of passkeys: an id that all credentials are bound to, and origins that may use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

NAME: Final = "Gerbang"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks for a passkey. `id` is a host name (WebAuthn L3 §5.1.2); `origins` are the pages that may ask."""

    id: str
    origins: tuple[str, ...]
    name: str = NAME

    @property
    def works(self) -> bool:
        """Tell whether browsers make passkeys for this id: a domain, never an address."""
        return is_domain(self.id)


@dataclass(frozen=True, slots=True)
class Trust:
    """Which authenticators count as hardware: certificates of their makers (PEM), and models, all if none is named."""

    roots: Sequence[bytes] = ()
    models: frozenset[str] = frozenset()

    def knows(self, model: str) -> bool:
        """Tell whether keys of this model (AAGUID) may count."""
        return not self.models or model in self.models


def is_domain(host: str) -> bool:
    """Tell a host name from an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False


def covers(rp_id: str, host: str) -> bool:
    """Say whether a page of this host may use passkeys of this id (WebAuthn L3 §5.1.3: equal, or a parent domain)."""
    return host == rp_id or host.endswith(f".{rp_id}")
