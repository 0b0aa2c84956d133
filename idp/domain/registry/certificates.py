"""What a client registers about its certificates (RFC 8705 §2.1.2, §2.2.2, §3.4)."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from idp.domain.registry.violations import Report, Rule
from idp.protocol.client_auth import distinguished_name
from idp.protocol.client_auth.tls import MATCHES, PKI, SELF_SIGNED
from idp.protocol.oauth.certificate import ClientCertificate
from idp.protocol.oauth.jose import public_key_of

_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
_MAILBOX = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}")


def _dns(value: str) -> None:
    if _HOST.fullmatch(value) is None:
        raise ValueError("not a host name")


def _uri(value: str) -> None:
    if not urlsplit(value).scheme:
        raise ValueError("not an absolute URI")


def _email(value: str) -> None:
    if _MAILBOX.fullmatch(value) is None:
        raise ValueError("not an e-mail address")


SHAPES: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = MappingProxyType(
    {
        "tls_client_auth_subject_dn": (
            "a distinguished name of RFC 4514 such as CN=pajak,O=Kantor Pajak,C=ID",
            distinguished_name.parse,
        ),
        "tls_client_auth_san_dns": ("a host name", _dns),
        "tls_client_auth_san_uri": ("an absolute URI", _uri),
        "tls_client_auth_san_ip": ("an IP address", ip_address),
        "tls_client_auth_san_email": ("an e-mail address", _email),
    }
)


def check_certificates(metadata: Mapping[str, Any], report: Report) -> None:
    """Report names that are none, more than one of them, and registered certificates that are of no use."""
    method = metadata["token_endpoint_auth_method"]
    given = [member for member in MATCHES if member in metadata]
    for member in given:
        words, read = SHAPES[member]
        try:
            read(metadata[member])
        except ValueError:
            report.add(member, Rule.TYPE, words)
    if method == PKI and len(given) != 1:
        report.add("token_endpoint_auth_method", Rule.TLS_NAME, ", ".join(MATCHES))
    if method == SELF_SIGNED and "jwks" in metadata and not report.about("jwks"):
        for jwk in metadata["jwks"]["keys"]:
            if "x5c" in jwk and not _is_of_its_key(jwk):
                report.add("jwks", Rule.CERTIFICATE, str(jwk.get("kid", "x5c"))[:80])
    if metadata.get("dpop_bound_access_tokens") and metadata.get(
        "tls_client_certificate_bound_access_tokens"
    ):
        report.add("dpop_bound_access_tokens", Rule.ONE_BINDING)


def _is_of_its_key(jwk: Mapping[str, Any]) -> bool:
    """The first certificate is of the key it stands beside (RFC 7517 §4.7)."""
    try:
        return ClientCertificate.of_der(b64decode(jwk["x5c"][0], validate=True)).public_key == public_key_of(
            jwk
        )
    except (ValueError, TypeError, LookupError):
        return False
