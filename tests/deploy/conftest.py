"""One deployment for both fronts, with a citizen and a client that has a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from idp.services import Services, wire
from idp.settings import Settings
from tests import factories
from tests.deploy.front import HOST, ISSUER, MTLS_HOST
from tests.factories import TestCitizen
from tests.support import schema
from tests.support.certificates import SUBJECT, Identity, a_server, an_authority, issue
from tests.support.provider import Provider


@dataclass(frozen=True)
class Customer:
    """Who uses one front: codes of an authenticator are good once, and failures of a client are counted."""

    citizen: TestCitizen
    client_id: str


@dataclass(frozen=True)
class Deployment:
    """What a front needs to know, and who uses it."""

    port: int
    folder: Path
    """Certificates under the names the examples use."""
    authority: Identity
    identity: Identity
    customers: tuple[Customer, Customer]
    env: dict[str, str] = field(repr=False)


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Serve a provider that believes fronts on loopback."""
    home = tmp_path_factory.mktemp("deploy")
    folder, data = home / "tls", home / "data"
    data.mkdir(mode=0o700)
    authority = an_authority()
    authority.write(folder, "client-ca")
    for name, host in (("masuk", HOST), ("mtls", MTLS_HOST)):
        key = rsa.generate_private_key(65537, 2048)
        a_server(authority, host, key=key).write(folder, name)
    identity = issue(SUBJECT, authority)
    url = schema.sqlite_copy(home, home / "gerbang.sqlite")
    provider = Provider(
        data,
        url,
        issuer=ISSUER,
        mtls_base_url=f"https://{MTLS_HOST}",
        mtls_client_ca=str(folder / "client-ca.pem"),
        trusted_proxies="127.0.0.1",
    )
    services = wire(Settings.from_env({n: v for n, v in provider.env.items() if n.startswith("IDP_")}))
    try:
        customers = (
            Customer(factories.a_citizen(services, signs_in=True), a_client(services, "pajak")),
            Customer(
                factories.a_citizen(services, "Budi Santoso", "9933744501850002", signs_in=True),
                a_client(services, "sehat"),
            ),
        )
    finally:
        services.close()
    try:
        provider.serve()
        yield Deployment(provider.port, folder, authority, identity, customers, provider.env)
    finally:
        provider.stop()


def a_client(services: Services, client_id: str) -> str:
    """Register a client that authenticates with the certificate and has tokens bound to it."""
    factories.a_client(
        services,
        client_id,
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_subject_dn=SUBJECT,
        tls_client_certificate_bound_access_tokens=True,
    )
    return client_id
