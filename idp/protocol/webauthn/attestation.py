"""What the certificate of an authenticator says about its model (WebAuthn L3 §8.2.1)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

FIDO_AAGUID: Final = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
OCTET_STRING, AAGUID_BYTES = 0x04, 16


def certified_model(der: bytes) -> str | None:
    """Return the AAGUID a certificate was issued for; None when it names none.

    Raises:
        ValueError: when it is no certificate, or the extension is not what §8.2.1 describes.
    """
    certificate = x509.load_der_x509_certificate(der)
    try:
        extension = certificate.extensions.get_extension_for_oid(FIDO_AAGUID)
    except x509.ExtensionNotFound:
        return None
    content = extension.value
    value = content.value if isinstance(content, x509.UnrecognizedExtension) else b""
    if extension.critical or value[:2] != bytes((OCTET_STRING, AAGUID_BYTES)):
        raise ValueError("the extension id-fido-gen-ce-aaguid is malformed")
    return str(UUID(bytes=value[2:]))


def certificates(pem: bytes) -> tuple[bytes, ...]:
    """Split a PEM file into its certificates, one each.

    Raises:
        ValueError: when there is none, or one that cannot be read.
    """
    return tuple(each.public_bytes(Encoding.PEM) for each in x509.load_pem_x509_certificates(pem))
