"""The `claims` request parameter (OIDC Core §5.5)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

import orjson

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oidc.verified_claims import MEMBER, NOTHING, VerifiedRequest

LONGEST: Final = 8192
MOST_VALUES: Final = 20
_PLACES: Final = ("userinfo", "id_token")


@dataclass(frozen=True, slots=True)
class ClaimSpec:
    """How one claim is asked for: voluntary unless `essential`, perhaps with values (OIDC Core §5.5.1)."""

    essential: bool = False
    value: object = None
    values: tuple[object, ...] = ()

    @property
    def wanted_values(self) -> tuple[object, ...]:
        """The values that would satisfy the request, in order of preference."""
        return self.values if self.value is None else (self.value, *self.values)

    def to_dict(self) -> dict[str, object] | None:
        """The form it had in the request (OIDC Core §5.5.1)."""
        members: dict[str, object] = {}
        if self.essential:
            members["essential"] = True
        if self.value is not None:
            members["value"] = self.value
        if self.values:
            members["values"] = list(self.values)
        return members or None


VOLUNTARY: Final = ClaimSpec()
_NO_CLAIMS: Mapping[str, ClaimSpec] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What a client asks for by name: at UserInfo, and in the ID Token (OIDC Core §5.5)."""

    userinfo: Mapping[str, ClaimSpec] = field(default_factory=lambda: _NO_CLAIMS)
    id_token: Mapping[str, ClaimSpec] = field(default_factory=lambda: _NO_CLAIMS)
    verified_userinfo: VerifiedRequest = NOTHING
    verified_id_token: VerifiedRequest = NOTHING

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Read the parameter; unknown members are ignored, a wrong shape is refused (OIDC Core §5.5)."""
        if text is None:
            return cls()
        if len(text) > LONGEST:
            raise _refused("is too long")
        try:
            document = json.loads(
                text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite
            )
            orjson.dumps({"request": {"claims": document}})  # as deep as it is kept
        except (ValueError, TypeError, RecursionError) as cause:
            raise _refused("is not JSON that everybody can read") from cause
        return cls.of(document)

    @classmethod
    def of(cls, document: object) -> Self:
        """Read the parsed JSON object, as `to_dict` also writes it."""
        if not isinstance(document, Mapping):
            raise _refused("must be a JSON object")
        userinfo, id_token = (document.get(place) for place in _PLACES)
        return cls(
            _specs(userinfo, "userinfo"),
            _specs(id_token, "id_token"),
            _verified(userinfo),
            _verified(id_token),
        )

    def to_dict(self) -> dict[str, object]:
        """A JSON object that reads back the same; empty when nothing was asked."""
        places = {
            "userinfo": (self.userinfo, self.verified_userinfo),
            "id_token": (self.id_token, self.verified_id_token),
        }
        return {
            place: {
                **{name: spec.to_dict() for name, spec in specs.items()},
                **({MEMBER: verified.to_document()} if verified.elements else {}),
            }
            for place, (specs, verified) in places.items()
            if specs or verified.elements
        }

    @property
    def verified(self) -> tuple[str, ...]:
        """The claims asked for with their verification, in either place (IDA §6)."""
        return tuple(dict.fromkeys((*self.verified_userinfo.names, *self.verified_id_token.names)))

    def names(self, name: str) -> bool:
        """Tell whether a claim is asked for by its name, in any place and form."""
        return name in self.userinfo or name in self.id_token or name in self.verified

    def is_essential(self, name: str) -> bool:
        """Tell whether a claim is marked essential in any place and form (OIDC Core §5.5.1)."""
        specs = (self.userinfo.get(name), self.id_token.get(name))
        verified = (self.verified_userinfo, self.verified_id_token)
        return any(s is not None and s.essential for s in specs) or any(
            v.is_essential(name) for v in verified
        )

    @property
    def acr_values(self) -> tuple[str, ...]:
        """The acr values asked for in the ID Token, in order (OIDC Core §5.5.1.1)."""
        spec = self.id_token.get("acr")
        return tuple(value for value in spec.wanted_values if isinstance(value, str)) if spec else ()

    @property
    def acr_is_essential(self) -> bool:
        """True where a lower acr must be an error (OIDC Core §5.5.1.1)."""
        spec = self.id_token.get("acr")
        return spec is not None and spec.essential

    @property
    def auth_time_wanted(self) -> bool:
        """True where the ID Token must tell auth_time (OIDC Core §2)."""
        return "auth_time" in self.id_token

    @property
    def subjects(self) -> tuple[str, ...]:
        """The only `sub` values the answer may be about, or none for any (OIDC Core §5.5.1)."""
        wanted = [specs["sub"].wanted_values for specs in (self.userinfo, self.id_token) if "sub" in specs]
        return tuple(dict.fromkeys(value for values in wanted for value in values if isinstance(value, str)))


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"claims {why}", parameter="claims")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse repeated members, which parsers read differently (RFC 8259 §4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("the number is too large")
    return value


def _specs(members: object, place: str) -> Mapping[str, ClaimSpec]:
    if members is None:
        return _NO_CLAIMS
    if not isinstance(members, Mapping):
        raise _refused(f"member {place} must be an object")
    return MappingProxyType(
        {name: _spec(value) for name, value in members.items() if name != MEMBER and _is_plain(value)}
    )


def _verified(members: object) -> VerifiedRequest:
    return VerifiedRequest.of(members.get(MEMBER)) if isinstance(members, Mapping) else NOTHING


def _is_plain(value: object) -> bool:
    """A claim is asked for with null or an object; other forms are ignored (OIDC Core §5.5.1)."""
    return value is None or isinstance(value, Mapping)


def _spec(members: object) -> ClaimSpec:
    if not isinstance(members, Mapping):
        return VOLUNTARY
    values = members.get("values")
    if values is not None and not isinstance(values, list | tuple):
        raise _refused("has a member values that is no array")
    return ClaimSpec(
        essential=members.get("essential") is True,
        value=members.get("value"),
        values=tuple(values[:MOST_VALUES]) if values else (),
    )
