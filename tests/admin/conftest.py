"""People at the console, and clients for them to look after."""

import pytest

from tests import factories
from tests.support.operators import Console, an_operator

PURPOSE = {"email": {"required": False, "purpose": {"id": "Mengirim bukti", "en": "Send the receipt"}}}


@pytest.fixture
def tax(services):
    """A client in the sandbox."""
    return factories.a_client(services, "tax", claims=PURPOSE, software_id="spt-9")


@pytest.fixture
def live(services):
    """A client in production."""
    return factories.a_client(services, "live", environment="production", claims=PURPOSE)


@pytest.fixture
def rina(services):
    """A national administrator."""
    return an_operator(services)


@pytest.fixture
def budi(services):
    """Another one."""
    return an_operator(services, "Budi Wicaksono")


@pytest.fixture
def console(provider, rina):
    """Rina's browser, signed in."""
    return Console(provider, rina)
