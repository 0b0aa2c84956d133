"""How long a consent stands before it is asked again (UU PDP art. 22; features G4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity

MOST: Final = timedelta(days=730)
"""For general data: 24 months."""
MOST_SENSITIVE: Final = timedelta(days=365)
"""Where restricted or specific data is in it: 12 months."""


def most(claims: Iterable[str]) -> timedelta:
    """Return the longest a consent to these claims may stand."""
    sensitive = any(name in CLAIMS and CLAIMS[name].sensitivity is not Sensitivity.GENERAL for name in claims)
    return MOST_SENSITIVE if sensitive else MOST


def lifetime(client: Client, claims: Iterable[str], usual: timedelta) -> timedelta:
    """Return how long a consent to these claims stands: as the client registered, `usual` else, never over the most."""
    chosen = timedelta(seconds=client.consent_lifetime) if client.consent_lifetime is not None else usual
    return min(chosen, most(claims))
