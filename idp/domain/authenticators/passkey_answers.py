"""What a browser's authenticator answered, checked against WebAuthn L3 §7.1 and §7.2; the arithmetic is py_webauthn's.

The library does not ask for user verification by itself, ignores where a page was framed and trusts any certificate
when it is given no roots: those are asked here. Every refusal is `Refused`; nothing a browser sends can crash it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    base64url_to_bytes,
    parse_attestation_object,
    parse_authenticator_data,
    validate_certificate_chain,
)
from webauthn.helpers.structs import AttestationFormat, AuthenticatorTransport

from idp.protocol.webauthn.attestation import certified_model
from idp.protocol.webauthn.relying_party import RelyingParty, Trust

MOST_CHARS: Final = 16 * 1024
MOST_ID_BYTES: Final = 1023
TRANSPORTS: Final = frozenset(transport.value for transport in AuthenticatorTransport)


class Refused(Exception):
    """An answer that proves nothing; `reason` is one of the words of `PasskeyRefused`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What was posted, read but not believed."""

    document: dict[str, Any] = field(repr=False)
    credential_id: bytes = field(repr=False)
    challenge: bytes = field(repr=False)
    user_handle: bytes | None = field(repr=False)
    framed: bool
    """Asked for by a page within a page of another site (WebAuthn L3 §5.8.1)."""


@dataclass(frozen=True, slots=True)
class Created:
    """A new credential whose every check held."""

    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    model: str
    transports: tuple[str, ...]
    backup_eligible: bool
    backed_up: bool
    attestation: str
    hardware: bool
    """Its maker, whom we trust, certifies a model of authenticator that keeps its key to itself."""


@dataclass(frozen=True, slots=True)
class Asserted:
    """A right assertion: what the authenticator says about the credential now."""

    sign_count: int
    backup_eligible: bool
    backed_up: bool


def read(posted: str) -> Answer:
    """Read what the page's script posted.

    Raises:
        Refused: it is nothing an authenticator answers.
    """
    if len(posted) > MOST_CHARS:
        raise Refused("invalid")
    with _hostile():
        document = orjson.loads(posted)
        response = document["response"]
        client_data = orjson.loads(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        return Answer(
            document=document,
            credential_id=base64url_to_bytes(document["rawId"]),
            challenge=base64url_to_bytes(client_data["challenge"]),
            user_handle=base64url_to_bytes(handle) if handle else None,
            framed=client_data.get("crossOrigin") not in (None, False) or "topOrigin" in client_data,
        )


def created(answer: Answer, party: RelyingParty, trust: Trust) -> Created:
    """Judge a registration whose challenge was just spent (WebAuthn L3 §7.1).

    Raises:
        Refused: some check did not hold.
    """
    if answer.framed:
        raise Refused("invalid")
    with _hostile():
        verified = verify_registration_response(
            credential=answer.document,
            expected_challenge=answer.challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_presence=True,
            require_user_verification=True,
        )
        if len(verified.credential_id) > MOST_ID_BYTES or verified.credential_id != answer.credential_id:
            raise Refused("invalid")
        flags = parse_attestation_object(verified.attestation_object).auth_data.flags
        attestation = _attestation(verified.attestation_object, verified.aaguid, trust)
        return Created(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            model=verified.aaguid,
            transports=_transports(answer.document["response"]),
            backup_eligible=flags.be,
            backed_up=flags.bs,
            attestation=attestation,
            hardware=attestation == "certified" and not flags.be and trust.knows(verified.aaguid),
        )


def asserted(answer: Answer, party: RelyingParty, public_key: bytes) -> Asserted:
    """Judge an assertion whose challenge was just spent (WebAuthn L3 §7.2); the counter is compared by the caller.

    Raises:
        Refused: some check did not hold.
    """
    if answer.framed:
        raise Refused("invalid")
    with _hostile():
        verified = verify_authentication_response(
            credential=answer.document,
            expected_challenge=answer.challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        data = base64url_to_bytes(answer.document["response"]["authenticatorData"])
        flags = parse_authenticator_data(data).flags
        return Asserted(verified.new_sign_count, flags.be, flags.bs)


def _attestation(attestation_object: bytes, model: str, trust: Trust) -> str:
    """Say who vouches for a credential whose attestation signature was right: nobody, itself, or a maker we trust."""
    parsed = parse_attestation_object(attestation_object)
    if parsed.fmt == AttestationFormat.NONE:
        return "none"
    chain = parsed.att_stmt.x5c
    if parsed.fmt != AttestationFormat.PACKED or not chain or not trust.roots:
        return "self"
    try:
        validate_certificate_chain(x5c=chain, pem_root_certs_bytes=list(trust.roots))
        named = certified_model(chain[0])
    except Exception:  # whatever a foreign certificate breaks, it is not one we trust
        return "self"
    return "certified" if named in (None, model) else "self"


def _transports(response: Mapping[str, Any]) -> tuple[str, ...]:
    """Keep the transports we know; browsers get them back as a hint."""
    given = response.get("transports")
    return tuple(sorted(TRANSPORTS.intersection(given))) if isinstance(given, list) else ()


@contextmanager
def _hostile() -> Iterator[None]:
    """Take any failure over bytes of strangers for a refusal: parsers of CBOR, DER and JSON raise what they like."""
    try:
        yield
    except Refused:
        raise
    except Exception as exc:
        raise Refused("invalid") from exc
