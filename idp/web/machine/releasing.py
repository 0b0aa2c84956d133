"""What UserInfo and the exchange endpoint share: from an access token to an answer about one citizen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from limits import RateLimitItemPerHour

from idp import trace
from idp.domain.exchange import refusals, release
from idp.domain.exchange.entries import REFUSED, Entry, write
from idp.domain.exchange.may_release import Reason, is_older, needs_agreement
from idp.domain.exchange.release import Answer, How, Releasable
from idp.domain.exchange.sources import stored_as
from idp.domain.grants.revoke import exp_day
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidToken, TooManyRequests
from idp.protocol.oauth.requests import UserInfoRequest
from idp.protocol.oidc.access_token import AccessToken
from idp.protocol.oidc.catalogue import CLAIMS, base
from idp.protocol.oidc.verified_claims import MEMBER
from idp.web.machine.confirmation import require_key
from idp.web.machine.machines import Machines
from idp.web.machine.presented import open_access_token
from idp.web.machine.request import MachineRequest

PROVENANCE: Final = "claims_provenance"
WITHHELD: Final = "claims_withheld"
QUOTA: Final = RateLimitItemPerHour(2_000_000)
"""Answers a client may have from one process in an hour; the alarm for unusual numbers rings far below (F17)."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A token that was opened and is in the hands of its owner."""

    token: AccessToken
    client: Client
    found: Releasable


def presented(machines: Machines, request: MachineRequest, channel: str) -> Presented:
    """Open the access token of a request and read what stands behind it.

    Raises:
        InvalidToken: not ours, for another audience, or what it rests on does not stand any more; the ledger has a line
            about that, and the description says `consent_withdrawn` where that is why.
        TooManyRequests: the client's hourly quota is used up.
    """
    services = machines.services
    asked = UserInfoRequest.of(request.headers, request.optional_form(), request.arguments())
    now = services.clock()
    token = open_access_token(services, asked.token, now)
    token.require_audience(services.settings.issuer)
    require_key(machines, request, token, asked)
    token.require_scope("openid")
    client = services.clients.get(token.client_id)
    if token.family_id is None or client is None:
        raise InvalidToken("the access token is not for a citizen")
    _within_quota(machines, client)
    found = release.read(
        services.database.statements, token.family_id, token.jti, exp_day(token.expires_at), now
    )
    if found is None or found.client_id != client.client_id:
        raise _refusal(machines, token, client, channel, now)
    return Presented(token, client, found)


def answered(
    machines: Machines,
    shown: Presented,
    names: Sequence[str],
    *,
    channel: str,
    max_age: timedelta | None = None,
    on_behalf_of: str | None = None,
) -> Answer:
    """Release these claims; publishers are asked first for what is missing or stale, two seconds at most."""
    services, now = machines.services, machines.services.clock()
    publications = services.publishing.publications.current()
    how = How(shown.client, channel, publications, max_age=max_age, on_behalf_of=on_behalf_of)
    found = shown.found
    lacking = _lacking(found, names, how, now)
    if lacking:
        failures = services.publishing.fill(found.citizen_id, lacking, max_age)
        token = shown.token
        again = release.read(
            services.database.statements, found.family_id, token.jti, exp_day(token.expires_at), now
        )
        if again is None:  # withdrawn while the publisher was asked
            raise _refusal(machines, token, shown.client, channel, now)
        found, how = again, replace(how, failures=failures)
    return release.release(
        services.database.statements,
        found,
        names,
        how,
        vault=services.tree.vault,
        salt=services.tree.sector_salt,
        now=now,
    )


def told(
    answer: Answer, names: Sequence[str], refused: Mapping[str, Reason], verified: object = None
) -> dict[str, object]:
    """Put the named claims, where each comes from, and what was withheld with its reason (features F4, F6).

    `verified` is the answer to a request for verified claims; what was asked for only there stands only there.
    """
    claims: dict[str, object] = {base(name): answer.claims[name] for name in names if name in answer.claims}
    provenance = {base(name): origin for name, origin in answer.provenance().items() if base(name) in claims}
    if provenance:
        claims[PROVENANCE] = provenance
    if verified is not None:
        claims[MEMBER] = verified
    withheld = {base(name): reason.value for name, reason in {**refused, **answer.withheld}.items()}
    if withheld:
        claims[WITHHELD] = withheld
    return claims


