"""Distinguished names as registrations write them, compared as directories do (RFC 4514, RFC 4517 §4.2.15)."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.x509 import Name, ObjectIdentifier
from cryptography.x509.oid import NameOID

LONGEST: Final = 1000

_NAMED: Final = {  # RFC 4514 §3, and what subject names of agencies hold besides (RFC 4519, RFC 2985, X.520)
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "C": NameOID.COUNTRY_NAME,
    "STREET": NameOID.STREET_ADDRESS,
    "DC": NameOID.DOMAIN_COMPONENT,
    "UID": NameOID.USER_ID,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "title": NameOID.TITLE,
    "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
}
NAMES: Final[Mapping[str, ObjectIdentifier]] = MappingProxyType(
    {spelling: oid for name, oid in _NAMED.items() for spelling in (name, name.lower(), name.upper())}
)

_HEXADECIMAL = re.compile(r"(?<!\\)=#")

Comparable = tuple[frozenset[tuple[str, str | bytes]], ...]


@lru_cache(maxsize=1024)
def parse(text: str) -> Name:
    """Read a distinguished name (RFC 4514 §3), its values as text; the hexadecimal form (§2.4) is not read.

    Raises:
        ValueError: when it is none, or empty.
    """
    readable = 0 < len(text) <= LONGEST and _HEXADECIMAL.search(text) is None
    name = Name.from_rfc4514_string(text, NAMES) if readable else None
    if name is None or not name.rdns:
        raise ValueError("not a distinguished name")
    return name


def same(one: Name, other: Name) -> bool:
    """Compare part by part, in order; case and extra spaces have no meaning (RFC 4517 §4.2.15, RFC 5280 §7.1)."""
    return _comparable(one) == _comparable(other)


def _comparable(name: Name) -> Comparable:
    return tuple(frozenset((a.oid.dotted_string, _folded(a)) for a in rdn) for rdn in name.rdns)


def _folded(attribute: x509.NameAttribute[str | bytes]) -> str | bytes:
    """Prepare a value for comparison (RFC 4518 §2)."""
    value = attribute.value
    if isinstance(value, bytes):
        return value
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).split())
