"""May this value leave? One decision per claim, with its reason: nothing leaves but by a yes from here.

Pure: what stands was read by the statement of `release.read`; here are only rules (features F3, F12, F16).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from idp.domain.exchange.publishers import Publication
from idp.domain.exchange.sources import SealedValue, stored_as
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import lender_of
from idp.protocol.oidc.userinfo import ABSENCE_IS_NO


class Reason(StrEnum):
    """Why a claim that was asked for did not leave, as clients read it in `claims_withheld`."""

    DECLINED = "declined"
    """The citizen did not agree to this item."""
    NO_AGREEMENT = "no_agreement"
    """No agreement between the agencies is in force."""
    IN_CONFLICT = "in_conflict"
    """Two sources disagree; the owner has not answered yet."""
    PUBLISHER_UNAVAILABLE = "publisher_unavailable"
    """The owner gave no usable answer in time; ask again later."""
    UNKNOWN_TO_PUBLISHER = "unknown_to_publisher"
    """The owner knows nothing of this person."""
    STALE = "stale"
    """Older than the client allows, and the owner could not be asked."""
    EXPIRED = "expired"
    """The value was good until a day that is over."""


NOBODY_FAILED: Final[Mapping[str, Reason]] = {}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision rests on besides the value itself."""

    client: Client
    now: datetime
    agreed: frozenset[str] = frozenset()
    """Attributes of other agencies that an agreement in force lets this client's agency have."""
    disputed: frozenset[str] = frozenset()
    publications: Mapping[str, Publication] = field(default_factory=dict)
    failures: Mapping[str, Reason] = field(default_factory=lambda: NOBODY_FAILED)
    """What went wrong with publishers that were just asked, by attribute."""
    max_age: timedelta | None = None
    """How old a value may be, where the client said so (features F16)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes without a reason, perhaps with a value past its freshness; no with one."""

    reason: Reason | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What of several claims may leave, which of these are past their freshness, and why the others stay."""

    wanted: tuple[str, ...]
    stale: frozenset[str]
    withheld: Mapping[str, Reason]


YES: Final = Decision()


def decide(names: Iterable[str], values: Iterable[SealedValue], known: Circumstances) -> Decided:
    """Decide about claims, each by itself."""
    kept = {value.name: value for value in values}
    wanted: list[str] = []
    stale: list[str] = []
    withheld: dict[str, Reason] = {}
    for name in names:
        attribute = stored_as(name)
        decision = may_release(name, attribute, kept.get(name) or kept.get(attribute), known)
        if decision.reason is not None:
            withheld[name] = decision.reason
            continue
        wanted.append(name)
        if decision.stale:
            stale.append(name)
    return Decided(tuple(wanted), frozenset(stale), withheld)


def may_release(name: str, attribute: str, value: SealedValue | None, known: Circumstances) -> Decision:
    """Decide about one claim; `attribute` is the stored one it is read from, `value` what is kept of it.

    A claim without a value that no agency owes an answer for is a yes to nothing: it is left out without a word.
    """
    if needs_agreement(name, attribute, known.client, known.agreed):
        return Decision(Reason.NO_AGREEMENT)
    if attribute in known.disputed or name in known.disputed:
        return Decision(Reason.IN_CONFLICT)
    if value is None:
        if _lender(name, attribute) is None:
            return YES
        return Decision(known.failures.get(attribute, Reason.UNKNOWN_TO_PUBLISHER))
    if value.valid_until is not None and value.valid_until <= known.now:
        return Decision(Reason.EXPIRED)
    if known.max_age is not None and is_older(value, known.max_age, known.now):
        return Decision(Reason.STALE)
    publication = known.publications.get(attribute)
    return Decision(stale=publication is not None and is_older(value, publication.max_age, known.now))


def needs_agreement(name: str, attribute: str, client: Client, agreed: Collection[str]) -> bool:
    """Tell whether a claim is another agency's and nothing in force lets this one have it."""
    if _lender(name, attribute) in (None, client.agency_id):
        return False
    return name not in agreed and attribute not in agreed


def _lender(name: str, attribute: str) -> str | None:
    return lender_of(name) or lender_of(attribute)


def is_older(value: SealedValue, age: timedelta, now: datetime) -> bool:
    """Tell whether a value was last verified longer ago than `age`; one never verified is older than any."""
    return value.verified_at is None or value.verified_at + age < now


def means_no(name: str, reason: Reason, failure: Reason | None) -> bool:
    """Tell whether the absence of a value is itself the answer: its owner knows nothing, or it ended (F13)."""
    return name in ABSENCE_IS_NO and (reason is Reason.EXPIRED or failure is Reason.UNKNOWN_TO_PUBLISHER)
