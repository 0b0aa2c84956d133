"""A deployment that asks a running registry simulator."""

import pytest

from tests import factories
from tests.rp import Provider
from tests.support import registry_simulator


@pytest.fixture(scope="module")
def running_simulator():
    with registry_simulator.running() as running:
        yield running


@pytest.fixture
def simulator(running_simulator):
    running_simulator.faults()
    yield running_simulator
    running_simulator.faults()


@pytest.fixture
def services(database_url, tmp_path, clock, simulator):
    wired = factories.a_deployment(
        database_url,
        tmp_path,
        clock,
        population_registry_url=simulator.url,
        population_registry_key=simulator.key,
    )
    yield wired
    wired.close()


@pytest.fixture
def provider(services):
    return Provider(services)
