"""Events that say somebody may be abusing sign-in; they name nobody."""

from __future__ import annotations

from dataclasses import dataclass

from idp.domain.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyAccountsInOneBrowser(Event):
    """So many people signed in from one browser within thirty days."""

    accounts: int
    device: str
