"""Proofs made by hand, so that they can be as wrong as a test wants them."""

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.protocol.oauth.dpop import Presentation, verify
from idp.protocol.oauth.dpop_nonces import Nonces
from idp.protocol.oauth.errors import InvalidDpopProof

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
URL = "https://masuk.example.go.id/token"
NONCES = Nonces(lambda data: hashlib.sha256(b"key" + data).digest())
TOKEN_REQUEST = Presentation(method="POST", url=URL, now=NOW, nonces=NONCES)
EC = ECKey.generate_key("P-256")
KEYS = {
    "ES256": EC,
    "PS256": RSAKey.generate_key(2048),
    "EdDSA": OKPKey.generate_key("Ed25519"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
}
CLAIMS = {"jti": "j1", "htm": "POST", "htu": URL, "iat": int(NOW.timestamp())}


def signed(key=EC, alg="ES256", header=None, **claims):
    """A proof; a value of `...` leaves the member out, and `alg` signs whatever the header says."""
    head = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False)} | (header or {})
    head, body = ({k: v for k, v in part.items() if v is not ...} for part in (head, CLAIMS | claims))
    message = f"{segment(head)}.{segment(body)}"
    signature = jws.JWSRegistry.algorithms[alg].sign(message.encode(), key)
    return f"{message}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refused(text, presented=TOKEN_REQUEST, error=InvalidDpopProof):
    """Insist on a refusal and return what it says."""
    with pytest.raises(error) as caught:
        verify(text, presented)
    return caught.value.public
