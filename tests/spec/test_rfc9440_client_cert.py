"""RFC 9440: the Client-Cert field, believed from our own TLS front and from nobody else."""

from base64 import b64encode, urlsafe_b64encode
from ipaddress import ip_network

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests import factories
from tests.rp import Provider
from tests.support.certificates import CertifiedRP, issue, self_signed
from tests.support.databases import sqlite_only

WEAK = 1024
FRONT, OUTSIDE = "192.0.2.7", "198.51.100.9"
MACHINE = {
    "grant_types": ["client_credentials"],
    "scope": "openid registry:read",
    "token_endpoint_auth_method": "self_signed_tls_client_auth",
}
pytestmark = sqlite_only


@pytest.fixture
def services(database_url, tmp_path, clock):
    """A deployment behind one TLS front."""
    wired = factories.a_deployment(
        database_url, tmp_path, clock, trusted_proxies=(ip_network(f"{FRONT}/32"), ip_network("10.0.0.0/8"))
    )
    yield wired
    wired.close()


@pytest.fixture
def identity(clock):
    return self_signed(now=clock())


@pytest.fixture
def machine(provider, identity):
    client = factories.a_client(provider.services, jwks=identity.jwks, **MACHINE)
    return CertifiedRP(provider, client).holding(identity)


def ask(rp, field, peer=FRONT, name="HTTP_CLIENT_CERT", **more):
    environ = {"REMOTE_ADDR": peer, **({} if field is None else {name: field}), **more}
    form = {"grant_type": "client_credentials", "client_id": rp.client.client_id}
    return rp.provider.post("/token", data=form, environ_overrides=environ)


def test_2_2_the_field_is_a_byte_sequence_of_the_certificate(machine, identity):
    assert ask(machine, identity.header).ok
    assert ask(machine, f" {identity.header}\t").ok


@pytest.mark.parametrize("peer", [OUTSIDE, "127.0.0.1", "::1", "", "not an address", "192.0.2.8"])
def test_4_from_anybody_but_the_front_the_field_says_nothing(machine, identity, peer):
    with machine.provider.unchanged("ClientAuthenticationFailed"):
        answer = ask(machine, identity.header, peer)
    assert (answer.status, answer.error) == (401, "invalid_client")


def test_4_the_peer_counts_and_not_whom_it_forwards_for(machine, identity):
    """A stranger cannot claim to be forwarded by, or for, one of our addresses (attacks O-093)."""
    for claimed in (FRONT, "10.0.0.1", "127.0.0.1"):
        answer = ask(machine, identity.header, OUTSIDE, HTTP_X_FORWARDED_FOR=claimed)
        assert answer.error == "invalid_client"
    assert ask(machine, identity.header, HTTP_X_FORWARDED_FOR=OUTSIDE).ok


def test_4_a_deployment_without_a_front_believes_nobody(database_url, tmp_path, clock, identity):
    folder = tmp_path / "frontless"
    folder.mkdir()
    services = factories.a_deployment(database_url, folder, clock)
    try:
        client = factories.a_client(services, jwks=identity.jwks, **MACHINE)
        rp = CertifiedRP(Provider(services), client)
        assert ask(rp, identity.header, "127.0.0.1").error == "invalid_client"
    finally:
        services.close()


def test_2_2_no_field_is_no_certificate(machine):
    answer = ask(machine, None)
    assert (answer.status, answer.error) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["HTTP_X_CLIENT_CERT", "HTTP_CLIENT_CERT_CHAIN", "HTTP_SSL_CLIENT_CERT"])
def test_2_other_fields_say_nothing(machine, identity, name):
    assert ask(machine, identity.header, name=name).error == "invalid_client"


def broken(identity):
    whole, der = identity.header, identity.der
    text = b64encode(der).decode()
    return {
        "empty": "",
        "nothing between the colons": "::",
        "no colons": text,
        "one colon": ":" + text,
        "a string": f'"{text}"',
        "base64url": f":{urlsafe_b64encode(der).decode()}-_:",
        "no padding": f":{b64encode(der + b'x').decode().rstrip('=')}:",
        "not base64": ":%%%%:",
        "spaces inside": f":{text[:40]} {text[40:]}:",
        "PEM": f":{b64encode(identity.pem).decode()}:",
        "not DER": f":{b64encode(b'certificate').decode()}:",
        "cut off": f":{b64encode(der[:-9]).decode()}:",
        "something after it": f":{b64encode(der + b'and more').decode()}:",
        "two as a list": f"{whole}, {whole}",
        "two in a row": whole + whole,
        "parameters": whole + ";a=1",
        "huge": f":{'A' * 40_000}:",
        "escaped PEM": "-----BEGIN%20CERTIFICATE-----%0A",
    }


@pytest.mark.parametrize("kind", broken(self_signed()))
def test_2_2_what_is_no_single_certificate_is_refused(machine, identity, kind):
    with machine.provider.unchanged():
        answer = ask(machine, broken(identity)[kind])
    assert (answer.status, answer.error) == (400, "invalid_request")


def test_2_2_a_broken_field_is_nothing_to_those_who_need_no_certificate(provider):
    rp = CertifiedRP(
        provider,
        factories.a_client(
            provider.services, "other", **MACHINE | {"token_endpoint_auth_method": "client_secret_basic"}
        ),
    )
    answer = rp.provider.post(
        "/token",
        data={"grant_type": "client_credentials"},
        headers=rp.authentication()[1],
        environ_overrides={"REMOTE_ADDR": FRONT, "HTTP_CLIENT_CERT": "garbage"},
    )
    assert answer.ok


def test_g10_a_certificate_with_a_weak_key_is_refused(machine, clock):
    for key in (rsa.generate_private_key(65537, WEAK), ec.generate_private_key(ec.SECP192R1())):
        weak = issue(now=clock(), key=key)
        assert ask(machine, weak.header).error == "invalid_request"
