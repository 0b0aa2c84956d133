"""What a redemption established: the facts that tokens are minted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from idp.protocol.oauth.values import Confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The outcome of a grant, before any token exists.

    A client's own grant (RFC 6749 §4.4) has no account. `auth_time` is None where the ID Token need not tell it.
    `id_token_claims` are citizen claims the ID Token was asked to carry; the token endpoint releases them.
    `confirmation` binds the access token to a key; `audience` is who it is for, None for the issuer (decision 11).
    `authorization_details` is JSON text (RFC 9396 §7). An exchanged token names its `actor`, lives for
    `lifetime`, comes without ID Token and is told by `issued_token_type` (RFC 8693 §2.2.1, §4.1); `made_from` are the
    `jti` of the tokens before it.
    """

    scope: tuple[str, ...]
    account_id: UUID | None = None
    citizen_id: UUID | None = None
    authorization_id: UUID | None = None
    family_id: UUID | None = None
    session_id: UUID | None = None
    acr: str = ""
    amr: tuple[str, ...] = ()
    auth_time: datetime | None = None
    tell_auth_time: bool = False
    nonce: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    id_token_claims: tuple[str, ...] = ()
    confirmation: Confirmation | None = None
    audience: str | None = None
    authorization_details: str | None = None
    actor: Mapping[str, object] | None = None
    made_from: tuple[str, ...] = ()
    lifetime: timedelta | None = None
    issued_token_type: str | None = None
