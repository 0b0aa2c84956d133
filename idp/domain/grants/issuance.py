"""Minting tokens from a grant: access token (RFC 9068), ID Token (OIDC Core §2)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from idp.domain.grants.grant import Grant
from idp.protocol.authorize.checks import Agreed, Serving
from idp.protocol.oauth.authorization_details import Detail, relevant
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.jwe import Answer
from idp.protocol.oidc.access_token import TYP as ACCESS_TOKEN_TYP, access_token_claims
from idp.protocol.oidc.id_token import half_hash, id_token_claims
from idp.protocol.oidc.once_only import is_agreed
from idp.protocol.oidc.sid import sid
from idp.protocol.oidc.subject import subject
from keys import Keyring, compact

ACCESS_TOKEN_ALG = "ES256"  # noqa: S105 - an algorithm


@dataclass(frozen=True, slots=True)
class Issued:
    """What goes back to the client."""

    access_token: str = field(repr=False)
    token_type: str
    expires_in: int
    scope: tuple[str, ...]
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Mint:
    """Everything minting needs: the issuer's name, keys and lifetimes."""

    issuer: str
    keyring: Keyring
    salt: bytes = field(repr=False)
    access_token_lifetime: timedelta
    id_token_lifetime: timedelta
    serving: Serving
    seal: Callable[[Client, Answer, str], str]
    """Encrypts what a client registered to get encrypted."""
    lookup: Callable[[str], Client | None]
    agreed: Agreed

    def issue(
        self, client: Client, grant: Grant, now: datetime, extra: Mapping[str, object] | None = None
    ) -> Issued:
        """Sign the tokens of a grant; `extra` are released citizen claims for the ID Token."""
        sub = subject(grant.account_id, client, self.salt) if grant.account_id else client.client_id
        lifetime = grant.lifetime or self.access_token_lifetime
        access_token = self.keyring.sign(
            ACCESS_TOKEN_ALG,
            access_token_claims(
                issuer=self.issuer,
                subject=self._subject_at(client, grant, sub),
                client_id=client.client_id,
                scope=grant.scope,
                jti=secrets.token_urlsafe(16),
                now=now,
                lifetime=lifetime,
                family_id=grant.family_id,
                acr=grant.acr or None,
                amr=grant.amr,
                auth_time=grant.auth_time,
                audience=grant.audience,
                confirmation=grant.confirmation,
                actor=grant.actor,
                made_from=grant.made_from,
                authorization_details=self._standing(grant),
            ),
            ACCESS_TOKEN_TYP,
        )
        is_citizens = grant.account_id is not None and grant.actor is None
        wants_id_token = is_citizens and "openid" in grant.scope
        return Issued(
            access_token=access_token,
            token_type=grant.confirmation.token_type if grant.confirmation else "Bearer",
            expires_in=int(lifetime.total_seconds()),
            scope=grant.scope,
            refresh_token=grant.refresh_token,
            id_token=self._id_token(client, grant, sub, access_token, now, extra) if wants_id_token else None,
        )

    def _standing(self, grant: Grant) -> tuple[Detail, ...]:
        """Keep the details for this audience whose agreement is still in force: nothing flows without (features F3)."""
        kept = []
        for detail in relevant(grant.authorization_details, grant.audience):
            reader = self.lookup(str(detail.get("recipient", "")))
            if reader is None or is_agreed(detail, reader.agency_id, self.agreed):
                kept.append(detail)
        return tuple(kept)

    def _subject_at(self, client: Client, grant: Grant, sub: str) -> str:
        """The citizen as the audience knows them: services must not learn each other's `sub` (ADR 0013)."""
        audience = grant.audience
        if grant.account_id is None or audience is None or audience == self.issuer:
            return sub
        server = self.serving(audience) or replace(client, subject_type="pairwise", sector=audience)
        return subject(grant.account_id, server, self.salt)

    def _id_token(
        self,
        client: Client,
        grant: Grant,
        sub: str,
        access_token: str,
        now: datetime,
        extra: Mapping[str, object] | None,
    ) -> str:
        alg = client.id_token_signed_response_alg
        claims = id_token_claims(
            issuer=self.issuer,
            subject=sub,
            client_id=client.client_id,
            now=now,
            acr=grant.acr,
            amr=grant.amr,
            lifetime=self.id_token_lifetime,
            auth_time=grant.auth_time if grant.tell_auth_time else None,
            nonce=grant.nonce,
            sid=sid(grant.session_id, client.client_id, self.salt) if grant.session_id else None,
            at_hash=half_hash(access_token, alg),
            extra=extra,
        )
        return self.seal(client, Answer.ID_TOKEN, compact(self.keyring.signer(alg), claims))