def denied(machines: Machines, shown: Presented, names: tuple[str, ...], reason: str, channel: str) -> None:
    """Put on the ledger what was asked for by name and may not leave at all (attacks O-125)."""
    found = shown.found
    write(
        machines.services.database.statements,
        Entry(
            id=uuid4(),
            at=machines.services.clock(),
            citizen_id=found.citizen_id,
            client_id=found.client_id,
            authorization_id=found.authorization_id,
            family_id=found.family_id,
            claims=" ".join(names),
            channel=channel,
            trace_id=trace.current(),
            outcome=REFUSED,
            reason=str(reason),
        ),
    )


def within(found: Releasable, token: AccessToken) -> tuple[str, ...]:
    """Keep what this token's scope covers; a refresh may have narrowed it."""
    if token.scope == found.scope:
        return found.allowed
    lost = set(found.scope) - set(token.scope)
    return tuple(name for name in found.allowed if CLAIMS[name].scope not in lost)


def also_verified(found: Releasable, token: AccessToken, names: Sequence[str]) -> tuple[str, ...]:
    """Add what a request for verified claims needs and its citizen has granted, as far as the token still covers it."""
    lost = set(found.scope) - set(token.scope)
    more = (name for name in found.verified.names if name in found.granted and CLAIMS[name].scope not in lost)
    return tuple(dict.fromkeys((*names, *more)))


def refused(found: Releasable, client: Client) -> Mapping[str, Reason]:
    """The items of this client that were not given at consent: declined, or never asked for want of an agreement."""
    names = [name for name in found.declined if client.use(name) is not None and name not in found.allowed]
    if not names:
        return {}
    return {
        name: Reason.NO_AGREEMENT
        if needs_agreement(name, stored_as(name), client, found.agreed)
        else Reason.DECLINED
        for name in names
    }


def _lacking(found: Releasable, names: Sequence[str], how: How, now: datetime) -> tuple[str, ...]:
    """Name the attributes that their publishers have to be asked for: missing or stale, and agreed."""
    if not how.publications:
        return ()
    kept = {value.name: value for value in found.sealed}
    lacking: dict[str, None] = {}
    for name in names:
        attribute = stored_as(name)
        publication = how.publications.get(attribute)
        if publication is None or needs_agreement(name, attribute, how.client, found.agreed):
            continue
        age = publication.max_age if how.max_age is None else min(publication.max_age, how.max_age)
        value = kept.get(attribute)
        if value is None or is_older(value, age, now):
            lacking[attribute] = None
    return tuple(lacking)


def _within_quota(machines: Machines, client: Client) -> None:
    """Count one answer of this process: a backstop that costs no round trip; unusual numbers ring long before."""
    if not machines.limits.within_here(QUOTA, "release", client.client_id):
        raise TooManyRequests("the quota of releases is used up", retry_after=int(QUOTA.get_expiry()))


def _refusal(
    machines: Machines, token: AccessToken, client: Client, channel: str, now: datetime
) -> InvalidToken:
    """Write down why nothing leaves, and give the error to raise."""
    services = machines.services
    if token.family_id is None:
        return InvalidToken("the access token was revoked")
    found = refusals.reason_of(services.database.statements, token.family_id, client.client_id, now)
    if found is None:
        return InvalidToken("the access token was revoked")
    row, reason = found
    with services.database.unit_of_work() as db:
        names = tuple(row["release"].split())
        refusals.put_on_record(db, row, token.family_id, reason, names, channel, now)
    if reason == refusals.CONSENT_WITHDRAWN:
        return InvalidToken("consent_withdrawn: the citizen has taken the consent back")
    return InvalidToken("the access token was revoked")
