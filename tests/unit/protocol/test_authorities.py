"""Whose certificates count: paths of one signature to a named authority, or a registered key set (RFC 8705 §2)."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.protocol.client_auth.authorities import FrontVerified, IssuingAuthorities, NoAuthorities
from idp.protocol.client_auth.tls import verify_certificate
from idp.protocol.oauth.certificate import ClientCertificate
from idp.protocol.oauth.errors import InvalidClient
from tests.support.certificates import SUBJECT, an_authority, issue, self_signed
from tests.unit.protocol.samples import NOW, a_client

AUTHORITY, OTHER = an_authority(now=NOW), an_authority("CN=Otoritas Lain,C=ID", now=NOW)
BOTH = IssuingAuthorities.of_pem(AUTHORITY.pem + OTHER.pem)


def vouched(identity, authorities=BOTH, now=NOW):
    return authorities.vouch_for(ClientCertificate.of_der(identity.der), now)


def issued(by=AUTHORITY, **options):
    return issue(SUBJECT, by, now=NOW, **options)


def test_what_a_named_authority_signed_is_vouched_for():
    assert vouched(issued())
    assert vouched(issued(OTHER))


def test_what_anybody_else_signed_is_not():
    assert not vouched(self_signed(now=NOW))
    assert not vouched(issued(an_authority(now=NOW)))  # the name of ours, another key
    assert not vouched(issued(issued()))  # a client is no authority


def test_an_intermediate_authority_counts_when_it_is_named():
    constraints = (x509.BasicConstraints(ca=True, path_length=0), True)
    intermediate = issue("CN=Otoritas Antara,C=ID", AUTHORITY, now=NOW, extensions=(constraints,))
    assert not vouched(issued(intermediate))
    assert vouched(issued(intermediate), IssuingAuthorities.of_pem(intermediate.pem))


def test_times_count():
    identity = issued(ends=timedelta(hours=1))
    assert vouched(identity, now=NOW + timedelta(hours=1))
    assert not vouched(identity, now=NOW + timedelta(hours=1, seconds=1))
    assert not vouched(identity, now=NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    ("usage", "good"),
    [("CLIENT_AUTH", True), ("ANY_EXTENDED_KEY_USAGE", True), ("SERVER_AUTH", False)],
)
def test_an_extended_key_usage_must_allow_client_authentication(usage, good):
    use = (x509.ExtendedKeyUsage([getattr(ExtendedKeyUsageOID, usage)]), False)
    assert vouched(issued(extensions=(use,))) is good


def test_a_critical_extension_nobody_knows_is_refused():
    strange = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True)
    assert not vouched(issued(extensions=(strange,)))


@pytest.mark.parametrize("pem", [b"", b"nothing", self_signed(now=NOW).pem, AUTHORITY.pem + issued().pem])
def test_a_file_of_authorities_holds_authorities(pem):
    with pytest.raises(ValueError, match=r"."):
        IssuingAuthorities.of_pem(pem)


def test_without_a_file_a_front_that_verified_is_believed_or_nobody():
    assert vouched(issued(), FrontVerified())
    assert not vouched(self_signed(now=NOW), FrontVerified())
    assert not vouched(issued(), NoAuthorities())


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        {"x5c": []},
        {"x5c": "text"},
        {"x5c": [1]},
        {"x5c": ["%%%"]},
        {"use": "enc"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"x": "AA"},
    ],
)
def test_2_2_2_a_key_set_of_other_things_fits_nothing(jwk):
    identity = self_signed(now=NOW)
    keys = {"keys": [{} if jwk is None else {**identity.jwk, **jwk}]}
    client = a_client(token_endpoint_auth_method="self_signed_tls_client_auth", jwks=keys)
    with pytest.raises(InvalidClient):
        verify_certificate(client, ClientCertificate.of_der(identity.der), NOW, NoAuthorities())
