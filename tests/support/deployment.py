"""Fixtures: the provider in this process, relying parties and citizens (imported by tests/conftest.py)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.clock import FrozenClock
from idp.services import Services
from tests import factories
from tests.dpop_rp import DpopRP
from tests.rp import RP, Provider
from tests.support import state


@pytest.fixture
def services(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Services]:
    """A wired sandbox deployment."""
    folder = tmp_path / "deployment"
    folder.mkdir(mode=0o700)
    wired = factories.a_deployment(database_url, folder, clock)
    try:
        yield wired
    finally:
        wired.close()


@pytest.fixture
def provider(services: Services) -> Iterator[Provider]:
    """The application; at the end no secret it handed out may be on record (protocol X8)."""
    made = Provider(services)
    yield made
    assert state.secrets_on_record(services.database, made.secrets) == set()


@pytest.fixture
def rp(provider: Provider) -> RP:
    """A confidential agency client (`A` of the attack catalogue) with a browser of its own."""
    return RP(provider, factories.a_client(provider.services))


@pytest.fixture
def other_rp(provider: Provider) -> RP:
    """Another agency's client (`B`)."""
    return RP(provider, factories.a_client(provider.services, "health"))


@pytest.fixture
def public_rp(provider: Provider) -> RP:
    """A public client (`P`)."""
    client = factories.a_client(provider.services, "app", token_endpoint_auth_method="none")
    return RP(provider, client)


@pytest.fixture
def dpop_rp(provider: Provider) -> DpopRP:
    """A confidential client that proves a key with each request (RFC 9449)."""
    return DpopRP(provider, factories.a_client(provider.services, "bound"))


@pytest.fixture
def citizen(services: Services) -> factories.TestCitizen:
    """Siti, whom the population registry has confirmed (`alice`)."""
    return factories.a_citizen(services)


@pytest.fixture
def bob(services: Services) -> factories.TestCitizen:
    """Another citizen."""
    return factories.a_citizen(services, "Budi Santoso", "9933744501850002")
