"""An authenticator in software: makes credentials and assertions byte by byte, right ones and bent ones."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import factories

ORIGIN = factories.ISSUER
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
MODEL = UUID("6b1d0a1e-0000-4000-8000-00000000a11c")
FIDO_AAGUID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Maker:
    """Who makes security keys: a root, and a certificate of a model that it signs."""

    def __init__(self, model: UUID = MODEL) -> None:
        self.model = model
        root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = _certificate("Akar Pembuat Kunci", None, root_key, root_key.public_key(), ca=True)
        self.certificate = _certificate(
            "Kunci Model A", self.root.subject, root_key, self.key.public_key(), model=model
        )

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def statement(self, data: bytes, client_data: bytes) -> dict[str, Any]:
        """Sign for a new credential (WebAuthn L3 §8.2)."""
        signed = data + hashlib.sha256(client_data).digest()
        return {
            "alg": -7,
            "sig": self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            "x5c": [self.certificate.public_bytes(serialization.Encoding.DER)],
        }

    def certify(self, posted: str) -> str:
        """Sign for what another authenticator made and vouches for by itself."""
        answer = json.loads(posted)
        response = answer["response"]
        attestation = cbor2.loads(raw(response["attestationObject"]))
        attestation["attStmt"] = self.statement(attestation["authData"], raw(response["clientDataJSON"]))
        response["attestationObject"] = b64(cbor2.dumps(attestation))
        return json.dumps(answer)


@dataclass
class Authenticator:
    """One authenticator with one credential. `synced` ones may be backed up; `maker` certifies a security key."""

    synced: bool = True
    maker: Maker | None = None
    counts: bool = False
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes = b""
    sign_count: int = 0

    def create(self, options: dict[str, Any], **bent: Any) -> str:
        """Answer `navigator.credentials.create`; keyword arguments bend the answer."""
        self.user_handle = raw(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options["challenge"], bent)
        model = self.maker.model.bytes if self.maker else bytes(16)
        attested = model + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        data = self._data(options["rp"]["id"], AT, bent) + attested
        statement: dict[str, Any] = {}
        fmt = "none"
        if self.maker is not None and options["attestation"] == "direct":
            fmt = "packed"
            statement = bent.get("attested_by", self.maker).statement(data, client_data)
        attestation = cbor2.dumps({"fmt": fmt, "attStmt": statement, "authData": data})
        return self._posted(
            {
                "clientDataJSON": b64(client_data),
                "attestationObject": b64(attestation),
                "transports": ["usb"] if self.maker else ["internal", "hybrid"],
            }
        )

    def get(self, options: dict[str, Any], **bent: Any) -> str:
        """Answer `navigator.credentials.get`."""
        if self.counts:
            self.sign_count += 1
        client_data = self._client_data("webauthn.get", options["challenge"], bent)
        data = self._data(options["rpId"], 0, bent)
        signature = bent.get("key", self.key).sign(
            data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256())
        )
        handle = bent.get("user_handle", self.user_handle)
        return self._posted(
            {
                "clientDataJSON": b64(client_data),
                "authenticatorData": b64(data),
                "signature": b64(signature),
                "userHandle": b64(handle) if handle is not None else None,
            }
        )

    def _client_data(self, kind: str, challenge: str, bent: dict[str, Any]) -> bytes:
        said = {
            "type": bent.get("type", kind),
            "challenge": bent.get("challenge", challenge),
            "origin": bent.get("origin", ORIGIN),
            "crossOrigin": bent.get("cross_origin", False),
        }
        return json.dumps(said | bent.get("client_data", {})).encode()

    def _data(self, rp_id: str, extra: int, bent: dict[str, Any]) -> bytes:
        flags = UP | (UV if self.verifies else 0) | ((BE | BS) if self.synced else 0)
        flags = bent.get("flags", flags) | extra
        count = bent.get("sign_count", self.sign_count)
        rp_hash = hashlib.sha256(bent.get("rp_id", rp_id).encode()).digest()
        return rp_hash + bytes((flags,)) + int(count).to_bytes(4, "big")

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **point})

    def _posted(self, response: dict[str, Any]) -> str:
        named = b64(self.credential_id)
        return json.dumps(
            {
                "id": named,
                "rawId": named,
                "type": "public-key",
                "authenticatorAttachment": "cross-platform" if self.maker else "platform",
                "clientExtensionResults": {},
                "response": {name: value for name, value in response.items() if value is not None},
            }
        )


def _certificate(
    name: str,
    issuer: x509.Name | None,
    signer: ec.EllipticCurvePrivateKey,
    public: ec.EllipticCurvePublicKey,
    *,
    ca: bool = False,
    model: UUID | None = None,
) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Pembuat Kunci"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if model is not None:
        extension = x509.UnrecognizedExtension(FIDO_AAGUID, b"\x04\x10" + model.bytes)
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, hashes.SHA256())
