"""Certificates for tests: an authority, what it issues, what somebody signs for themselves; and the RFC 9440 field."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import Client

from idp.clock import system_clock
from idp.protocol.client_auth.distinguished_name import parse
from idp.protocol.oauth.certificate import ClientCertificate
from tests.rp import RP, Answer, Provider

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
SUBJECT = "CN=pajak,O=Kantor Pajak,C=ID"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def header(self) -> str:
        """The value of `Client-Cert` (RFC 9440 2.2)."""
        return f":{b64encode(self.der).decode()}:"

    @property
    def thumbprint(self) -> str:
        return ClientCertificate.of_der(self.der).thumbprint

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key, without the certificate."""
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        kind = RSAKey if isinstance(self.key, rsa.RSAPrivateKey) else ECKey
        return dict(kind.import_key(pem).as_dict(private=False))

    @property
    def jwks(self) -> dict[str, Any]:
        """A key set with the certificate in it (RFC 8705 2.2.2)."""
        return {"keys": [{**self.jwk, "kid": "tls-1", "use": "sig", "x5c": [b64encode(self.der).decode()]}]}

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write certificate and key as PEM files, and both in one (`name.pem`, `name.key`, `name.both`)."""
        folder.mkdir(parents=True, exist_ok=True)
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for suffix, content in (("pem", self.pem), ("key", secret), ("both", self.pem + secret)):
            (folder / f"{name}.{suffix}").write_bytes(content)
        return folder / f"{name}.pem", folder / f"{name}.key"


def self_signed(subject: str = SUBJECT, **options: Any) -> Identity:
    """Sign a certificate with its own key."""
    return issue(subject, None, **options)


def an_authority(subject: str = "CN=Otoritas Uji,O=Gerbang,C=ID", **options: Any) -> Identity:
    """Make an authority."""
    extension = (x509.BasicConstraints(ca=True, path_length=None), True)
    return issue(subject, None, extensions=(extension,), **options)


def issue(
    subject: str = SUBJECT,
    by: Identity | None = None,
    *,
    now: datetime | None = None,
    starts: timedelta = -timedelta(hours=1),
    ends: timedelta = YEAR,
    key: Key | None = None,
    names: tuple[x509.GeneralName, ...] = (),
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> Identity:
    """Issue a certificate by an authority, or by itself."""
    moment = now or system_clock()
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = parse(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment + starts)
        .not_valid_after(moment + ends)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Identity(builder.sign(key if by is None else by.key, hashes.SHA256()), key)


def a_server(by: Identity, *hosts: str, now: datetime | None = None, key: Key | None = None) -> Identity:
    """Issue a certificate for a TLS front on loopback."""
    names = (*map(x509.DNSName, hosts), x509.IPAddress(ip_address("127.0.0.1")))
    use = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return issue("CN=front", by, now=now, key=key, names=names, extensions=(use,))


def behind_front(provider: Provider, peer: str = "127.0.0.1") -> Provider:
    """Let machines reach the provider through a TLS front at an address."""
    app = provider.app
    provider.machine = Client(
        lambda environ, start: app(environ | {"REMOTE_ADDR": peer}, start), use_cookies=False
    )
    return provider


class CertifiedRP(RP):
    """A client that shows its certificate to the TLS front, which hands it on."""

    identity: Identity | None = None

    def holding(self, identity: Identity | None) -> CertifiedRP:
        """Show another certificate from now on, or none."""
        self.identity = identity
        return self

    @property
    def certificate(self) -> dict[str, str]:
        return {} if self.identity is None else {"Client-Cert": self.identity.header}

    def authentication(self) -> tuple[dict[str, str], dict[str, str]]:
        form, headers = super().authentication()
        return form, headers | self.certificate

    def userinfo(self, token: str, **kwargs: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} | self.certificate
        return self.provider.get("/userinfo", headers=headers, **kwargs)
