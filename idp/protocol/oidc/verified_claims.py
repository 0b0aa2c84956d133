"""`verified_claims`: claims together with how they were verified (OpenID Connect for Identity Assurance 1.0, IDA).

A client asks in the claims parameter; the answer has only what was asked, only values somebody vouches for, and always
the trust framework.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Self

import orjson

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.values import b64url
from idp.protocol.oidc.catalogue import CLAIMS

MEMBER: Final = "verified_claims"
TRUST_FRAMEWORK: Final = "id_gerbang"
EVIDENCE: Final = "electronic_record"
LEVELS: Final = ("ial1", "ial2", "ial3")
"""Levels at which somebody other than the citizen vouches for a value."""
UNVERIFIED_SOURCES: Final = frozenset({"self", "account"})
VERIFIABLE: Final = tuple(n for n, claim in CLAIMS.items() if claim.source not in UNVERIFIED_SOURCES)
"""Claims that can be verified at all (IDA metadata, `claims_in_verified_claims_supported`)."""
RECORDS: Final = tuple(dict.fromkeys(CLAIMS[name].source for name in VERIFIABLE))
MOST_ELEMENTS: Final = 5
WORD: Final = "vc:"
"""How the request travels among the names a family may read: one word that no claim can be called."""
_DIGITS: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Verified:
    """A value somebody vouches for, with who, how well and since when."""

    value: object = field(repr=False)
    source: str
    level: str
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Element:
    """One requested element: which claims, and what about their verification (IDA §6)."""

    verification: Mapping[str, Any]
    claims: Mapping[str, Any]

    @classmethod
    def of(cls, document: object) -> Self:
        """Read one element; unknown members are ignored (IDA §6.5).

        Raises:
            InvalidRequest: no object, or one without `verification` or without claims.
        """
        if not isinstance(document, Mapping):
            raise _refused("must be an object or an array of objects")
        verification, claims = document.get("verification"), document.get("claims")
        if not isinstance(verification, Mapping) or "trust_framework" not in verification:
            raise _refused("needs verification with a trust_framework")
        if not isinstance(claims, Mapping) or not claims:
            raise _refused("needs claims")
        return cls(MappingProxyType(dict(verification)), MappingProxyType(dict(claims)))

    @property
    def names(self) -> tuple[str, ...]:
        """The claims that could be answered, in catalogue order."""
        return tuple(name for name in VERIFIABLE if name in self.claims)

    def to_dict(self) -> dict[str, object]:
        """The form it had in the request."""
        return {"verification": dict(self.verification), "claims": dict(self.claims)}

    def answer(self, known: Mapping[str, Verified], txn: str, now: datetime) -> dict[str, object] | None:
        """Put the element of the answer together; None where nothing can be said (IDA §5.7)."""
        if not _accepts(self.verification.get("trust_framework"), TRUST_FRAMEWORK):
            return None
        fitting = {
            name: known[name] for name in self.names if name in known and self._fits(name, known[name], now)
        }
        if not fitting:
            return None
        verification: dict[str, object] = {"trust_framework": TRUST_FRAMEWORK}
        if "assurance_level" in self.verification:
            verification["assurance_level"] = min(value.level for value in fitting.values())
        if "time" in self.verification:
            verification["time"] = _text(min(value.verified_at for value in fitting.values()))
        if "txn" in self.verification:
            verification["txn"] = txn
        if "evidence" in self.verification:
            evidence = self._evidence(fitting)
            if evidence is None:
                return None
            verification["evidence"] = evidence
        return {
            "verification": verification,
            "claims": {name: value.value for name, value in fitting.items()},
        }

    def _fits(self, name: str, value: Verified, now: datetime) -> bool:
        if value.level not in LEVELS or value.source in UNVERIFIED_SOURCES:
            return False
        if not _accepts(self.verification.get("assurance_level"), value.level):
            return False
        age = _max_age(self.verification.get("time"))
        return _accepts(self.claims[name], value.value) and (age is None or value.verified_at + age >= now)

    def _evidence(self, fitting: Mapping[str, Verified]) -> list[dict[str, object]] | None:
        """One record for each source, with the members that were asked for (IDA §5.4.2)."""
        asked = self.verification["evidence"]
        wanted = next(
            (e for e in _list(asked) if isinstance(e, Mapping) and _accepts(e.get("type"), EVIDENCE)), None
        )
        if wanted is None:
            return None if _list(asked) else []
        since: dict[str, datetime] = {}
        for value in fitting.values():
            since[value.source] = min(value.verified_at, since.get(value.source, value.verified_at))
        return [_record(wanted, source, at) for source, at in sorted(since.items())]


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """What was asked for in one place: elements, and whether they came as an array."""

    elements: tuple[Element, ...] = ()
    as_array: bool = False

    @classmethod
    def of(cls, document: object) -> Self:
        """Read the member `verified_claims` of one place (IDA §6).

        Raises:
            InvalidRequest: another shape.
        """
        if document is None:
            return cls()
        if isinstance(document, list | tuple):
            if not 0 < len(document) <= MOST_ELEMENTS:
                raise _refused(f"must have 1 to {MOST_ELEMENTS} elements")
            return cls(tuple(Element.of(each) for each in document), as_array=True)
        return cls((Element.of(document),))

    @property
    def names(self) -> tuple[str, ...]:
        """The claims asked for in any element, in catalogue order."""
        asked = {name for element in self.elements for name in element.names}
        return tuple(name for name in VERIFIABLE if name in asked)

    def is_essential(self, name: str) -> bool:
        """Tell whether a claim was marked essential in an element (OIDC Core §5.5.1)."""
        specs = [element.claims.get(name) for element in self.elements]
        return any(isinstance(spec, Mapping) and spec.get("essential") is True for spec in specs)

    def to_document(self) -> object:
        """The form it had in the request; None when nothing was asked."""
        if not self.elements:
            return None
        documents = [element.to_dict() for element in self.elements]
        return documents if self.as_array else documents[0]

    def word(self) -> str:
        """Write it as one word, to be kept among the names a family may read."""
        return WORD + b64url(orjson.dumps(self.to_document()))

    @classmethod
    def of_words(cls, words: Sequence[str]) -> Self:
        """Read it back from among names; nothing where none was kept."""
        kept = next((word for word in words if word.startswith(WORD)), None)
        if kept is None:
            return cls()
        encoded = kept.removeprefix(WORD)
        return cls.of(orjson.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))))

    def answer(self, known: Mapping[str, Verified], txn: str, now: datetime) -> object:
        """Put the answer together: an object, an array where one was asked, None where nothing can be said."""
        answers = [element.answer(known, txn, now) for element in self.elements]
        said = [answer for answer in answers if answer is not None]
        if not said:
            return None
        return said if self.as_array else said[0]


NOTHING: Final = VerifiedRequest()


def plain_names(words: Iterable[str]) -> tuple[str, ...]:
    """Leave out the word that is no name."""
    return tuple(word for word in words if not word.startswith(WORD))


def metadata() -> dict[str, object]:
    """Return what the discovery document says (IDA §8; protocol D20)."""
    return {
        "verified_claims_supported": True,
        "trust_frameworks_supported": [TRUST_FRAMEWORK],
        "claims_in_verified_claims_supported": list(VERIFIABLE),
        "evidence_supported": [EVIDENCE],
        "electronic_records_supported": list(RECORDS),
    }


def _record(wanted: Mapping[str, Any], source: str, at: datetime) -> dict[str, object]:
    evidence: dict[str, object] = {"type": EVIDENCE}
    if "time" in wanted:
        evidence["time"] = _text(at)
    if "record" in wanted:
        record: dict[str, object] = {"type": source}
        asked = wanted["record"]
        if isinstance(asked, Mapping) and "source" in asked:
            record["source"] = {"name": source}
        evidence["record"] = record
    return evidence


def _accepts(spec: object, value: object) -> bool:
    """Hold a value against what a request allows: anything where it names none (OIDC Core §5.5.1, IDA §6.5)."""
    if not isinstance(spec, Mapping):
        return True
    allowed = list(_list(spec.get("values")))
    if "value" in spec:
        allowed.append(spec["value"])
    return not allowed or value in allowed


def _max_age(spec: object) -> timedelta | None:
    """Read `max_age` of `time` in seconds, a number or its digits (IDA §6.5.2)."""
    given = spec.get("max_age") if isinstance(spec, Mapping) else None
    if isinstance(given, bool) or given is None:
        return None
    text = str(int(given)) if isinstance(given, int | float) else str(given)
    return timedelta(seconds=int(text)) if _DIGITS.fullmatch(text) else None


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _text(moment: datetime) -> str:
    """A moment as IDA writes it (ISO 8601, UTC)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"verified_claims {why}", parameter="claims")
