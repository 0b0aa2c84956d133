"""The certificate a client showed in the TLS handshake, as the TLS front hands it on (RFC 8705, RFC 9440)."""

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.values import Confirmation, b64url

LONGEST: Final = 24_576  # characters of the header; what TLS fronts let through is less
RSA_BITS: Final = 2048
CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")

_BYTE_SEQUENCE = re.compile(r":([A-Za-z0-9+/]+={0,2}):")


@dataclass(frozen=True, slots=True, eq=False)
class ClientCertificate:
    """An X.509 certificate whose private key the caller proved to hold; nothing else about it is believed yet."""

    der: bytes = field(repr=False)
    parsed: x509.Certificate = field(repr=False)
    public_key: bytes = field(repr=False)
    """The SubjectPublicKeyInfo in DER, for comparison."""

    @classmethod
    def of_header(cls, text: str) -> Self:
        """Read a `Client-Cert` field (RFC 9440 §2.2): a byte sequence of RFC 8941 §3.3.5 that holds DER.

        Raises:
            InvalidRequest: anything else, several certificates, or a key too weak to prove anything (protocol G10).
        """
        found = _BYTE_SEQUENCE.fullmatch(text.strip(" \t")) if len(text) <= LONGEST else None
        try:
            if found is None:
                raise ValueError("not a byte sequence")
            return cls.of_der(b64decode(found[1], validate=True))
        except ValueError as cause:
            raise InvalidRequest("the client certificate cannot be read") from cause

    @classmethod
    def of_der(cls, der: bytes) -> Self:
        """Read a certificate.

        Raises:
            ValueError: when it is none, or its key is weaker than protocol G10 allows.
        """
        certificate, public_key = _load(der)
        return cls(der, certificate, public_key)

    @property
    def thumbprint(self) -> str:
        """`x5t#S256`: the base64url SHA-256 of the DER (RFC 8705 §3.1)."""
        return b64url(hashlib.sha256(self.der).digest())

    @property
    def confirmation(self) -> Confirmation:
        """What a token is bound to that is issued to the holder of this certificate (RFC 8705 §3.1)."""
        return Confirmation(x5t_s256=self.thumbprint)

    @property
    def is_self_issued(self) -> bool:
        """True where subject and issuer are one name (RFC 5280 §3.2)."""
        return self.parsed.subject == self.parsed.issuer

    def is_valid_at(self, now: datetime) -> bool:
        """Tell whether the validity period holds (RFC 5280 §4.1.2.5)."""
        return self.parsed.not_valid_before_utc <= now <= self.parsed.not_valid_after_utc


@lru_cache(maxsize=1024)
def _load(der: bytes) -> tuple[x509.Certificate, bytes]:
    certificate = x509.load_der_x509_certificate(der)
    if certificate.public_bytes(Encoding.DER) != der:
        raise ValueError("not one certificate in DER")
    try:
        key = certificate.public_key()
        # Parts are parsed when first asked for; what is broken must be found here and not in the middle of a check.
        _parts = certificate.subject, certificate.issuer, certificate.extensions
    except (UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as cause:
        raise ValueError("a part of the certificate cannot be read") from cause
    strong = (
        (isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS)
        or (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES)
        or isinstance(key, ed25519.Ed25519PublicKey)
    )
    if not strong:
        raise ValueError("the key is too weak")
    return certificate, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
