"""RFC 8705 at the roads of later specifications: key sets by address, and the device grant."""

import json
from ipaddress import ip_network

import pytest

from idp import fetched
from tests import factories
from tests.support.certificates import CertifiedRP, behind_front, self_signed
from tests.support.databases import sqlite_only
from tests.support.elsewhere import DEVICE_GRANT, approve, ask, poll
from tests.support.publisher import Publisher

OWN = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
BOUND = {"tls_client_certificate_bound_access_tokens": True}
MACHINE = {"grant_types": ["client_credentials"], "scope": "openid registry:read"}
pytestmark = sqlite_only


@pytest.fixture
def services(database_url, tmp_path, clock):
    """A deployment with a TLS front, that may call loopback."""
    front = (ip_network("127.0.0.1/32"),)
    wired = factories.a_deployment(
        database_url, tmp_path, clock, trusted_proxies=front, outbound_allow=("127.0.0.1",)
    )
    yield wired
    wired.close()


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


def test_2_2_2_a_new_certificate_at_the_registered_address_is_fetched(
    provider, publisher, clock, monkeypatch
):
    first, second = self_signed(now=clock()), self_signed(now=clock())
    publisher.body = json.dumps(first.jwks).encode()
    client = factories.a_client(provider.services, **MACHINE, **OWN, jwks_uri=publisher.url("/jwks.json"))
    rp = CertifiedRP(behind_front(provider), client).holding(first)
    assert rp.call("/token", grant_type="client_credentials").ok
    publisher.body = json.dumps(second.jwks).encode()
    rp.holding(second)
    assert rp.call("/token", grant_type="client_credentials").error == "invalid_client"
    monkeypatch.setattr(fetched, "AGAIN_AFTER_SECONDS", 0.0)
    assert rp.call("/token", grant_type="client_credentials").ok
    assert rp.holding(first).call("/token", grant_type="client_credentials").error == "invalid_client"


def test_3_the_device_grant_binds_too(provider, citizen, clock):
    """A kiosk is a public client: its refresh tokens are bound as well (RFC 8705 4)."""
    identity = self_signed(now=clock())
    client = factories.a_client(
        provider.services,
        "kiosk",
        grant_types=[DEVICE_GRANT, "refresh_token"],
        response_types=[],
        token_endpoint_auth_method="none",
        **BOUND,
    )
    device = CertifiedRP(behind_front(provider), client).holding(identity)
    answer = ask(device)
    approve(device, answer, citizen)
    clock.advance(seconds=6)
    assert poll(device.holding(None), answer["device_code"]).error == "invalid_request"
    clock.advance(seconds=6)
    tokens = poll(device.holding(identity), answer["device_code"])
    assert device.claims(tokens)["cnf"] == {"x5t#S256": identity.thumbprint}
    assert device.userinfo(tokens["access_token"]).ok
    stolen = device.holding(self_signed(now=clock())).refresh(tokens["refresh_token"])
    assert stolen.error == "invalid_grant"
