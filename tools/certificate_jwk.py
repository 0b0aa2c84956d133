"""Print the JWK of a PEM certificate, with the certificate in it (RFC 7517 §4.7), as `jwks` of a client takes it.

Usage: certificate_jwk.py FILE
"""

import json
import sys
from base64 import b64encode
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey


def jwk(pem: bytes) -> dict[str, object]:
    """Make the JWK of the first certificate in a file; its id is its thumbprint."""
    certificate = x509.load_pem_x509_certificate(pem)
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = RSAKey.import_key(public) if _is_rsa(certificate) else ECKey.import_key(public)
    chain = [b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")]
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "x5c": chain}


def _is_rsa(certificate: x509.Certificate) -> bool:
    return isinstance(certificate.public_key(), rsa.RSAPublicKey)


if __name__ == "__main__":
    print(json.dumps(jwk(Path(sys.argv[1]).read_bytes())))
