"""The one registered name of a client against the names in its certificate (RFC 8705 §2.1.2, RFC 4514)."""

from ipaddress import ip_address

import pytest
from cryptography import x509

from idp.protocol.client_auth.tls import names_fit
from idp.protocol.oauth.certificate import ClientCertificate
from tests.support.certificates import SUBJECT, issue
from tests.unit.protocol.samples import a_client

DN = {"tls_client_auth_subject_dn": SUBJECT}
NAMES = {
    "tls_client_auth_san_dns": (x509.DNSName("api.pajak.example"), "API.pajak.example", "pajak.example"),
    "tls_client_auth_san_uri": (
        x509.UniformResourceIdentifier("urn:pajak:api"),
        "urn:pajak:api",
        "urn:pajak:API",
    ),
    "tls_client_auth_san_ip": (x509.IPAddress(ip_address("2001:db8::7")), "2001:0DB8:0::7", "2001:db8::8"),
    "tls_client_auth_san_email": (
        x509.RFC822Name("ti@pajak.example"),
        "ti@Pajak.Example",
        "TI@pajak.example",
    ),
}


def fits(identity, **registered):
    client = a_client(token_endpoint_auth_method="tls_client_auth", **registered)
    return names_fit(client, ClientCertificate.of_der(identity.der))


@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        (SUBJECT, "CN=PAJAK,O=kantor  pajak,C=ID"),
        ("cn=pajak,o=Kantor Pajak,c=ID", SUBJECT),
        ("2.5.4.3=pajak,O=Kantor Pajak,C=ID", SUBJECT),
        ("CN=pajak+OU=TI,C=ID", "OU=TI+CN=pajak,C=ID"),
        ("CN=Dinas\\, Kota,C=ID", "CN=Dinas\\2C Kota,C=ID"),
        ("CN=a\\=#b,C=ID", "CN=a\\=\\#b,C=ID"),
        ("emailAddress=ti@pajak.example,CN=pajak", "1.2.840.113549.1.9.1=ti@pajak.example,CN=pajak"),
    ],
)
def test_2_1_2_subjects_are_compared_as_names_and_not_as_text(registered, presented):
    assert fits(issue(presented), tls_client_auth_subject_dn=registered)


@pytest.mark.parametrize(
    "presented",
    [
        "CN=pajak",
        "CN=pajak2,O=Kantor Pajak,C=ID",
        "C=ID,O=Kantor Pajak,CN=pajak",
        "CN=pajak,O=Kantor Pajak,C=MY",
        "CN=pajak,O=Kantor Pajak,L=Semarang,C=ID",
        "CN=pajak+O=Kantor Pajak,C=ID",
        "O=pajak,CN=Kantor Pajak,C=ID",
        "CN=p\\C3\\A1jak,O=Kantor Pajak,C=ID",
        "CN=pajak\\,O\\=Kantor Pajak,C=ID",
    ],
)
def test_2_1_2_another_subject_does_not_fit(presented):
    assert not fits(issue(presented), **DN)


@pytest.mark.parametrize(
    "registered", ["", "pajak", "CN", "CN=", "FOO=pajak", "CN=#0C0570616A616B", "CN=a, O=b"]
)
def test_2_1_2_what_is_no_name_fits_nothing(registered):
    assert not fits(issue("CN=pajak"), tls_client_auth_subject_dn=registered)


@pytest.mark.parametrize("member", NAMES)
def test_2_1_2_an_alternative_name_is_compared_by_its_kind(member):
    name, right, wrong = NAMES[member]
    others = tuple(other for key, (other, _, _) in NAMES.items() if key != member)
    identity = issue("CN=anything", names=(*others, name))
    assert fits(identity, **{member: right})
    assert not fits(identity, **{member: wrong})
    assert not fits(issue("CN=anything", names=others), **{member: right})
    assert not fits(issue(f"CN={right}"), **{member: right})


def test_2_1_2_a_wildcard_in_a_certificate_is_a_name_like_any_other():
    identity = issue("CN=x", names=(x509.DNSName("*.pajak.example"),))
    assert not fits(identity, tls_client_auth_san_dns="api.pajak.example")


def test_2_1_2_several_names_or_none_fit_nothing():
    identity = issue(SUBJECT, names=(x509.DNSName("api.pajak.example"),))
    assert not fits(identity)
    assert not fits(identity, **DN, tls_client_auth_san_dns="api.pajak.example")
