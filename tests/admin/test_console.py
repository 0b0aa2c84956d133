"""An administrator's day at the console."""

import pytest

from tests import factories
from tests.support.operators import Console, an_operator


@pytest.fixture
def rina(services):
    return an_operator(services)


@pytest.fixture
def console(provider, rina):
    return Console(provider, rina)


def test_smoke(provider, services, rina):
    factories.a_client(services)
    console = Console(provider)
    console.open("/admin/clients")
    assert console.page == "admin-login"
    console.sign_in(rina)
    assert console.page == "admin-clients", console.text
    for path, page in (
        ("/admin/clients/tax", "admin-client"),
        ("/admin/clients/tax/edit", "admin-client-edit"),
        ("/admin/new-client", "admin-client-new"),
        ("/admin/approvals", "admin-approvals"),
        ("/admin/agencies", "admin-agencies"),
        ("/admin/audit", "admin-audit"),
    ):
        console.open(path)
        assert (console.status, console.page) == (200, page), console.text[-3000:]
