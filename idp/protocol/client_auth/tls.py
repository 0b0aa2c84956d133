"""Mutual-TLS client authentication: by one registered name, or by a registered certificate (RFC 8705 §2)."""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

from cryptography import x509

from idp.protocol.client_auth import distinguished_name
from idp.protocol.client_auth.assertion import UnknownAssertionKey
from idp.protocol.client_auth.authorities import Authorities
from idp.protocol.oauth.certificate import ClientCertificate
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidClient
from idp.protocol.oauth.jose import public_key_of

PKI: Final = "tls_client_auth"
SELF_SIGNED: Final = "self_signed_tls_client_auth"
METHODS: Final = (PKI, SELF_SIGNED)
MOST_KEYS: Final = 8


def verify_certificate(
    client: Client,
    certificate: ClientCertificate | None,
    now: datetime,
    authorities: Authorities,
    *,
    jwks: Mapping[str, object] | None = None,
) -> None:
    """Check the certificate of a client that is registered for one of the two methods.

    Raises:
        InvalidClient: no certificate, not of this client, or out of its time.
        UnknownAssertionKey: no registered certificate fits; the caller may fetch `jwks_uri` again, once.
    """
    if certificate is None:
        raise InvalidClient("a client certificate is needed")
    if not certificate.is_valid_at(now):
        raise InvalidClient("the client certificate is not valid now")
    if client.token_endpoint_auth_method == SELF_SIGNED:
        keys = jwks if jwks is not None else client.jwks
        if keys is None or not any(_is(jwk, certificate) for jwk in _keys(keys)):
            raise UnknownAssertionKey
    elif not (names_fit(client, certificate) and authorities.vouch_for(certificate, now)):
        raise InvalidClient


def names_fit(client: Client, certificate: ClientCertificate) -> bool:
    """Compare the one registered name with the certificate's (RFC 8705 §2.1.2); none or several fit nothing."""
    given = [(member, value) for member in MATCHES if (value := getattr(client, member)) is not None]
    if len(given) != 1:
        return False
    member, expected = given[0]
    try:
        return MATCHES[member](expected, certificate.parsed)
    except ValueError:
        return False  # what was registered, or what the certificate holds, is no such name


def _subject(expected: str, certificate: x509.Certificate) -> bool:
    return distinguished_name.same(distinguished_name.parse(expected), certificate.subject)


def _dns(expected: str, certificate: x509.Certificate) -> bool:
    names = (
        name.lower().rstrip(".") for name in _alternatives(certificate).get_values_for_type(x509.DNSName)
    )
    return expected.lower().rstrip(".") in names


def _uri(expected: str, certificate: x509.Certificate) -> bool:
    return expected in _alternatives(certificate).get_values_for_type(x509.UniformResourceIdentifier)


def _ip(expected: str, certificate: x509.Certificate) -> bool:
    return ip_address(expected) in _alternatives(certificate).get_values_for_type(x509.IPAddress)


def _email(expected: str, certificate: x509.Certificate) -> bool:
    """The part before the @ is exact, the host is not (RFC 5280 §7.5)."""
    return _mailbox(expected) in map(
        _mailbox, _alternatives(certificate).get_values_for_type(x509.RFC822Name)
    )


def _mailbox(address: str) -> tuple[str, str]:
    local, _, host = address.rpartition("@")
    return local, host.lower()


def _alternatives(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as cause:
        raise ValueError("no alternative names") from cause


MATCHES: Final[Mapping[str, Callable[[str, x509.Certificate], bool]]] = MappingProxyType(
    {
        "tls_client_auth_subject_dn": _subject,
        "tls_client_auth_san_dns": _dns,
        "tls_client_auth_san_uri": _uri,
        "tls_client_auth_san_ip": _ip,
        "tls_client_auth_san_email": _email,
    }
)
"""The members a client registers exactly one of, and how each is compared (RFC 8705 §2.1.2)."""


def _keys(jwks: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    keys = jwks.get("keys")
    listed = keys if isinstance(keys, list | tuple) else ()
    yield from [jwk for jwk in listed if isinstance(jwk, Mapping) and jwk.get("use", "sig") == "sig"][
        :MOST_KEYS
    ]


def _is(jwk: Mapping[str, object], certificate: ClientCertificate) -> bool:
    """Compare with the registered certificate (`x5c`), or with a key registered without one (RFC 8705 §2.2.2)."""
    chain = jwk.get("x5c")
    if chain is not None:
        first = chain[0] if isinstance(chain, list | tuple) and chain else None
        try:
            return isinstance(first, str) and b64decode(first, validate=True) == certificate.der
        except ValueError:
            return False
    return public_key_of(jwk) == certificate.public_key
