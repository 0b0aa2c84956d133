"""What a client asked for: scopes and claims parameter against the catalogue and the registration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import (
    BY_SCOPE,
    CLAIMS,
    COMPANIONS,
    QUESTIONS,
    SCOPES,
    SOURCES,
    Claim,
    Kind,
    Scope,
    Sensitivity,
    Source,
    base,
    question,
)
from idp.protocol.oidc.claims_request import VOLUNTARY, ClaimSpec, ClaimsRequest

__all__ = [
    "BY_SCOPE",
    "CLAIMS",
    "SCOPES",
    "SOURCES",
    "Claim",
    "ClaimSpec",
    "ClaimsRequest",
    "Kind",
    "Scope",
    "Sensitivity",
    "Source",
    "WantedClaims",
    "claims_of",
    "permitted",
    "registered",
    "wanted",
]

_NOTHING: Mapping[str, ClaimSpec] = MappingProxyType({})
_COMPANIONS = frozenset(name for names in COMPANIONS.values() for name in names)


@dataclass(frozen=True, slots=True)
class WantedClaims:
    """Catalogue claims a request asks for, by place (OIDC Core §5.4, §5.5)."""

    userinfo: Mapping[str, ClaimSpec]
    id_token: Mapping[str, ClaimSpec]
    verified: tuple[str, ...] = ()
    """Those asked for with their verification, wherever (IDA §6)."""
    names: tuple[str, ...] = field(init=False)
    """All wanted names in catalogue order, without doubles."""
    own: tuple[str, ...] = field(init=False)
    """Of these, what a citizen is asked about: companions ride along with their claim."""

    def __post_init__(self) -> None:
        """Name what is wanted once; most answers are remembered."""
        asked = {*self.userinfo, *self.id_token, *self.verified}
        names = tuple(name for name in CLAIMS if name in asked)
        if len(names) != len(asked):
            names += tuple(sorted(name for name in asked if name not in names and name in CLAIMS))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "own", tuple(name for name in names if name not in _COMPANIONS))

    def permitted(self, client: Client) -> "WantedClaims":
        """Keep what the client is registered to read (OIDC Core §5.5; UU PDP art. 16)."""
        allowed = registered(client)
        return WantedClaims(
            {name: spec for name, spec in self.userinfo.items() if base(name) in allowed},
            {name: spec for name, spec in self.id_token.items() if base(name) in allowed},
            tuple(name for name in self.verified if name in allowed),
        )


@lru_cache(maxsize=512)
def claims_of(scope: tuple[str, ...]) -> tuple[str, ...]:
    """The claims some scopes stand for, in catalogue order (OIDC Core §5.4)."""
    return tuple(name for name, claim in CLAIMS.items() if claim.scope in scope and name not in QUESTIONS)


def wanted(scope: Iterable[str], claims: ClaimsRequest | None = None) -> WantedClaims:
    """Scope claims at UserInfo, named claims where named; unknown names ignored (OIDC Core §5.5)."""
    userinfo = dict.fromkeys(claims_of(tuple(scope)), VOLUNTARY)
    if claims is None:
        return WantedClaims(userinfo, _NOTHING)
    userinfo.update(_known(claims.userinfo))
    return WantedClaims(userinfo, _known(claims.id_token), claims.verified)


def permitted(scope: tuple[str, ...], claims: ClaimsRequest, client: Client) -> WantedClaims:
    """What a request asks for and its client may read; without a claims parameter the answer is remembered."""
    if claims.userinfo or claims.id_token or claims.verified:
        return wanted(scope, claims).permitted(client)
    return _permitted_by_scope(scope, client.scopes, tuple(client.claims))


@lru_cache(maxsize=4096)
def _permitted_by_scope(
    scope: tuple[str, ...], scopes: tuple[str, ...], listed: tuple[str, ...]
) -> WantedClaims:
    allowed = _registered(scopes, listed)
    return WantedClaims({name: VOLUNTARY for name in claims_of(scope) if name in allowed}, _NOTHING)


def registered(client: Client) -> frozenset[str]:
    """The claims a client may ever receive.

    A registration that lists claims gets those and their companions. One that lists none (as ready-made
    software does) gets the general claims of its scopes, never restricted or specific ones.
    """
    return _registered(client.scopes, tuple(client.claims))


@lru_cache(maxsize=4096)
def _registered(scopes: tuple[str, ...], listed: tuple[str, ...]) -> frozenset[str]:
    if listed:
        extra = (companion for name in listed for companion in COMPANIONS.get(name, ()))
        return frozenset((*listed, *extra)).intersection(CLAIMS)
    return frozenset(n for n in claims_of(scopes) if CLAIMS[n].sensitivity is Sensitivity.GENERAL)


def _known(specs: Mapping[str, ClaimSpec]) -> dict[str, ClaimSpec]:
    """Keep what the catalogue has; a question is known by the values it is asked with, and needs one."""
    known: dict[str, ClaimSpec] = {}
    for name, spec in specs.items():
        if name in QUESTIONS:
            asked = question(name, spec.wanted_values)
            if asked is not None:
                known[asked] = spec
        elif name in CLAIMS and base(name) == name:
            known[name] = spec
    return known
